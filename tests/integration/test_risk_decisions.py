from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.errors import Conflict, NotFound, Refused
from core.ids import uuid7
from core.models import OutboxEvent
from core.money import Money
from risk.domain.facts import DecisionSubject, Purpose
from risk.domain.reasons import ReasonCode
from risk.domain.states import DecisionState, Outcome, ReviewState
from risk.models import Decision, Review, RiskPolicy
from risk.operations import decide_request, request_decision
from risk.queries import get_decision
from tests.fixtures.risk import NOW, ask, make_user, refer
from tests.outbox import run_outbox
from tests.unit.risk.builders import make_draw, make_facts, policy_body, yuan

pytestmark = pytest.mark.django_db


def _events(name: str) -> list[dict[str, str]]:
    return list(OutboxEvent.objects.filter(name=name).values_list("payload", flat=True))


def test_a_request_is_decided_by_the_worker_and_told() -> None:
    facts = make_facts()
    decision_id = ask(facts=facts)
    assert get_decision(decision_id=decision_id).state is DecisionState.REQUESTED
    run_outbox()
    decision = get_decision(decision_id=decision_id)
    assert (decision.state, decision.outcome) == (DecisionState.MADE, Outcome.APPROVE)
    assert (decision.limit, decision.annual_rate) == (yuan(20_000), Decimal("0.126"))
    assert decision.score == 695
    assert decision.made_by_id is None
    assert _events("decision.made") == [
        {
            "decision_id": str(decision_id),
            "subject": "CREDIT_LINE",
            "subject_id": str(decision.subject_id),
        }
    ]


def test_a_declined_request_keeps_its_reasons() -> None:
    decision_id = ask(facts=make_facts(purpose=Purpose.HOUSING))
    decide_request(decision_id=decision_id, now=NOW)
    decision = get_decision(decision_id=decision_id)
    assert decision.outcome is Outcome.DECLINE
    assert decision.limit is None
    assert [reason.code for reason in decision.reasons] == [ReasonCode.PURPOSE_FORBIDDEN]
    assert decision.reasons[0].text


def test_a_drawdown_is_approved_without_terms() -> None:
    decision_id = ask(facts=make_draw())
    decide_request(decision_id=decision_id, now=NOW)
    decision = get_decision(decision_id=decision_id)
    assert decision.outcome is Outcome.APPROVE
    assert (decision.limit, decision.annual_rate) == (None, None)


def test_a_referred_request_opens_one_review() -> None:
    review = refer()
    decision = get_decision(decision_id=review.decision_id)
    assert decision.state is DecisionState.UNDER_REVIEW
    assert decision.outcome is None
    assert review.state == ReviewState.OPEN
    assert [event["decision_id"] for event in _events("decision.referred")] == [str(decision.id)]
    assert _events("decision.made") == []


def test_deciding_twice_changes_nothing() -> None:
    for facts in (make_facts(), make_facts(monthly_income=None)):
        decision_id = ask(facts=facts)
        decide_request(decision_id=decision_id, now=NOW)
        first = Decision.objects.filter(pk=decision_id).values().get()
        decide_request(decision_id=decision_id, now=NOW + timedelta(hours=1))
        assert Decision.objects.filter(pk=decision_id).values().get() == first
    assert Review.objects.count() == 1
    assert len(_events("decision.made")) == 1


def test_the_same_key_asks_once_and_the_first_facts_stand() -> None:
    applicant, subject_id = make_user(), uuid7()
    call: dict[str, Any] = {
        "key": "application:1",
        "subject": DecisionSubject.CREDIT_LINE,
        "subject_id": subject_id,
        "applicant_id": applicant,
        "now": NOW,
    }
    first = request_decision(**call, facts=make_facts())
    assert request_decision(**call, facts=make_facts(card_bound_days=1)) == first
    assert Decision.objects.get().facts == make_facts().to_json()
    assert len(_events("decision.requested")) == 1
    with pytest.raises(Conflict) as caught:
        request_decision(**{**call, "subject_id": uuid7()}, facts=make_facts())
    assert caught.value.code == "decision-key-reused"


def test_facts_of_another_subject_are_a_defect() -> None:
    with pytest.raises(ValueError):
        request_decision(
            key="application:2",
            subject=DecisionSubject.DRAWDOWN,
            subject_id=uuid7(),
            applicant_id=make_user(),
            facts=make_facts(),
            now=NOW,
        )


def test_a_currency_without_a_policy_is_refused() -> None:
    facts = make_facts(
        currency="USD",
        monthly_income=None,
        requested=Money(100_00, "USD"),
        outstanding=Money(0, "USD"),
    )
    with pytest.raises(Refused) as caught:
        ask(facts=facts)
    assert caught.value.code == "no-risk-policy"


def test_the_policy_in_force_at_the_request_decides() -> None:
    stricter = policy_body("PERSON_LINE")
    stricter["cutoffs"] = {"approve": 9000, "refer": 8000}
    RiskPolicy.objects.create(
        code="PERSON_LINE", version=2, body=stricter, active_from=NOW + timedelta(days=1)
    )
    today = ask(facts=make_facts())
    tomorrow = ask(facts=make_facts(), now=NOW + timedelta(days=1))
    for decision_id in (today, tomorrow):
        decide_request(decision_id=decision_id, now=NOW + timedelta(days=2))
    assert get_decision(decision_id=today).outcome is Outcome.APPROVE
    assert get_decision(decision_id=tomorrow).outcome is Outcome.DECLINE


def test_there_is_no_such_decision() -> None:
    with pytest.raises(NotFound):
        get_decision(decision_id=uuid7())
    with pytest.raises(NotFound):
        decide_request(decision_id=uuid7(), now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"facts": {}},
        {"trace": {}},
        {"outcome": "DECLINE", "limit_minor": None, "annual_rate": None},
        {"limit_minor": 1},
        {"reasons": ["STUDENT"]},
        {"policy_id": "other"},
        {"state": "REQUESTED", "outcome": "", "made_at": None},
    ],
)
def test_a_made_decision_cannot_be_changed(changes: dict[str, Any]) -> None:
    decision_id = ask(facts=make_facts())
    decide_request(decision_id=decision_id, now=NOW)
    if "policy_id" in changes:
        changes = {"policy_id": RiskPolicy.objects.get(code="BUSINESS_LINE").pk}
    with pytest.raises(IntegrityError, match="stays as it was made"), transaction.atomic():
        Decision.objects.filter(pk=decision_id).update(**changes)


@pytest.mark.parametrize("changes", [{"facts": {}}, {"trace": {}}, {"score": 9}, {"key": "x"}])
def test_what_a_review_rests_on_cannot_be_changed(changes: dict[str, Any]) -> None:
    review = refer()
    with pytest.raises(IntegrityError, match="stays as it was made"), transaction.atomic():
        Decision.objects.filter(pk=review.decision_id).update(**changes)


def test_neither_decision_nor_policy_can_be_removed() -> None:
    decision_id = ask(facts=make_facts())
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.filter(pk=decision_id)._raw_delete("default")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        RiskPolicy.objects.filter(code="PERSON_LINE").update(body={})


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "LOST"},
        {"subject_type": "GIFT"},
        {"state": "MADE", "outcome": "REFER", "made_at": NOW},
        {"state": "MADE", "outcome": "APPROVE"},
        {"state": "UNDER_REVIEW"},
        {"limit_minor": 100},
        {"outcome": "APPROVE"},
    ],
)
def test_the_database_refuses_impossible_rows(changes: dict[str, Any]) -> None:
    decision = Decision.objects.get(pk=ask(facts=make_facts()))
    row = {
        field.attname: getattr(decision, field.attname) for field in Decision._meta.concrete_fields
    }
    with pytest.raises(IntegrityError, match="check constraint"), transaction.atomic():
        Decision.objects.create(**{**row, "id": uuid7(), "key": "other", **changes})

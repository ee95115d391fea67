from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from accounts.models import User
from core.errors import Conflict, Forbidden, InvalidInput, KadaiError, NotFound
from core.ids import uuid7
from core.models import AuditRecord, OutboxEvent
from core.money import Money
from risk.domain.facts import DecisionSubject
from risk.domain.reasons import ReasonCode
from risk.domain.states import Outcome, ReviewState
from risk.models import Decision, Review
from risk.operations import claim_review, decide_review, release_review
from risk.queries import get_decision, get_review, list_open_reviews
from tests.fixtures.risk import NOW, make_user, refer
from tests.unit.risk.builders import yuan

pytestmark = pytest.mark.django_db

OFFICER = frozenset({"officer"})
SENIOR = frozenset({"senior_officer"})


@pytest.fixture
def officer() -> UUID:
    return make_user(kind="STAFF")


def _claimed(officer_id: UUID, **changes: Any) -> Review:
    review = refer(**changes)
    claim_review(review_id=review.pk, officer_id=officer_id, now=NOW)
    return review


def _rule(review: Review, officer_id: UUID, **changes: Any) -> None:
    ruling: dict[str, Any] = {
        "roles": OFFICER,
        "outcome": Outcome.APPROVE,
        "limit": yuan(3000),
        "annual_rate": Decimal("0.162"),
        "reasons": (),
        "note": "Payslips seen.",
        "now": NOW + timedelta(minutes=5),
    }
    decide_review(review_id=review.pk, officer_id=officer_id, **{**ruling, **changes})


def _refused(kind: type[KadaiError], code: str, review: Review, who: UUID, **changes: Any) -> None:
    """The ruling is refused and nothing has changed."""
    before = Decision.objects.filter(pk=review.decision_id).values().get()
    with pytest.raises(kind) as caught, transaction.atomic():
        _rule(review, who, **changes)
    assert caught.value.code == code
    assert Decision.objects.filter(pk=review.decision_id).values().get() == before


def test_an_officer_takes_a_review_and_approves(officer: UUID) -> None:
    review = _claimed(officer)
    _rule(review, officer)
    decision = get_decision(decision_id=review.decision_id)
    assert decision.outcome is Outcome.APPROVE
    assert (decision.limit, decision.annual_rate) == (yuan(3000), Decimal("0.162"))
    assert decision.made_by_id == officer
    review.refresh_from_db()
    assert (review.state, review.decided_by_id, review.note) == (
        ReviewState.DECIDED,
        officer,
        "Payslips seen.",
    )
    told = OutboxEvent.objects.get(name="decision.made")
    assert told.payload["decision_id"] == str(decision.id)
    lines = AuditRecord.objects.filter(subject=f"risk_review:{review.pk}").order_by("id")
    assert [line.action for line in lines] == ["review.claimed", "review.decided"]
    assert {line.actor for line in lines} == {str(officer)}
    assert lines[1].data["limit"] == "3000.00 CNY"


def test_an_officer_declines_with_reasons(officer: UUID) -> None:
    review = _claimed(officer)
    decline = {"outcome": Outcome.DECLINE, "limit": None, "annual_rate": None}
    _refused(InvalidInput, "invalid-input", review, officer, **decline)
    _rule(review, officer, **decline, reasons=(ReasonCode.INCOME_UNKNOWN,))
    decision = get_decision(decision_id=review.decision_id)
    assert decision.outcome is Outcome.DECLINE
    assert [reason.code for reason in decision.reasons] == [ReasonCode.INCOME_UNKNOWN]


def test_a_taken_review_names_who_took_it_and_when(officer: UUID) -> None:
    review = _claimed(officer)
    with translation.override("en"), pytest.raises(Conflict) as caught:
        claim_review(review_id=review.pk, officer_id=make_user(kind="STAFF"), now=NOW)
    assert caught.value.code == "review-taken"
    phone = User.objects.get(pk=officer).phone or ""
    with translation.override("en"):
        assert str(caught.value) == (
            f"The officer with the phone ending in {phone[-4:]} took this review "
            "at 2026-11-23 17:00."
        )
    review.refresh_from_db()
    assert review.claimed_by_id == officer


def test_taking_ones_own_review_again_changes_nothing(officer: UUID) -> None:
    review = _claimed(officer)
    claim_review(review_id=review.pk, officer_id=officer, now=NOW + timedelta(hours=1))
    review.refresh_from_db()
    assert review.claimed_at == NOW
    assert AuditRecord.objects.count() == 1


def test_nobody_reviews_their_own_application(officer: UUID) -> None:
    review = refer(applicant_id=officer)
    with pytest.raises(Forbidden) as caught:
        claim_review(review_id=review.pk, officer_id=officer, now=NOW)
    assert caught.value.code == "own-application"


def test_a_review_is_decided_once(officer: UUID) -> None:
    review = _claimed(officer)
    _rule(review, officer)
    _refused(Conflict, "review-decided", review, officer)
    for act in (claim_review, release_review):
        with pytest.raises(Conflict) as caught:
            act(review_id=review.pk, officer_id=officer, now=NOW)
        assert caught.value.code == "review-decided"


def test_only_the_claimer_decides(officer: UUID) -> None:
    review = refer()
    _refused(Conflict, "review-not-claimed", review, officer)
    claim_review(review_id=review.pk, officer_id=officer, now=NOW)
    _refused(Conflict, "review-taken", review, make_user(kind="STAFF"), roles=SENIOR)
    _refused(Forbidden, "not-reviewer", review, officer, roles=frozenset({"finance"}))


def test_a_review_goes_back_to_the_queue(officer: UUID) -> None:
    review, other = _claimed(officer), make_user(kind="STAFF")
    with pytest.raises(Conflict):
        release_review(review_id=review.pk, officer_id=other, roles=OFFICER, now=NOW)
    release_review(review_id=review.pk, officer_id=officer, roles=OFFICER, now=NOW)
    claim_review(review_id=review.pk, officer_id=other, now=NOW)
    release_review(review_id=review.pk, officer_id=officer, roles=SENIOR, now=NOW)
    release_review(review_id=review.pk, officer_id=officer, roles=SENIOR, now=NOW)
    review.refresh_from_db()
    assert (review.state, review.claimed_by_id, review.claimed_at) == (ReviewState.OPEN, None, None)
    released = AuditRecord.objects.filter(action="review.released").order_by("id")
    assert [line.data["held_by"] for line in released] == [str(officer), str(other)]


def test_high_amounts_need_a_senior_officer(officer: UUID) -> None:
    review = _claimed(officer, requested=yuan(200_000), monthly_income=yuan(100_000))
    high = {"limit": yuan(100_001)}
    _refused(Forbidden, "senior-needed", review, officer, **high)
    _rule(review, officer, **high, roles=OFFICER | SENIOR)
    assert get_decision(decision_id=review.decision_id).limit == yuan(100_001)


def test_a_referred_drawdown_takes_no_terms_and_keeps_the_officers_cap(officer: UUID) -> None:
    draw = {
        "subject": DecisionSubject.DRAWDOWN,
        "requested": yuan(150_000),
        "line_limit": yuan(150_000),
    }
    review = _claimed(officer, **draw)
    _refused(InvalidInput, "invalid-input", review, officer)
    bare = {"limit": None, "annual_rate": None}
    _refused(Forbidden, "senior-needed", review, officer, **bare)
    _rule(review, officer, **bare, roles=SENIOR)
    assert get_decision(decision_id=review.decision_id).outcome is Outcome.APPROVE


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"note": "  "}, "note"),
        ({"note": "x" * 2001}, "note"),
        ({"limit": None}, "limit"),
        ({"limit": Money(300_000, "USD")}, "limit"),
        ({"limit": yuan(499)}, "limit"),
        ({"limit": yuan(20_001)}, "limit"),
        ({"annual_rate": None}, "annual_rate"),
        ({"annual_rate": Decimal(0)}, "annual_rate"),
        ({"annual_rate": Decimal("0.240001")}, "annual_rate"),
        ({"annual_rate": Decimal("0.1000001")}, "annual_rate"),
        ({"annual_rate": Decimal("NaN")}, "annual_rate"),
        ({"outcome": Outcome.REFER}, "outcome"),
        ({"reasons": tuple(ReasonCode)[:5]}, "reasons"),
        ({"reasons": (ReasonCode.STUDENT, ReasonCode.STUDENT)}, "reasons"),
        (
            {
                "outcome": Outcome.DECLINE,
                "annual_rate": None,
                "reasons": (ReasonCode.STUDENT,),
            },
            "limit",
        ),
    ],
)
def test_a_wrong_ruling_says_where(officer: UUID, changes: dict[str, Any], field: str) -> None:
    review = _claimed(officer)
    with pytest.raises(InvalidInput) as caught:
        _rule(review, officer, **changes)
    assert list(caught.value.fields) == [field]


def test_the_queue_is_oldest_first_and_paged(officer: UUID) -> None:
    late = refer(now=NOW + timedelta(hours=2))
    early = refer(now=NOW)
    middle = refer(now=NOW + timedelta(hours=1))
    taken = _claimed(officer, now=NOW - timedelta(hours=1))
    assert [row.id for row in list_open_reviews()] == [early.pk, middle.pk, late.pk]
    first = list_open_reviews(size=2)
    assert [row.id for row in list_open_reviews(after=first[-1].id, size=2)] == [late.pk]
    own = list_open_reviews(states=frozenset({ReviewState.CLAIMED}), claimed_by_id=officer)
    assert [row.id for row in own] == [taken.pk]
    assert own[0].requested == yuan(20_000)


def test_the_console_sees_readable_facts_rules_points_and_proposal() -> None:
    review = refer()
    with translation.override("en"):
        detail = get_review(review_id=review.pk)
    facts = {row.label: row.value for row in detail.facts}
    assert facts["Monthly income"] == "Unknown"
    assert facts["Amount requested"] == "¥20,000.00"
    assert facts["Occupation"] == "Employed"
    assert facts["Identity verified"] == "Yes"
    assert [rule.label for rule in detail.rules if rule.broken] == ["Income not stated"]
    assert detail.base_points + sum(row.points for row in detail.points) == detail.decision.score
    assert detail.proposal is not None
    # 695 without income: -25 for the income, -20 for not saying, -15 for the ratio: 635, band C.
    assert (detail.decision.score, detail.proposal.band) == (635, "C")
    assert detail.proposal.limit == yuan(3000)
    assert detail.officer_cap == yuan(100_000)
    assert detail.exposure_cap == yuan(200_000)
    assert [reason.text for reason in detail.decision.reasons] == ["Income not stated"]


def test_there_is_no_such_review(officer: UUID) -> None:
    with pytest.raises(NotFound):
        get_review(review_id=uuid7())
    with pytest.raises(NotFound):
        claim_review(review_id=uuid7(), officer_id=officer, now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "LOST"},
        {"state": "CLAIMED"},
        {"state": "DECIDED", "note": "x"},
        {"claimed_at": NOW},
    ],
)
def test_the_database_refuses_impossible_reviews(changes: dict[str, Any]) -> None:
    review = refer()
    with pytest.raises(IntegrityError, match="check constraint"), transaction.atomic():
        Review.objects.filter(pk=review.pk).update(**changes)

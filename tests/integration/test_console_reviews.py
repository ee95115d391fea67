"""The review queue in the browser: the operations' refusals are on the page, nothing changes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from accounts.models import User
from core.clock import now as wall_clock
from core.models import AuditRecord
from risk.domain.states import ReviewState
from risk.models import Decision, Review
from risk.operations import claim_review
from tests.fixtures.console import inside, staff
from tests.fixtures.risk import make_user, refer
from tests.unit.risk.builders import yuan

pytestmark = pytest.mark.django_db

RULING = {"outcome": "APPROVE", "limit": "3,000", "annual_rate": "16.2", "note": "Payslips seen."}


def _page(review: Review, word: str = "change") -> str:
    return f"/admin/risk/review/{review.pk}/{word}/"


def _state(review: Review) -> dict[str, Any]:
    review = Review.objects.get(pk=review.pk)
    decision = Decision.objects.filter(pk=review.decision_id).values().get()
    return {"state": review.state, "holder": review.claimed_by_id, "decision": decision}


def _taken(officer: User, **changes: Any) -> tuple[Review, Client]:
    review = refer(**changes)
    claim_review(review_id=review.pk, officer_id=officer.pk, now=wall_clock())
    return review, inside(officer)


def test_the_home_page_shows_the_queue_oldest_first() -> None:
    now = wall_clock()
    newer, older = refer(now=now - timedelta(hours=1)), refer(now=now - timedelta(hours=6))
    page = inside(staff("officer")).get("/admin/").content.decode()
    assert page.index(str(older.pk)) < page.index(str(newer.pk))
    assert "Reviews waiting" in page
    assert "The oldest for 6" in page
    assert "k-tone-danger" in page
    applicant = User.objects.get(pk=older.decision.applicant_id)
    assert applicant.phone is not None
    assert applicant.phone not in page
    assert f"{applicant.phone[:3]}****{applicant.phone[-4:]}" in page


def test_take_and_approve() -> None:
    officer = staff("officer")
    review, client = refer(), inside(officer)
    page = client.get(_page(review)).content.decode()
    assert "Take this review" in page
    assert "Income not stated" in page
    assert 'name="note"' not in page
    answer = client.post(_page(review, "claim"), follow=True)
    assert "This review is yours now." in answer.content.decode()
    answer = client.post(_page(review, "decide"), RULING, follow=True)
    assert "Decided." in answer.content.decode()
    decision = Decision.objects.get(pk=review.decision_id)
    assert (decision.outcome, decision.limit_minor) == ("APPROVE", yuan(3000).minor)
    assert f"{decision.annual_rate:f}" == "0.162000"
    assert decision.made_by_id == officer.pk
    line = AuditRecord.objects.get(action="review.decided")
    assert line.actor == str(officer.pk)


def test_decline_with_reasons() -> None:
    review, client = _taken(staff("officer"))
    fields = {"outcome": "DECLINE", "note": "No proof of income.", "limit": "3000"}
    answer = client.post(_page(review, "decide"), fields)
    assert answer.status_code == 400
    assert "Choose at least one reason" in answer.content.decode()
    assert _state(review)["state"] == ReviewState.CLAIMED
    answer = client.post(_page(review, "decide"), {**fields, "reasons": ["INCOME_UNKNOWN"]})
    assert answer.status_code == 302
    decision = Decision.objects.get(pk=review.decision_id)
    assert (decision.outcome, decision.reasons) == ("DECLINE", ["INCOME_UNKNOWN"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"note": " "}, "This field is required"),
        ({"limit": "1e9"}, "Enter an amount such as"),
        ({"limit": "NaN"}, "Enter an amount such as"),
        ({"limit": "-5"}, "Enter an amount such as"),
        ({"limit": ""}, "Enter the limit"),
        ({"annual_rate": "90"}, "annual rate is above 0"),
        ({"annual_rate": "NaN"}, "Enter a number"),
        ({"annual_rate": ""}, "annual rate"),
        ({"outcome": "REFER"}, "Select a valid choice"),
        ({"reasons": ["NO_SUCH"]}, "Select a valid choice"),
    ],
)
def test_a_wrong_form_changes_nothing(changes: dict[str, Any], said: str) -> None:
    review, client = _taken(staff("officer"))
    before = _state(review)
    answer = client.post(_page(review, "decide"), {**RULING, **changes})
    assert answer.status_code in (200, 400)
    page = answer.content.decode()
    assert said in page
    if changes.get("note") is None:
        assert "Payslips seen." in page  # what was typed stays
    assert _state(review) == before


def test_the_second_to_take_it_is_told_who_has_it() -> None:
    first, second = staff("officer", phone="13700001111"), staff("officer")
    review = refer()
    assert inside(first).post(_page(review, "claim")).status_code == 302
    before = _state(review)
    answer = inside(second).post(_page(review, "claim"), follow=True)
    assert "phone ending in 1111 took this review" in answer.content.decode()
    assert "Take this review" not in answer.content.decode()
    answer = inside(second).post(_page(review, "decide"), RULING)
    assert answer.status_code == 409
    assert "phone ending in 1111 took this review" in answer.content.decode()
    assert _state(review) == before


def test_deciding_twice_is_told() -> None:
    review, client = _taken(staff("officer"))
    client.post(_page(review, "decide"), RULING)
    before = _state(review)
    answer = client.post(
        _page(review, "decide"), {**RULING, "outcome": "DECLINE", "reasons": ["INCOME_UNKNOWN"]}
    )
    assert answer.status_code == 409
    assert "already decided" in answer.content.decode()
    assert _state(review) == before


def test_nobody_decides_on_their_own_application() -> None:
    officer = staff("senior_officer")
    review, client = refer(applicant_id=officer.pk), inside(officer)
    before = _state(review)
    answer = client.post(_page(review, "claim"), follow=True)
    assert "Nobody reviews their own application." in answer.content.decode()
    answer = client.post(_page(review, "decide"), RULING)
    assert answer.status_code == 403
    assert "Nobody reviews their own application." in answer.content.decode()
    assert _state(review) == before


def test_above_the_cap_a_senior_officer_decides() -> None:
    officer = staff("officer")
    high = {"requested": yuan(150_000), "monthly_income": yuan(50_000), "occupation": None}
    review, client = _taken(officer, **high)
    ruling = {**RULING, "limit": "150000", "annual_rate": "9"}
    answer = client.post(_page(review, "decide"), ruling)
    assert answer.status_code == 403
    assert "senior officer decides" in answer.content.decode()
    assert _state(review)["state"] == ReviewState.CLAIMED
    senior = inside(staff("senior_officer"))
    assert "Put it back on the queue" in senior.get(_page(review)).content.decode()
    assert senior.post(_page(review, "release")).status_code == 302
    assert senior.post(_page(review, "claim")).status_code == 302
    assert senior.post(_page(review, "decide"), ruling).status_code == 302
    assert Decision.objects.get(pk=review.decision_id).outcome == "APPROVE"


def test_an_officer_cannot_release_anothers() -> None:
    holder, other = staff("officer"), staff("officer")
    review, _client = _taken(holder)
    client = inside(other)
    assert "Give it back" not in client.get(_page(review)).content.decode()
    answer = client.post(_page(review, "release"), follow=True)
    assert "took this review" in answer.content.decode()
    assert Review.objects.get().claimed_by_id == holder.pk
    assert inside(holder).post(_page(review, "release")).status_code == 302
    assert Review.objects.get().state == ReviewState.OPEN


@pytest.mark.parametrize("role", ["finance", "auditor", "administrator"])
def test_others_cannot_act(role: str) -> None:
    review, client = refer(), inside(staff(role))
    for word in ("claim", "release", "decide"):
        assert client.post(_page(review, word), RULING).status_code == 403
    assert _state(review)["state"] == ReviewState.OPEN


def test_the_queue_leaves_decided_ones_out_until_asked() -> None:
    officer = staff("officer")
    review, client = _taken(officer)
    client.post(_page(review, "decide"), RULING)
    listing = "/admin/risk/review/"
    assert str(review.pk) not in client.get(listing).content.decode()
    assert str(review.pk) in client.get(f"{listing}?state=DECIDED").content.decode()
    assert str(review.pk) in client.get(f"{listing}?q={review.pk}").content.decode()
    page = client.get(_page(review)).content.decode()
    assert "Payslips seen." in page
    assert 'name="note"' not in page


def test_no_such_review() -> None:
    client = inside(staff("officer"))
    for key in ("nonsense", str(make_user()), "%00"):
        assert client.get(f"/admin/risk/review/{key}/change/").status_code == 404
        assert client.post(f"/admin/risk/review/{key}/decide/", RULING).status_code == 404


def test_the_list_costs_the_same_however_long(django_assert_max_num_queries: Any) -> None:
    client = inside(staff("officer"))
    for _ in range(12):
        refer(applicant_id=_person())
    with django_assert_max_num_queries(12):
        client.get("/admin/risk/review/")


def _person() -> UUID:
    return make_user()

"""Changing a loan in the console: preview, propose, decide; and who may not."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from core.businessday import get_business_date
from core.money import Money
from lending.loans.domain import PaymentKind
from lending.loans.domain.changes import FIELDS, ChangeState, Field, Service
from lending.loans.models import Loan, LoanChange
from lending.loans.operations import record_payment
from tests.fixtures.console import inside, staff
from tests.fixtures.house import House
from tests.servicing import check_fold, everything

pytestmark = pytest.mark.django_db

REASON = "Our app was down on the due day."


@pytest.fixture
def loan(house: House) -> Loan:
    """A loan that was paid out today."""
    return Loan.objects.get(pk=house.loan(house.borrower()))


def address(loan: Loan, service: Service | None = None) -> str:
    tail = "" if service is None else f"{service.value.lower().replace('_', '-')}/"
    return f"/admin/loans/loan/{loan.pk}/service/{tail}"


def change_page(change: LoanChange, word: str = "change") -> str:
    return f"/admin/loans/loanchange/{change.pk}/{word}/"


def goodwill(**changes: Any) -> dict[str, Any]:
    return {"amount": "200", "on": get_business_date().isoformat(), **changes}


def test_preview_propose_approve(house: House, loan: Loan) -> None:
    officer, senior = inside(staff("officer")), inside(staff("senior_officer"))
    page = officer.get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    assert "Service this loan" in page
    page = officer.get(address(loan)).content.decode()
    assert "Goodwill credit" in page
    assert "Chargeback" not in page  # finance's matter
    where = address(loan, Service.GOODWILL)
    assert "Propose" not in officer.get(where).content.decode()

    before = everything(loan.pk)
    page = officer.post(where, {**goodwill(), "preview": ""}).content.decode()
    for words in ("Still to pay in all", "−¥", "Goodwill", "What is booked", 'name="reason"'):
        assert words in page
    assert page.count("k-changed") > 6
    assert everything(loan.pk) == before
    assert not LoanChange.objects.exists()

    answer = officer.post(where, {**goodwill(), "reason": REASON, "propose": ""})
    change = LoanChange.objects.get()
    assert answer["Location"] == change_page(change)
    assert everything(loan.pk) == before
    page = officer.get(change_page(change)).content.decode()
    assert "a colleague decides" in page
    assert "Approve" not in page
    page = officer.get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    assert "Service this loan" not in page
    assert "waits for a decision" in page

    assert "Changes to decide" in senior.get("/admin/").content.decode()
    assert str(change.pk) in senior.get("/admin/loans/loanchange/").content.decode()
    page = senior.get(change_page(change)).content.decode()
    assert REASON in page
    assert "Approve" in page
    answer = senior.post(change_page(change, "approve"), {"note": ""}, follow=True)
    assert "Approved." in answer.content.decode()
    change.refresh_from_db()
    assert change.state == ChangeState.APPROVED
    check_fold(loan.pk)
    page = senior.get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    assert page.count("Goodwill credit") >= 2  # the event and the change
    assert "Without and with the change" in senior.get(change_page(change)).content.decode()


def test_rejecting_needs_a_note(house: House, loan: Loan) -> None:
    where = address(loan, Service.GOODWILL)
    inside(staff("officer")).post(where, {**goodwill(), "reason": REASON, "propose": ""})
    change, senior = LoanChange.objects.get(), inside(staff("senior_officer"))
    before = everything(loan.pk)
    answer = senior.post(change_page(change, "reject"), {"note": ""})
    assert answer.status_code == 400
    assert "Say why." in answer.content.decode()
    change.refresh_from_db()
    assert change.state == ChangeState.PROPOSED
    answer = senior.post(change_page(change, "reject"), {"note": "Not our fault."}, follow=True)
    assert "Rejected." in answer.content.decode()
    assert everything(loan.pk) == before


def test_the_proposer_does_not_decide_whatever_the_roles(house: House, loan: Loan) -> None:
    client = inside(staff("officer", "senior_officer", "finance"))
    where = address(loan, Service.GOODWILL)
    client.post(where, {**goodwill(), "reason": REASON, "propose": ""})
    change = LoanChange.objects.get()
    before = everything(loan.pk)
    for word in ("approve", "reject"):
        answer = client.post(change_page(change, word), {"note": "Fine."})
        assert answer.status_code == 403
        assert "Another colleague decides" in answer.content.decode()
        change.refresh_from_db()
        assert change.state == ChangeState.PROPOSED
    assert everything(loan.pk) == before
    answer = client.post(change_page(change, "withdraw"), follow=True)
    assert "Withdrawn." in answer.content.decode()
    change.refresh_from_db()
    assert change.state == ChangeState.WITHDRAWN


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("officer", {Field.TERMS}),
        ("senior_officer", {Field.TERMS}),
        ("finance", {Field.MONEY}),
        ("auditor", set()),
    ],
)
def test_who_may_propose_what(loan: Loan, role: str, may: set[Field]) -> None:
    client = inside(staff(role))
    before = everything(loan.pk)
    for service in Service:
        allowed = FIELDS[service] in may and service is not Service.RECOVERY
        assert client.get(address(loan, service)).status_code == (200 if allowed else 403), service
        if not allowed:
            body = {**goodwill(), "reason": REASON, "propose": ""}
            assert client.post(address(loan, service), body).status_code == 403
    assert client.get(address(loan)).status_code == (200 if may else 403)
    assert everything(loan.pk) == before
    assert not LoanChange.objects.exists()


@pytest.mark.parametrize(
    ("proposer", "service", "roles"),
    [
        ("officer", Service.GOODWILL, {"senior_officer"}),
        ("finance", Service.REFUND, {"senior_officer", "finance"}),
    ],
)
def test_who_may_decide(loan: Loan, proposer: str, service: Service, roles: set[str]) -> None:
    body = {**goodwill(), "reason": REASON, "propose": ""}
    assert inside(staff(proposer)).post(address(loan, service), body).status_code == 302
    change, before = LoanChange.objects.get(), everything(loan.pk)
    for role in {"officer", "senior_officer", "finance", "auditor"} - roles:
        client = inside(staff(role))
        page = client.get(change_page(change))
        assert 'name="note"' not in page.content.decode()
        for word in ("approve", "reject"):
            assert client.post(change_page(change, word), {"note": "Yes."}).status_code == 403
    change.refresh_from_db()
    assert change.state == ChangeState.PROPOSED
    assert everything(loan.pk) == before
    for role in roles:
        assert 'name="note"' in inside(staff(role)).get(change_page(change)).content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"amount": ""}, "This field is required"),
        ({"amount": "-5"}, "Enter an amount"),
        ({"amount": "1e9"}, "Enter an amount"),
        ({"on": "2020-01-01"}, "nothing can happen before"),
        ({"on": "2099-01-01"}, "has not come yet"),
        ({"on": "tomorrow"}, "Enter a valid date"),
        ({"reason": ""}, "This field is required"),
    ],
)
def test_a_wrong_form_changes_nothing(loan: Loan, changes: dict[str, Any], said: str) -> None:
    client, before = inside(staff("officer")), everything(loan.pk)
    body = {**goodwill(), "reason": REASON, "propose": "", **changes}
    answer = client.post(address(loan, Service.GOODWILL), body)
    assert answer.status_code in (200, 400)
    assert said in answer.content.decode()
    assert everything(loan.pk) == before
    assert not LoanChange.objects.exists()


def test_every_service_has_its_form(loan: Loan) -> None:
    officer, finance = inside(staff("officer")), inside(staff("finance"))
    for service in set(Service) - {Service.RECOVERY}:
        client: Client = officer if FIELDS[service] is Field.TERMS else finance
        page = client.get(address(loan, service)).content.decode()
        assert 'name="preview"' in page, service
        answer = client.post(address(loan, service), {"preview": ""})
        assert answer.status_code == 200, service


def test_undoing_a_payment(house: House, loan: Loan) -> None:
    record_payment(
        loan_id=loan.pk,
        amount=Money(100_000, "CNY"),
        kind=PaymentKind.MANUAL,
        reference="a-payment",
        on=get_business_date(),
        now=house.now,
    )
    finance = inside(staff("finance"))
    page = finance.get(address(loan, Service.UNDO)).content.decode()
    assert re.search(r'value="a-payment"[^>]*>[^<]*¥1,000.00', page)
    body = {"reference": "a-payment", "reason": REASON, "propose": ""}
    assert finance.post(address(loan, Service.UNDO), body).status_code == 302
    change = LoanChange.objects.get()
    inside(staff("finance")).post(change_page(change, "approve"), {"note": "Seen at the bank."})
    change.refresh_from_db()
    assert (change.state, change.note) == (ChangeState.APPROVED, "Seen at the bank.")
    check_fold(loan.pk)


def test_a_proposal_the_loan_ran_away_from(house: House, loan: Loan) -> None:
    where = address(loan, Service.GOODWILL)
    inside(staff("officer")).post(where, {**goodwill(), "reason": REASON, "propose": ""})
    record_payment(
        loan_id=loan.pk,
        amount=Money(100_000, "CNY"),
        kind=PaymentKind.MANUAL,
        reference="a-payment",
        on=get_business_date(),
        now=house.now,
    )
    change, senior = LoanChange.objects.get(), inside(staff("senior_officer"))
    assert "more has happened" in senior.get(change_page(change)).content.decode()
    before = everything(loan.pk)
    answer = senior.post(change_page(change, "approve"), {"note": ""})
    assert answer.status_code == 409
    assert "Propose it anew" in answer.content.decode()
    change.refresh_from_db()
    assert change.state == ChangeState.EXPIRED
    assert everything(loan.pk) == before


def test_no_such_service_or_change(loan: Loan) -> None:
    client = inside(staff("officer", "senior_officer"))
    for path in (f"{address(loan)}theft/", f"{address(loan)}%00/"):
        assert client.get(path).status_code == 404
    for key in ("nonsense", str(uuid4())):
        assert client.get(f"/admin/loans/loan/{key}/service/").status_code == 404
        assert client.get(f"/admin/loans/loanchange/{key}/change/").status_code == 404
        assert client.post(f"/admin/loans/loanchange/{key}/approve/", {}).status_code == 404


def test_the_queue_costs_the_same_however_long(
    house: House, django_assert_max_num_queries: Any
) -> None:
    officer = inside(staff("officer"))
    for _ in range(3):
        loan = Loan.objects.get(pk=house.loan(house.borrower()))
        officer.post(
            address(loan, Service.GOODWILL), {**goodwill(), "reason": REASON, "propose": ""}
        )
    assert LoanChange.objects.count() == 3
    with django_assert_max_num_queries(8):
        officer.get("/admin/loans/loanchange/")

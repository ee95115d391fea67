"""What a borrower reads of a loan: everything that happened but the lender's own bookkeeping."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from accounts.operations import issue_token
from core.businessday import get_business_date
from core.errors import NotFound
from core.money import Money
from lending.loans.domain import PaymentKind
from lending.loans.models import Loan, LoanHistory
from lending.loans.operations import record_payment
from lending.loans.queries.history import list_events
from tests.api import Caller
from tests.fixtures.house import House, Person

pytestmark = pytest.mark.django_db


def write(loan_id: UUID, kind: str, house: House, **fields: object) -> None:
    """A row of history as recorded; the engine has no part here."""
    LoanHistory.objects.create(
        loan_id=loan_id,
        sequence=LoanHistory.objects.filter(loan_id=loan_id).count() + 1,
        kind=kind,
        on=get_business_date(),
        recorded_at=house.now,
        **fields,
    )


@pytest.fixture
def person(house: House) -> Person:
    return house.borrower()


@pytest.fixture
def loan_id(house: House, person: Person) -> UUID:
    return house.loan(person)


def test_each_event_in_words_of_the_borrower(house: House, person: Person, loan_id: UUID) -> None:
    record_payment(
        loan_id=loan_id,
        amount=Money(100_000, "CNY"),
        kind=PaymentKind.MANUAL,
        reference="mine",
        on=get_business_date(),
        now=house.now,
    )
    write(loan_id, "REVERSED", house, reference="mine")
    write(loan_id, "RATE_CHANGED", house, reference="rate", details={"annual_rate": "0.0985"})
    details = {"due_on": "2026-12-24", "moved_to": "2027-01-05"}
    write(loan_id, "DUE_DATE_MOVED", house, reference="move", details=details)
    with translation.override("en"):
        rows = list_events(borrower_id=person.id, loan_id=loan_id)
    assert [(row.title, row.particulars, row.is_undone) for row in rows] == [
        ("Due dates moved", "24 Dec 2026 → 5 Jan 2027", False),
        ("Rate change", "Annual rate 9.85%", False),
        ("Correction", "", False),
        ("Repayment", "", True),
        ("Paid out", "", False),
    ]
    assert [row.amount for row in rows][3:] == [Money(100_000, "CNY"), Money(600_000, "CNY")]
    with translation.override("zh-hans"):
        first = list_events(borrower_id=person.id, loan_id=loan_id)[1]
    assert (first.title, first.particulars) == ("利率调整", "年利率9.85%")


def test_a_write_off_is_not_told_nor_its_undoing(
    house: House, person: Person, loan_id: UUID
) -> None:
    write(loan_id, "WRITTEN_OFF", house, reference="off")
    write(loan_id, "REVERSED", house, reference="off")
    rows = list_events(borrower_id=person.id, loan_id=loan_id)
    assert [row.kind for row in rows] == ["DISBURSED"]


def test_nobody_reads_of_anothers_loan(house: House, loan_id: UUID) -> None:
    with pytest.raises(NotFound):
        list_events(borrower_id=house.person().id, loan_id=loan_id)


def test_the_api_pages_them(house: House, person: Person, loan_id: UUID) -> None:
    for number in range(4):
        write(loan_id, "CHARGED", house, reference=str(number), amount=500, details=_charge())
    caller = Caller(token=issue_token(user_id=person.id, now=house.now))
    page = caller.get(f"loans/{loan_id}/events?page_size=3")
    assert [row["amount"] for row in page["results"]] == ["5.00"] * 3
    assert page["results"][0]["kind"] == "CHARGED"
    assert page["next"]
    assert "cursor=" in page["next"]


def _charge() -> dict[str, str | None]:
    return {"kind": "FEE", "due_on": date(2026, 12, 24).isoformat()}


def test_the_page(person: Person, loan_id: UUID, client: Client) -> None:
    client.force_login(User.objects.get(pk=person.id), backend="accounts.backends.PhoneBackend")
    text = client.get(f"/loans/{loan_id}/events/", headers={"Accept-Language": "en"})
    assert "Paid out" in text.content.decode()
    assert "¥6,000.00" in text.content.decode()
    number = Loan.objects.get(pk=loan_id).number
    assert number in text.content.decode()
    detail = client.get(f"/loans/{loan_id}/", headers={"Accept-Language": "en"})
    assert f'href="/loans/{loan_id}/events/"' in detail.content.decode()

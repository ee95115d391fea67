"""Loans that were replaced, in the console."""

from __future__ import annotations

from uuid import UUID

import pytest

from core.businessday import get_business_date
from lending.loans.domain.changes import Service
from lending.loans.models import Loan, LoanChange
from tests.fixtures.console import inside, staff
from tests.fixtures.house import House
from tests.outbox import run_outbox
from tests.refinancing import clearing, quote_new
from tests.servicing import everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def loans(house: House) -> tuple[UUID, UUID]:
    """An old loan and the one that replaced it."""
    person = house.borrower()
    old = house.loan(person)
    drawdown_id = house.sign(person, quote_new(person, old))
    run_outbox()
    return old, Loan.objects.get(drawdown_id=drawdown_id).pk


def address(loan_id: UUID) -> str:
    return f"/admin/loans/loan/{loan_id}/change/"


def test_each_loan_leads_to_the_other(loans: tuple[UUID, UUID]) -> None:
    officer = inside(staff("officer"))
    old, new = (Loan.objects.get(pk=pk) for pk in loans)
    page = officer.get(address(old.pk)).content.decode()
    assert "Refinanced" in page
    assert f'href="{address(new.pk)}">' in page
    assert new.number in page
    page = officer.get(address(new.pk)).content.decode()
    assert f'href="{address(old.pk)}">' in page
    assert old.number in page
    page = officer.get(f"/admin/loans/drawdown/{new.drawdown_id}/change/").content.decode()
    assert f'href="{address(old.pk)}">' in page


def test_what_was_not_paid_out_is_not_counted_as_paid_out(loans: tuple[UUID, UUID]) -> None:
    home = inside(staff("officer")).get("/admin/").content.decode()
    assert "¥6,000.00" in home
    assert "¥12,000.00" not in home


def test_the_payment_by_the_new_loan_is_not_undone(loans: tuple[UUID, UUID]) -> None:
    old, new = loans
    before = everything(old)
    where = f"/admin/loans/loan/{old}/service/{Service.UNDO.value.lower()}/"
    data = {"reference": str(new), "on": get_business_date().isoformat()}
    finance = inside(staff("finance"))
    for button in ({"preview": ""}, {"reason": "A mistake.", "propose": ""}):
        page = finance.post(where, {**data, **button}).content.decode()
        assert "it cannot be undone while that loan stands" in page
    assert everything(old) == before
    assert not LoanChange.objects.exists()
    assert sum(clearing()) == 0

"""A loan goes round once through the operations, against the real sandbox bank."""

from __future__ import annotations

from datetime import timedelta

import pytest

from core.businessday import get_business_date
from core.money import Money
from lending.ledger.domain import AccountCode
from lending.ledger.queries import loan_balances
from lending.loans.domain import PaymentKind
from lending.loans.domain.states import LoanStatus
from lending.loans.queries.lines import get_line
from lending.loans.queries.loans import get_loan
from lending.repayments.operations import close_through, repay
from lending.repayments.queries import get_certificate
from tests.fixtures.house import House
from tests.outbox import run_outbox

pytestmark = pytest.mark.django_db


def test_money_goes_to_the_card_and_comes_back(house: House) -> None:
    person = house.borrower(balance=1_000_000)
    line = get_line(borrower_id=person.id)
    assert line is not None
    assert line.available == line.limit

    loan_id = house.loan(person, amount=600_000)
    assert house.bank.balance(pan=person.pan) == 1_600_000
    today = get_business_date()
    loan = get_loan(borrower_id=person.id, loan_id=loan_id, as_of=today)
    assert loan.outstanding == Money(600_000, "CNY")
    assert len(loan.schedule) == 6

    first = loan.schedule[0]
    close_through(day=first.due_on - timedelta(days=1), now=house.now)
    house.settle()
    assert house.bank.balance(pan=person.pan) == 1_600_000 - first.asked.total.minor
    loan = get_loan(borrower_id=person.id, loan_id=loan_id, as_of=get_business_date())
    assert loan.schedule[0].status == "PAID"
    books = loan_balances(loan_id=loan_id)
    assert books[AccountCode.LOAN_PRINCIPAL] == loan.outstanding

    close_through(day=first.due_on + timedelta(days=9), now=house.now)
    repay(
        borrower_id=person.id,
        loan_id=loan_id,
        key="payoff-1",
        kind=PaymentKind.PAYOFF,
        amount=None,
        binding_id=None,
        now=house.now,
    )
    house.settle()
    run_outbox()
    loan = get_loan(borrower_id=person.id, loan_id=loan_id, as_of=get_business_date())
    assert loan.status == LoanStatus.CLOSED_REPAID
    assert not loan.payoff.total
    certificate = get_certificate(borrower_id=person.id, loan_id=loan_id)
    assert certificate.content["outstanding"] == "0.00"
    for code in (
        AccountCode.LOAN_PRINCIPAL,
        AccountCode.INTEREST_RECEIVABLE,
        AccountCode.PENALTY_RECEIVABLE,
    ):
        assert not loan_balances(loan_id=loan_id).get(code)

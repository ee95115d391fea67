"""One loan replaced by two at once; a replacement meets a repayment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from core.businessday import get_business_date
from core.money import Money
from lending.loans.domain import PaymentKind
from lending.loans.domain.states import LoanStatus
from lending.loans.models import Drawdown, Loan
from lending.loans.operations import record_payment, refinancing, settle_check
from lending.loans.queries.fold import loan_state
from lending.repayments.models import Repayment
from lending.repayments.operations import close_day, repay
from risk.operations import decide_request
from tests.fixtures.house import House, Person
from tests.racing import at_once, between, plain_get, refusals, winners
from tests.refinancing import after_days, clearing, quote_new, used
from tests.servicing import check_fold

pytestmark = pytest.mark.django_db(transaction=True)

OLD_LOCKED = 'FROM "loans_loan" WHERE "loans_loan"."id" IN'
NEW_LOAN = 'INSERT INTO "loans_loan"'
REPAYMENT = 'INSERT INTO "repayments_repayment"'


@dataclass
class Case:
    """A loan, and a signed and approved drawdown that is to replace it."""

    house: House
    person: Person
    loan_id: UUID
    drawdown_id: UUID

    @property
    def loan(self) -> Loan:
        return Loan.objects.get(pk=self.loan_id)

    @property
    def drawdown(self) -> Drawdown:
        return Drawdown.objects.get(pk=self.drawdown_id)

    def settle(self) -> None:
        settle_check(drawdown_id=self.drawdown_id, now=self.house.now)

    def repay(self) -> UUID:
        return repay(
            borrower_id=self.person.id,
            loan_id=self.loan_id,
            key=str(uuid4()),
            kind=PaymentKind.PAYOFF,
            amount=None,
            binding_id=None,
            now=self.house.now,
        )

    def pay(self) -> None:
        record_payment(
            loan_id=self.loan_id,
            amount=Money(100_000, "CNY"),
            kind=PaymentKind.MANUAL,
            reference=str(uuid4()),
            on=get_business_date(),
            now=self.house.now,
        )

    def check(self) -> None:
        """All of it happened or nothing; the books are right and nothing is left in clearing."""
        done = self.drawdown.state == "DISBURSED"
        assert done == (self.loan.status == LoanStatus.CLOSED_REFINANCED)
        assert Loan.objects.count() == (2 if done else 1)
        assert sum(clearing()) == 0
        assert len(clearing()) == (2 if done else 0)
        for loan in Loan.objects.all():
            check_fold(loan.pk)


@pytest.fixture
def case(house: House) -> Case:
    person = house.borrower(balance=2_000_000)
    loan_id = house.loan(person)
    after_days(house, 10)
    drawdown_id = house.sign(person, quote_new(person, loan_id))
    decision_id = Drawdown.objects.get(pk=drawdown_id).decision_id
    assert decision_id is not None
    decide_request(decision_id=decision_id, now=house.now)
    return Case(house, person, loan_id, drawdown_id)


def test_two_that_replace_one_loan_are_signed_at_once(house: House) -> None:
    person = house.borrower()
    loan_id = house.loan(person)
    quotes = [quote_new(person, loan_id, instalments=count) for count in (3, 6, 12)]

    results = at_once(*(partial(house.sign, person, quote_id) for quote_id in quotes))

    assert len(winners(results)) == 1
    assert refusals(results) == ["refinancing-open"] * 2
    house.settle()
    assert Loan.objects.count() == 2
    assert Loan.objects.get(pk=loan_id).status == LoanStatus.CLOSED_REFINANCED
    assert sum(clearing()) == 0
    assert used(person) == 600_000


def test_a_check_settled_many_times_at_once_is_one_loan(case: Case) -> None:
    assert refusals(at_once(*[case.settle] * 4)) == []
    assert case.drawdown.state == "DISBURSED"
    case.check()


@pytest.mark.parametrize("statement", [OLD_LOCKED, NEW_LOAN])
def test_a_repayment_is_asked_for_while_it_is_replaced(case: Case, statement: str) -> None:
    results = between(first=case.settle, statement=statement, second=case.repay)
    assert refusals(results) == ["loan-closed"]
    assert not Repayment.objects.exists()
    assert case.drawdown.state == "DISBURSED"
    case.check()


def test_it_is_replaced_while_a_repayment_is_asked_for(case: Case) -> None:
    results = between(first=case.repay, statement=REPAYMENT, second=case.settle)
    assert refusals(results) == []
    assert (case.drawdown.state, case.drawdown.failure) == ("FAILED", "repayment-open")
    case.house.settle()
    assert case.loan.status == LoanStatus.CLOSED_REPAID
    case.check()


def test_without_the_lock_both_would_pay_it(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The race is real: this is what the lock on the loan's repayments is for."""
    monkeypatch.setattr(refinancing, "lock_name", lambda *, name: None)
    results = between(first=case.settle, statement=NEW_LOAN, second=case.repay)
    assert refusals(results) == []
    assert Repayment.objects.count() == 1
    assert case.loan.status == LoanStatus.CLOSED_REFINANCED


def test_money_is_counted_while_it_is_replaced(case: Case) -> None:
    """It comes too late for the loan, and is the borrower's."""
    results = between(first=case.settle, statement=NEW_LOAN, second=case.pay)
    assert refusals(results) == []
    assert case.drawdown.state == "DISBURSED"
    assert loan_state(case.loan, as_of=get_business_date()).unapplied == Money(100_000, "CNY")
    case.check()


def test_it_is_replaced_while_money_is_counted(case: Case) -> None:
    results = between(
        first=case.pay, statement='INSERT INTO "loans_loanhistory"', second=case.settle
    )
    assert refusals(results) == []
    assert (case.drawdown.state, case.drawdown.failure) == ("FAILED", "payoff-changed")
    case.check()


def test_without_the_loans_lock_the_books_are_wrong(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race is real: this is what the lock on the old loan is for."""
    monkeypatch.setattr(refinancing, "lock_row", plain_get)
    between(first=case.settle, statement=NEW_LOAN, second=case.pay)
    with pytest.raises(AssertionError):
        case.check()


def test_the_day_closes_while_it_is_replaced(case: Case) -> None:
    today = get_business_date()
    results = at_once(case.settle, partial(close_day, day=today, now=case.house.now))
    assert refusals(results) == []
    case.check()


def test_everybody_at_once(case: Case) -> None:
    calls: list[Callable[[], Any]] = [case.settle, case.repay, case.settle, case.repay]
    assert set(refusals(at_once(*calls))) <= {"loan-closed", "repayment-open"}
    case.house.settle()
    case.check()
    assert case.loan.status in (LoanStatus.CLOSED_REFINANCED, LoanStatus.CLOSED_REPAID)

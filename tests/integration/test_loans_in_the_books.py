"""On every day of a loan's life the ledger equals what the replay says, whatever happens to it."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from cards.models import Payment
from core.businessday import get_business_date
from core.errors import Conflict, InvalidInput, NotFound
from core.money import Money
from lending.ledger.domain import AccountCode
from lending.ledger.queries import CHECKS, account_balances, loan_balances, run_check
from lending.loans.domain import PaymentKind
from lending.loans.domain.states import LoanStatus
from lending.loans.models import Loan
from lending.loans.queries.fold import loan_state
from lending.loans.queries.loans import get_loan
from lending.repayments.domain.states import RepaymentState
from lending.repayments.models import Repayment
from lending.repayments.operations import close_through, repay
from lending.repayments.queries import get_open_repayment
from tests.fixtures.house import House, Person

pytestmark = pytest.mark.django_db

CNY = "CNY"
ZERO = Money(0, CNY)


def check_books(loan_id: UUID) -> None:
    """Receivables in the ledger are what the fold says is owed; every entry is sound."""
    loan = Loan.objects.get(pk=loan_id)
    state = loan_state(loan, as_of=loan.closed_through)
    today = loan_state(loan, as_of=get_business_date())
    if loan.status == LoanStatus.ACTIVE and state.paid == today.paid:
        books = loan_balances(loan_id=loan_id)
        assert books.get(AccountCode.LOAN_PRINCIPAL, ZERO) == state.outstanding_principal
        assert Money(loan.interest_posted, CNY) == state.accrued_interest
        owed = state.accrued_interest - state.paid.interest
        assert books.get(AccountCode.INTEREST_RECEIVABLE, ZERO) == owed
        late = state.accrued_penalty - state.paid.penalty
        assert books.get(AccountCode.PENALTY_RECEIVABLE, ZERO) == late
    assert [violation for check in CHECKS for violation in run_check(check=check)] == []
    assert sum(line.balance.minor for line in account_balances()) == 0


def live_until(house: House, loan_id: UUID, day: date) -> None:
    """Close one day after the other, looking at the books each time."""
    while get_business_date() <= day:
        close_through(day=get_business_date(), now=house.now)
        check_books(loan_id)


def pay(
    house: House,
    person: Person,
    loan_id: UUID,
    kind: PaymentKind,
    amount: int | None = None,
    key: str = "pay",
) -> UUID:
    return repay(
        borrower_id=person.id,
        loan_id=loan_id,
        key=f"{key}-{kind}-{amount}",
        kind=kind,
        amount=None if amount is None else Money(amount, CNY),
        binding_id=None,
        now=house.now,
    )


def due_dates(person: Person, loan_id: UUID) -> list[date]:
    loan = get_loan(borrower_id=person.id, loan_id=loan_id, as_of=get_business_date())
    return [row.due_on for row in loan.schedule]


@pytest.mark.parametrize("product", ["monthly", "declining", "flexible"])
def test_every_method_pays_on_time_to_the_end(house: House, product: str) -> None:
    person = house.borrower(balance=5_000_000)
    loan_id = house.loan(person, product_code=product, amount=300_000, instalments=3)
    for due in due_dates(person, loan_id):
        live_until(house, loan_id, due - timedelta(days=1))
        house.settle()
        check_books(loan_id)
    loan = Loan.objects.get(pk=loan_id)
    assert loan.status == LoanStatus.CLOSED_REPAID
    paid = sum(row.amount for row in Repayment.objects.filter(loan_id=loan_id))
    assert paid == loan.principal + loan.interest_posted
    assert loan.penalty_posted == 0
    assert house.bank.balance(pan=person.pan) == 5_000_000 + 300_000 - paid


def test_a_late_borrower_owes_penalty_and_comes_back(house: House) -> None:
    person = house.borrower(balance=0)
    loan_id = house.loan(person, amount=300_000, instalments=3)
    house.bank.change_account(pan=person.pan, withdraw=300_000)
    due = due_dates(person, loan_id)[0]
    live_until(house, loan_id, due - timedelta(days=1))
    house.settle()
    failed = Repayment.objects.get(loan_id=loan_id)
    assert (failed.state, failed.failure) == (RepaymentState.FAILED, "later")
    for _ in range(10):
        live_until(house, loan_id, get_business_date())
        house.settle()
    loan = Loan.objects.get(pk=loan_id)
    assert (loan.days_past_due, loan.asset_class) == (9, "SPECIAL_MENTION")
    assert loan.penalty_posted > 0
    tries = Repayment.objects.filter(loan_id=loan_id)
    assert tries.count() == 11
    assert set(tries.values_list("state", flat=True)) == {RepaymentState.FAILED}

    house.bank.change_account(pan=person.pan, deposit=200_000)
    live_until(house, loan_id, get_business_date())
    house.settle()
    check_books(loan_id)
    loan.refresh_from_db()
    assert (loan.days_past_due, loan.asset_class, loan.worst_days_past_due) == (0, "PASS", 10)


def test_early_money_shortens_what_is_owed(house: House) -> None:
    person = house.borrower()
    loan_id = house.loan(person, amount=600_000, instalments=6)
    live_until(house, loan_id, get_business_date() + timedelta(days=9))
    pay(house, person, loan_id, PaymentKind.MANUAL, 200_000)
    house.settle()
    check_books(loan_id)
    loan = get_loan(borrower_id=person.id, loan_id=loan_id, as_of=get_business_date())
    interest = Loan.objects.get(pk=loan_id).interest_posted
    assert loan.outstanding.minor == 600_000 - (200_000 - interest)
    live_until(house, loan_id, get_business_date() + timedelta(days=3))


def test_money_the_bank_collects_after_the_day_has_closed_counts_from_its_day(
    house: House,
) -> None:
    person = house.borrower()
    loan_id = house.loan(person, amount=600_000)
    live_until(house, loan_id, get_business_date() + timedelta(days=9))
    pay(house, person, loan_id, PaymentKind.PAYOFF)
    live_until(house, loan_id, get_business_date() + timedelta(days=1))
    before = Loan.objects.get(pk=loan_id).interest_posted
    house.settle()
    loan = Loan.objects.get(pk=loan_id)
    assert loan.status == LoanStatus.CLOSED_REPAID
    assert loan.interest_posted < before
    books = loan_balances(loan_id=loan_id)
    for code in (AccountCode.LOAN_PRINCIPAL, AccountCode.INTEREST_RECEIVABLE):
        assert not books.get(code)
    assert [violation for check in CHECKS for violation in run_check(check=check)] == []


def test_one_repayment_at_a_time_and_none_after_the_end(house: House) -> None:
    person = house.borrower()
    loan_id = house.loan(person, amount=600_000)
    first = pay(house, person, loan_id, PaymentKind.MANUAL, 10_000)
    assert pay(house, person, loan_id, PaymentKind.MANUAL, 10_000) == first
    with pytest.raises(Conflict) as refused:
        pay(house, person, loan_id, PaymentKind.PAYOFF)
    assert refused.value.code == "repayment-open"
    assert Payment.objects.filter(source_id=first).count() == 1
    house.settle()
    assert get_open_repayment(borrower_id=person.id, loan_id=loan_id) is None
    pay(house, person, loan_id, PaymentKind.PAYOFF)
    house.settle()
    with pytest.raises(Conflict) as ended:
        pay(house, person, loan_id, PaymentKind.MANUAL, 1)
    assert ended.value.code == "loan-closed"


@pytest.mark.parametrize("amount", [None, 0, -1, 60_000_001])
def test_amounts_that_cannot_be_repaid_change_nothing(house: House, amount: int | None) -> None:
    person = house.borrower()
    loan_id = house.loan(person, amount=600_000)
    with pytest.raises(InvalidInput) as refused:
        pay(house, person, loan_id, PaymentKind.MANUAL, amount)
    assert "amount" in refused.value.fields
    with pytest.raises(InvalidInput):
        pay(house, person, loan_id, PaymentKind.DUE)
    assert not Repayment.objects.exists()


def test_somebody_else_cannot_repay_or_see_it(house: House) -> None:
    person, stranger = house.borrower(), house.person()
    loan_id = house.loan(person, amount=600_000)
    with pytest.raises(NotFound):
        pay(house, stranger, loan_id, PaymentKind.PAYOFF)
    with pytest.raises(NotFound):
        get_loan(borrower_id=stranger.id, loan_id=loan_id, as_of=get_business_date())
    assert not Repayment.objects.exists()

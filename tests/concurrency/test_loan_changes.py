"""Two colleagues decide at once; a decision meets a repayment."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest

from core.businessday import get_business_date
from core.money import Money
from lending.loans.domain import Paid, PaymentKind
from lending.loans.domain.changes import ChangeState
from lending.loans.models import Loan, LoanChange, LoanHistory
from lending.loans.operations import (
    approve_change,
    changes,
    propose_change,
    record_payment,
    reject_change,
)
from tests.fixtures.console import staff
from tests.fixtures.house import House
from tests.racing import at_once, between, plain_get, refusals, winners
from tests.servicing import check_fold

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def loan_id(house: House) -> UUID:
    return house.loan(house.borrower())


def propose(house: House, loan_id: UUID) -> UUID:
    event = Paid(
        on=get_business_date(),
        amount=Money(20_000, "CNY"),
        kind=PaymentKind.GOODWILL,
        reference="",
    )
    return propose_change(
        loan_id=loan_id,
        event=event,
        reason="Our app was down.",
        proposer_id=staff("officer").pk,
        now=house.now,
    )


def approving(house: House, change_id: UUID) -> Callable[[], None]:
    decider = staff("senior_officer").pk
    return lambda: approve_change(change_id=change_id, decider_id=decider, now=house.now)


def goodwill(loan_id: UUID) -> int:
    return LoanHistory.objects.filter(loan_id=loan_id, payment_kind="GOODWILL").count()


def test_two_approve_at_once(house: House, loan_id: UUID) -> None:
    change_id = propose(house, loan_id)
    results = at_once(*(approving(house, change_id) for _ in range(3)))
    assert refusals(results) == ["change-decided"] * 2
    assert goodwill(loan_id) == 1
    check_fold(loan_id)


def test_one_approves_while_another_rejects(house: House, loan_id: UUID) -> None:
    change_id, other = propose(house, loan_id), staff("senior_officer").pk
    results = between(
        first=approving(house, change_id),
        statement='INSERT INTO "loans_loanhistory"',
        second=lambda: reject_change(
            change_id=change_id, decider_id=other, note="No.", now=house.now
        ),
    )
    assert refusals(results) == ["change-decided"]
    assert LoanChange.objects.get(pk=change_id).state == ChangeState.APPROVED
    assert goodwill(loan_id) == 1
    check_fold(loan_id)


def test_without_the_locks_both_would_decide(
    house: House, loan_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race is real: this is what the locks are for."""
    change_id, other = propose(house, loan_id), staff("senior_officer").pk
    monkeypatch.setattr(changes, "lock_row", plain_get)
    results = between(
        first=approving(house, change_id),
        statement='INSERT INTO "loans_loanhistory"',
        second=lambda: reject_change(
            change_id=change_id, decider_id=other, note="No.", now=house.now
        ),
    )
    assert refusals(results) == []
    assert goodwill(loan_id) == 1


def paying(house: House, loan_id: UUID) -> Callable[[], None]:
    return lambda: record_payment(
        loan_id=loan_id,
        amount=Money(100_000, "CNY"),
        kind=PaymentKind.MANUAL,
        reference=str(uuid4()),
        on=get_business_date(),
        now=house.now,
    )


def test_a_repayment_comes_while_it_is_approved(house: House, loan_id: UUID) -> None:
    change_id = propose(house, loan_id)
    results = between(
        first=approving(house, change_id),
        statement='INSERT INTO "loans_loanhistory"',
        second=paying(house, loan_id),
    )
    assert refusals(results) == []
    assert goodwill(loan_id) == 1
    assert Loan.objects.get(pk=loan_id).history.count() == 3
    check_fold(loan_id)


def test_it_is_approved_while_a_repayment_comes(house: House, loan_id: UUID) -> None:
    change_id = propose(house, loan_id)
    results = between(
        first=paying(house, loan_id),
        statement='INSERT INTO "loans_loanhistory"',
        second=approving(house, change_id),
    )
    assert refusals(results) == ["change-expired"]
    assert LoanChange.objects.get(pk=change_id).state == ChangeState.EXPIRED
    assert goodwill(loan_id) == 0
    check_fold(loan_id)


def test_two_propose_at_once(house: House, loan_id: UUID) -> None:
    results = at_once(*(lambda: propose(house, loan_id) for _ in range(2)))
    assert len(winners(results)) == 1
    assert refusals(results) == ["change-open"]
    assert LoanChange.objects.count() == 1

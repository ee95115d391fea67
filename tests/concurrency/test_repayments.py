"""Repaying one loan at the same moment: by hand twice, by hand and on the due day, and at random."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from cards.domain.states import Direction, PaymentState
from cards.models import CardBinding, Payment
from cards.operations import query_payment, set_default_binding, unbind_card
from core.businessday import get_business_date
from core.errors import KadaiError
from core.ids import uuid7
from core.models import OutboxDelivery
from core.money import Money
from core.outbox import deliver, list_due
from lending.ledger.domain import AccountCode
from lending.ledger.models import Entry
from lending.ledger.queries import CHECKS, loan_balances, run_check
from lending.loans.domain import PaymentKind
from lending.loans.domain.states import LoanStatus
from lending.loans.models import Drawdown, Loan
from lending.loans.queries.fold import loan_state
from lending.loans.queries.loans import get_any_loan
from lending.repayments.models import Repayment, SettlementCertificate
from lending.repayments.operations import (
    close_day,
    close_through,
    collecting,
    debit_due,
    issue_certificate,
    record_collection,
    repay,
)
from tests.fixtures.house import House, Person
from tests.outbox import run_outbox
from tests.racing import Meeting, at_once, between, refusals, winners
from tests.refinancing import clearing, quote_new

pytestmark = pytest.mark.django_db(transaction=True)


def payoff(
    house: House, person: Person, loan_id: UUID, *, key: str, kind: PaymentKind = PaymentKind.PAYOFF
) -> UUID:
    return repay(
        borrower_id=person.id,
        loan_id=loan_id,
        key=key,
        kind=kind,
        amount=None,
        binding_id=None,
        now=house.now,
    )


def collect_at_the_bank(house: House) -> Payment:
    """The newest payment is settled at the bank and with us; nobody above has heard of it."""
    for delivery in OutboxDelivery.objects.filter(
        done_at__isnull=True, handler="cards.tasks.submit_payment"
    ):
        assert deliver(delivery_id=delivery.pk, now=house.now)
    payment = Payment.objects.filter(direction=Direction.IN).latest("created_at")
    house.bank.wait_settled(order_id=payment.reference)
    query_payment(payment_id=payment.pk, asked=payment.queries, now=house.now)
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    return payment


def collected(person: Person) -> int:
    """What left the card for the lender, in fen."""
    payments = Payment.objects.filter(user_id=person.id, direction=Direction.IN)
    return sum(payments.filter(state=PaymentState.SUCCEEDED).values_list("amount", flat=True))


def on_due_day(house: House) -> tuple[Person, UUID]:
    """A loan whose first instalment is due, and no debit asked for yet."""
    person = house.borrower(balance=2_000_000)
    loan_id = house.loan(person)
    due_on = get_any_loan(loan_id=loan_id, as_of=get_business_date()).schedule[0].due_on
    close_through(day=due_on - timedelta(days=2), now=house.now)
    run_outbox()
    eve = due_on - timedelta(days=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lending.repayments.operations.debiting.debit_due", lambda **_rest: None)
        close_day(day=eve, now=house.now)
    return person, loan_id


def assert_books(loan_id: UUID) -> None:
    """The ledger is sound and says of the loan what its fold says."""
    assert [found for check in CHECKS for found in run_check(check=check)] == []
    loan = Loan.objects.get(pk=loan_id)
    books = loan_balances(loan_id=loan_id)
    zero = Money.zero(loan.currency)
    state = loan_state(loan, as_of=get_business_date())
    assert books.get(AccountCode.LOAN_PRINCIPAL, zero) == state.outstanding_principal
    assert not books.get(AccountCode.BORROWER_CREDIT, zero)


@pytest.mark.parametrize("parties", [2, 8])
def test_payoffs_at_once_are_one_repayment(house: House, parties: int) -> None:
    person = house.borrower(balance=2_000_000)
    loan_id = house.loan(person)

    results = at_once(
        *(partial(payoff, house, person, loan_id, key=f"payoff-{n}") for n in range(parties))
    )

    assert refusals(results) == ["repayment-open"] * (parties - 1)
    house.settle()
    assert Loan.objects.get().status == LoanStatus.CLOSED_REPAID
    assert house.bank.balance(pan=person.pan) == 2_000_000 + 600_000 - collected(person)
    assert Payment.objects.filter(direction=Direction.IN).count() == 1
    assert_books(loan_id)


def test_without_the_lock_only_the_database_stands_between(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both find the way free; the second is stopped by the constraint, as a defect and not by name."""
    person = house.borrower()
    loan_id = house.loan(person)
    monkeypatch.setattr(collecting, "lock_name", lambda *, name: None)
    monkeypatch.setattr(collecting, "_open_repayment", Meeting().after(collecting._open_repayment))

    with pytest.raises(Exception, match="repayment_one_open"):
        at_once(*(partial(payoff, house, person, loan_id, key=f"payoff-{n}") for n in range(2)))

    assert Repayment.objects.count() == 1


def test_one_key_at_once_is_one_repayment(house: House) -> None:
    person = house.borrower()
    loan_id = house.loan(person)

    results = at_once(*[partial(payoff, house, person, loan_id, key="the same")] * 6)

    assert len(set(results)) == 1
    assert Repayment.objects.count() == 1


def test_a_repayment_and_the_debit_of_the_due_day_at_once(house: House) -> None:
    """Whoever is first, the instalment is collected once."""
    person, loan_id = on_due_day(house)
    today = get_business_date()
    asked = get_any_loan(loan_id=loan_id, as_of=today).due_now.total
    assert asked.minor > 0
    start = house.bank.balance(pan=person.pan)
    debit = partial(debit_due, loan_id=loan_id, today=today, now=house.now)

    results = at_once(
        partial(payoff, house, person, loan_id, key="by hand", kind=PaymentKind.DUE), debit, debit
    )

    begun = [result for result in winners(results) if result is not None]
    assert len(begun) == 1
    assert refusals(results) in ([], ["repayment-open"])
    house.settle()
    assert debit() is None
    assert house.bank.balance(pan=person.pan) == start - asked.minor
    assert_books(loan_id)


@pytest.mark.parametrize(
    ("who", "statement"),
    [
        ("the borrower", 'WHERE ("repayments_repayment"."loan_id"'),
        ("the borrower", 'FROM "loans_loan" '),
        ("the borrower", 'FROM "loans_loanhistory"'),
        ("the due day", 'WHERE ("repayments_repayment"."loan_id"'),
    ],
)
def test_a_collection_that_is_counted_meanwhile_is_not_asked_for_again(
    house: House, who: str, statement: str
) -> None:
    """The loan is read in several statements; the money may be counted between any two of them."""
    person, loan_id = on_due_day(house)
    today = get_business_date()
    start = house.bank.balance(pan=person.pan)
    payoff(house, person, loan_id, key="first", kind=PaymentKind.DUE)
    payment = collect_at_the_bank(house)
    again: Callable[[], Any] = partial(
        payoff, house, person, loan_id, key="second", kind=PaymentKind.DUE
    )
    if who == "the due day":
        again = partial(debit_due, loan_id=loan_id, today=today, now=house.now)

    asked_again, _counted = between(
        first=again,
        statement=statement,
        second=partial(record_collection, payment_id=payment.pk, now=house.now),
    )

    if who == "the borrower":
        assert refusals([asked_again]) in (["nothing-due"], ["repayment-open"])
    else:
        assert asked_again is None
    house.settle()
    assert house.bank.balance(pan=person.pan) == start - payment.amount
    assert_books(loan_id)


def test_a_collection_counted_by_many_workers_is_counted_once(house: House) -> None:
    person = house.borrower(balance=2_000_000)
    loan_id = house.loan(person)
    payoff(house, person, loan_id, key="payoff")
    payment = collect_at_the_bank(house)

    at_once(*[partial(record_collection, payment_id=payment.pk, now=house.now)] * 8)

    loan = Loan.objects.get()
    assert loan.history.filter(kind="PAID").count() == 1
    assert loan.status == LoanStatus.CLOSED_REPAID
    assert Entry.objects.filter(source_id=loan_id, event__startswith="paid.").count() == 1
    assert_books(loan_id)
    at_once(*[partial(issue_certificate, loan_id=loan_id, now=house.now)] * 4)
    assert SettlementCertificate.objects.count() == 1


def test_a_collection_while_the_day_closes_is_counted_and_accrued_once(house: House) -> None:
    person, loan_id = on_due_day(house)
    today = get_business_date()
    payoff(house, person, loan_id, key="first", kind=PaymentKind.DUE)
    payment = collect_at_the_bank(house)

    at_once(
        partial(record_collection, payment_id=payment.pk, now=house.now),
        partial(close_day, day=today, now=house.now),
    )

    assert get_business_date() == today + timedelta(days=1)
    assert Loan.objects.get().history.filter(kind="PAID").count() == 1
    entries = Entry.objects.filter(source_id=loan_id, event=f"accrued.{today.isoformat()}")
    assert entries.count() <= 1
    assert_books(loan_id)


def test_a_card_is_not_unbound_under_a_drawdown(house: House) -> None:
    """One of the two: the card goes and nothing is signed, or it is signed and the card stays."""
    person = house.borrower()
    assert person.binding_id is not None
    quote_id = house.quote(person)

    results = at_once(
        partial(house.sign, person, quote_id),
        partial(unbind_card, user_id=person.id, binding_id=person.binding_id, now=house.now),
    )

    assert len(refusals(results)) == 1
    signed = Drawdown.objects.exists()
    assert CardBinding.objects.get().state == ("ACTIVE" if signed else "UNBOUND")


# --- at random --------------------------------------------------------------------------------

SECONDS = 8.0


class Hunter:
    """Somebody who does one thing after another with the same borrower's loans."""

    def __init__(self, house: House, person: Person, *, seed: int, until: float) -> None:
        self.house, self.person, self.until = house, person, until
        self.random = random.Random(seed)
        self.done: dict[str, int] = {}
        self.refused: dict[str, int] = {}

    def run(self, *actions: Callable[[], Any]) -> None:
        while time.monotonic() < self.until:
            action = self.random.choice(actions)
            try:
                action()
                self.done[action.__name__] = self.done.get(action.__name__, 0) + 1
            except KadaiError as refusal:
                self.refused[refusal.code] = self.refused.get(refusal.code, 0) + 1

    def _loan(self) -> UUID:
        loans = Loan.objects.filter(borrower_id=self.person.id)
        return self.random.choice(list(loans.values_list("pk", flat=True)))

    def repay(self) -> None:
        kind = self.random.choice([PaymentKind.MANUAL, PaymentKind.DUE, PaymentKind.PAYOFF])
        repay(
            borrower_id=self.person.id,
            loan_id=self._loan(),
            key=str(uuid7()),
            kind=kind,
            amount=Money(10_000, "CNY") if kind is PaymentKind.MANUAL else None,
            binding_id=None,
            now=self.house.now,
        )

    def draw(self) -> None:
        self.house.sign(self.person, self.house.quote(self.person, amount=50_000))

    def replace(self) -> None:
        """By a new loan, which pays it."""
        self.house.sign(self.person, quote_new(self.person, self._loan()))

    def close(self) -> None:
        close_day(day=get_business_date(), now=self.house.now)

    def deliver(self) -> None:
        now = self.house.now + timedelta(seconds=self.random.choice([1, 5]))
        due = list_due(now=now)
        for delivery_id in self.random.sample(due, min(5, len(due))):
            deliver(delivery_id=delivery_id, now=now)

    def rearrange_cards(self) -> None:
        assert self.person.binding_id is not None
        self.random.choice(
            [
                partial(set_default_binding),
                partial(unbind_card, now=self.house.now),
            ]
        )(user_id=self.person.id, binding_id=self.person.binding_id)


def test_no_deadlock_among_everything_at_once(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    person = house.borrower(balance=5_000_000)
    for _ in range(3):
        house.loan(person, amount=100_000)
    start = house.bank.balance(pan=person.pan)
    until = time.monotonic() + SECONDS
    hunters = [Hunter(house, person, seed=seed, until=until) for seed in range(6)]
    one, two, three, four, five, six = hunters

    at_once(
        partial(one.run, one.repay, one.draw, one.rearrange_cards),
        partial(two.run, two.repay, two.draw, two.replace),
        partial(three.run, three.close),
        partial(four.run, four.deliver),
        partial(five.run, five.deliver),
        partial(six.run, six.deliver, six.close, six.repay),
    )

    counts = {
        name: sum(h.done.get(name, 0) for h in hunters) for name in ("repay", "draw", "close")
    }
    assert min(counts.values()) >= 3, counts
    assert "deadlock" not in caplog.text
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
    house.settle()
    house.settle()
    settled = Payment.objects.filter(user_id=person.id, state=PaymentState.SUCCEEDED)
    paid = settled.filter(
        direction=Direction.OUT, created_at__gt=Loan.objects.order_by("pk")[2].disbursed_at
    )
    taken = settled.filter(direction=Direction.IN)
    moved = sum(paid.values_list("amount", flat=True)) - sum(taken.values_list("amount", flat=True))
    assert house.bank.balance(pan=person.pan) == start + moved
    assert sum(clearing()) == 0
    for loan_id in Loan.objects.values_list("pk", flat=True):
        assert_books(loan_id)

"""Everything that can happen to a loan: its entry, its message, the days after, and its undoing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from accounts.models import InboxMessage
from core.businessday import get_business_date, open_business_date
from core.clock import now as wall_clock
from core.errors import InvalidInput
from core.money import Money
from lending.ledger.domain import AccountCode
from lending.ledger.models import Entry
from lending.ledger.queries import loan_balances
from lending.loans.domain import (
    Charged,
    ChargedBack,
    ChargeKind,
    Component,
    CreditRefunded,
    DueDateMoved,
    Extended,
    InterestPaused,
    LoanEvent,
    LoanState,
    OpenInterest,
    Paid,
    PaymentKind,
    RateChanged,
    ReAged,
    ReAmortised,
    Restructured,
    Reversed,
    Waived,
    WrittenOff,
)
from lending.loans.domain.books import Earned
from lending.loans.domain.changes import Service, service_of
from lending.loans.models import Loan
from lending.loans.operations import approve_change, propose_change, record_payment
from lending.loans.operations.fold import posted
from lending.loans.operations.verification import verify_loans
from lending.loans.queries.changes import preview_change
from lending.loans.queries.fold import loan_state
from lending.products.domain.methods import Unit
from lending.repayments.operations import close_through
from tests.fixtures.console import staff
from tests.fixtures.house import House, settings_of
from tests.fixtures.sandbox import SandboxProcess
from tests.servicing import check_earned, check_fold

pytestmark = pytest.mark.django_db

CNY = "CNY"
A = AccountCode


@dataclass
class Desk:
    """A loan that is two instalments behind, and two colleagues."""

    house: House
    loan_id: UUID
    borrower_id: UUID
    proposer: UUID
    approver: UUID
    payment: str = ""

    @property
    def today(self) -> date:
        return get_business_date()

    @property
    def loan(self) -> Loan:
        return Loan.objects.get(pk=self.loan_id)

    @property
    def state(self) -> LoanState:
        return loan_state(self.loan, as_of=self.today)

    def change(self, event: LoanEvent) -> str:
        """Propose and approve; the event's reference."""
        change_id = propose_change(
            loan_id=self.loan_id,
            event=event,
            reason="Agreed on the phone.",
            proposer_id=self.proposer,
            now=self.house.now,
        )
        approve_change(change_id=change_id, decider_id=self.approver, now=self.house.now)
        return str(change_id)

    def pay(self, minor: int, kind: PaymentKind = PaymentKind.MANUAL) -> str:
        reference = str(uuid4())
        record_payment(
            loan_id=self.loan_id,
            amount=Money(minor, CNY),
            kind=kind,
            reference=reference,
            on=self.today,
            now=self.house.now,
        )
        return reference

    def wait(self, days: int) -> None:
        close_through(day=self.today + timedelta(days=days - 1), now=self.house.now)
        self.house.settle()


@pytest.fixture(scope="module")
def late_loan(
    sandbox_process: SandboxProcess, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Desk]:
    """One instalment paid, the second failing for want of money, the third running.

    Made once in a transaction around all tests of the module, each of which is undone in turn.
    """
    around = transaction.atomic()
    # As pytest-django's own: what must be durable is durable enough for a test.
    around._from_testcase = True  # type: ignore[attr-defined]
    wired = override_settings(**settings_of(sandbox_process))
    with django_db_blocker.unblock(), wired, around:
        open_business_date(now=wall_clock())
        sandbox_process.control.clear_faults()
        house = House(sandbox_process.control)
        person = house.borrower(balance=0)
        loan_id = house.loan(person)
        house.bank.change_account(pan=person.pan, withdraw=600_000)
        people = staff("officer").pk, staff("senior_officer").pk
        desk = Desk(house, loan_id, person.id, *people)
        due = next_due(desk)
        desk.payment = desk.pay(desk.state.rows[0].asked.total.minor)
        desk.wait((due - desk.today).days + 45)
        yield desk
        transaction.set_rollback(True)


@pytest.fixture
def desk(late_loan: Desk, wired: SandboxProcess, db: None) -> Desk:
    """The loan as it was made."""
    assert late_loan.state.days_past_due > 0
    return replace(late_loan)


def money(minor: int) -> Money:
    return Money(minor, CNY)


Make = Callable[[Desk], LoanEvent]
EVENTS: dict[Service, Make] = {
    Service.GOODWILL: lambda d: Paid(
        on=d.today, amount=money(5_000), kind=PaymentKind.GOODWILL, reference=""
    ),
    Service.REFUND: lambda d: Paid(
        on=d.today, amount=money(5_000), kind=PaymentKind.REFUND, reference=""
    ),
    Service.PAYOUT_REFUND: lambda d: Paid(
        on=d.today, amount=money(5_000), kind=PaymentKind.PAYOUT_REFUND, reference=""
    ),
    Service.CHARGEBACK: lambda d: ChargedBack(
        on=d.today, amount=money(10_000), payment=d.payment, reference=""
    ),
    Service.UNDO: lambda d: Reversed(on=d.today, reference=d.payment),
    Service.CHARGE: lambda d: Charged(
        on=d.today, amount=money(1_000), kind=ChargeKind.FEE, due_on=d.today, reference=""
    ),
    Service.WAIVER: lambda d: Waived(
        on=d.today,
        amount=d.state.payoff.penalty,
        component=Component.PENALTY,
        reference="",
    ),
    Service.DUE_DATE: lambda d: DueDateMoved(
        on=d.today,
        due_on=next_due(d),
        moved_to=next_due(d) + timedelta(days=5),
        reference="",
    ),
    Service.RATE: lambda d: RateChanged(on=d.today, annual_rate=Decimal("0.06"), reference=""),
    Service.EXTENSION: lambda d: Extended(on=d.today, instalments=3, reference=""),
    Service.INTEREST_PAUSE: lambda d: InterestPaused(
        on=d.today, starts_on=d.today, ends_on=d.today + timedelta(days=9), reference=""
    ),
    Service.RE_AGE: lambda d: ReAged(
        on=d.today,
        starts_on=d.today,
        every=2,
        unit=Unit.WEEKS,
        instalments=8,
        interest=OpenInterest.SPLIT,
        reference="",
    ),
    Service.RE_AMORTISE: lambda d: ReAmortised(
        on=d.today, interest=OpenInterest.FIRST, reference=""
    ),
    Service.RESTRUCTURE: lambda d: Restructured(
        on=d.today,
        annual_rate=Decimal("0.03"),
        starts_on=d.today,
        every=1,
        unit=Unit.MONTHS,
        instalments=12,
        reference="",
    ),
    Service.WRITE_OFF: lambda d: WrittenOff(on=d.today, reference=""),
}
#: Told by others or not at all.
SILENT = {Service.WRITE_OFF}


def next_due(desk: Desk) -> date:
    found = desk.state.next_instalment
    assert found is not None
    return found.due_on


def today_earned(desk: Desk) -> dict[str, int]:
    """What is booked besides, since it was earned after the last close."""
    before, after = posted(desk.loan), Earned.by(desk.state)
    interest = (after.interest - before.interest).minor
    penalty = (after.penalty - before.penalty).minor
    return {
        A.INTEREST_RECEIVABLE: interest,
        A.INTEREST_INCOME: -interest,
        A.PENALTY_RECEIVABLE: penalty,
        A.PENALTY_INCOME: -penalty,
    }


def verified() -> list[Any]:
    return [wrong for _count, found in verify_loans() for wrong in found]


def shape(desk: Desk) -> list[tuple[Any, ...]]:
    """What the borrower still has to pay, when."""
    return [(r.due_on, r.asked, r.paid) for r in desk.state.rows]


@pytest.mark.parametrize("service", EVENTS, ids=str)
def test_it_happens_is_booked_told_and_survives_the_days_after(
    desk: Desk, service: Service
) -> None:
    event = EVENTS[service](desk)
    assert service_of(event=event) is service
    preview = preview_change(loan_id=desk.loan_id, event=event, today=desk.today)
    entries = set(Entry.objects.values_list("pk", flat=True))
    told = InboxMessage.objects.filter(user_id=desk.borrower_id).count()
    wanted = today_earned(desk)
    for account, amount in preview.entry:
        wanted[account] = wanted.get(account, 0) + amount.minor

    desk.change(event)

    check_fold(desk.loan_id)
    check_earned(desk.loan_id)
    rows = [(row.due_on, row.asked.total) for row in desk.state.rows]
    assert rows == [(row.due_on, row.total) for row in preview.after.rows]
    fresh = Entry.objects.exclude(pk__in=entries)
    booked: dict[str, int] = {}
    for entry in fresh:
        for line in entry.lines.all():
            code = line.account.code
            booked[code] = booked.get(code, 0) + line.amount
    assert {k: v for k, v in booked.items() if v} == {k: v for k, v in wanted.items() if v}
    messages = InboxMessage.objects.filter(user_id=desk.borrower_id).count() - told
    assert messages == (0 if service in SILENT else 1)
    assert verified() == []

    desk.wait((next_due(desk) - desk.today).days + 2 if desk.state.next_instalment else 3)
    assert verified() == []


@pytest.mark.parametrize("service", sorted(set(EVENTS) - {Service.UNDO}), ids=str)
def test_undone_it_never_was(desk: Desk, service: Service) -> None:
    before, class_before = shape(desk), desk.loan.asset_class
    reference = desk.change(EVENTS[service](desk))
    if service is not Service.INTEREST_PAUSE:
        assert (shape(desk), desk.state.written_off) != (before, None)
    desk.change(Reversed(on=desk.today, reference=reference))
    assert shape(desk) == before
    assert (desk.loan.asset_class, desk.loan.status) == (class_before, "ACTIVE")
    check_fold(desk.loan_id)
    check_earned(desk.loan_id)
    desk.wait(2)
    assert verified() == []


def test_a_credit_goes_back_to_the_card_and_comes_again_when_the_bank_refuses(desk: Desk) -> None:
    desk.pay(700_000, PaymentKind.PAYOFF)
    assert desk.loan.status == "CLOSED_REPAID"
    credit = desk.state.unapplied
    assert credit.minor > 0
    event = CreditRefunded(on=desk.today, amount=credit, reference="")
    desk.change(event)
    assert loan_balances(loan_id=desk.loan_id)[A.PAYOUT_CLEARING] == -credit
    desk.house.settle()
    assert not loan_balances(loan_id=desk.loan_id).get(A.PAYOUT_CLEARING)
    assert not desk.state.unapplied
    check_fold(desk.loan_id)


def test_a_restructured_loan_is_watched_for_a_year(desk: Desk) -> None:
    desk.change(EVENTS[Service.RESTRUCTURE](desk))
    assert desk.state.days_past_due == 0
    assert (desk.loan.asset_class, desk.loan.stage) == ("SPECIAL_MENTION", 2)


def test_a_write_off_stops_the_clock_and_what_comes_in_is_recovery(desk: Desk) -> None:
    desk.change(WrittenOff(on=desk.today, reference=""))
    assert desk.loan.status == "CLOSED_WRITTEN_OFF"
    books = loan_balances(loan_id=desk.loan_id)
    owed = desk.state.payoff.total
    assert books[A.WRITE_OFF_LOSS] == owed
    assert not books.get(A.LOAN_PRINCIPAL)
    desk.wait(3)
    assert desk.state.payoff.total == owed
    desk.change(Paid(on=desk.today, amount=money(20_000), kind=PaymentKind.RECOVERY, reference=""))
    assert loan_balances(loan_id=desk.loan_id)[A.RECOVERY_INCOME] == money(-20_000)
    assert desk.state.payoff.total == owed - money(20_000)
    check_fold(desk.loan_id)
    assert verified() == []


def test_a_settled_loan_is_opened_again_by_a_chargeback(desk: Desk) -> None:
    reference = desk.pay(700_000, PaymentKind.PAYOFF)
    assert desk.loan.status == "CLOSED_REPAID"
    desk.change(ChargedBack(on=desk.today, amount=money(300_000), payment=reference, reference=""))
    assert desk.loan.status == "ACTIVE"
    assert desk.state.payoff.total > money(0)
    check_fold(desk.loan_id)
    desk.wait(2)
    assert verified() == []


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (lambda d: Waived(on=d.today, amount=d.state.payoff.penalty + money(1),
                          component=Component.PENALTY, reference=""), "amount"),
        (lambda d: Waived(on=d.today, amount=money(1), component=Component.FEE, reference=""),
         "component"),
        (lambda d: ChargedBack(on=d.today, amount=money(1), payment="none", reference=""),
         "payment"),
        (lambda d: CreditRefunded(on=d.today, amount=money(1), reference=""), "amount"),
        (lambda d: DueDateMoved(on=d.today, due_on=d.state.rows[1].due_on,
                                moved_to=d.today + timedelta(days=3), reference=""), "due_on"),
        (lambda d: DueDateMoved(on=d.today, due_on=next_due(d), moved_to=d.today, reference=""),
         "moved_to"),
        (lambda d: RateChanged(on=d.today, annual_rate=Decimal("-0.01"), reference=""),
         "annual_rate"),
        (lambda d: Extended(on=d.today, instalments=0, reference=""), "instalments"),
        (lambda d: Reversed(on=d.today, reference="none"), "reference"),
        (lambda d: InterestPaused(on=d.today, starts_on=d.today,
                                  ends_on=d.today - timedelta(days=1), reference=""), "ends_on"),
    ],
    ids=range(10),
)  # fmt: skip
def test_what_cannot_be_names_its_field(desk: Desk, make: Make, field: str) -> None:
    before = shape(desk)
    with pytest.raises(InvalidInput) as caught:
        desk.change(make(desk))
    assert list(caught.value.fields) == [field]
    assert shape(desk) == before

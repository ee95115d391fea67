"""Whether an event can happen to a loan, said field by field to whoever proposes it.

The replay refuses what is impossible; this names the field and says what would be possible, and
refuses besides what is possible and senseless.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from core.money import Money
from core.texts import gettext_noop as _
from lending.loans.domain.allocation import Component
from lending.loans.domain.events import (
    Charged,
    ChargedBack,
    CreditRefunded,
    Disbursed,
    DueDateMoved,
    Extended,
    InterestPaused,
    LoanEvent,
    Paid,
    PaymentKind,
    RateChanged,
    ReAged,
    Restructured,
    Reversed,
    Waived,
)
from lending.loans.domain.position import InstalmentState, LoanState
from lending.loans.domain.terms import MAX_ANNUAL_RATE, MAX_INSTALMENTS

#: No plan is made anew in steps longer than this.
MAX_EVERY: Final = 366
#: Payments that never were money at the bank cannot be taken back by it.
_NO_CASH: Final = (PaymentKind.GOODWILL, PaymentKind.REFINANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """The loan an event is to happen to: its history and where it stands today without it."""

    disbursed_on: date
    history: Sequence[LoanEvent]
    state: LoanState

    @property
    def undone(self) -> frozenset[str]:
        """References that were undone."""
        return frozenset(e.reference for e in self.history if isinstance(e, Reversed))

    def standing(self, reference: str) -> LoanEvent | None:
        """The event of a reference, unless it was undone. An undoing itself is none."""
        if reference in self.undone:
            return None
        found = (
            event
            for event in self.history
            if not isinstance(event, Disbursed | Reversed) and event.reference == reference
        )
        return next(found, None)

    @property
    def open_rows(self) -> tuple[InstalmentState, ...]:
        """Instalments that still ask for something."""
        return tuple(row for row in self.state.rows if row.open.total)


Fault = tuple[str, str, dict[str, str]]
Faults = dict[str, tuple[str, dict[str, str]]]


def faults(*, event: LoanEvent, case: Case) -> Faults:
    """What is wrong with an event: field → (message id, its parameters). Empty where nothing is."""
    found: list[Fault | None] = [_day(event, case)]
    check = _CHECKS.get(type(event))
    if check is not None:
        found += check(event, case)
    result: Faults = {}
    for fault in found:
        if fault is not None:
            field, message, params = fault
            result.setdefault(field, (message, params))
    return result


def _when(wrong: bool, field: str, message: str, **params: str) -> Fault | None:
    return (field, message, params) if wrong else None


def _day(event: LoanEvent, case: Case) -> Fault | None:
    if event.on < case.disbursed_on:
        day = case.disbursed_on.isoformat()
        return (
            "on",
            _("The money was paid out on %(day)s; nothing can happen before."),
            {"day": day},
        )
    return _when(event.on > case.state.as_of, "on", _("This day has not come yet."))


def _amount(amount: Money, case: Case, most: Money | None = None) -> list[Fault | None]:
    wrong = amount.currency != case.state.drawn.currency or amount.minor <= 0
    if wrong:
        return [("amount", _("Enter an amount greater than zero."), {})]
    too_much = most is not None and amount > most
    most_text = "" if most is None else most.display
    return [_when(too_much, "amount", _("At most %(most)s is possible."), most=most_text)]


def _paid(event: Paid, case: Case) -> list[Fault | None]:
    return _amount(event.amount, case)


def _charged_back(event: ChargedBack, case: Case) -> list[Fault | None]:
    payment = case.standing(event.payment)
    if not isinstance(payment, Paid) or payment.kind in _NO_CASH:
        return [("payment", _("Choose a payment of this loan that stands."), {})]
    taken = [
        other.amount
        for other in case.history
        if isinstance(other, ChargedBack)
        and other.payment == event.payment
        and other.reference not in case.undone
    ]
    left = payment.amount - sum(taken, Money.zero(payment.amount.currency))
    early = event.on < payment.on
    return [
        _when(early, "on", _("The payment came on %(day)s."), day=payment.on.isoformat()),
        *_amount(event.amount, case, most=left),
    ]


def _credit_refunded(event: CreditRefunded, case: Case) -> list[Fault | None]:
    return _amount(event.amount, case, most=case.state.unapplied)


def _charged(event: Charged, case: Case) -> list[Fault | None]:
    early = event.due_on is not None and event.due_on < event.on
    return [
        _when(early, "due_on", _("A charge cannot be due before its day.")),
        *_amount(event.amount, case),
    ]


def owed_now(case: Case, component: Component) -> Money:
    """What is owed of one kind today; interest of days to come is not."""
    amount: Money = getattr(case.state.payoff, component.value.lower())
    return amount


def _waived(event: Waived, case: Case) -> list[Fault | None]:
    asked = owed_now(case, event.component)
    if not asked:
        return [("component", _("Nothing of this kind is owed."), {})]
    return _amount(event.amount, case, most=asked)


def _reversed(event: Reversed, case: Case) -> list[Fault | None]:
    target = case.standing(event.reference)
    if target is None:
        return [("reference", _("Choose an entry of this loan that stands."), {})]
    if isinstance(target, Paid) and target.kind is PaymentKind.REFINANCE:
        text = _("A new loan paid this; it cannot be undone while that loan stands.")
        return [("reference", text, {})]
    early = event.on < target.on
    return [_when(early, "on", _("What is to be undone is of %(day)s."), day=target.on.isoformat())]


def _rate(rate: Decimal) -> Fault | None:
    ok = rate.is_finite() and 0 <= rate <= MAX_ANNUAL_RATE
    return _when(not ok, "annual_rate", _("The rate is out of range."))


def _rate_changed(event: RateChanged, case: Case) -> list[Fault | None]:
    return [_rate(event.annual_rate), _running(case)]


def _running(case: Case) -> Fault | None:
    """Plans are made anew only where something is left to plan."""
    return _when(not case.open_rows, "on", _("Nothing is owed on this loan."))


def _due_date_moved(event: DueDateMoved, case: Case) -> list[Fault | None]:
    rows = case.state.rows
    place = next((i for i, row in enumerate(rows) if row.due_on == event.due_on), None)
    if place is None or rows[place].due_on <= event.on:
        return [("due_on", _("Choose the due date of an instalment to come."), {})]
    first = max(rows[place].starts_on, event.on)
    text = _("The new date must be after %(day)s.")
    return [
        _when(event.moved_to <= first, "moved_to", text, day=first.isoformat()),
        _when(event.moved_to == event.due_on, "moved_to", _("It is due on this day already.")),
    ]


def _extended(event: Extended, case: Case) -> list[Fault | None]:
    most = MAX_INSTALMENTS - len(case.state.rows)
    return [_count(event.instalments, most), _running(case)]


def _count(instalments: int, most: int = MAX_INSTALMENTS) -> Fault | None:
    ok = 1 <= instalments <= most
    return _when(
        not ok, "instalments", _("Choose a number from 1 to %(most)s."), most=str(max(most, 1))
    )


def _re_aged(event: ReAged | Restructured, case: Case) -> list[Fault | None]:
    every = 1 <= event.every <= MAX_EVERY
    found = [
        _running(case),
        _count(event.instalments),
        _when(not every, "every", _("Choose a number from 1 to %(most)s."), most=str(MAX_EVERY)),
        _when(
            event.starts_on < event.on,
            "starts_on",
            _("The new plan cannot begin before the day of the change."),
        ),
    ]
    if isinstance(event, Restructured):
        found.append(_rate(event.annual_rate))
    return found


def _paused(event: InterestPaused, case: Case) -> list[Fault | None]:
    text = _("The last day cannot be before the first.")
    return [
        _when(event.ends_on < event.starts_on, "ends_on", text),
        _when(
            event.starts_on < case.disbursed_on,
            "starts_on",
            _("The money was paid out on %(day)s; nothing can happen before."),
            day=case.disbursed_on.isoformat(),
        ),
        _running(case),
    ]


def _any(_event: LoanEvent, case: Case) -> list[Fault | None]:
    return [_running(case)]


Check = Callable[..., list[Fault | None]]
_CHECKS: Final[Mapping[type[LoanEvent], Check]] = {
    Paid: _paid,
    ChargedBack: _charged_back,
    CreditRefunded: _credit_refunded,
    Charged: _charged,
    Waived: _waived,
    Reversed: _reversed,
    RateChanged: _rate_changed,
    DueDateMoved: _due_date_moved,
    Extended: _extended,
    ReAged: _re_aged,
    Restructured: _re_aged,
    InterestPaused: _paused,
}

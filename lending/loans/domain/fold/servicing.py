"""What each event does to the fold: one function an event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final

from core.money import Money
from lending.loans.domain.allocation import Component, Timing, allocate
from lending.loans.domain.calendar import Cadence, Period, make_period
from lending.loans.domain.events import (
    Charged,
    ChargedBack,
    ChargeKind,
    CreditRefunded,
    DueDateMoved,
    Extended,
    InterestPaused,
    InvalidEventsError,
    LoanEvent,
    OpenInterest,
    Paid,
    RateChanged,
    ReAged,
    ReAmortised,
    Restructured,
    Waived,
    WrittenOff,
)
from lending.loans.domain.fold.book import Fold, sum_claims
from lending.loans.domain.fold.row import EXTRAS, Claims, Row, no_claims
from lending.products.domain.methods import Method

_CHARGED_AS: Final = {
    ChargeKind.FEE: Component.FEE,
    ChargeKind.PENALTY: Component.PENALTY,
}
#: All that can happen after a write-off: its claims stand as they were.
_AFTER_WRITE_OFF: Final = (Paid, CreditRefunded)


def happen(fold: Fold, event: LoanEvent) -> None:
    """Let an event happen on the cursor's day. Raises InvalidEventsError."""
    if fold.written_off is not None and not isinstance(event, _AFTER_WRITE_OFF):
        raise InvalidEventsError("after a write-off only money comes in or goes back")
    _RULES[type(event)](fold, event)
    if not isinstance(event, Paid):
        # A row that was paid may ask again.
        fold.leading_paid = 0
    fold.settle()


# --- money --------------------------------------------------------------------------------------


def _paid(fold: Fold, event: Paid) -> None:
    fold.pay(event)


def _charged(fold: Fold, event: Charged) -> None:
    part = _CHARGED_AS[event.kind]
    if fold.settled_on is not None:
        # No later instalment of a settled loan asks for anything: this is asked now.
        (fold.running or fold.rows[-1]).charged[part] += event.amount.minor
        return
    if event.due_on is None and fold.running is not None:
        for row in fold.rows[fold.fallen :]:
            row.charged[part] += event.amount.minor
        return
    due_on = event.due_on or event.on
    row = next((row for row in fold.rows if row.period.due_on >= due_on), fold.rows[-1])
    row.charged[part] += event.amount.minor


def _waived(fold: Fold, event: Waived) -> None:
    """Give up no more than is owed: a payment that came in before may have left less."""
    part = event.component
    buckets = [b for b in (*fold.due_buckets(), *fold.advance_buckets()) if b.component is part]
    owed = sum(bucket.amount.minor for bucket in buckets)
    amount = Money(min(event.amount.minor, owed), fold.currency)
    given_up, _left = allocate(amount=amount, buckets=buckets)
    fold.waived[part] += amount.minor
    for one in given_up:
        if one.timing is Timing.IN_ADVANCE and part is Component.PRINCIPAL:
            fold.take_early(one.amount.minor)
        else:
            fold.rows[one.number - 1].waived[part] += one.amount.minor


def _charged_back(fold: Fold, event: ChargedBack) -> None:
    """Owe again what the payment paid, its last part first; its credit before all."""
    left = event.amount.minor
    owed = no_claims()
    parts = fold.paid_parts[event.payment]
    while left and parts:
        part, amount = parts.pop()
        taken = min(left, amount)
        left -= taken
        if taken < amount:
            parts.append((part, amount - taken))
        if part is None:
            credit = min(taken, fold.credit)
            fold.credit -= credit
            fold.credit_taken += credit
            # Credit that was refunded meanwhile is money lent, in effect.
            part, taken = Component.PRINCIPAL, taken - credit
        owed[part] += taken
    fold.charged_back = sum_claims([fold.charged_back, owed])
    _owe_again(fold, owed)


def _owe_again(fold: Fold, owed: Claims) -> None:
    """Ask claims with the running instalment; after maturity with one that is due today."""
    row = fold.running
    if row is None:
        row = fold.rows[-1]
        if row.period.due_on < fold.cursor:
            row = Row(_irregular(fold, len(fold.rows) + 1, row.period.due_on, fold.cursor))
            fold.rows.append(row)
            fold.fallen += 1
    else:
        fold.not_due += owed[Component.PRINCIPAL]
    row.principal += owed[Component.PRINCIPAL]
    for part in EXTRAS:
        row.carried[part] += owed[part]


def _credit_refunded(fold: Fold, event: CreditRefunded) -> None:
    credit = min(event.amount.minor, fold.credit)
    beyond = event.amount.minor - credit
    if beyond and event.reference not in fold.overtaken:
        raise InvalidEventsError("more was refunded than the borrower's credit")
    fold.credit -= credit
    fold.refunded += event.amount.minor
    if beyond:
        # The money has gone: what the new past leaves of the credit is less, the rest was lent.
        owed = {**no_claims(), Component.PRINCIPAL: beyond}
        fold.refunded_beyond += beyond
        fold.charged_back = sum_claims([fold.charged_back, owed])
        if fold.written_off is not None:
            fold.written_off = sum_claims([fold.written_off, owed])
        _owe_again(fold, owed)


# --- terms --------------------------------------------------------------------------------------


def _rate_changed(fold: Fold, event: RateChanged) -> None:
    fold.set_rate(event.annual_rate)
    fold.divide_anew()


def _interest_paused(_fold: Fold, _event: InterestPaused) -> None:
    """Known from the start: a pause may lie before the day it was agreed on."""


def _due_date_moved(fold: Fold, event: DueDateMoved) -> None:
    coming = range(fold.fallen, len(fold.rows))
    place = next((i for i in coming if fold.rows[i].period.due_on == event.due_on), None)
    if place is None:
        raise InvalidEventsError(f"no instalment is to fall due on {event.due_on}")
    start = fold.rows[place].period.starts_on
    if event.moved_to <= max(start, fold.cursor):
        raise InvalidEventsError(f"{event.moved_to} is not after {max(start, fold.cursor)}")
    cadence = replace(fold.cadence, seed=event.moved_to, day=None)
    for step, row in enumerate(fold.rows[place:]):
        due_on = cadence.at(step)
        row.period = make_period(
            number=row.period.number,
            starts_on=start,
            due_on=due_on,
            day_count=fold.terms.day_count,
            whole_months=cadence.whole_months if step else 0,
        )
        start = due_on
    fold.cadence, fold.next_step = cadence, len(fold.rows) - place
    fold.divide_anew()


def _extended(fold: Fold, event: Extended) -> None:
    if fold.running is None:
        raise InvalidEventsError("the last instalment has fallen due: plan it anew instead")
    if event.instalments < 1:
        raise InvalidEventsError("a plan is extended by one instalment at least")
    first, fold.next_step = fold.next_step, fold.next_step + event.instalments
    if fold.terms.method is Method.BULLET and len(fold.rows) - fold.plan_from == 1:
        row, due_on = fold.rows[-1], fold.cadence.at(fold.next_step - 1)
        row.period = _irregular(fold, row.period.number, row.period.starts_on, due_on)
    else:
        _append_rows(fold, steps=range(first, fold.next_step))
    fold.divide_anew()


def _append_rows(fold: Fold, *, steps: range, start: date | None = None) -> None:
    """Rows at these steps of the rhythm; with a `start` of its own the first is irregular unless
    it is a whole step."""
    whole = fold.cadence.whole_months
    for step in steps:
        is_whole = start is None or start == fold.cadence.at(step - 1)
        period = make_period(
            number=len(fold.rows) + 1,
            starts_on=fold.rows[-1].period.due_on if start is None else start,
            due_on=fold.cadence.at(step),
            day_count=fold.terms.day_count,
            whole_months=whole if is_whole else 0,
        )
        fold.rows.append(Row(period))
        start = None


def _irregular(fold: Fold, number: int, starts_on: date, due_on: date) -> Period:
    return make_period(
        number=number,
        starts_on=starts_on,
        due_on=due_on,
        day_count=fold.terms.day_count,
        whole_months=0,
    )


def _re_amortised(fold: Fold, event: ReAmortised) -> None:
    if fold.running is None:
        raise InvalidEventsError("no instalment is to come that could take what is overdue")
    claims = _close(fold, [row for row in fold.due_rows() if row.period.due_on < fold.cursor])
    fold.not_due += claims[Component.PRINCIPAL]
    fold.divide_anew()
    _ask_anew(fold, claims, event.interest)


def _re_aged(fold: Fold, event: ReAged) -> None:
    _plan_anew(fold, event, interest=event.interest)


def _restructured(fold: Fold, event: Restructured) -> None:
    fold.set_rate(event.annual_rate)
    fold.restructured_on = event.on
    _plan_anew(fold, event, interest=OpenInterest.FIRST)


def _plan_anew(fold: Fold, event: ReAged | Restructured, *, interest: OpenInterest) -> None:
    """End the running period today; all that is owed goes into new rows."""
    cadence = Cadence(seed=event.starts_on, every=event.every, unit=event.unit)
    if event.starts_on < event.on or event.instalments < 1 or event.every < 1:
        raise InvalidEventsError(
            "a new plan has instalments, and none before the day of the change"
        )
    # Charges of the later rows stay as many instalments away as they were.
    charges = [row.charged for row in fold.rows[fold.fallen + 1 :]]
    _end_running(fold)
    claims = _close(fold, fold.rows)
    fold.not_due += claims[Component.PRINCIPAL]
    while fold.rows and not any(fold.rows[-1].paid.values()):
        fold.rows.pop()
    fold.fallen = fold.plan_from = len(fold.rows)
    fold.cadence, fold.next_step = cadence, event.instalments + 1
    _append_rows(fold, steps=range(1, event.instalments + 1), start=fold.cursor)
    coming = fold.rows[fold.fallen :]
    coming[0].opening = fold.not_due
    for place, charged in enumerate(charges):
        row = coming[min(place + 1, len(coming) - 1)]
        row.charged = sum_claims([row.charged, charged])
    fold.divide_anew()
    _ask_anew(fold, claims, interest)


def _end_running(fold: Fold) -> None:
    """The running period ends today and asks what later rows asked instead of earlier ones."""
    row = fold.running
    if row is None:
        return
    row.principal = 0
    row.period = replace(row.period, due_on=fold.cursor)
    for later in fold.rows[fold.fallen + 1 :]:
        for part in EXTRAS:
            row.carried[part] += later.carried[part] - later.waived[part]
            row.paid[part] += later.paid[part]
        if later.last_paid_on is not None:
            row.last_paid_on = max(later.last_paid_on, row.last_paid_on or later.last_paid_on)
    del fold.rows[fold.fallen + 1 :]


def _close(fold: Fold, rows: list[Row]) -> Claims:
    """Close rows; what they asked is returned, what they earned stays earned."""
    claims = [no_claims()]
    for row in rows:
        still_open, earned = row.close()
        claims.append(still_open)
        fold.earned_elsewhere = sum_claims([fold.earned_elsewhere, earned])
    return sum_claims(claims)


def _ask_anew(fold: Fold, claims: Claims, interest: OpenInterest) -> None:
    """Put what was open into the running row; interest by the rule."""
    coming = fold.rows[fold.fallen :]
    for part in (Component.PENALTY, Component.FEE):
        coming[0].carried[part] += claims[part]
    amount = claims[Component.INTEREST]
    if interest is OpenInterest.WAIVED:
        fold.waived[Component.INTEREST] += amount
        return
    count = len(coming) if interest is OpenInterest.SPLIT else 1
    shares = Money(amount, fold.currency).split([1] * count)
    for row, share in zip(coming, shares, strict=False):
        row.carried[Component.INTEREST] += share.minor


def _written_off(fold: Fold, _event: WrittenOff) -> None:
    owed = no_claims()
    for bucket in (*fold.due_buckets(), *fold.advance_buckets()):
        owed[bucket.component] += bucket.amount.minor
    fold.written_off = owed
    fold.drop_later_charges()
    fold.paid_before_write_off = len(fold.payments)


_RULES: Final[Mapping[type[LoanEvent], Callable[[Fold, Any], None]]] = {
    Paid: _paid,
    Charged: _charged,
    Waived: _waived,
    ChargedBack: _charged_back,
    CreditRefunded: _credit_refunded,
    RateChanged: _rate_changed,
    InterestPaused: _interest_paused,
    DueDateMoved: _due_date_moved,
    Extended: _extended,
    ReAmortised: _re_amortised,
    ReAged: _re_aged,
    Restructured: _restructured,
    WrittenOff: _written_off,
}

"""Spending a payment on the rows, and telling the plan."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from lending.loans.domain.allocation import Component
from lending.loans.domain.engine.buckets import Ahead, AllocationRule, Bucket, Timing
from lending.loans.domain.engine.levelling import divided
from lending.loans.domain.engine.movements import asks_to_due_date, pay_interest, pay_principal
from lending.loans.domain.engine.plan import Plan
from lending.loans.domain.engine.rows import Row, nothing
from lending.loans.domain.engine.views import due_amounts

#: Far more rounds than any payment needs; a guard, never a rule.
_MAX_ROUNDS = 100


@dataclass(slots=True, kw_only=True)
class Spending:
    """A payment while it is spent. `left` is what no claim has taken yet."""

    plan: Plan
    rows: list[Row]
    on: date
    left: int
    rule: AllocationRule
    follows_balance: bool
    settles_all: bool = False
    spent: dict[Component, int] = field(default_factory=nothing)
    skipped: list[Row] = field(default_factory=list)


def spend(payment: Spending) -> int:
    """Spend a payment by its rule; returns what no claim asked for."""
    if payment.plan.conditions.vertical:
        for bucket in payment.rule.order:
            _spend_down(payment, bucket)
        return payment.left
    for _, group in groupby(payment.rule.order, key=lambda bucket: bucket.timing):
        if payment.left > 0:
            _spend_across(payment, tuple(group))
    return payment.left


def _spend_across(payment: Spending, buckets: Sequence[Bucket]) -> None:
    """Finish an instalment before the next one is begun; all buckets are of one timing."""
    payment.skipped.clear()
    for _ in range(_MAX_ROUNDS * len(payment.rows)):
        rows = _rows_met(payment, buckets[0].timing, _is_open)
        if not rows:
            return
        before = (payment.left, len(payment.skipped))
        for bucket in buckets:
            _spend_evenly(payment, bucket, rows)
        if payment.left <= 0 or all(row.is_met for row in payment.rows):
            return
        if before == (payment.left, len(payment.skipped)):
            # What is still open is interest of days to come; today it is not asked for.
            return
    raise ArithmeticError("a payment could not be spent")


def _spend_down(payment: Spending, bucket: Bucket) -> None:
    """Finish a bucket through all instalments before the next bucket."""

    def asks(row: Row) -> bool:
        return row.open(bucket.component) > 0

    # Where interest follows the balance a row's share is not known before the rows ahead of it
    # are paid: each in turn is offered all that is left.
    in_turn = payment.follows_balance and bucket.timing is Timing.IN_ADVANCE
    spend_on = _spend_in_turn if in_turn else _spend_evenly
    for _ in range(_MAX_ROUNDS * len(payment.rows)):
        rows = _rows_met(payment, bucket.timing, asks)
        if not rows or payment.left <= 0 or not spend_on(payment, bucket, rows):
            return
    raise ArithmeticError("a payment could not be spent")


def _is_open(row: Row) -> bool:
    return not row.is_met


def _rows_met(payment: Spending, timing: Timing, asks: Callable[[Row], bool]) -> list[Row]:
    """The rows that money meets next."""
    on, rows = payment.on, [row for row in payment.rows if asks(row)]
    if timing is Timing.PAST_DUE:
        return [row for row in rows if row.due < on][:1]
    if timing is Timing.DUE:
        return [row for row in rows if row.due == on][:1]
    later = [row for row in rows if row.due > on]
    match payment.rule.ahead:
        case Ahead.ALL:
            return later
        case Ahead.NEXT:
            return later[:1]
        case Ahead.LAST:
            return _last(payment, asks)
        case Ahead.NEXT_THEN_LAST:
            running = [row for row in later if row.start <= on]
            return running or _last(payment, asks)


def _last(payment: Spending, asks: Callable[[Row], bool]) -> list[Row]:
    """The last row that asks for something or, where interest follows the balance, asks nothing
    yet but may once the payment has changed the plan."""
    found = [
        row
        for row in payment.rows
        if row.due > payment.on
        and (
            asks(row)
            or (
                payment.follows_balance
                and not payment.plan.conditions.vertical
                and not sum(row.asked.values())
                and all(row is not skipped for skipped in payment.skipped)
            )
        )
    ]
    return found[-1:]


def _spend_evenly(payment: Spending, bucket: Bucket, rows: Sequence[Row]) -> int:
    """Offer each row an equal part; the last one also what does not divide."""
    part = divided(payment.left, len(rows))
    rest = payment.left - part * len(rows)
    if part + rest < 0:
        part = payment.left // len(rows)
        rest = payment.left - part * len(rows)
    taken = 0
    for row in rows:
        offered = part + rest if row is rows[-1] else part
        taken = _pay(payment, bucket, row, offered) or taken
    return taken


def _spend_in_turn(payment: Spending, bucket: Bucket, rows: Sequence[Row]) -> int:
    """Offer each row all that is left."""
    taken = 0
    for row in rows:
        taken = _pay(payment, bucket, row, payment.left) or taken
    return taken


def _pay(payment: Spending, bucket: Bucket, row: Row, offered: int) -> int:
    plan, component = payment.plan, bucket.component
    period = None
    on = payment.on
    if payment.follows_balance:
        if row.is_down_payment or row.due > plan.maturity:
            payment.skipped.append(row)
        else:
            period = plan.between(row.start, row.due)
            if bucket.timing is Timing.IN_ADVANCE:
                if asks_to_due_date(plan, payment.settles_all) and row.start < on <= row.due:
                    on = row.due
                _ask_on_day(payment, row, component, on)
    taken = row.pay(component, offered, payment.on)
    payment.spent[component] += taken
    payment.left -= taken
    if period is not None and component in (Component.PRINCIPAL, Component.INTEREST):
        move = pay_principal if component is Component.PRINCIPAL else pay_interest
        move(plan, period, on, taken)
        take_over(plan, payment.rows, payment.on)
    return taken


def _ask_on_day(payment: Spending, row: Row, component: Component, on: date) -> None:
    """Paid in advance, an instalment asks interest to the day and the principal that leaves."""
    principal, interest = due_amounts(payment.plan, row.start, row.due, on)
    if not principal and not interest:
        payment.skipped.append(row)
    if component is Component.INTEREST:
        row.asked[Component.INTEREST] = interest
    elif component is Component.PRINCIPAL:
        row.asked[Component.PRINCIPAL] = principal


def take_over(plan: Plan, rows: Sequence[Row], on: date, *, since: date | None = None) -> None:
    """Bring the rows up to what the plan asks now (only those due on `since` or later)."""
    by_days = {(row.start, row.due): row for row in reversed(rows) if not row.is_down_payment}
    for period in plan.fresh():
        row = by_days.get((period.start, period.due))
        if row is None or (since is not None and period.due < since):
            continue
        row.asked[Component.PRINCIPAL] = period.due_principal
        row.asked[Component.INTEREST] = period.due_interest
        if since is None:
            row.credited[Component.PRINCIPAL] = period.credited_principal
            row.credited[Component.INTEREST] = period.credited_interest
        row.review(on)

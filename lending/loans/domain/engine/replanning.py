"""Changes of the plan, on the plan and on the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from lending.loans.domain.arithmetic import to_minor
from lending.loans.domain.engine.book import Book
from lending.loans.domain.engine.buckets import Component
from lending.loans.domain.engine.dates import add_units
from lending.loans.domain.engine.levelling import (
    divided,
    due_concerned,
    plan_instalments,
    settle_last,
    to_multiple,
)
from lending.loans.domain.engine.payments import take_over
from lending.loans.domain.engine.periods import Period
from lending.loans.domain.engine.renewal import (
    Interest,
    NewPlan,
    equal_parts,
    move_due_dates,
    re_age,
    re_age_equally,
    re_amortise,
    re_amortise_split,
)
from lending.loans.domain.engine.rows import Row
from lending.loans.domain.engine.views import open_until


def change_rate(book: Book, *, on: date, annual_rate: Decimal) -> None:
    """From the day on another rate; the instalments are found anew."""
    _require_plan(book)
    eve = on - timedelta(days=1)
    book.plan.add_rate(eve, annual_rate)
    _plan_from(book, eve)
    book.take_over_open(on)


def extend(book: Book, *, on: date, instalments: int) -> None:
    """More instalments on the calendar agreed; all are found anew."""
    _require_plan(book)
    plan, conditions = book.plan, book.conditions
    count = len(plan.periods)
    drawn = plan.periods[-1].drawn_before
    for number in range(count, count + instalments):
        start, due = (
            add_units(seed=plan.first_day, unit=conditions.unit, count=conditions.every * n)
            for n in (number, number + 1)
        )
        period = Period.empty(start=start, due=due)
        period.drawn_before = drawn
        plan.periods.append(period)
    plan.touch()
    _plan_from(book, on - timedelta(days=1))
    book.match_rows()
    book.take_over_open(on)


def _require_open(book: Book) -> None:
    """Raises ValueError for a loan that nothing is owed of any more, or that was written off."""
    if book.is_written_off or all(row.is_met for row in book.rows):
        raise ValueError("the loan is closed")


def _require_plan(book: Book) -> None:
    """Raises ValueError where the rows were divided without the plan."""
    _require_open(book)
    if book.is_divided_by_hand:
        raise ValueError("the rows were divided anew and have no plan to change")


def _plan_from(book: Book, day: date) -> None:
    period = book.plan.change_balance(day)
    if period is not None:
        plan_instalments(book.plan, due_concerned(book.plan, period, day), on_draft=False)


def move_due_date(book: Book, *, on: date, due: date, to: date) -> None:
    """The instalment due then, and all later ones with it, falls due on other days; what is
    asked stays, and the last one takes the interest of the days moved."""
    _require_plan(book)
    plan = book.plan
    moved = plan.at(due)
    if moved is None:
        raise ValueError("no instalment is due then")
    rows = {(row.start, row.due): row for row in book.regular}
    pairs = [(rows.get((p.start, p.due)), p) for p in plan.periods[plan.index_of(moved) :]]
    move_due_dates(plan, moved, to)
    for row, period in pairs:
        if row is not None:
            row.start, row.due = period.start, period.due
    settle_last(plan, due)
    take_over(plan, book.rows, on)


def pause(book: Book, *, first: date, last: date) -> None:
    """No interest for the days, both included."""
    _require_open(book)
    period = book.plan.pause(first, last)
    if period is None:
        return
    book.plan.set_factors(book.plan.from_due(period.start))
    book.plan.balance_out()
    settle_last(book.plan, period.start)
    book.take_over_open(first)


def re_age_loan(book: Book, *, on: date, new: NewPlan, interest: Interest) -> None:
    """Plan what is outstanding anew; nothing, where nothing is."""
    book.accrue(on)
    if not any(row.open(Component.PRINCIPAL) > 0 for row in book.rows):
        return
    bears = book.conditions.annual_rate_ever_above_zero(book.plan.rates)
    if bears and book.follows_balance and interest is Interest.FIRST:
        re_age(book.plan, on, new)
        book.match_rows()
        book.take_over_replanned(on)
    elif bears and book.follows_balance:
        _re_age_equally(book, on, new, interest)
    else:
        _re_age_rows(book, on, new)


def _re_age_equally(book: Book, on: date, new: NewPlan, interest: Interest) -> None:
    until = on if interest is Interest.PAYABLE else book.plan.maturity
    amounts = open_until(book.plan, until)
    charges = _lift_charges(book, on)
    re_age_equally(book.plan, on, new, amounts, sum(charges.values()))
    book.match_rows()
    book.take_over_replanned(on)
    rows = book.regular
    _spread(rows[-new.instalments :], charges, on)


def _lift_charges(book: Book, on: date) -> dict[Component, int]:
    charges = {Component.FEE: 0, Component.PENALTY: 0}
    for row in book.rows:
        for component in charges:
            part = row.open(component)
            charges[component] += part
            row.asked[component] -= part
        row.review(on)
    return charges


def _spread(rows: Sequence[Row], amounts: Mapping[Component, int], on: date) -> None:
    for component, amount in amounts.items():
        parts = equal_parts(amount, divided(amount, len(rows)), len(rows))
        for row, part in zip(rows, parts, strict=True):
            row.asked[component] += part
            row.review(on)


def _re_age_rows(book: Book, on: date, new: NewPlan) -> None:
    """Without interest on balances the rows themselves are planned anew."""
    total = sum(max(r.open(Component.PRINCIPAL), 0) for r in book.rows)
    if not total:
        return
    again = sum(r.credited[Component.PRINCIPAL] for r in book.rows if r.due > on or r.is_additional)
    kept = [r for r in book.rows if r.due <= on and not r.is_additional]
    later = [r for r in book.rows if r.due > on and not r.is_additional]
    if later:
        kept.append(_cut_row(kept, later, on))
    for row in kept:
        row.asked[Component.PRINCIPAL] -= row.open(Component.PRINCIPAL)
        row.review(on)
    value = to_multiple(divided(total, new.instalments), book.conditions.multiples_of)
    start, added = kept[-1].due, []
    for due, part in zip(new.due_dates(), equal_parts(total, value, new.instalments), strict=True):
        row = Row(start=start, due=due, is_replanned=True)
        row.asked[Component.PRINCIPAL] = part
        added.append(row)
        start = due
    added[0].credited[Component.PRINCIPAL] = again
    book.rows = [*kept, *added]
    book.is_divided_by_hand = True


def _cut_row(kept: Sequence[Row], later: Sequence[Row], on: date) -> Row:
    """The running row ends on the day and holds what was paid of the later ones."""
    starts = [r for r in later if r.start <= on]
    row = Row(start=(starts or later)[0].start, due=on, is_replanned=True)
    for one in later:
        row.ahead += one.ahead
        for component in Component:
            row.paid[component] += one.paid[component]
            row.asked[component] += one.asked[component]
    return row


def re_amortise_loan(book: Book, *, on: date, interest: Interest) -> None:
    """Divide what is overdue over the instalments not due yet."""
    if all(row.due <= on for row in book.regular):
        raise ValueError("no instalment is left to divide over")
    book.accrue(on)
    if book.follows_balance:
        change = re_amortise if interest is Interest.FIRST else re_amortise_split
        change(book.plan, on)
        take_over(book.plan, book.rows, on)
        return
    late = [r for r in book.rows if r.due <= on]
    later = [r for r in book.regular if r.due > on]
    total = sum(r.open(Component.PRINCIPAL) for r in late)
    for row in late:
        row.asked[Component.PRINCIPAL] -= row.open(Component.PRINCIPAL)
        row.review(on)
    part = divided(total, len(later))
    multiple = book.conditions.multiples_of
    part = to_minor(Decimal(part) / multiple) * multiple if multiple else part
    for row in later[:-1]:
        row.asked[Component.PRINCIPAL] += part
        total -= part
        row.review(on)
    later[-1].asked[Component.PRINCIPAL] += total
    later[-1].review(on)
    book.is_divided_by_hand = True

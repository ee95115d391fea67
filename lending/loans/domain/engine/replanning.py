"""Changes of the plan, on the plan and on the rows."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from lending.loans.domain.allocation import Component
from lending.loans.domain.calendar import add_units
from lending.loans.domain.engine.book import Book
from lending.loans.domain.engine.by_hand import (
    divide_fees,
    re_age_rows,
    re_amortise_rows,
    spread,
)
from lending.loans.domain.engine.levelling import (
    divided,
    due_concerned,
    plan_instalments,
    settle_last,
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
from lending.loans.domain.engine.views import open_interest_until, open_until


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
    seed, count = plan.calendar or (plan.first_day, len(plan.periods))
    drawn = plan.periods[-1].drawn_before
    for number in range(count, count + instalments):
        start, due = (
            add_units(seed=seed, unit=conditions.unit, count=conditions.every * n)
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


def move_due_date(book: Book, *, due: date, to: date) -> None:
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
        # An instalment paid before its time stays as it was.
        if row is not None and not row.is_met:
            row.start, row.due = period.start, period.due
    book.absorb_additional()
    settle_last(plan, due)
    take_over(plan, book.rows, due)


def pause(book: Book, *, first: date, last: date) -> None:
    """No interest for the days, both included."""
    _require_open(book)
    _pause(book, first, last)


def _pause(book: Book, first: date, last: date) -> None:
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
        book.plan.calendar = book.plan.calendar or (new.first_due, new.instalments - 1)
        book.match_rows(since=on)
        book.take_over_replanned(on)
        _pause_again(book, new)
    elif bears and book.follows_balance:
        _re_age_equally(book, on, new, interest)
        book.plan.calendar = book.plan.calendar or (new.first_due, new.instalments - 1)
    else:
        re_age_rows(book, on=on, new=new, interest=interest)


def _pause_again(book: Book, new: NewPlan) -> None:
    """Days without interest that reach into the new instalments hold there as well."""
    start = add_units(seed=new.first_due, unit=new.unit, count=-new.every)
    for first, last in list(book.plan.pauses):
        if first <= start <= last or start < first < book.plan.maturity:
            _pause(book, first, last)


def _re_age_equally(book: Book, on: date, new: NewPlan, interest: Interest) -> None:
    until = on if interest is Interest.PAYABLE else book.plan.maturity
    amounts = open_until(book.plan, until)
    charges = _lift_charges(book, on)
    re_age_equally(book.plan, on, new, amounts, list(charges.values()))
    book.match_rows(since=on)
    book.take_over_replanned(on)
    rows = book.regular
    added = rows[-new.instalments :]
    for component, amount in charges.items():
        parts = equal_parts(amount, divided(amount, len(added)), len(added))
        spread(added, component, parts)
    for row in added:
        row.review(on)


def _lift_charges(book: Book, on: date) -> dict[Component, int]:
    charges = {Component.FEE: 0, Component.PENALTY: 0}
    for row in book.rows:
        for component in charges:
            part = row.open(component)
            charges[component] += part
            row.asked[component] -= part
        row.review(on)
    return charges


def re_amortise_loan(book: Book, *, on: date, interest: Interest) -> None:
    """Divide what is overdue over the instalments not due yet; nothing, where nothing is."""
    later = [row for row in book.regular if row.due > on]
    if not later:
        raise ValueError("no instalment is left to divide over")
    book.accrue(on)
    late = [row for row in book.rows if row.due <= on]
    if not book.follows_balance:
        re_amortise_rows(book, on=on)
        return
    overdue = sum(row.open(Component.PRINCIPAL) for row in late)
    if not late or not (overdue or open_interest_until(book.plan, late[-1].due)):
        return
    if interest is Interest.FIRST:
        re_amortise(book.plan, on)
    else:
        re_amortise_split(book.plan, on)
    take_over(book.plan, book.rows, on)
    if interest is not Interest.FIRST:
        divide_fees(late, later, on=on)

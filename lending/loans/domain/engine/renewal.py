"""Planning anew: re-ageing, re-amortising, moved due dates, and tranches of a full term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lending.loans.domain.calendar import add_units
from lending.loans.domain.engine.conditions import Conditions
from lending.loans.domain.engine.levelling import (
    divided,
    lend,
    lending_day,
    level,
    settle_last,
    smooth,
)
from lending.loans.domain.engine.movements import credit
from lending.loans.domain.engine.periods import Period
from lending.loans.domain.engine.plan import Plan
from lending.products.domain.methods import Unit


class Interest(StrEnum):
    """What becomes of interest when a loan is planned anew: what is owed is asked first, or that
    (PAYABLE) or all interest to maturity (FULL) is divided over the new instalments."""

    FIRST = "FIRST"
    PAYABLE = "PAYABLE"
    FULL = "FULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPlan:
    """`instalments` of them, the first due on `first_due`, then every `every` `unit`s."""

    first_due: date
    every: int
    unit: Unit
    instalments: int

    def due_dates(self) -> list[date]:
        """Counted from the first one: 31 March, 30 April, 31 May."""
        return [
            add_units(seed=self.first_due, unit=self.unit, count=self.every * number)
            for number in range(self.instalments)
        ]

    def chained_dates(self) -> list[date]:
        """Each counted from the one before: 31 March, 30 April, 30 May. An equal division has
        these."""
        dates = [self.first_due]
        while len(dates) < self.instalments:
            dates.append(add_units(seed=dates[-1], unit=self.unit, count=self.every))
        return dates


def equal_parts(total: int, value: int, parts: int) -> list[int]:
    """`value` each as long as there is enough; the last takes what is left."""
    shares: list[int] = []
    for number in range(parts):
        left = total - sum(shares)
        shares.append(left if number == parts - 1 else min(value, left))
    return shares


# --- re-ageing ------------------------------------------------------------------------------------------


def re_age(plan: Plan, on: date, new: NewPlan) -> None:
    """What is outstanding is lent anew: the interest owed is asked with the first instalment."""
    plan.grace_lifted = True
    principal = plan.open_principal
    early = _paid_from(plan, on)
    _end_on(plan, on)
    _close_unpaid(plan, on)
    collapse_stubs(plan)
    draft = _lent_anew(plan, new, principal)
    _hold_early(plan, early)
    drawn = plan.periods[0].drawn_before
    added = []
    for number, period in enumerate(draft.fresh()):
        emi = period.due_principal + period.due_interest
        start = plan.periods[-1].due if not number else period.start
        added.append(_append(plan, start, period.due, emi, drawn))
    plan.set_factors(added)
    plan.balance_out()
    settle_last(plan, on)
    if added[0].start != on and added[0].start < new.first_due:
        # It began before the day: a stretch of its own, not one of the equal instalments.
        del added[0]
    if added:
        smooth(plan, added)


def re_age_equally(
    plan: Plan, on: date, new: NewPlan, amounts: tuple[int, int], charges: Sequence[int]
) -> None:
    """What is outstanding is divided equally, principal and interest (`amounts`, given): from now
    on nothing else bears interest. `charges`, by kind, are divided beside it and count in the
    rounding."""
    maturity = plan.maturity
    early = _paid_from(plan, on)
    _end_on(plan, on)
    for period in plan.fresh():
        taken = min(period.open_interest, period.credited_interest)
        period.segments[-1].credited_interest -= taken
        period.emi = period.paid
        _move_credits(period)
        period.is_silent = True
    plan.touch()
    if maturity >= on:
        _hold_early(plan, early)
        plan.periods[-1].is_level = True
    collapse_stubs(plan)
    drawn = plan.periods[-1].drawn_before
    added = [
        _append(plan, plan.periods[-1].due, due, 0, drawn, is_level=True)
        for due in new.chained_dates()
    ]
    _ask_equally(added, amounts, charges)
    plan.touch()
    plan.balance_out()
    plan.add_rate(min(on, maturity), Decimal(0))
    settle_last(plan, on)


def _ask_equally(
    periods: Sequence[Period], amounts: tuple[int, int], charges: Sequence[int]
) -> None:
    principal, interest = amounts
    count = len(periods)
    interest_part = divided(interest, count)
    whole = divided(principal + interest + sum(charges), count)
    emi = whole - sum(divided(charge, count) for charge in charges)
    emis = equal_parts(principal + interest, emi, count)
    interests = equal_parts(interest, interest_part, count)
    for period, one, part in zip(periods, emis, interests, strict=True):
        period.emi = period.agreed_emi = one
        period.fixed_interest = part


def _paid_from(plan: Plan, on: date) -> tuple[int, int]:
    """(principal, interest) paid of the periods due on the day or later."""
    later = [p for p in plan.periods if p.due >= on]
    return sum(p.paid_principal for p in later), sum(p.paid_interest for p in later)


def _end_on(plan: Plan, on: date) -> None:
    """The running period ends on the day; later ones are gone. What they owed again is kept."""
    again = sum(p.credited_principal for p in plan.periods if p.start >= on and p.due > on)
    period = plan.at(on)
    if period is not None:
        period.holds_early_payments = True
        if period.due != on:
            period.due = on
            # Segments that begin later are of days that are no more.
            period.segments[-1].end = on
            plan.set_factors([period])
        plan.periods = [p for p in plan.periods if p is period or p.due <= on]
        plan.touch()
    credit(plan, on, principal=again)


def _close_unpaid(plan: Plan, on: date) -> None:
    """Periods begun by the day ask what was paid of them. Principal overdue no longer bears
    interest beside the plan: it is in the balance again."""
    unpaid = [p for p in plan.fresh() if p.start <= on and not p.is_paid]
    open_principal = [p.open_principal for p in unpaid]
    for period, principal in zip(unpaid, open_principal, strict=True):
        for segment in period.segments:
            if segment.end == on:
                segment.correction = 0
        if period.segments[-1].correction:
            period.segments[-1].correction -= principal
        period.emi = period.paid
        _move_credits(period)
        plan.touch(period)


def _move_credits(period: Period) -> None:
    period.moved_principal = period.credited_principal
    period.moved_interest = period.credited_interest


def _hold_early(plan: Plan, early: tuple[int, int]) -> None:
    """The last period kept shows what was paid of those that are gone."""
    principal, interest = early
    if not principal and not interest:
        return
    last = plan.periods[-1]
    last.paid_principal, last.paid_interest = principal, interest
    last.emi = last.paid
    last.holds_early_payments = True
    plan.set_factors([last])


def _append(
    plan: Plan, start: date, due: date, emi: int, drawn: int, *, is_level: bool = False
) -> Period:
    period = Period.empty(start=start, due=due)
    period.emi = period.agreed_emi = emi
    period.drawn_before = drawn
    period.is_level = is_level
    plan.periods.append(period)
    plan.touch(period)
    return period


def collapse_stubs(plan: Plan) -> None:
    """Neighbours that only held early payments, and hold none, become one period."""
    kept: list[Period] = []
    for period in plan.fresh():
        if kept and _is_stub(period) and _is_stub(kept[-1]):
            kept[-1].due = period.due
            kept[-1].segments[-1].end = period.due
            continue
        kept.append(period)
    if len(kept) != len(plan.periods):
        plan.periods = kept
        plan.touch()
        plan.set_factors(kept)


def _is_stub(period: Period) -> bool:
    asks = period.emi or period.due_principal or period.due_interest
    return period.holds_early_payments and not asks


def _lent_anew(plan: Plan, new: NewPlan, principal: int) -> Plan:
    """A plan of its own for the principal, to find the instalment on."""
    old = plan.conditions
    start = add_units(seed=new.first_due, unit=new.unit, count=-new.every)
    if new.first_due == plan.first_day:
        start = new.first_due
    conditions = replace(
        old,
        starts_on=start,
        instalments=new.instalments,
        every=new.every,
        unit=new.unit,
        interest_by_period=False,
        multiples_of=None,
        down_payment=None,
        grace_on_principal=0,
        grace_on_interest=0,
        full_term_per_disbursement=False,
    )
    return _draft(conditions, start, new.due_dates(), [(start, principal)])


def _draft(
    conditions: Conditions, start: date, dues: Sequence[date], lent: Sequence[tuple[date, int]]
) -> Plan:
    starts = [start, *dues[:-1]]
    plan = Plan(
        conditions=conditions,
        periods=[Period.empty(start=a, due=b) for a, b in zip(starts, dues, strict=True)],
    )
    for on, amount in lent:
        lend(plan, on, amount)
    return plan


# --- re-amortising ----------------------------------------------------------------------------------------


def re_amortise(plan: Plan, on: date) -> None:
    """What is overdue is divided over the instalments not due yet; interest is asked at once."""
    plan.grace_lifted = True
    _close_unpaid(plan, on)
    _level_later(plan, [p for p in plan.periods if p.due > on], on)


def re_amortise_split(plan: Plan, on: date) -> None:
    """As `re_amortise`, with the interest overdue in equal parts on all of them."""
    plan.grace_lifted = True
    plan.fresh()
    late = [p for p in plan.periods if p.due <= on and not p.is_paid]
    later = [p for p in plan.periods if p.due > on]
    interest = sum(p.due_interest - p.paid_interest for p in late)
    part = divided(interest, len(later)) if later and interest > 0 else 0
    for period in plan.periods:
        for segment in period.segments:
            segment.correction = 0
    for index, period in enumerate(plan.periods):
        if period.is_paid and period.due <= on:
            following = plan.periods[index + 1 : index + 2]
            again = sum(p.credited_principal for p in following)
            period.segments[-1].correction -= max(period.paid_principal - again, 0)
    for period in late:
        period.segments[-1].correction -= period.paid_principal
        period.emi = period.paid
        _move_credits(period)
        period.is_silent = True
    plan.touch()
    plan.set_factors(later)
    for period in later:
        period.fixed_interest += part
    plan.touch()
    plan.balance_out()
    _level_later(plan, later, on)


def _level_later(plan: Plan, later: Sequence[Period], on: date) -> None:
    level(plan, later)
    plan.balance_out()
    settle_last(plan, on)
    smooth(plan, later)


def move_due_dates(plan: Plan, moved: Period, to: date) -> None:
    """A period ends on another day and all later ones with it. A fixed length moves as a whole."""
    conditions = plan.conditions
    days = (to - moved.due).days
    place = plan.index_of(moved)
    for number, period in enumerate(plan.periods[place:]):
        if number:
            period.start = plan.periods[place + number - 1].due
            period.segments[0].start = period.start
        due = add_units(seed=to, unit=conditions.unit, count=conditions.every * number)
        if plan.is_last(period) and number and conditions.fixed_length is not None:
            length = conditions.fixed_length + days
            due = add_units(seed=plan.first_day, unit=conditions.unit, count=length)
        if due <= period.start:
            raise ValueError("an instalment would fall due before it begins")
        period.due = period.segments[-1].end = due
    plan.set_factors(plan.periods[place:])
    plan.balance_out()


# --- tranches of a full term --------------------------------------------------------------------------------


def lend_full_term(plan: Plan, on: date, amount: int) -> None:
    """Each disbursement is repaid over the full number of instalments, beside the earlier ones.

    Its instalments are found day by day and without grace, whatever the loan's terms are.
    """
    conditions, on = plan.conditions, lending_day(plan, on)
    running = next((p for p in plan.periods if p.start <= on < p.due), None)
    start = running.start if running is not None else plan.maturity
    dues = [
        add_units(seed=start, unit=conditions.unit, count=conditions.every * number)
        for number in range(1, conditions.instalments + 1)
    ]
    own = replace(
        conditions,
        starts_on=start,
        full_term_per_disbursement=False,
        interest_by_period=False,
        multiples_of=None,
        down_payment=None,
        grace_on_principal=0,
        grace_on_interest=0,
        due_dates=None,
    )
    draft = _draft(own, start, dues, [(on, amount)])
    for period in plan.periods:
        if on <= period.start:
            period.drawn_before += amount
    plan.change_balance(on, drawn=amount)
    for period in draft.fresh():
        emi = period.due_principal + period.due_interest
        twin = next(
            (p for p in plan.periods if (p.start, p.due) == (period.start, period.due)), None
        )
        if twin is None:
            last = plan.periods[-1]
            begins = last.due if period is draft.periods[0] else period.start
            twin = _append(plan, begins, period.due, emi, last.drawn_before)
        else:
            twin.emi += emi
            twin.agreed_emi = twin.emi
        plan.set_factors([twin])
    plan.balance_out()
    settle_last(plan, on)

"""Money that moves on the plan: payments, principal overdue, amounts owed again."""

from __future__ import annotations

from datetime import date

from lending.loans.domain.engine.conditions import RestRule
from lending.loans.domain.engine.levelling import carry_in, settle_last
from lending.loans.domain.engine.periods import Period
from lending.loans.domain.engine.plan import Overdue, Plan


def pay_interest(plan: Plan, period: Period, on: date, amount: int) -> None:
    """Count interest paid on a day."""
    late = _last_open_before_last(plan, on)
    if late is not None and late is period:
        carry_in(plan, late, on)
    left = plan.total_interest - plan.paid_interest
    period.paid_interest += min(amount, left)
    plan.touch(period)
    plan.balance_out()
    settle_last(plan, on)


def pay_principal(plan: Plan, period: Period, on: date, amount: int) -> None:
    """Count principal paid on a day: from then (from the due date, if that was before) on it
    bears no interest."""
    if not amount:
        return
    credited = sum(p.credited_principal for p in plan.periods)
    if plan.paid_principal + amount > plan.total_principal + credited:
        period.paid_principal += plan.total_principal - plan.paid_principal
    else:
        period.paid_principal += amount
    plan.touch(period)
    day = min(on, period.due)
    correct(plan, day, -amount)
    unpaid = sum(not p.is_paid for p in plan.fresh())
    if unpaid > 1 and on < period.start:
        # Paid before its time and more than it asks, or exactly what was agreed: it is closed.
        more = period.paid > period.full
        if more or period.paid == period.agreed_emi + period.credited:
            period.emi = period.paid - period.credited
            plan.touch(period)
    settle_last(plan, day)


def _last_open_before_last(plan: Plan, on: date) -> Period | None:
    """The last unpaid period, if it has fallen due and is not the plan's last."""
    unpaid = [p for p in plan.fresh() if not p.is_paid]
    if not unpaid or plan.is_last(unpaid[-1]) or on < unpaid[-1].due:
        return None
    return unpaid[-1]


def correct(plan: Plan, day: date, amount: int) -> Period | None:
    """Change the balance that bears interest from the day on."""
    period = plan.change_balance(day, correction=amount)
    if period is not None:
        plan.set_factors([period])
        plan.balance_out()
        settle_last(plan, day)
    return period


def credit(plan: Plan, on: date, *, principal: int = 0, interest: int = 0) -> None:
    """An amount is owed again from the day on, in the period that the day belongs to."""
    period = plan.change_balance(on, correction=principal)
    if period is None:
        return
    for one in plan.periods:
        if one.start <= on and (on <= one.due if plan.is_last(one) else on < one.due):
            segments = [s for s in one.segments if s.start == on]
            if segments:
                segments[-1].credited_principal += principal
                segments[-1].credited_interest += interest
                plan.touch(one)
            break
    plan.set_factors([period])
    plan.balance_out()
    settle_last(plan, on)


# --- principal overdue -------------------------------------------------------------------------------


def accrue_overdue(plan: Plan, day: date, *, settles_all: bool) -> bool:
    """Let principal that stayed unpaid bear interest up to the day (at most to maturity).

    `settles_all`: a payment that would settle everything is about to be counted. Returns whether
    the plan changed.
    """
    day = min(day, plan.maturity)
    late = [p for p in plan.periods if not p.holds_early_payments and p.due < day]
    if not late:
        return False
    running = plan.at(day) or plan.periods[-1]
    changed = False
    overdue = total = 0
    for period in late:
        if overdue:
            changed |= _carry_overdue(plan, period, day, (overdue, total), settles_all)
        plan.fresh()
        overdue = period.open_principal
        total += overdue
    changed |= _carry_overdue(plan, running, day, (overdue, total), settles_all)
    if total > 0 and (plan.overdue_until is None or plan.overdue_until < day):
        plan.overdue_until = day
    return changed


def _carry_overdue(
    plan: Plan, period: Period, day: date, overdue: tuple[int, int], settles_all: bool
) -> bool:
    """`overdue` principal of the period before begins to bear interest in this one, and the
    total of it stops again on the day."""
    if day == plan.overdue_until:
        return False
    before, total = overdue
    counted = plan.overdue_until
    _overdue_correction(
        plan, period.start if counted is None or period.start > counted else counted, before
    )
    if period.start < day <= period.due:
        stop = period.due if asks_to_due_date(plan, settles_all) else day
        _overdue_correction(plan, stop, -total)
        plan.overdue_until = stop
    return True


def _overdue_correction(plan: Plan, day: date, amount: int) -> None:
    period = plan.change_balance(day, correction=amount)
    if period is not None:
        plan.overdue.append(Overdue(day, amount, period.due))
        plan.set_factors([period])
        plan.balance_out()
        settle_last(plan, day)


def asks_to_due_date(plan: Plan, settles_all: bool) -> bool:
    """Is interest asked up to the next due date instead of the payment's day?"""
    rule = plan.conditions.recalculation
    if rule is None or rule.rest is not RestRule.NEXT_DUE_DATE:
        return False
    return rule.rest_every_period or settles_all

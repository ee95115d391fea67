"""What the plan would ask if interest stopped on a day; the plan itself stays as it is."""

from __future__ import annotations

from datetime import date

from lending.loans.domain.engine.levelling import settle_last, stop_interest
from lending.loans.domain.engine.periods import Period
from lending.loans.domain.engine.plan import Plan


def until(plan: Plan, day: date) -> Plan:
    """A copy in which nothing happens after the day: later periods bear nothing."""
    view = plan.copy()
    if day < view.first_day:
        for period in view.periods:
            period.segments.clear()
        view.touch()
        return view
    if day >= view.maturity:
        return view
    running = view.at(day)
    for period in view.periods:
        if period.due <= day:
            continue
        if period is running:
            _cut(view, period, day)
        elif running is not None and view.before(period) is running and _begins_credited(period):
            # Money owed again on the running period's last day asks in this period.
            period.segments[0].end = period.segments[0].start
            del period.segments[1:]
        else:
            period.segments.clear()
    view.set_factors(view.periods)
    view.balance_out()
    settle_last(view, day)
    return view


def _cut(view: Plan, period: Period, day: date) -> None:
    segment = view.segment_at(period, day)
    if segment is None:
        return
    segment.end = day
    place = next(i for i, s in enumerate(period.segments) if s is segment)
    if place + 1 < len(period.segments):
        after = period.segments[place + 1]
        segment.credited_principal += after.credited_principal
        segment.credited_interest += after.credited_interest
    del period.segments[place + 1 :]


def _begins_credited(period: Period) -> bool:
    first = period.segments[0]
    return first.credited_interest > 0 or first.credited_principal > 0


def due_amounts(plan: Plan, start: date, due: date, day: date) -> tuple[int, int]:
    """(principal, interest) that the instalment asks if it is paid on the day."""
    view = until(plan, day)
    period = view.between(start, due)
    if period is None:
        raise ValueError("no period of the plan has these days")
    unpaid = sum(not p.is_paid for p in view.fresh())
    if day <= period.start:
        _ask_as_agreed(plan, view, period, unpaid)
    periods = view.fresh()
    principal, interest = period.due_principal, period.due_interest
    if not plan.conditions.vertical:
        return principal, interest
    if unpaid > 1:
        principal = period.full
    left = max(view.total_principal - view.paid_principal, period.paid_principal)
    total_interest = sum(p.due_interest for p in periods)
    left_interest = max(total_interest - view.paid_interest, period.paid_interest)
    return min(principal, left), min(interest, left_interest)


def _ask_as_agreed(plan: Plan, view: Plan, period: Period, unpaid: int) -> None:
    """A period that has not begun asks its agreed instalment, at most what is left of the loan."""
    if period.is_level:
        source = plan.between(period.start, period.due)
        if source is not None:
            period.emi = source.emi
    elif unpaid > 1:
        period.emi = period.agreed_emi
        view.touch(period)
        view.fresh()
        period.emi -= max(period.open_principal - view.open_principal, 0)
    elif period.is_paid and unpaid == 1:
        left = view.total_principal - view.paid_principal
        period.emi = min(period.agreed_emi, left + period.paid_principal + period.due_interest)
    view.touch(period)


def open_until(plan: Plan, day: date) -> tuple[int, int]:
    """(principal, interest) that settles the loan on the day."""
    view = plan.copy()
    stop_interest(view, day)
    view.balance_out()
    settle_last(view, day)
    interest = view.total_interest - view.paid_interest
    return view.open_principal, max(interest, 0)


def open_interest_until(plan: Plan, day: date) -> int:
    """Interest asked and unpaid of the periods begun before the day."""
    view = until(plan, day)
    return sum(p.open_interest for p in view.fresh() if p.start < day)


def interest_of_period(plan: Plan, start: date, due: date, day: date) -> int:
    """Interest the period has borne by the day."""
    view = until(plan, day)
    period = view.between(start, due)
    if period is None:
        raise ValueError("no period of the plan has these days")
    view.fresh()
    return period.earned_interest

"""Equal instalments: finding them, smoothing them, and putting the rest on the last one unpaid."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from lending.loans.domain.arithmetic import MATH, to_minor
from lending.loans.domain.engine.conditions import Conditions, InterestMethod
from lending.loans.domain.engine.periods import Period
from lending.loans.domain.engine.plan import Plan

_MAX_ROUNDS = 3


def to_multiple(amount: int, multiple: int | None) -> int:
    """The amount in whole multiples, half-even; as it is where that would leave nothing."""
    if not multiple:
        return amount
    rounded = to_minor(Decimal(amount) / multiple) * multiple
    return rounded or amount


def divided(amount: int, parts: int) -> int:
    """One of `parts` equal parts, rounded half-even to the minor unit."""
    return to_minor(MATH.divide(Decimal(amount), parts))


# --- finding the instalment ------------------------------------------------------------------------


def level(plan: Plan, periods: Sequence[Period]) -> None:
    """Give the periods one equal instalment, by the plan's interest method."""
    if not periods:
        return
    if plan.conditions.method is InterestMethod.FLAT:
        _level_flat(plan, periods)
    else:
        _level_declining(plan, periods)


def _level_declining(plan: Plan, periods: Sequence[Period]) -> None:
    """The exact annuity for periods of unequal factors: F x B / fn with F = prod(1 + f) and
    fn = 1, then 1 + fn x (1 + f) from the second period on."""
    growth, divisor = Decimal(1), Decimal(1)
    for index, period in enumerate(periods):
        step = Decimal(1) if period.has_interest_grace else period.growth
        growth = MATH.multiply(growth, step)
        if index:
            divisor = MATH.add(1, MATH.multiply(divisor, step))
    plan.fresh()
    before = plan.before(periods[0])
    balance = (before.closing if before else 0) + periods[0].drawn
    emi = to_minor(MATH.divide(MATH.multiply(growth, balance), divisor))
    fixed = sum(period.fixed_interest for period in periods)
    emi = to_multiple(emi + divided(fixed, len(periods)), plan.conditions.multiples_of)
    for period in periods:
        if emi >= period.paid:
            period.emi = period.agreed_emi = emi
            plan.touch(period)


def _level_flat(plan: Plan, periods: Sequence[Period]) -> None:
    """Interest on all that was drawn, in equal instalments; what does not divide is on the last."""
    total = divided(sum(p.fixed_interest for p in periods), len(periods))
    for period in periods:
        plan.fresh(plan.index_of(period))
        total += period.earned_interest
        period.emi = period.earned_interest
        plan.touch(period)
    plan.fresh()
    before = plan.before(periods[0])
    if before is not None:
        total -= before.drawn_until(None) - before.closing
    total += periods[0].drawn_until(periods[0].segments[-1])
    emi = to_multiple(divided(total, len(periods)), plan.conditions.multiples_of)
    rest = total - emi * len(periods)
    overpaid = 0
    for period in periods:
        wanted = emi + rest if period is periods[-1] else emi
        extra = period.paid - (wanted + period.credited + period.carried_in)
        if extra > 0:
            overpaid += extra
            wanted = period.paid
        period.emi = period.agreed_emi = wanted
        plan.touch(period)
    plan.balance_out()
    _take_back(plan, periods, overpaid)


def _take_back(plan: Plan, periods: Sequence[Period], overpaid: int) -> None:
    """What early instalments were paid above theirs the last ones need not ask."""
    for period in reversed(periods):
        plan.fresh()
        if overpaid > 0 and not period.is_paid:
            least = max(period.paid - period.credited - period.carried_in, period.earned_interest)
            emi = max(period.emi - overpaid, least, 0)
            overpaid -= period.emi - emi
            period.emi = emi
            plan.touch(period)
    plan.balance_out()


# --- the last instalment ---------------------------------------------------------------------------


def settle_last(plan: Plan, till: date) -> None:
    """Let the last unpaid instalment take what the others leave: all that was lent and all
    interest less all instalments. Interest that later, paid periods bear by `till` is asked there.
    """
    _cap_principal(plan)
    last = _last_unpaid(plan)
    if last is None:
        return
    last.carried_in = 0
    for period in plan.periods:
        period.is_after_carried = False
    plan.touch()
    periods = plan.fresh()
    rest = (
        sum(period.drawn + period.credited_principal for period in periods)
        + sum(period.due_interest for period in periods)
        - sum(period.full for period in periods)
    )
    last.emi += rest
    if last.fixed_interest > 0:
        last.emi = max(last.emi, last.paid_principal + last.fixed_interest)
    plan.touch(last)
    if last.emi < last.paid - last.credited:
        last.emi = last.paid - last.credited
        plan.touch(last)
        settle_last(plan, till)
    carry_in(plan, last, till)


def _cap_principal(plan: Plan) -> None:
    """No instalment asks more principal than is left of the loan."""
    left = plan.total_principal - plan.paid_principal
    for index, period in enumerate(plan.periods):
        plan.fresh(index)
        if period.open_principal > left:
            least = max(period.paid - period.credited, 0)
            period.emi = max(period.emi - (period.open_principal - left), least)
            plan.touch(period)


def _last_unpaid(plan: Plan) -> Period | None:
    periods = plan.fresh()
    for period in reversed(periods):
        if not period.is_paid:
            return period
    last = periods[-1]
    if not plan.paid_principal and last.segments and last.closing > 0:
        return last
    return None


def carry_in(plan: Plan, last: Period, till: date) -> None:
    """Ask with `last` the interest that periods after it have borne by `till`."""
    if plan.is_last(last):
        return
    index = plan.index_of(last)
    view = plan.copy()
    beyond = any(one.due > last.due for one in view.overdue)
    reset = not beyond and any(one.due == last.due for one in view.overdue)
    if reset:
        for one in view.overdue:
            view.change_balance(one.on, correction=-one.amount)
    stop_interest(view, till)
    if reset:
        view.balance_out()
    periods = view.fresh()
    for later in reversed(periods[index + 1 :]):
        if later.unrecognised > 0 and later.due > last.due:
            last.carried_in = later.unrecognised
            for period in plan.periods:
                if period.due > last.due:
                    period.is_after_carried = True
            plan.touch()
            return


def stop_interest(plan: Plan, till: date) -> None:
    """In a copy: interest runs up to the day `till` and no further."""
    period = plan.at(till)
    segment = plan.segment_at(period, till) if period else None
    if segment is not None:
        segment.end = till
    plan.set_factors(plan.periods)
    for one in plan.periods:
        for part in one.segments:
            if till < part.end:
                part.factor = part.factor_to_due = Decimal(0)
    plan.touch()


# --- smoothing -------------------------------------------------------------------------------------


def smooth(plan: Plan, periods: Sequence[Period]) -> None:
    """Spread a last instalment that stands out over the others, if that brings it nearer.

    A difference up to half as many minor units as there are instalments is left alone.
    """
    trial: Plan | None = None
    for _ in range(_MAX_ROUNDS):
        emi, gap, count = _gap(plan, periods)
        half = len(periods) // 2
        if not half or not gap or abs(gap) <= half:
            return
        wanted = to_multiple(
            emi + divided(gap, max(len(periods) - count, 1)), plan.conditions.multiples_of
        )
        if wanted == emi:
            return
        trial = trial or plan.copy()
        first = periods[0]
        related = [p for p in trial.periods if p.start >= first.start and p.due >= first.due]
        open_ones = [p for p in related if not p.holds_early_payments and not p.has_principal_grace]
        for period in open_ones:
            if wanted >= period.paid:
                period.emi = period.agreed_emi = wanted
        trial.touch()
        trial.balance_out()
        settle_last(trial, first.due)
        if abs(_gap(trial, trial.periods)[1]) >= abs(gap):
            return
        mine = (p for p in periods if not p.has_principal_grace)
        for period, one in zip(mine, open_ones, strict=False):
            period.emi = period.agreed_emi = one.emi
        plan.touch()
        plan.balance_out()


def _gap(plan: Plan, periods: Sequence[Period]) -> tuple[int, int, int]:
    """The instalment before the last, how much the last differs from it, and how many periods
    cannot take part."""
    plan.fresh()
    for before, last in zip(reversed(periods[:-1]), reversed(periods), strict=False):
        if before.has_principal_grace or last.has_principal_grace:
            continue
        if not last.is_paid and not before.is_paid:
            apart = sum(p.has_principal_grace or before.emi < p.paid for p in periods)
            return before.emi, last.emi - before.emi, apart
    return periods[0].emi, 0, 0


# --- planning --------------------------------------------------------------------------------------


def plan_instalments(plan: Plan, due: date, *, on_draft: bool) -> None:
    """Find the instalments of the periods due from `due` on.

    `on_draft`: as if nothing had been paid, on a copy, whose instalments are then taken over.
    """
    periods = plan.from_due(due)
    _mark_interest_grace(plan)
    plan.set_factors(periods)
    if plan.conditions.method is InterestMethod.FLAT:
        level(plan, periods)
        _apply_principal_grace(plan, periods)
        return
    plan.balance_out()
    on_draft = on_draft and not plan.is_blank and not plan.is_draft
    if on_draft:
        draft = plan.draft()
        plan_instalments(draft, due, on_draft=False)
        for period in periods:
            twin = next((p for p in draft.periods if p.due == period.due), None)
            if twin is not None:
                period.emi, period.agreed_emi = twin.emi, twin.agreed_emi
        plan.touch()
    else:
        level(plan, periods)
    _apply_principal_grace(plan, periods)
    plan.balance_out()
    settle_last(plan, due)
    if not on_draft:
        smooth(plan, periods)


def _mark_interest_grace(plan: Plan) -> None:
    grace = plan.conditions.grace_on_interest
    for index, period in enumerate(plan.periods):
        if grace:
            period.has_interest_grace = index < grace
            plan.touch(period)


def _apply_principal_grace(plan: Plan, periods: Sequence[Period]) -> None:
    """The first instalments ask interest alone; the others repay the whole."""
    for period in plan.periods:
        period.has_principal_grace = False
    grace = plan.conditions.grace_on_principal
    if plan.grace_lifted or not grace or not periods:
        return
    for index, period in enumerate(plan.periods[:grace]):
        plan.fresh(index)
        if period.due >= periods[0].due:
            period.emi = period.agreed_emi = period.due_interest
            period.has_principal_grace = True
            plan.touch(period)
        elif not period.due_principal:
            period.has_principal_grace = True
    plan.balance_out()
    level(plan, [p for p in periods if not p.has_principal_grace])


def lend(plan: Plan, on: date, amount: int) -> None:
    """A disbursement on a day: the balance grows and the instalments are found anew."""
    day = lending_day(plan, on)
    for period in plan.periods:
        if day <= period.start:
            period.drawn_before += amount
    plan.touch()
    changed = plan.change_balance(day, drawn=amount)
    if changed is not None:
        plan_instalments(plan, due_concerned(plan, changed, day), on_draft=True)


def lending_day(plan: Plan, on: date) -> date:
    """Where interest is by the period and parts of a period bear none: the period's first day."""
    conditions: Conditions = plan.conditions
    if conditions.interest_by_period and not conditions.partial_periods:
        return next((p.start for p in plan.periods if p.due > on), on)
    return on


def due_concerned(plan: Plan, period: Period, day: date) -> date:
    """The due date from which a change on `day` counts: on a due date, the next one."""
    if period.due == day:
        index = plan.index_of(period)
        if index + 1 < len(plan.periods):
            return plan.periods[index + 1].due
    return period.due

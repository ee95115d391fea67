"""Rate factors: which share of a year's interest a stretch of days bears."""

from __future__ import annotations

from calendar import isleap, monthrange
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from lending.loans.domain.arithmetic import MATH
from lending.loans.domain.calendar import add_units, whole_units_between
from lending.loans.domain.engine.conditions import Conditions, MonthDays, YearDays
from lending.products.domain.methods import Unit

#: Factors are kept to 19 places after the point.
_PLACES: Final = Decimal(1).scaleb(-19)
_PERIODS_A_YEAR: Final = {Unit.MONTHS: 12, Unit.WEEKS: 52}
_UNIT_DAYS: Final = {Unit.MONTHS: 30, Unit.WEEKS: 7, Unit.DAYS: 1}
_ONE: Final = Decimal(1)


def rate_factor(
    *,
    conditions: Conditions,
    annual_rate: Decimal,
    period: tuple[date, date],
    stretch: tuple[date, date],
    units: Decimal | int,
) -> Decimal:
    """The factor of `stretch`, which lies in `period`.

    `units` is how many of the calendar's units the whole period counts as where months have 30
    days: the agreed number for the equal instalment, the real number (with a fraction) for
    interest, so that a period whose due date moved bears what it lasts.
    """
    (start, due), (first, last) = period, stretch
    days, period_days = (last - first).days, (due - start).days
    if not period_days:
        return Decimal(0)
    per_year = _PERIODS_A_YEAR.get(conditions.unit)
    if conditions.interest_by_period and per_year is not None:
        return _factor(annual_rate, conditions.every, per_year, days, period_days)
    if _splits_years(conditions, period, stretch):
        share = _by_calendar_years(conditions, first, last)
        return _rounded(MATH.multiply(annual_rate, share))
    year = _days_in_year(conditions.year_days, first, period)
    if conditions.month_days is MonthDays.ACTUAL:
        return _factor(annual_rate, days, year, 1, 1)
    share_days = MATH.multiply(_UNIT_DAYS[conditions.unit], units)
    return _factor(annual_rate, share_days, year, days, period_days)


def _factor(
    rate: Decimal, dividend: Decimal | int, divisor: int, days: int, period_days: int
) -> Decimal:
    share = MATH.divide(Decimal(dividend), divisor)
    product = MATH.multiply(MATH.multiply(rate, share), days)
    return _rounded(MATH.divide(product, period_days))


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_PLACES, rounding=MATH.rounding)


def _days_in_year(rule: YearDays, first: date, period: tuple[date, date]) -> int:
    if not rule.is_actual:
        return int(rule)
    if not isleap(first.year):
        return 365
    if rule is YearDays.LEAP_PERIOD:
        return 366 if _has_leap_day(*period) else 365
    return 366


def _has_leap_day(start: date, due: date) -> bool:
    years = range(start.year, due.year + 1)
    return any(isleap(year) and start < date(year, 2, 29) <= due for year in years)


def _splits_years(
    conditions: Conditions, period: tuple[date, date], stretch: tuple[date, date]
) -> bool:
    if not conditions.year_days.is_actual or stretch[0].year == stretch[1].year:
        return False
    return conditions.year_days is YearDays.ACTUAL or _has_leap_day(*period)


def _by_calendar_years(conditions: Conditions, first: date, last: date) -> Decimal:
    """The days in each calendar year over that year's length."""
    share, day = Decimal(0), first
    for year in range(first.year, last.year + 1):
        end = date(year + 1, 1, 1) if conditions.year_ends_on_1_january else date(year, 12, 31)
        stop = last if year == last.year else end
        share = MATH.add(
            share, MATH.divide(Decimal((stop - day).days), 366 if isleap(year) else 365)
        )
        day = stop
    return share


def units_in_period(
    *, conditions: Conditions, first_day: date, period: tuple[date, date]
) -> Decimal:
    """How many whole units the period really lasts, and the fraction of one begun at its end.

    Counted from the loan's first day where the period stands on the calendar agreed then, else
    from the period's own first day.
    """
    start, due = period
    seed = _seed(conditions, first_day, period)
    before = whole_units_between(
        first=seed, last=_month_end_counts(conditions, seed, start), unit=conditions.unit
    )
    count = before + 1
    while (day := add_units(seed=seed, unit=conditions.unit, count=count)) <= due:
        count += 1
        if day == due:
            return Decimal(count - before - 1)
    whole = count - before - 1
    begun = add_units(seed=seed, unit=conditions.unit, count=whole)
    return MATH.add(MATH.divide(Decimal((due - begun).days), (day - begun).days), whole)


def _month_end_counts(conditions: Conditions, seed: date, day: date) -> date:
    """28 February is a whole month after 31 January: the month has no later day."""
    if conditions.unit is Unit.MONTHS:
        last = monthrange(day.year, day.month)[1]
        if day.day == last and seed.day > day.day:
            return day + timedelta(days=1)
    return day


def _seed(conditions: Conditions, first_day: date, period: tuple[date, date]) -> date:
    start, due = period
    count = 1
    while (day := add_units(seed=first_day, unit=conditions.unit, count=count)) < due:
        count += 1
    on_calendar = (
        day == due and add_units(seed=day, unit=conditions.unit, count=-conditions.every) == start
    )
    return first_day if on_calendar else start

"""Due dates and interest periods."""

from __future__ import annotations

from calendar import isleap, monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lending.loans.domain.arithmetic import MATH
from lending.loans.domain.terms import LoanTerms
from lending.products.domain.methods import DayCount, Method, Unit

_UNIT_DAYS: Final = {Unit.DAYS: 1, Unit.WEEKS: 7}


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From one due date (or the disbursement) to the next.

    One day of the period bears annual rate / `year_days`. For a whole month under THIRTY_360
    `year_days` is 12 x the month's days, so that the month bears exactly a twelfth; for several
    months 12 x their days / their number.
    """

    number: int
    starts_on: date
    due_on: date
    year_days: int | Fraction

    @property
    def days(self) -> int:
        return (self.due_on - self.starts_on).days

    def rate_factor(self, *, annual_rate: Decimal) -> Decimal:
        """The period's share of the annual rate, to 19 digits."""
        share = MATH.multiply(annual_rate, self.days * self.year_days.denominator)
        return MATH.divide(share, self.year_days.numerator)


def add_months(*, seed: date, months: int, day: int | None = None) -> date:
    """`seed` moved by whole months to `day` (default: its own), or the month's last day.

    Always count from the original seed: 31 Oct, 30 Nov, 31 Dec; from the previous date the day
    would drift to 30 Dec.
    """
    index = seed.year * 12 + seed.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day or seed.day, monthrange(year, month + 1)[1]))


def add_units(*, seed: date, unit: Unit, count: int, day: int | None = None) -> date:
    """`count` units after (before, if negative) the seed; months as `add_months` counts them."""
    if unit is Unit.MONTHS:
        return add_months(seed=seed, months=count, day=day)
    return seed + timedelta(days=_UNIT_DAYS[unit] * count)


def whole_units_between(*, first: date, last: date, unit: Unit) -> int:
    """How many whole units lie between two days."""
    if unit is not Unit.MONTHS:
        return (last - first).days // _UNIT_DAYS[unit]
    months = (last.year - first.year) * 12 + last.month - first.month
    return months if last.day >= first.day else months - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """Dates every so many units, counted from one seed so that no month's end drifts.

    `day` is the day of the month instead of the seed's own.
    """

    seed: date
    every: int = 1
    unit: Unit = Unit.MONTHS
    day: int | None = None

    def at(self, step: int) -> date:
        """The seed moved by so many steps."""
        return add_units(seed=self.seed, unit=self.unit, count=step * self.every, day=self.day)

    @property
    def whole_months(self) -> int:
        """How many whole months a step is; 0 where it is none."""
        return self.every if self.unit is Unit.MONTHS else 0


def agreed_cadence(*, terms: LoanTerms) -> tuple[Cadence, int]:
    """The rhythm of the due dates, and the step that the first month's due date has in it."""
    cadence = Cadence(seed=terms.disbursed_on, day=terms.due_day)
    if terms.due_day is None:
        return cadence, 1
    earliest = terms.disbursed_on + timedelta(days=terms.first_period_min_days)
    first = 0
    while cadence.at(first) < earliest:
        first += 1
    return cadence, first


def due_dates(*, terms: LoanTerms) -> tuple[date, ...]:
    """The due dates, one per row of the plan, each later than the one before.

    Those the terms hold, or `agreed_dates` where they hold none.
    """
    return agreed_dates(terms=terms) if terms.due_dates is None else terms.due_dates


def agreed_dates(*, terms: LoanTerms) -> tuple[date, ...]:
    """The due dates as the calendar alone gives them.

    Without a due day: the disbursement date plus 1, 2, 3... months. With one: the first such day
    at least `first_period_min_days` after the disbursement, then monthly. A bullet loan has
    only the last. Weekends and holidays move nothing here: automatic debit works on every day.
    """
    cadence, first = agreed_cadence(terms=terms)
    steps = range(first, first + terms.instalments)
    if terms.method is Method.BULLET:
        steps = steps[-1:]
    return tuple(cadence.at(step) for step in steps)


def interest_periods(*, terms: LoanTerms) -> tuple[Period, ...]:
    """The interest period of each instalment, without gaps from the disbursement on."""
    dates = due_dates(terms=terms)
    starts = (terms.disbursed_on, *dates[:-1])
    first_months = _whole_months_to(agreed_dates(terms=terms)[0], terms)
    return tuple(
        make_period(
            number=number,
            starts_on=start,
            due_on=due,
            day_count=terms.day_count,
            whole_months=1 if number > 1 else first_months,
        )
        for number, (start, due) in enumerate(zip(starts, dates, strict=True), start=1)
    )


def _whole_months_to(agreed: date, terms: LoanTerms) -> int:
    """How many whole months the first period was agreed to last; 0 for an irregular one."""
    months = terms.instalments if terms.method is Method.BULLET else 1
    is_whole = agreed == add_months(seed=terms.disbursed_on, months=months)
    return months if is_whole else 0


def make_period(
    *, number: int, starts_on: date, due_on: date, day_count: DayCount, whole_months: int
) -> Period:
    """A period of so many whole months, or of days that count each by itself (0).

    A month stays a month under THIRTY_360 when its due date moves off a holiday.
    """
    year_days: int | Fraction = day_count.year_days
    if day_count is DayCount.THIRTY_360 and whole_months:
        year_days = Fraction(12 * (due_on - starts_on).days, whole_months)
    elif day_count is DayCount.ACTUAL_ACTUAL:
        year_days = 366 if isleap(starts_on.year) else 365
    return Period(number=number, starts_on=starts_on, due_on=due_on, year_days=year_days)

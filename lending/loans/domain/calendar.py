"""Due dates and interest periods."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from lending.loans.domain.arithmetic import MATH
from lending.loans.domain.terms import LoanTerms
from lending.products.domain.methods import DayCount


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """From one due date (or the disbursement) to the next.

    One day of the period bears annual rate / `year_days`. For a whole month under THIRTY_360
    `year_days` is 12 x the month's days, so that the month bears exactly a twelfth.
    """

    number: int
    starts_on: date
    due_on: date
    year_days: int

    @property
    def days(self) -> int:
        return (self.due_on - self.starts_on).days

    def rate_factor(self, *, annual_rate: Decimal) -> Decimal:
        """The period's share of the annual rate, to 19 digits."""
        return MATH.divide(MATH.multiply(annual_rate, self.days), self.year_days)


def add_months(*, seed: date, months: int, day: int | None = None) -> date:
    """`seed` moved by whole months to `day` (default: its own), or the month's last day.

    Always count from the original seed: 31 Oct, 30 Nov, 31 Dec; from the previous date the day
    would drift to 30 Dec.
    """
    index = seed.year * 12 + seed.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day or seed.day, monthrange(year, month + 1)[1]))


def due_dates(*, terms: LoanTerms) -> tuple[date, ...]:
    """The due dates, one per instalment, each later than the one before.

    Without a due day: the disbursement date plus 1, 2, 3... months. With one: the first such day
    at least `first_period_min_days` after the disbursement, then monthly. Weekends and holidays
    move nothing: automatic debit works on every day.
    """
    seed, day, first = terms.disbursed_on, terms.due_day, 1
    if day is not None:
        earliest = seed + timedelta(days=terms.first_period_min_days)
        first = 0
        while add_months(seed=seed, months=first, day=day) < earliest:
            first += 1
    return tuple(add_months(seed=seed, months=first + i, day=day) for i in range(terms.instalments))


def interest_periods(*, terms: LoanTerms) -> tuple[Period, ...]:
    """The interest period of each instalment, without gaps from the disbursement on."""
    dates = due_dates(terms=terms)
    starts = (terms.disbursed_on, *dates[:-1])
    return tuple(
        Period(
            number=number,
            starts_on=start,
            due_on=due,
            year_days=_year_days(terms, number, start, due),
        )
        for number, (start, due) in enumerate(zip(starts, dates, strict=True), start=1)
    )


def _year_days(terms: LoanTerms, number: int, start: date, due: date) -> int:
    whole_month = number > 1 or due == add_months(seed=start, months=1)
    if terms.day_count is DayCount.THIRTY_360 and whole_month:
        return 12 * (due - start).days
    return terms.day_count.year_days

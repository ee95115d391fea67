"""The plan: periods in a row, kept consistent, with the questions one can ask of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from lending.loans.domain.engine.conditions import Conditions
from lending.loans.domain.engine.periods import Period, Segment
from lending.loans.domain.engine.rates import rate_factor, units_in_period


@dataclass(frozen=True, slots=True)
class Overdue:
    """A correction for principal that stayed unpaid: from `on`, in the period due on `due`."""

    on: date
    amount: int
    due: date


class Plan:
    """The periods of one loan. Read a period's figures through the plan's `fresh…` methods: they
    derive what a change left stale. After changing a period call `touch`."""

    def __init__(self, *, conditions: Conditions, periods: Iterable[Period]) -> None:
        self.conditions = conditions
        self.periods = list(periods)
        #: (first day, annual rate), latest first; before the first of them the agreed rate.
        self.rates: list[tuple[date, Decimal]] = []
        self.overdue: list[Overdue] = []
        self.overdue_until: date | None = None
        self.is_draft = False
        self.grace_lifted = False
        #: (first day, last day) without interest.
        self.pauses: list[tuple[date, date]] = []
        #: Once re-aged, due dates added later count from (this day, so many periods on).
        self.calendar: tuple[date, int] | None = None
        self._stale_from = 0

    # --- keeping figures fresh -----------------------------------------------------------------

    def touch(self, period: Period | None = None) -> None:
        """A period has changed: what it and the later ones ask is to be derived again."""
        index = 0 if period is None else self.index_of(period)
        self._stale_from = min(self._stale_from, index)

    def fresh(self, until: int | None = None) -> list[Period]:
        """The periods with figures derived (only the first `until` + 1 of them, if given)."""
        stop = len(self.periods) if until is None else min(until + 1, len(self.periods))
        for index in range(self._stale_from, stop):
            before = self.periods[index - 1] if index else None
            self.periods[index].compute(before=before, method=self.conditions.method)
        self._stale_from = max(self._stale_from, stop)
        return self.periods

    def index_of(self, period: Period) -> int:
        """The place of a period in the plan. Raises ValueError for one of another plan."""
        for index, one in enumerate(self.periods):
            if one is period:
                return index
        raise ValueError("the period is not of this plan")

    def before(self, period: Period) -> Period | None:
        index = self.index_of(period)
        return self.periods[index - 1] if index else None

    def balance_out(self) -> None:
        """Carry the balance from segment to segment through the whole plan."""
        last: Segment | None = None
        for index, period in enumerate(self.periods):
            for place, segment in enumerate(period.segments):
                if last is None:
                    last = segment
                    continue
                if place:
                    balance = last.closing
                else:
                    before = self.fresh(index - 1)[index - 1]
                    balance = last.closing - before.due_principal + before.paid_principal
                balance = max(balance, 0)
                if balance != segment.balance:
                    segment.balance = balance
                    self._stale_from = min(self._stale_from, index)
                last = segment

    def copy(self) -> Plan:
        plan = Plan(conditions=self.conditions, periods=(p.copy() for p in self.periods))
        plan.rates = list(self.rates)
        plan.overdue = list(self.overdue)
        plan.grace_lifted = self.grace_lifted
        plan.pauses = list(self.pauses)
        plan.calendar = self.calendar
        return plan

    def draft(self) -> Plan:
        """A copy as if nothing had been paid, to find the instalment on."""
        plan = self.copy()
        plan.overdue = []
        plan.is_draft = True
        for period in plan.periods:
            if period.is_silent:
                period.fixed_interest = period.paid_interest
            period.paid_principal = period.paid_interest = period.carried_in = 0
            for segment in period.segments:
                segment.correction = 0
        return plan

    # --- finding ---------------------------------------------------------------------------------

    @property
    def first_day(self) -> date:
        return self.periods[0].start

    @property
    def maturity(self) -> date:
        return self.periods[-1].due

    @property
    def is_blank(self) -> bool:
        """Nothing was ever planned."""
        return all(not period.emi for period in self.periods)

    def is_last(self, period: Period) -> bool:
        return period is self.periods[-1]

    def at(self, day: date) -> Period | None:
        """The period that a day falls in: after its first day (the first period: from it) up to
        its due date."""
        for index, period in enumerate(self.periods):
            begins = period.start <= day if not index else period.start < day
            if begins and day <= period.due:
                return period
        return None

    def between(self, start: date, due: date) -> Period | None:
        """The period of exactly these days, else the one that covers them."""
        for period in self.periods:
            if period.start == start and period.due == due:
                return period
        return next((p for p in self.periods if p.start <= start and p.due >= due), None)

    def from_due(self, day: date) -> list[Period]:
        """The periods due on the day or later."""
        return [period for period in self.periods if period.due >= day]

    def segment_at(self, period: Period, day: date) -> Segment | None:
        found = None
        for place, segment in enumerate(period.segments):
            first = period is self.periods[0] and not place
            if (segment.start <= day if first else segment.start < day) and day <= segment.end:
                found = segment
        return found

    # --- totals ----------------------------------------------------------------------------------

    @property
    def total_principal(self) -> int:
        """Lent, and owed again."""
        return max(sum(s.drawn + s.credited_principal for p in self.periods for s in p.segments), 0)

    @property
    def total_interest(self) -> int:
        return sum(period.due_interest for period in self.fresh())

    @property
    def paid_principal(self) -> int:
        return sum(period.paid_principal for period in self.periods)

    @property
    def paid_interest(self) -> int:
        return sum(period.paid_interest for period in self.periods)

    @property
    def open_principal(self) -> int:
        return max(self.total_principal - self.paid_principal, 0)

    # --- rates -----------------------------------------------------------------------------------

    def annual_rate(self, day: date) -> Decimal:
        for first, rate in self.rates:
            if first <= day:
                return rate
        return self.conditions.annual_rate

    def add_rate(self, first: date, rate: Decimal) -> None:
        others = [(day, one) for day, one in self.rates if day != first]
        self.rates = sorted([*others, (first, rate)], reverse=True)

    def set_factors(self, periods: Sequence[Period]) -> None:
        """Find the segments' factors anew."""
        free = self.periods[: self.conditions.interest_free_periods]
        for period in periods:
            span = (period.start, period.due)
            units = units_in_period(
                conditions=self.conditions, first_day=self.first_day, period=span
            )
            for segment in period.segments:
                is_free = any(period is one for one in free)
                rate = Decimal(0) if is_free else self.annual_rate(segment.start)
                segment.factor = rate_factor(
                    conditions=self.conditions,
                    annual_rate=rate,
                    period=span,
                    stretch=(segment.start, segment.end),
                    units=self.conditions.every,
                )
                segment.factor_to_due = rate_factor(
                    conditions=self.conditions,
                    annual_rate=rate,
                    period=span,
                    stretch=(segment.start, period.due),
                    units=units,
                )
            self.touch(period)

    # --- changing the balance --------------------------------------------------------------------

    def change_balance(self, day: date, *, drawn: int = 0, correction: int = 0) -> Period | None:
        """Lend or correct at the end of a day; None where the day lies outside the plan."""
        period = self.at(day)
        if period is None:
            return None
        segment = self._segment_ending(period, day)
        if segment is None:
            segment = self.split(period, day)
        segment.drawn += drawn
        segment.correction += correction
        self.touch(period)
        return period

    def _segment_ending(self, period: Period, day: date) -> Segment | None:
        if self.is_last(period) and day == period.due:
            # What happens on the last day is kept apart, in a segment without days.
            last = period.segments[-1]
            return last if last.start == last.end else None
        return next((s for s in period.segments if s.end == day), None)

    def split(self, period: Period, day: date) -> Segment:
        """End a segment on the day and begin another; returns the one that ends."""
        inside = [s for s in period.segments if s.start < day <= s.end]
        earlier = inside[-1] if inside else period.segments[0]
        end = min(max(day, earlier.start), earlier.end)
        later = Segment(end, earlier.end, is_paused=earlier.is_paused)
        earlier.end = end
        place = next(i for i, s in enumerate(period.segments) if s is earlier)
        period.segments.insert(place + 1, later)
        self.touch(period)
        return earlier

    def pause(self, first: date, last: date) -> Period | None:
        """No interest for the days `first` to `last`; returns the first period concerned."""
        if (first, last) not in self.pauses:
            self.pauses.append((first, last))
        periods = [p for p in self.periods if p.start < last and p.due >= first]
        for period in periods:
            start = max(first - timedelta(days=1), period.start)
            end = min(last, period.due)
            if all(s.start != start for s in period.segments):
                self.split(period, start)
            if all(s.end != end for s in period.segments):
                self.split(period, end)
            for segment in period.segments:
                if segment.start >= start and segment.end <= end:
                    segment.is_paused = True
            self.touch(period)
        return periods[0] if periods else None

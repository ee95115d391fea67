"""Which days are worked: a pure calendar, made from the table of holidays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

_SATURDAY: Final = 5


class Outside(StrEnum):
    """What holds in a year that nobody has entered holidays for.

    WEEKENDS: weekends and the holidays of every year are off. REFUSE: nothing is known of it.
    """

    WEEKENDS = "WEEKENDS"
    REFUSE = "REFUSE"


class OutsideCalendarError(ValueError):
    """A day in a year that the calendar does not know."""

    def __init__(self, day: date) -> None:
        super().__init__(f"no holidays are known for {day.year}")
        self.day = day


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """Weekends are off, and weekdays are worked, but for the days named.

    `days_off` are holidays, `days_worked` are weekend days that make up for them (调休).
    `yearly_off` are (month, day) of every year. `years` are those the days were entered for.
    """

    days_off: frozenset[date] = frozenset()
    days_worked: frozenset[date] = frozenset()
    yearly_off: frozenset[tuple[int, int]] = frozenset()
    years: frozenset[int] = frozenset()
    outside: Outside = Outside.REFUSE

    def is_worked(self, *, day: date) -> bool:
        """Whether people work on this day. Raises OutsideCalendarError."""
        if self.outside is Outside.REFUSE and day.year not in self.years:
            raise OutsideCalendarError(day)
        if day in self.days_worked:
            return True
        if day in self.days_off or (day.month, day.day) in self.yearly_off:
            return False
        return day.weekday() < _SATURDAY

"""Due dates moved off weekends and holidays, once, when a loan is agreed.

Each date is moved from where the calendar of the loan puts it, so a move never carries over to
the next one. The moved dates are frozen into the terms: a holiday entered later moves no agreed
plan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from core.texts import gettext_noop as _
from core.workcalendar import OutsideCalendarError, WorkCalendar
from lending.loans.domain.calendar import agreed_dates
from lending.loans.domain.terms import InvalidTermsError, LoanTerms
from lending.products.domain.methods import NonworkingRule

#: No holiday is longer; a calendar without any work must not be searched for ever.
MAX_DAYS_OFF: Final = 60
_DAY: Final = timedelta(days=1)


def on_working_days(*, terms: LoanTerms, rule: NonworkingRule, calendar: WorkCalendar) -> LoanTerms:
    """The terms with their due dates fixed where `rule` puts them; NONE fixes nothing.

    Raises InvalidTermsError (`due_dates`) for a date in a year the calendar does not know and for
    a calendar without a working day near a due date.
    """
    if rule is NonworkingRule.NONE:
        return replace(terms, due_dates=None)
    plain = replace(terms, due_dates=None)
    dates = agreed_dates(terms=plain)
    after = terms.disbursed_on
    return replace(
        plain, due_dates=move_dates(dates=dates, after=after, rule=rule, calendar=calendar)
    )


def move_dates(
    *, dates: Sequence[date], after: date, rule: NonworkingRule, calendar: WorkCalendar
) -> tuple[date, ...]:
    """Each date by `rule`, all later than `after` and each later than the one before.

    Where two would meet on one day, the later takes the next working day. Raises
    InvalidTermsError (`due_dates`).
    """
    if rule is NonworkingRule.NONE:
        return tuple(dates)
    moved: list[date] = []
    floor = after
    try:
        for day in dates:
            place = move_date(day=day, rule=rule, calendar=calendar)
            floor = place if place > floor else _next_worked(floor + _DAY, _DAY, calendar)
            moved.append(floor)
    except OutsideCalendarError as error:
        raise InvalidTermsError(
            "due_dates", _("No holidays have been entered for the year of a due date.")
        ) from error
    return tuple(moved)


def move_date(*, day: date, rule: NonworkingRule, calendar: WorkCalendar) -> date:
    """One date by `rule`. Raises OutsideCalendarError and InvalidTermsError (`due_dates`)."""
    if rule is NonworkingRule.NONE or calendar.is_worked(day=day):
        return day
    if rule is NonworkingRule.PRECEDING:
        return _next_worked(day, -_DAY, calendar)
    following = _next_worked(day, _DAY, calendar)
    if rule is NonworkingRule.MODIFIED_FOLLOWING and following.month != day.month:
        return _next_worked(day, -_DAY, calendar)
    return following


def _next_worked(day: date, step: timedelta, calendar: WorkCalendar) -> date:
    """The first working day from `day` on, `day` included."""
    for _number in range(MAX_DAYS_OFF):
        if calendar.is_worked(day=day):
            return day
        day += step
    raise InvalidTermsError("due_dates", _("There is no working day near a due date."))

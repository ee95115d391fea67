"""The day close: every loan's day is closed, the date moves, and what fell due is debited.

Each step can be killed and run again: a loan remembers the last day closed on it, the date moves
only when no loan is left, and a debit exists at most once per loan and date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.businessday import advance_business_date, get_business_date, lock_business_day
from core.errors import Conflict, InvalidInput
from lending.loans.operations import close_loan_day, expire_lines, list_loans_to_close
from lending.loans.queries.loans import list_loans_with_dues
from lending.repayments.operations.collecting import debit_due

MAX_DAYS: Final = 400
DEBIT_BATCH: Final = 500

Progress = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class DayClose:
    """What one close did. `today` is the business date after it."""

    day: date
    today: date
    loans_closed: int
    lines_expired: int
    debits: int


def _silent(_line: str) -> None:
    """Progress that nobody watches."""


def close_day(*, day: date, now: datetime, progress: Progress = _silent) -> DayClose:
    """Close `day`. Closing a day that is closed only repeats the debits that may be missing.

    Raises Conflict (`day-not-open`) for a day that has not begun.
    """
    today = get_business_date()
    if day > today:
        raise Conflict(
            code="day-not-open",
            message=_("%(day)s is not open yet; the business date is %(today)s.")
            % {"day": day, "today": today},
        )
    closed = _close_loans(day=day, now=now, progress=progress) if day == today else 0
    if day == today:
        today = _advance(day=day, now=now, progress=progress)
    expired = expire_lines(today=today)
    debits = debit_due_loans(today=today, now=now)
    progress(f"{day}: {closed} loans closed, {expired} lines expired, {debits} debits")
    return DayClose(day=day, today=today, loans_closed=closed, lines_expired=expired, debits=debits)


def _close_loans(*, day: date, now: datetime, progress: Progress) -> int:
    closed = 0
    while batch := list_loans_to_close(day=day):
        for loan_id in batch:
            close_loan_day(loan_id=loan_id, day=day, now=now)
        closed += len(batch)
        progress(f"{day}: {closed} loans closed")
    return closed


def _advance(*, day: date, now: datetime, progress: Progress) -> date:
    """Move the date once no loan is left open; a loan that began meanwhile is closed first.

    Whoever writes on today's date holds the row we lock here, so nothing slips in between.
    """
    while True:
        with transaction.atomic():
            lock_business_day()
            if not list_loans_to_close(day=day):
                return advance_business_date(closed=day, now=now)
        _close_loans(day=day, now=now, progress=progress)


def close_through(*, day: date, now: datetime, progress: Progress = _silent) -> list[DayClose]:
    """Close every open day up to and including `day`; none if they are closed already.

    The debits of the present date are repeated in any case. Raises InvalidInput (`day`) for more
    than MAX_DAYS days.
    """
    today = get_business_date()
    if (day - today).days >= MAX_DAYS:
        raise InvalidInput.field("day", _("That is too many days at once."))
    done: list[DayClose] = []
    while today <= day:
        done.append(close_day(day=today, now=now, progress=progress))
        today = done[-1].today
    if not done:
        debit_due_loans(today=today, now=now)
    return done


def debit_due_loans(*, today: date, now: datetime) -> int:
    """Instruct the debit of every loan with something due. Returns how many were new."""
    debits, after = 0, None
    while batch := list_loans_with_dues(today=today, after=after, limit=DEBIT_BATCH):
        for loan_id in batch:
            debits += debit_due(loan_id=loan_id, today=today, now=now) is not None
        after = batch[-1]
    return debits

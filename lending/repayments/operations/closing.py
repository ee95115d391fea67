"""The day close: every loan's day is closed, the date moves, and what fell due is debited.

The book is cut into parts. Whoever wants to help (the command, workers) takes a part's row lock,
does one slice of it, notes how far it came and commits; so a process that is killed leaves nothing
half done, and who comes later goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.businessday import advance_business_date, get_business_date, lock_business_day
from core.errors import Conflict, InvalidInput
from core.locks import lock_name
from core.outbox import publish
from lending.ledger.operations import roll_up
from lending.loans.operations.closing import close_stragglers, cut_book, expire_lines
from lending.repayments.domain.states import CLOSING, FOLLOWING, PartState
from lending.repayments.models import ClosingDay, ClosingPart
from lending.repayments.operations.closing_parts import work_on_part
from lending.repayments.operations.debiting import debit_due_loans
from lending.repayments.queries import ClosingView, get_closing

MAX_DAYS: Final = 400
#: Active loans in one part of the book.
PART_SIZE: Final = 20_000
#: Workers that are asked to help with a book of more than one part.
HELPERS: Final = 2

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
    """Close `day`. Closing a day that is closed only repeats what may be missing after it.

    Raises Conflict (`day-not-open`) for a day that has not begun.
    """
    today = get_business_date()
    if day > today:
        raise Conflict(
            code="day-not-open",
            message=_("%(day)s is not open yet; the business date is %(today)s.")
            % {"day": day, "today": today},
        )
    if day == today:
        _open(day=day, now=now)
        _work(day=day, states=CLOSING, now=now, progress=progress)
        today = _advance(day=day, now=now)
        expired = expire_lines(today=today)
        _work(day=day, states=FOLLOWING, now=now, progress=progress)
        roll_up(through=day)
        _end(day=day, now=now)
        done = get_closing(day=day)
        closed, debits = done.closed, done.debits
    else:
        closed, expired = 0, expire_lines(today=today)
        debits = debit_due_loans(today=today, now=now)
    progress(f"{day}: {closed} loans closed, {expired} lines expired, {debits} debits")
    return DayClose(day=day, today=today, loans_closed=closed, lines_expired=expired, debits=debits)


def _open(*, day: date, now: datetime) -> None:
    """Cut the book, once per day, and ask workers to help where it is large."""
    with transaction.atomic():
        lock_name(name=f"day-close:{day.isoformat()}")
        closing, is_new = ClosingDay.objects.get_or_create(day=day, defaults={"began_at": now})
        if not is_new:
            return
        ranges = cut_book(size=PART_SIZE)
        ClosingPart.objects.bulk_create(
            ClosingPart(
                closing=closing, number=number, after=row.after, last=row.last, position=row.after
            )
            for number, row in enumerate(ranges, start=1)
        )
        for helper in range(HELPERS if len(ranges) > 1 else 0):
            ask_for_help(day=day, turn=f"{helper}.0", now=now)


def ask_for_help(*, day: date, turn: str, now: datetime) -> None:
    """Ask a worker to take part in the close of `day`; `turn` is its name and its how manieth."""
    publish(
        name="day.closing",
        key=f"{day.isoformat()}:{turn}",
        payload={"day": day.isoformat(), "turn": turn},
        now=now,
    )


def _work(*, day: date, states: Sequence[PartState], now: datetime, progress: Progress) -> None:
    """Work until no part is in these states, together with whoever else does."""
    shown = ""
    while work_on_part(day=day, states=states, now=now):
        line = _progress(get_closing(day=day))
        if line != shown:
            progress(line)
            shown = line


def _progress(closing: ClosingView) -> str:
    return (
        f"{closing.day}: {closing.closed} loans closed, "
        f"{closing.parts_closed} of {closing.parts} parts"
    )


def _advance(*, day: date, now: datetime) -> date:
    """Move the date once no loan is left open; a loan that began meanwhile is closed first.

    Whoever writes on today's date holds the row we lock here, so nothing slips in between.
    """
    while True:
        close_stragglers(day=day, now=now)
        with transaction.atomic():
            lock_business_day()
            if not close_stragglers(day=day, now=now):
                ClosingDay.objects.filter(day=day, moved_at=None).update(moved_at=now)
                return advance_business_date(closed=day, now=now)


def _end(*, day: date, now: datetime) -> None:
    """Note that nothing is left to do of a day."""
    left = ClosingPart.objects.filter(closing=day).exclude(state=PartState.DONE)
    if not left.exists():
        ClosingDay.objects.filter(day=day, ended_at=None).update(ended_at=now)


def close_through(*, day: date, now: datetime, progress: Progress = _silent) -> list[DayClose]:
    """Close every open day up to and including `day`; none if they are closed already.

    What a killed close left out of days that are closed is made up for in any case. Raises
    InvalidInput (`day`) for more than MAX_DAYS days.
    """
    today = get_business_date()
    if (day - today).days >= MAX_DAYS:
        raise InvalidInput.field("day", _("That is too many days at once."))
    done: list[DayClose] = []
    for unfinished in list_unfinished(today=today):
        _work(day=unfinished, states=FOLLOWING, now=now, progress=progress)
        _end(day=unfinished, now=now)
    while today <= day:
        done.append(close_day(day=today, now=now, progress=progress))
        today = done[-1].today
    if not done:
        debit_due_loans(today=today, now=now)
    return done


def list_unfinished(*, today: date) -> list[date]:
    """Days whose date has moved and whose notices or debits are not all out."""
    days = ClosingDay.objects.filter(day__lt=today, ended_at=None).order_by("day")
    return list(days.values_list("day", flat=True)[:MAX_DAYS])


def help_close(*, day: date, turn: str, until: Callable[[], bool], now: datetime) -> None:
    """A worker's share in the close of `day`: slices until `until` says that it has done enough.

    Where something is left, it asks to be called again.
    """
    states = CLOSING if get_business_date() == day else FOLLOWING
    while not until():
        if not work_on_part(day=day, states=states, now=now):
            return
    helper, _point, count = turn.partition(".")
    with transaction.atomic():
        ask_for_help(day=day, turn=f"{helper}.{int(count) + 1}", now=now)

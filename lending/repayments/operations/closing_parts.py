"""One slice of one part of the day close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from lending.loans.operations.closing import (
    Slice,
    close_eventful,
    close_plan_slice,
    remind,
)
from lending.products.domain import FigureCode, Regime
from lending.products.queries import find_regulation_value, product_books
from lending.repayments.domain.quiet import quiet_until
from lending.repayments.domain.states import PART, PartEvent, PartState
from lending.repayments.models import ClosingPart
from lending.repayments.operations.debiting import debit_slice


def work_on_part(*, day: date, states: Sequence[PartState], now: datetime) -> bool:
    """Do one slice of a part of `day` that is in one of `states`. False where none is left.

    A part that nobody works on is taken first; where there is none, the turn of another's is
    waited for. Everything of a slice, and how far the part is, is one transaction.
    """
    with transaction.atomic():
        part = _take(day, states)
        if part is None:
            return False
        state = PartState(part.state)
        found = _slice(part, state, day=day, now=now)
        if found is None:
            return True
        part.slices += 1
        _count(part, state, found.done)
        if found.upto is not None:
            part.position = found.upto
        else:
            part.state = PART.next(state, PartEvent.FINISHED)
            part.position = part.after
        if part.state == PartState.DONE:
            part.ended_at = now
        part.save()
    return True


def _take(day: date, states: Sequence[PartState]) -> ClosingPart | None:
    rows = ClosingPart.objects.filter(closing=day, state__in=list(states)).order_by("number")
    free = rows.select_for_update(skip_locked=True, no_key=True).first()
    return free or rows.select_for_update(no_key=True).first()


def _slice(part: ClosingPart, state: PartState, *, day: date, now: datetime) -> Slice | None:
    match state:
        case PartState.ON_PLAN:
            return close_plan_slice(
                day=day,
                after=part.position,
                last=part.last,
                key=(part.pk, part.slices),
                books=product_books(),
                now=now,
            )
        case PartState.EVENTFUL:
            return close_eventful(day=day, after=part.position, last=part.last, now=now)
        case PartState.NOTICES:
            return remind(
                day=day,
                after=part.position,
                last=part.last,
                sms_after=_sms_after(day=day, now=now),
                now=now,
            )
        case PartState.DEBITS:
            return debit_slice(after=part.position, last=part.last, now=now)
        case PartState.DONE:
            return None


def _count(part: ClosingPart, state: PartState, done: int) -> None:
    match state:
        case PartState.ON_PLAN:
            part.on_plan += done
        case PartState.EVENTFUL:
            part.eventful += done
        case PartState.NOTICES:
            part.notices += done
        case PartState.DEBITS:
            part.debits += done


def _sms_after(*, day: date, now: datetime) -> datetime | None:
    """When the quiet hours end that `now` is in."""
    hours = [
        find_regulation_value(code=code, regime=Regime.CN, as_of=day)
        for code in (FigureCode.CONTACT_FROM_HOUR, FigureCode.CONTACT_UNTIL_HOUR)
    ]
    opens, closes = hours
    if opens is None or closes is None:
        return None
    return quiet_until(
        local=timezone.localtime(now), from_hour=int(opens.value), until_hour=int(closes.value)
    )

"""The business date: read it here; only the day close moves it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext_lazy as _

from core.clock import local_date
from core.errors import Conflict
from core.locks import lock_name, share_name
from core.models import BusinessDay

_LOCK: Final = "business-date"


def get_business_date() -> date:
    """The open business date. Raises Conflict before the lender was set up."""
    today = BusinessDay.objects.values_list("today", flat=True).first()
    if today is None:
        raise Conflict(code="no-business-date", message=_("The business date is not set."))
    return today


def open_business_date(*, now: datetime) -> date:
    """Set the first business date to the local day of `now`, unless one is set."""
    row, _created = BusinessDay.objects.get_or_create(id=1, defaults={"today": local_date(now=now)})
    return row.today


def hold_business_date() -> date:
    """The open business date, which cannot move until the caller's transaction ends."""
    share_name(name=_LOCK)
    return get_business_date()


def lock_business_day() -> BusinessDay:
    """The row itself, locked: for the day close. Waits for all who hold the date."""
    lock_name(name=_LOCK)
    return BusinessDay.objects.select_for_update().get(id=1)


def advance_business_date(*, closed: date, now: datetime) -> date:
    """Move from `closed` to the next day; does nothing if it moved already."""
    row = lock_business_day()
    if row.today == closed:
        row.today = closed + timedelta(days=1)
        row.closed_at = now
        row.save()
    return row.today

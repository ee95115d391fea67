"""The wall clock. Only the outermost layer asks it; everything below is handed `now`."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone


def now() -> datetime:
    """The present moment, timezone-aware."""
    return timezone.now()


def local_date(*, now: datetime) -> date:
    """The calendar day of `now` where the lender works (settings.TIME_ZONE)."""
    return timezone.localtime(now).date()

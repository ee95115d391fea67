"""Counting in days, weeks and months, always from one seed: no drift at month's ends."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from lending.products.domain.methods import Unit

_DAYS: Final = {Unit.DAYS: 1, Unit.WEEKS: 7}


def add_units(*, seed: date, unit: Unit, count: int) -> date:
    """`count` units after (before, if negative) the seed; in a shorter month its last day."""
    if unit is not Unit.MONTHS:
        return seed + timedelta(days=_DAYS[unit] * count)
    year, month = divmod(seed.year * 12 + seed.month - 1 + count, 12)
    return date(year, month + 1, min(seed.day, monthrange(year, month + 1)[1]))


def whole_units_between(*, first: date, last: date, unit: Unit) -> int:
    """How many whole units lie between two days."""
    if unit is not Unit.MONTHS:
        return (last - first).days // _DAYS[unit]
    months = (last.year - first.year) * 12 + last.month - first.month
    return months if last.day >= first.day else months - 1

"""The due dates that the conditions agree."""

from __future__ import annotations

from datetime import date

from lending.loans.domain.calendar import add_units
from lending.loans.domain.engine.conditions import Conditions


def agreed_due_dates(*, conditions: Conditions) -> tuple[date, ...]:
    """Counted from the first day, or those given; a fixed length sets the last one."""
    if conditions.due_dates is not None:
        return conditions.due_dates
    seed, unit = conditions.starts_on, conditions.unit
    dates = [
        add_units(seed=seed, unit=unit, count=conditions.every * number)
        for number in range(1, conditions.instalments + 1)
    ]
    if conditions.fixed_length is not None:
        dates[-1] = add_units(seed=seed, unit=unit, count=conditions.fixed_length)
    return tuple(dates)

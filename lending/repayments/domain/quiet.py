"""Hours in which nobody is written to about money owed (GB/T 45251: 22:00 to 08:00)."""

from __future__ import annotations

from datetime import datetime, timedelta


def quiet_until(*, local: datetime, from_hour: int, until_hour: int) -> datetime | None:
    """The end of the quiet hours that the local time `local` is in; None where it is in none.

    Contact is allowed from `from_hour` (included) to `until_hour` (not included) of a day.
    """
    opens = local.replace(hour=from_hour, minute=0, second=0, microsecond=0)
    if local < opens:
        return opens
    return opens + timedelta(days=1) if local.hour >= until_hour else None

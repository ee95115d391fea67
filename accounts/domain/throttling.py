"""How long somebody who guesses has to wait, and how often codes are sent."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import Final

#: A code lives this long, is tried this often, and the next one is sent no sooner.
CODE_LIFETIME: Final = timedelta(minutes=5)
CODE_TRIES: Final = 5
CODE_COOLDOWN: Final = timedelta(seconds=60)
CODE_DIGITS: Final = 6
#: Codes to one phone for one purpose within 24 hours: text messages cost money and annoy.
CODES_PER_DAY: Final = 20
DAY: Final = timedelta(hours=24)

#: Failures that cost no waiting: people mistype.
FREE_FAILURES: Final = 5
FIRST_WAIT: Final = timedelta(seconds=30)
#: Never longer, or a stranger could lock somebody out for good by guessing.
LONGEST_WAIT: Final = timedelta(hours=1)


def wait_after(*, failures: int) -> timedelta:
    """The pause that the n-th failure in a row costs: none, then 30 s, 60 s, 120 s … one hour."""
    if failures < FREE_FAILURES:
        return timedelta(0)
    doublings = min(failures - FREE_FAILURES, 16)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def remaining(*, since: datetime | None, pause: timedelta, now: datetime) -> timedelta:
    """What is left at `now` of a pause that began at `since`; zero if it is over."""
    if since is None:
        return timedelta(0)
    return max(since + pause - now, timedelta(0))


def whole_seconds(wait: timedelta) -> int:
    """The wait rounded up, for people and for Retry-After."""
    return math.ceil(wait.total_seconds())

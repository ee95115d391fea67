"""manage.py bench_close DAY HELPER: one process of a measured day close.

Says which server process serves it, waits for a line, works, and says seconds and peak memory.
HELPER 0 opens the day and moves the date; the others take slices, as workers do.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import date
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from bench.book import noon
from core.businessday import get_business_date
from lending.repayments.operations import close_day, help_close

_PAUSE: Final = 0.005


class Command(BaseCommand):
    help = "One process of a measured day close."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("day", type=date.fromisoformat)
        parser.add_argument("helper", type=int)

    def handle(self, *_args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self._say({"backend": cursor.fetchone()[0]})
        sys.stdin.readline()
        begun = time.perf_counter()
        closed = _close(options["day"], options["helper"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        self._say({"seconds": time.perf_counter() - begun, "kib": peak, "closed": closed})

    def _say(self, facts: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(facts))
        self.stdout.flush()


def _close(day: date, helper: int) -> int:
    if not helper:
        return close_day(day=day, now=noon(day)).loans_closed
    while get_business_date() == day:
        help_close(day=day, turn=f"{helper}.0", until=lambda: False, now=noon(day))
        time.sleep(_PAUSE)
    help_close(day=day, turn=f"{helper}.1", until=lambda: False, now=noon(day))
    return 0

"""manage.py close_day: close business days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from core.clock import local_date, now
from core.commands import one_line_errors, parse_date
from lending.repayments.operations import close_through


class Command(BaseCommand):
    help = (
        "Close every open business day up to --through (default: yesterday). "
        "Running it again does nothing twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--through", metavar="YYYY-MM-DD", help="the last day to close")

    def handle(self, *_args: Any, through: str | None, **_options: Any) -> None:
        moment = now()
        yesterday = local_date(now=moment) - timedelta(days=1)
        # An empty text is a variable that was not set, not the wish for the default.
        day = yesterday if through is None else parse_date(through)
        with one_line_errors():
            closes = close_through(day=day, now=moment, progress=self.stdout.write)
        if not closes:
            self.stdout.write(f"{day} is closed already")

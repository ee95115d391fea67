"""manage.py load_holidays YEAR: enter a year's holidays of mainland China."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from core.clock import now
from core.commands import one_line_errors
from core.holidays import load_holidays


class Command(BaseCommand):
    help = "Enter the holidays and make-up working days of a year; what is there stays as it is."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("year", type=int, help="such as 2027")

    def handle(self, *_args: Any, year: int, **_options: Any) -> None:
        with one_line_errors():
            added = load_holidays(year=year, actor="system", now=now())
        self.stdout.write(f"{added} days added for {year}")

"""manage.py open_business_date: set the first business date of a new installation."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from core.businessday import open_business_date
from core.clock import now


class Command(BaseCommand):
    help = "Set the first business date to today, unless one is set. Prints the date."

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(open_business_date(now=now()).isoformat())

"""manage.py load_demo: people, staff and capital of the demonstration."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demodata import BORROWERS, load, logins
from core.commands import one_line_errors


class Command(BaseCommand):
    help = "Load the demonstration into a running instance; what is there stays as it is."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            with one_line_errors():
                load(borrowers=BORROWERS, say=self.stdout.write)
        except TimeoutError as error:
            raise CommandError(f"{error} did not come: is the worker running?") from error
        path = settings.DATA_DIR / "demo.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(logins(borrowers=BORROWERS), ensure_ascii=False, indent=1))
        self.stdout.write(f"logins: {path}")

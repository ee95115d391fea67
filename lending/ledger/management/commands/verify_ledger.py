"""`manage.py verify_ledger`: prove the books, or say what is wrong with them."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from lending.ledger.queries import CHECKS, Violation, count_books, currency_totals, run_check


class Command(BaseCommand):
    help = (
        "Check every entry, line, account and guard of the ledger. Exit status 1 if any is wrong."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one JSON document instead")

    def handle(self, *args: Any, **options: Any) -> None:
        as_json: bool = options["json"]
        violations: list[Violation] = []
        for number, check in enumerate(CHECKS, start=1):
            found = run_check(check=check)
            violations += found
            if not as_json:
                verdict = _("wrong") if found else _("ok")
                self.stdout.write(f"[{number}/{len(CHECKS)}] {check.title}: {verdict}")
        for violation in violations:
            self.stderr.write(f"{violation.check} {violation.subject}: {violation.detail}")
        self.stdout.write(self._json(violations) if as_json else self._summary(violations))
        if violations:
            raise SystemExit(1)

    def _summary(self, violations: list[Violation]) -> str:
        books = count_books()
        return _(
            "Ledger: entries {entries}, lines {lines}, currencies {currencies}, "
            "violations {violations}."
        ).format(
            entries=books.entries,
            lines=books.lines,
            currencies=books.currencies,
            violations=len(violations),
        )

    def _json(self, violations: list[Violation]) -> str:
        books = count_books()
        return json.dumps(
            {
                "ok": not violations,
                "entries": books.entries,
                "lines": books.lines,
                "totals": {
                    total.debits.currency: {
                        "debits": total.debits.text,
                        "credits": total.credits.text,
                    }
                    for total in currency_totals()
                },
                "violations": [
                    {"check": v.check, "subject": v.subject, "detail": v.detail} for v in violations
                ],
            },
            ensure_ascii=False,
        )

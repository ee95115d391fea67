"""manage.py simulate_loan: the plan of loans described in a file, without a database."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from lending.loans.domain.simulation import CaseError, simulate
from lending.loans.management.plans import as_html, as_table

MAX_BYTES: Final = 50_000_000
MAX_CASES: Final = 20_000


class Command(BaseCommand):
    help = (
        "Print the rows of simulated loans: JSON, a table, or a page with charts. A case that "
        "cannot be carried out gets an error, and the others still run."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", help='JSON: {"meta": …, "cases": [{"id", "params" or "terms", "events"}]}'
        )
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--table", action="store_true", help="print aligned tables instead")
        form.add_argument("--html", action="store_true", help="print one page with charts instead")
        parser.add_argument("--language", choices=("zh-hans", "en"), default="zh-hans")

    def handle(self, *_args: Any, **options: Any) -> None:
        document = _read(options["file"])
        meta, cases = document.get("meta") or {}, document["cases"]
        results = [_result(meta, case) for case in cases]
        with translation.override(options["language"]):
            if options["table"]:
                self.stdout.write(as_table(results=results))
            elif options["html"]:
                self.stdout.write(as_html(results=results))
            else:
                self.stdout.write(json.dumps({"results": results}, ensure_ascii=False))


def _read(file: str) -> Mapping[str, Any]:
    """The document. Raises CommandError with one line."""
    path = Path(file)
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CommandError(f"{file} has more than {MAX_BYTES} bytes")
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CommandError(f"{file} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise CommandError(f"{file} is not JSON: {error}") from error
    if not isinstance(document, dict) or not isinstance(document.get("cases"), list):
        raise CommandError(f'{file} has no list "cases"')
    if len(document["cases"]) > MAX_CASES:
        raise CommandError(f"{file} has more than {MAX_CASES} cases")
    if not isinstance(document.get("meta") or {}, dict):
        raise CommandError(f'{file}: "meta" is not an object')
    return document


def _result(meta: Mapping[str, Any], case: Any) -> dict[str, Any]:
    name = case.get("id") if isinstance(case, dict) else None
    try:
        if not isinstance(case, dict):
            raise CaseError("a case is an object with id, params or terms, and events")
        return {"id": name, "rows": simulate(meta=meta, case=case)}
    except CaseError as error:
        return {"id": name, "error": str(error)}

"""manage.py bench: everything that is measured, in one run on one server; prints a table."""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from bench.book import grow, make_templates
from bench.closing import measure_helpers, measure_sizes
from bench.postings import measure_batches, measure_single
from bench.repaying import measure_repayments
from bench.replaying import measure_replay
from bench.report import print_table, say, seconds
from bench.tpcb import TpcB
from core.clock import now
from lending.ledger.queries import CHECKS, run_check
from lending.loans.operations.verification import verify_loans

_UNITS = {"k": 1000, "M": 1_000_000}
_SAMPLE = 200


def _sizes(text: str) -> list[int]:
    """`10k,100k,1M` as numbers, ascending."""
    return sorted(
        int(part[:-1]) * _UNITS[part[-1]] if part[-1] in _UNITS else int(part)
        for part in text.split(",")
    )


class Command(BaseCommand):
    help = "Measure day close, repayment, posting and replay against references on one server."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sizes", type=_sizes, default="10k,100k,1M")
        parser.add_argument("--rounds", type=int, default=3)
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
        parser.add_argument("--strict", action="store_true", help="fail when a goal is missed")

    def handle(self, *_args: Any, **options: Any) -> None:
        rounds = options["rounds"]
        call_command("migrate", verbosity=0)
        say(f"templates lived through in {seconds(self._templates):.0f} s")
        rows = [measure_replay(rounds=rounds)]
        tpcb = TpcB()
        grow(to=2000)
        rate = tpcb.rate(rounds=rounds)
        rows += measure_single(rounds=rounds, tpcb=rate)
        rows.append(measure_batches(rounds=rounds))
        closes, sizes = measure_sizes(sizes=options["sizes"], rounds=rounds)
        rows += closes
        if options["processes"] > 1:
            rows.append(
                measure_helpers(size=sizes[-1], processes=options["processes"], rounds=rounds)
            )
        rows += measure_repayments(self.borrower, rounds=rounds, tpcb=tpcb.rate(rounds=rounds))
        self._prove()
        self.stdout.write(_machine())
        print_table(rows)
        missed = [row for row in rows if not row.met]
        if missed and options["strict"]:
            raise CommandError(f"{len(missed)} goals missed")

    def _templates(self) -> None:
        self.borrower = make_templates()

    def _prove(self) -> None:
        """What was measured was right: a sample of loans, and all of the ledger."""
        wrong = [row for _count, found in verify_loans(sample=_SAMPLE) for row in found]
        broken = [row for check in CHECKS for row in run_check(check=check)]
        if wrong or broken:
            raise CommandError(f"the books are wrong: {[*wrong, *broken][:3]}")
        say(f"{_SAMPLE} loans and the whole ledger proved")


def _machine() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
        cursor.execute("SHOW fsync")
        fsync = cursor.fetchone()[0]
    return (
        f"{now():%Y-%m-%d}, {os.cpu_count()} cores, Python {sys.version.split()[0]}, "
        f"{platform.system()}, Postgres {version} (fsync {fsync})"
    )

"""`manage.py verify_loans`: replay the stored loans and compare, line by line."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from lending.loans.operations.verification import verify_loans


class Command(BaseCommand):
    help = (
        "Replay each loan and compare balances, schedule, plan and ledger with what is stored. "
        "One line for each difference; exit status 1 if there is any."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sample", type=int, metavar="N", help="only N loans, at random")

    def handle(self, *_args: Any, sample: int | None, **_options: Any) -> None:
        if sample is not None and sample < 1:
            raise CommandError(_("--sample needs a number above zero."))
        loans = wrong = 0
        for count, mismatches in verify_loans(sample=sample):
            loans += count
            wrong += len(mismatches)
            for row in mismatches:
                self.stderr.write(f"{row.loan} {row.figure}: {row.stored} <> {row.replayed}")
        self.stdout.write(
            _("Loans replayed {loans}, differences {wrong}.").format(loans=loans, wrong=wrong)
        )
        if wrong:
            raise SystemExit(1)

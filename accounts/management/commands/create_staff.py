"""`manage.py create_staff PHONE ROLE…`: an account for somebody who works in the console."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.domain.states import Role
from accounts.operations import create_staff
from core.clock import now
from core.commands import one_line_errors


def _password() -> str:
    """From the environment, else asked for, else one line of standard input; never an argument,
    which every user of the machine could read.
    """
    given = os.environ.get("KADAI_STAFF_PASSWORD")
    if given:
        return given
    if sys.stdin.isatty():
        return getpass.getpass()
    return sys.stdin.readline().rstrip("\n")


class Command(BaseCommand):
    """Bad input: one line on standard error, exit status 1."""

    help = "Create a staff account; the password comes from KADAI_STAFF_PASSWORD or is asked for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("phone")
        parser.add_argument("roles", nargs="+", metavar="role", help=", ".join(Role))

    def handle(self, *args: Any, **options: Any) -> None:
        with one_line_errors():
            user_id = create_staff(
                phone=options["phone"], password=_password(), roles=options["roles"], now=now()
            )
        self.stdout.write(str(user_id))

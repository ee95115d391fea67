"""`manage.py create_staff PHONE ROLE…`: an account for somebody who works in the console."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.encoding import force_str

from accounts.domain.states import Role
from accounts.operations import create_staff
from core.clock import now
from core.errors import KadaiError


def _one_line(error: KadaiError) -> str:
    texts = [f"{name}: {force_str(t)}" for name, found in error.fields.items() for t in found]
    return " ".join(texts or [force_str(error.message)]).replace("\n", " ")


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
        try:
            user_id = create_staff(
                phone=options["phone"], password=_password(), roles=options["roles"], now=now()
            )
        except KadaiError as error:
            raise CommandError(_one_line(error)) from error
        self.stdout.write(str(user_id))

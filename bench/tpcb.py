"""pgbench's TPC-B (`tpcb-like`) on the same server: one client, its default protocol."""

from __future__ import annotations

import os
import re
import subprocess
from statistics import median
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from config.embedded.postgres import wheel_folder

#: 100,000 accounts each.
SCALE: Final = 10
SECONDS: Final = 5
_DATABASE: Final = "bench_tpcb"


class TpcB:
    """A database of its own, filled once."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {_DATABASE}")
        self._run("--initialize", "--quiet", f"--scale={SCALE}")

    def rate(self, *, rounds: int) -> float:
        """Transactions a second of one client."""
        answers = [self._run("--client=1", f"--time={SECONDS}") for _ in range(rounds)]
        return median(float(re.findall(r"tps = ([0-9.]+)", answer)[0]) for answer in answers)

    def _run(self, *options: str) -> str:
        address = urlsplit(os.environ["DATABASE_URL"])
        url = urlunsplit(address._replace(scheme="postgresql", path=f"/{_DATABASE}"))
        program = wheel_folder() / "pginstall" / "bin" / "pgbench"
        done = subprocess.run(
            [str(program), *options, url], check=True, capture_output=True, text=True, timeout=600
        )
        return done.stdout

"""(a) The day close against one UPDATE of as many rows, at growing sizes."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import linear_regression, median
from threading import Event, Thread
from typing import IO, Any, Final

from django.db import connection

from bench.book import grow, tidy
from bench.report import Goal, Row, per_second, say, seconds
from core.businessday import get_business_date

_ROOT: Final = Path(__file__).resolve().parent.parent
_SAMPLE_SECONDS: Final = 0.05
# Every row is written anew, like by a day close, and nothing changes.
_RAW: Final = """
UPDATE loans_loan SET interest_posted = interest_posted, closed_through = closed_through
WHERE status = 'ACTIVE'"""


@dataclass(frozen=True, kw_only=True)
class Close:
    """One day closed: how long, and the peak memory (KiB) of a closing and of a server process."""

    seconds: float
    process: int
    backend: int


@dataclass(frozen=True, kw_only=True)
class Size:
    """The medians at one size."""

    loans: int
    raw: float
    close: float
    process: int
    backend: int


def measure_sizes(*, sizes: Sequence[int], rounds: int) -> tuple[list[Row], list[Size]]:
    """Grow the book to each size in turn and close days of it."""
    found = [_measure(size, rounds) for size in sizes]
    rows = [
        Row(
            what=f"day close of {size.loans:,} loans, one process",
            ours=f"{per_second(size.loans / size.close)} ({size.close:.2f} s)",
            reference=f"{per_second(size.loans / size.raw)} raw UPDATE",
            ratio=size.raw / size.close,
            goal=Goal(least=0.25),
        )
        for size in found
    ]
    if len(found) > 1:
        rows += _growth(found)
    return rows, found


def measure_helpers(*, size: Size, processes: int, rounds: int) -> Row:
    """The same day as the product closes it: a process on each core, as where workers help."""
    closes = []
    for _round in range(rounds):
        tidy()
        closes.append(close_once(processes=processes, loans=size.loans).seconds)
    close = median(closes)
    return Row(
        what=f"day close of {size.loans:,} loans, {processes} processes",
        ours=f"{per_second(size.loans / close)} ({close:.2f} s)",
        reference=f"{per_second(size.loans / size.raw)} raw UPDATE",
        ratio=size.raw / close,
        goal=Goal(least=0.25),
    )


def _growth(found: Sequence[Size]) -> list[Row]:
    slope = linear_regression(
        [math.log(size.loans) for size in found], [math.log(size.close) for size in found]
    ).slope
    rows = [
        Row(
            what=f"growth exponent {found[0].loans:,} to {found[-1].loans:,}",
            ours=f"{slope:.3f}",
            reference="1 is linear",
            ratio=slope,
            goal=Goal(most=1.05),
        )
    ]
    less, more = found[-2:]
    for name, before, after in (
        ("closing process", less.process, more.process),
        ("its server process, private", less.backend, more.backend),
    ):
        rows.append(
            Row(
                what=f"peak memory, {name}",
                ours=f"{after / 1024:.0f} MiB at {more.loans:,}",
                reference=f"{before / 1024:.0f} MiB at {less.loans:,}",
                ratio=after / before,
                goal=Goal(most=1.2),
            )
        )
    return rows


def _measure(size: int, rounds: int) -> Size:
    say(f"a book of {size:,} loans: filled in {seconds(lambda: grow(to=size)):.0f} s")
    raws, closes = [], []
    for _round in range(rounds):
        raws.append(seconds(_update))
        tidy()
        closes.append(close_once(processes=1, loans=size))
        tidy()
        say(f"  raw UPDATE {raws[-1]:.2f} s, day close {closes[-1].seconds:.2f} s")
    return Size(
        loans=size,
        raw=median(raws),
        close=median(close.seconds for close in closes),
        process=max(close.process for close in closes),
        backend=max(close.backend for close in closes),
    )


def _update() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_RAW)


def close_once(*, processes: int, loans: int) -> Close:
    """Close the open day in processes of its own. Raises RuntimeError unless every loan was."""
    day = get_business_date().isoformat()
    workers = [_start(day, helper) for helper in range(processes)]
    backends = [int(_answer(worker)["backend"]) for worker in workers]
    peaks, done = [0] * processes, Event()
    sampler = Thread(target=_sample, args=(backends, peaks, done))
    sampler.start()
    try:
        for worker in workers:
            _pipe(worker.stdin).write("\n")
            _pipe(worker.stdin).close()
        answers = [_answer(worker) for worker in workers]
    finally:
        done.set()
        sampler.join()
        for worker in workers:
            worker.kill()
            worker.wait()
    if answers[0]["closed"] != loans:
        raise RuntimeError(f"{answers[0]['closed']} of {loans} loans closed")
    return Close(
        seconds=answers[0]["seconds"],
        process=max(answer["kib"] for answer in answers),
        backend=max(peaks),
    )


def _start(day: str, helper: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "bench_close", day, str(helper)],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise RuntimeError("a process without pipes")
    return pipe


def _answer(worker: subprocess.Popen[str]) -> dict[str, Any]:
    """The next line that it says. Raises RuntimeError when it ended without."""
    line = _pipe(worker.stdout).readline()
    if not line:
        raise RuntimeError("a closing process failed")
    facts: dict[str, Any] = json.loads(line)
    return facts


def _sample(backends: Sequence[int], peaks: list[int], done: Event) -> None:
    while not done.wait(_SAMPLE_SECONDS):
        for place, pid in enumerate(backends):
            peaks[place] = max(peaks[place], _private(pid))


def _private(pid: int) -> int:
    """KiB of memory that a process has for itself alone; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if "RssAnon" in line), 0)

"""What was measured, against what, and whether the goal was met; printed as a table."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a ratio should be: at least `least`, or at most `most`."""

    least: float | None = None
    most: float | None = None

    def met(self, ratio: float) -> bool:
        return (self.least is None or ratio >= self.least) and (
            self.most is None or ratio <= self.most
        )

    def __str__(self) -> str:
        bounds = [f"≥ {self.least:g}"] if self.least is not None else []
        return " and ".join([*bounds, *([f"≤ {self.most:g}"] if self.most is not None else [])])


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `ratio` is ours to the reference's; no goal: a figure to know."""

    what: str
    ours: str
    reference: str
    ratio: float | None = None
    goal: Goal | None = None

    @property
    def met(self) -> bool:
        return self.goal is None or (self.ratio is not None and self.goal.met(self.ratio))

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "met" if self.met else "MISSED"


def say(line: str) -> None:
    """Progress, beside the table."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def print_table(rows: Iterable[Row]) -> None:
    """The table, columns aligned."""
    head = ("what", "ours", "reference", "ratio", "goal", "")
    cells: list[Sequence[str]] = [head]
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:.3g}"
        cells.append((row.what, row.ours, row.reference, ratio, str(row.goal or ""), row.verdict))
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    for line in cells:
        padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
        sys.stdout.write("  ".join(padded).rstrip() + "\n")
    sys.stdout.flush()


def seconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    begun = perf_counter()
    action()
    return perf_counter() - begun


def median_rate(action: Callable[[int], object], *, calls: int, rounds: int) -> float:
    """Calls a second: the median of `rounds` rounds. `action` gets a number that never repeats."""
    action(0)
    rates = []
    for lap in range(rounds):
        begun = perf_counter()
        for number in range(1 + lap * calls, 1 + (lap + 1) * calls):
            action(number)
        rates.append(calls / (perf_counter() - begun))
    return median(rates)


def per_second(rate: float) -> str:
    """A rate as people read it."""
    return f"{rate:,.0f}/s"

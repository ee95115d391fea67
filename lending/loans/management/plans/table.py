"""A plan as aligned text for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from unicodedata import east_asian_width

from django.utils.translation import gettext

from lending.loans.management.plans.rows import Plan, Result, read_plans

_GAP: Final = "  "


def as_table(*, results: Sequence[Result]) -> str:
    """Each loan's rows under its name in the active language, with totals; ends with a newline.

    `results` are those of the simulation: {"id", "rows"} or {"id", "error"}; amounts are decimal
    strings in major units. Raises KeyError for a result without an id.
    """
    return "\n".join(_loan(plan) for plan in read_plans(results=results))


def _loan(plan: Plan) -> str:
    if plan.error:
        return f"{plan.id}\n{gettext('Not possible: %(reason)s') % {'reason': plan.error}}\n"
    columns = plan.columns
    headings = [str(column.title) for column in columns]
    lines = [headings, *(plan.cells(row) for row in plan.rows), plan.totals]
    widths = [max(map(_width, cells)) for cells in zip(*lines, strict=True)]
    head, *body, totals = [_line(cells, widths) for cells in lines]
    rule = "-" * (sum(widths) + len(_GAP) * (len(widths) - 1))
    return "\n".join([plan.id, head, rule, *body, rule, totals, ""])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Everything is aligned to the right: figures, dates and numbers alike."""
    padded = [
        " " * (width - _width(cell)) + cell for cell, width in zip(cells, widths, strict=True)
    ]
    return _GAP.join(padded).rstrip()


def _width(text: str) -> int:
    """Columns on a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text)

"""The geometry of a plan's chart: what is due as stacked bars, and below it the balance.

Two panels share the horizontal axis and have a scale each, since a balance is many times an
instalment. Coordinates are decimal texts in the units of the drawing: the page only writes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lending.loans.management.plans.rows import Plan, amount, is_disbursement

PARTS: Final[tuple[tuple[str, str | Promise], ...]] = (
    ("principal", _("Principal")),
    ("interest", _("Interest")),
    ("fees", _("Fees")),
    ("penalties", _("Penalties")),
)
_STEPS: Final = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))
_TICKS: Final = 4
_HALF: Final = Decimal("0.5")
_TENTH: Final = Decimal("0.1")
_WIDEST_BAR: Final = Decimal(46)
_BAR_SHARE: Final = Decimal("0.7")
#: A part that is there is seen, however small.
_LOWEST_BAR: Final = Decimal("0.8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A size to draw in. `label` is the room one mark of the horizontal axis needs."""

    name: str
    width: int
    left: int
    right: int
    bars: tuple[int, int]
    balance: tuple[int, int]
    height: int
    label: int


WIDE: Final = Frame(
    name="wide",
    width=760,
    left=78,
    right=14,
    bars=(26, 226),
    balance=(268, 378),
    height=420,
    label=84,
)
NARROW: Final = Frame(
    name="narrow",
    width=344,
    left=62,
    right=8,
    bars=(26, 186),
    balance=(228, 318),
    height=360,
    label=76,
)


@dataclass(slots=True, kw_only=True)
class Chart:
    """Everything to draw, in order."""

    frame: Frame
    bars: list[dict[str, str]] = field(default_factory=list)
    grid: list[dict[str, str]] = field(default_factory=list)
    marks: list[dict[str, str]] = field(default_factory=list)
    payouts: list[dict[str, str]] = field(default_factory=list)
    line: str = ""
    area: str = ""
    parts: list[dict[str, str | Promise]] = field(default_factory=list)

    @property
    def right(self) -> int:
        return self.frame.width - self.frame.right

    @property
    def scale_x(self) -> int:
        return self.frame.left - 8

    @property
    def balance_title(self) -> int:
        return self.frame.balance[0] - 12

    @property
    def numbers_y(self) -> int:
        return self.frame.balance[1] + 18

    @property
    def days_y(self) -> int:
        return self.frame.balance[1] + 34


@dataclass(frozen=True, slots=True)
class _Scale:
    """A vertical axis from `low` to `high`, in amounts; from `bottom` up to `top`, drawn."""

    low: Decimal
    high: Decimal
    step: Decimal
    top: int
    bottom: int

    def at(self, value: Decimal) -> Decimal:
        share = (value - self.low) / (self.high - self.low)
        return self.bottom - share * (self.bottom - self.top)

    def ticks(self) -> list[Decimal]:
        count = int((self.high - self.low) / self.step)
        return [self.low + self.step * number for number in range(count + 1)]


def draw_chart(*, plan: Plan, frame: Frame) -> Chart:
    """The chart of a plan with at least one row."""
    chart = Chart(frame=frame)
    rows = plan.rows
    slot = Decimal(frame.width - frame.left - frame.right) / len(rows)
    centres = [frame.left + slot * (index + _HALF) for index in range(len(rows))]
    used = [part for part in PARTS if any(amount(row, part[0]) > 0 for row in rows)]
    chart.parts = [{"key": key, "title": title} for key, title in used]
    heights = [sum((max(amount(r, key), Decimal(0)) for key, _t in used), Decimal(0)) for r in rows]
    asked = _scale(Decimal(0), max(heights), frame.bars)
    points = _balances(rows)
    owed = _scale(min([Decimal(0), *points]), max(points), frame.balance)
    _draw_grid(chart, plan, (asked, owed))
    for row, centre in zip(rows, centres, strict=True):
        _draw_bar(chart, plan, row, asked, centre, min(slot * _BAR_SHARE, _WIDEST_BAR))
        if is_disbursement(row):
            chart.payouts += [
                {"x": _text(centre), "top": str(top), "bottom": str(bottom)}
                for top, bottom in (frame.bars, frame.balance)
            ]
    _draw_balance(chart, points, centres, owed)
    _draw_marks(chart, rows, centres, slot)
    return chart


def _text(value: Decimal) -> str:
    return f"{value.quantize(_TENTH)}"


def _scale(low: Decimal, high: Decimal, room: tuple[int, int]) -> _Scale:
    """Round marks, about _TICKS of them, nought among them."""
    span = (high - low) or Decimal(1)
    raw = span / _TICKS
    unit = Decimal(1).scaleb(raw.adjusted())
    step = next(unit * factor for factor in _STEPS if unit * factor >= raw)
    bottom = -step * (-low / step).to_integral_value(rounding=ROUND_CEILING)
    top = step * (high / step).to_integral_value(rounding=ROUND_CEILING)
    return _Scale(bottom, max(top, bottom + step), step, *room)


def _balances(rows: Sequence[Mapping[str, Any]]) -> list[Decimal]:
    """The balance after each row. A payout's row says what was paid out, on top of what is owed."""
    owed, points = Decimal(0), []
    for row in rows:
        if is_disbursement(row):
            owed += amount(row, "balance")
        elif row.get("balance") is not None:
            owed = amount(row, "balance")
        points.append(owed)
    return points


def _draw_grid(chart: Chart, plan: Plan, scales: Sequence[_Scale]) -> None:
    for scale in scales:
        has_fractions = any(tick % 1 for tick in scale.ticks())
        for tick in scale.ticks():
            shown = plan.money(tick) if has_fractions else f"{tick:,.0f}"
            kind = "" if tick else "base"
            chart.grid.append({"y": _text(scale.at(tick)), "text": shown, "kind": kind})


def _draw_bar(
    chart: Chart,
    plan: Plan,
    row: Mapping[str, Any],
    scale: _Scale,
    centre: Decimal,
    width: Decimal,
) -> None:
    done = Decimal(0)
    for key, title in PARTS:
        value = amount(row, key)
        if value <= 0:
            continue
        top = scale.at(done + value)
        chart.bars.append(
            {
                "key": key,
                "x": _text(centre - width / 2),
                "y": _text(top),
                "width": _text(width),
                "height": _text(max(scale.at(done) - top, _LOWEST_BAR)),
                "title": f"{row.get('due_date') or ''} {title} {plan.money(value)}".strip(),
            }
        )
        done += value


def _draw_balance(
    chart: Chart, points: Sequence[Decimal], centres: Sequence[Decimal], scale: _Scale
) -> None:
    """Steps: the balance stays what it is until the next row."""
    first, last = centres[0], centres[-1]
    path = [f"M{_text(first)} {_text(scale.at(points[0]))}"]
    for (_before, after), centre in zip(pairwise(points), centres[1:], strict=True):
        path.append(f"H{_text(centre)}V{_text(scale.at(after))}")
    chart.line = "".join(path)
    base = _text(scale.at(Decimal(0)))
    chart.area = f"M{_text(first)} {base}L{chart.line[1:]}H{_text(last)}V{base}Z"


def _draw_marks(
    chart: Chart, rows: Sequence[Mapping[str, Any]], centres: Sequence[Decimal], slot: Decimal
) -> None:
    """Number and date below as many rows as have the room."""
    every = max(1, int((chart.frame.label / slot).to_integral_value(rounding=ROUND_CEILING)))
    numbered = [pair for pair in zip(rows, centres, strict=True) if not is_disbursement(pair[0])]
    last_centre = chart.frame.width - chart.frame.label // 2
    for row, centre in numbered[::every]:
        if chart.marks and centre > last_centre:
            break
        mark = {"x": _text(centre), "nr": str(row["nr"]), "day": str(row.get("due_date") or "")}
        chart.marks.append(mark)

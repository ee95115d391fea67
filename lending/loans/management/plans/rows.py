"""What a simulation printed, read back for showing: columns, figures, totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

Result = Mapping[str, Any]
EMPTY: Final = "–"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the plan. Money is summed, `is_optional` ones are shown if they hold anything."""

    key: str
    title: str | Promise
    is_money: bool = True
    is_summed: bool = True
    is_optional: bool = False


COLUMNS: Final = (
    Column(key="nr", title=_("No."), is_money=False),
    Column(key="due_date", title=_("Due on"), is_money=False),
    Column(key="days", title=_("Days"), is_money=False),
    Column(key="principal", title=_("Principal")),
    Column(key="interest", title=_("Interest")),
    Column(key="fees", title=_("Fees"), is_optional=True),
    Column(key="penalties", title=_("Penalties"), is_optional=True),
    Column(key="due", title=_("To pay")),
    Column(key="balance", title=_("Balance"), is_summed=False),
    Column(key="paid_date", title=_("Paid on"), is_money=False, is_optional=True),
    Column(key="paid", title=_("Paid"), is_optional=True),
    Column(key="in_advance", title=_("In advance"), is_optional=True),
    Column(key="late", title=_("Late"), is_optional=True),
    Column(key="outstanding", title=_("Still to pay")),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One simulated loan. `error` says why there is none."""

    id: str
    rows: tuple[Mapping[str, Any], ...]
    error: str = ""

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those that say anything: nothing is paid where all that is asked is open."""
        return tuple(column for column in COLUMNS if self._says(column))

    def _says(self, column: Column) -> bool:
        if column.key == "outstanding":
            return any(amount(row, "outstanding") != amount(row, "due") for row in self.rows)
        if column.is_optional and column.is_money:
            return any(amount(row, column.key) for row in self.rows)
        return not column.is_optional or any(_is(row, column) for row in self.rows)

    @property
    def places(self) -> int:
        """Decimals to show: none where no figure has a point, else two or more."""
        texts = [
            str(row[c.key]) for row in self.rows for c in COLUMNS if c.is_money and _is(row, c)
        ]
        shown = [len(text.partition(".")[2]) for text in texts]
        return max(2, *shown) if any(shown) else 0

    def cells(self, row: Mapping[str, Any]) -> list[str]:
        """A row as texts, one per column."""
        return [self._cell(row, column) for column in self.columns]

    def _cell(self, row: Mapping[str, Any], column: Column) -> str:
        if column.key == "nr" and is_disbursement(row):
            return gettext("Paid out")
        if not _is(row, column):
            return EMPTY
        return self.money(amount(row, column.key)) if column.is_money else str(row[column.key])

    def money(self, value: Decimal) -> str:
        """An amount with thousands apart."""
        return f"{value:,.{self.places}f}"

    @property
    def totals(self) -> list[str]:
        """The line below the table."""
        _number, *others = self.columns
        return [gettext("Total"), *(self._total(column) for column in others)]

    def _total(self, column: Column) -> str:
        return self.money(self.total(column.key)) if column.is_money and column.is_summed else ""

    def total(self, key: str) -> Decimal:
        """The sum of a column."""
        return sum((amount(row, key) for row in self.rows), Decimal(0))

    @property
    def drawn(self) -> Decimal:
        """All that was paid out."""
        return sum((amount(r, "balance") for r in self.rows if is_disbursement(r)), Decimal(0))


def _is(row: Mapping[str, Any], column: Column) -> bool:
    return row.get(column.key) is not None


def is_disbursement(row: Mapping[str, Any]) -> bool:
    """Rows without a number are money paid out."""
    return row.get("nr") is None


def amount(row: Mapping[str, Any], key: str) -> Decimal:
    """A figure of a row; what is not said counts as nothing."""
    value = row.get(key)
    return Decimal(0) if value is None else Decimal(str(value).replace(",", ""))


def read_plans(*, results: Sequence[Result]) -> list[Plan]:
    """The results of a simulation. Raises KeyError for a result without an id."""
    return [
        Plan(str(result["id"]), tuple(result.get("rows", ())), str(result.get("error", "")))
        for result in results
    ]

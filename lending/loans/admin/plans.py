"""Two plans beside each other: the loan without and with a change, and what would be booked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.console.columns import EMPTY, Text, as_day, as_money
from core.money import Money
from lending.ledger.domain import CHART
from lending.loans.domain.preview import Figures, PlanRow, Preview, Side


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure without and with the change; `change` is the difference of an amount."""

    title: Text
    before: object
    after: object
    change: object
    changed: bool


@dataclass(frozen=True, slots=True)
class PlanCell:
    """An instalment on one side; all empty where that side has none of this number."""

    due_on: object = EMPTY
    principal: object = EMPTY
    interest: object = EMPTY
    other: object = EMPTY
    total: object = EMPTY


@dataclass(frozen=True, slots=True)
class PlanLine:
    """An instalment without and with the change."""

    number: int
    before: PlanCell
    after: PlanCell
    changed: bool
    paid: bool


@dataclass(frozen=True, slots=True)
class BookLine:
    """A line of the entry: a debit or a credit."""

    account: str
    debit: object
    credit: object


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """What the page of a change shows."""

    as_of: date
    figures: tuple[FigureLine, ...]
    lines: tuple[PlanLine, ...]
    entry: tuple[BookLine, ...]


def plan_view(preview: Preview) -> PlanView:
    """A preview for the screen."""
    return PlanView(
        as_of=preview.as_of,
        figures=tuple(_figures(preview.before.figures, preview.after.figures)),
        lines=tuple(_lines(preview.before, preview.after)),
        entry=tuple(
            BookLine(
                gettext(CHART[account].name),
                as_money(amount) if amount.minor > 0 else "",
                as_money(-amount) if amount.minor < 0 else "",
            )
            for account, amount in preview.entry
        ),
    )


def _figures(before: Figures, after: Figures) -> list[FigureLine]:
    amounts: list[tuple[Text, Money, Money]] = [
        (_("Still to pay in all"), before.open, after.open),
        (_("Principal owed"), before.principal, after.principal),
        (_("Interest still to pay"), before.interest, after.interest),
        (_("Penalty and charges still to pay"), before.other, after.other),
        (_("Owed back to the borrower"), before.credit, after.credit),
        (_("Next repayment"), before.next_amount, after.next_amount),
    ]
    days: list[tuple[Text, date | None, date | None]] = [
        (_("Next due day"), before.next_due_on, after.next_due_on),
        (_("Last due day"), before.last_due_on, after.last_due_on),
    ]
    lines = [
        FigureLine(title, as_money(old), as_money(new), _signed(new - old), old != new)
        for title, old, new in amounts
        if old or new
    ]
    lines += [
        FigureLine(title, as_day(old) or EMPTY, as_day(new) or EMPTY, "", old != new)
        for title, old, new in days
    ]
    return lines


def _signed(change: Money) -> object:
    if not change:
        return EMPTY
    return f"+{change.display}" if change.minor > 0 else f"−{(-change).display}"


def _lines(before: Side, after: Side) -> list[PlanLine]:
    old = {row.number: row for row in before.rows}
    new = {row.number: row for row in after.rows}
    lines = []
    for number in sorted(old.keys() | new.keys()):
        was, becomes = old.get(number), new.get(number)
        row = becomes or was
        lines.append(
            PlanLine(
                number=number,
                before=_cell(was),
                after=_cell(becomes),
                changed=was != becomes,
                paid=row is not None and row.paid == row.total,
            )
        )
    return lines


def _cell(row: PlanRow | None) -> PlanCell:
    if row is None:
        return PlanCell()
    return PlanCell(
        due_on=as_day(row.due_on),
        principal=as_money(row.principal),
        interest=as_money(row.interest),
        other=as_money(row.other) if row.other else EMPTY,
        total=as_money(row.total),
    )

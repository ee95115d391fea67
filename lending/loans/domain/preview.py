"""A change before it is made: the plan without and with it, and what would be booked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.money import Money, total
from lending.ledger.domain import AccountCode
from lending.loans.domain.position import InstalmentState, LoanState

Entry = tuple[tuple[AccountCode, Money], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRow:
    """An instalment as it is shown: what it asks, and what is paid of it."""

    number: int
    due_on: date
    principal: Money
    interest: Money
    other: Money
    paid: Money

    @property
    def total(self) -> Money:
        return self.principal + self.interest + self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The loan in a few figures. `open` is all that is still to be paid if everything is paid on
    its day, interest to come included; `credit` is money of the borrower that no claim asked for."""

    principal: Money
    interest: Money
    other: Money
    credit: Money
    next_due_on: date | None
    next_amount: Money
    last_due_on: date

    @property
    def open(self) -> Money:
        return self.principal + self.interest + self.other


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A plan and its figures."""

    rows: tuple[PlanRow, ...]
    figures: Figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """The loan at the end of `as_of` without and with a change. `sequence` is how many events
    its history had."""

    as_of: date
    sequence: int
    before: Side
    after: Side
    entry: Entry


def side(state: LoanState) -> Side:
    """A fold as it is shown."""
    rows = tuple(_row(row) for row in state.rows)
    open_rows = [row for row in state.rows if row.open.total]
    # The next one due, or what is overdue where nothing is to come.
    upcoming = state.next_instalment or (open_rows[-1] if open_rows else None)
    zero = Money.zero(state.drawn.currency)
    figures = Figures(
        principal=state.outstanding_principal,
        interest=total([row.open.interest for row in state.rows], zero.currency),
        other=total([_other(row.open.total, row) for row in state.rows], zero.currency),
        credit=state.unapplied,
        next_due_on=None if upcoming is None else upcoming.due_on,
        next_amount=zero if upcoming is None else upcoming.open.total,
        last_due_on=state.rows[-1].due_on,
    )
    return Side(rows=rows, figures=figures)


def _other(whole: Money, row: InstalmentState) -> Money:
    """Penalty and fees that are open."""
    return whole - row.open.principal - row.open.interest


def _row(row: InstalmentState) -> PlanRow:
    return PlanRow(
        number=row.number,
        due_on=row.due_on,
        principal=row.asked.principal,
        interest=row.asked.interest,
        other=row.asked.total - row.asked.principal - row.asked.interest,
        paid=row.paid.total,
    )


def fingerprint(*, state: LoanState) -> str:
    """SHA-256 of what a change comes to: the plan and the borrower's credit."""
    rows = [
        [row.due_on.isoformat(), row.asked.principal.minor, row.asked.interest.minor]
        for row in state.rows
    ]
    body = [rows, state.outstanding_principal.minor, state.unapplied.minor, state.is_settled]
    return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def preview_to_json(*, preview: Preview) -> dict[str, Any]:
    """JSON types only, money in minor units: what was shown is kept with the change."""
    return {
        "as_of": preview.as_of.isoformat(),
        "sequence": preview.sequence,
        "currency": preview.before.figures.principal.currency,
        "before": _side_to_json(preview.before),
        "after": _side_to_json(preview.after),
        "entry": [[account.value, amount.minor] for account, amount in preview.entry],
    }


def _side_to_json(shown: Side) -> dict[str, Any]:
    figures = shown.figures
    return {
        "rows": [
            [
                row.number,
                row.due_on.isoformat(),
                *(m.minor for m in (row.principal, row.interest, row.other, row.paid)),
            ]
            for row in shown.rows
        ],
        "figures": {
            "principal": figures.principal.minor,
            "interest": figures.interest.minor,
            "other": figures.other.minor,
            "credit": figures.credit.minor,
            "next_due_on": None if figures.next_due_on is None else figures.next_due_on.isoformat(),
            "next_amount": figures.next_amount.minor,
            "last_due_on": figures.last_due_on.isoformat(),
        },
    }


def preview_from_json(*, body: Mapping[str, Any]) -> Preview:
    """The reverse."""
    currency = body["currency"]
    return Preview(
        as_of=date.fromisoformat(body["as_of"]),
        sequence=body["sequence"],
        before=_side_from_json(body["before"], currency),
        after=_side_from_json(body["after"], currency),
        entry=tuple((AccountCode(code), Money(minor, currency)) for code, minor in body["entry"]),
    )


def _side_from_json(body: Mapping[str, Any], currency: str) -> Side:
    figures = body["figures"]
    next_due_on = figures["next_due_on"]
    return Side(
        rows=tuple(_row_from_json(row, currency) for row in body["rows"]),
        figures=Figures(
            principal=Money(figures["principal"], currency),
            interest=Money(figures["interest"], currency),
            other=Money(figures["other"], currency),
            credit=Money(figures["credit"], currency),
            next_due_on=None if next_due_on is None else date.fromisoformat(next_due_on),
            next_amount=Money(figures["next_amount"], currency),
            last_due_on=date.fromisoformat(figures["last_due_on"]),
        ),
    )


def _row_from_json(row: Sequence[Any], currency: str) -> PlanRow:
    number, due_on, *minor = row
    principal, interest, other, paid = (Money(value, currency) for value in minor)
    return PlanRow(
        number=number,
        due_on=date.fromisoformat(due_on),
        principal=principal,
        interest=interest,
        other=other,
        paid=paid,
    )

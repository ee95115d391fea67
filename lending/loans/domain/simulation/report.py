"""Printing a folded loan: disbursements and instalments in the order a borrower reads them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from lending.loans.domain.allocation import Component
from lending.loans.domain.engine.book import Book
from lending.loans.domain.engine.rows import Row

Printed = dict[str, Any]


def report(
    *, book: Book, lent: Sequence[tuple[date, int]], is_lent: bool, decimals: int
) -> list[Printed]:
    """The rows as text. `balance` is what is left after an instalment and before a disbursement
    that follows; a disbursement's is its amount. `is_lent` is False for one only planned."""
    waiting, printed = list(lent), []
    balance = 0

    def text(minor: int) -> str:
        return str(Decimal(minor).scaleb(-decimals))

    for number, row in enumerate(book.rows, start=1):
        while waiting and _comes_before(waiting[0][0], row):
            on, amount = waiting.pop(0)
            balance += amount
            printed.append(
                disbursement_row(on=on, amount=text(amount), zero=text(0), is_lent=is_lent)
            )
        balance += row.credited[Component.PRINCIPAL] - row.asked[Component.PRINCIPAL]
        amounts = {
            "balance": balance,
            "principal": row.asked[Component.PRINCIPAL],
            "interest": row.asked[Component.INTEREST],
            "fees": row.asked[Component.FEE],
            "penalties": row.asked[Component.PENALTY],
            "due": sum(row.asked.values()),
            "paid": sum(row.paid.values()),
            "in_advance": row.ahead,
            "late": row.late,
            "outstanding": row.total_open,
        }
        printed.append(
            {
                "nr": number,
                "days": (row.due - row.start).days,
                "from_date": row.start.isoformat(),
                "due_date": row.due.isoformat(),
                "paid_date": row.met_on.isoformat() if row.met_on else None,
                **{name: text(minor) for name, minor in amounts.items()},
            }
        )
    printed.extend(
        disbursement_row(on=on, amount=text(a), zero=text(0), is_lent=is_lent) for on, a in waiting
    )
    return printed


def _comes_before(lent: date, row: Row) -> bool:
    """Money lent on a due date is shown after the instalment, unless that begins then too or is
    the one after maturity, which repays it."""
    return lent < row.due or (lent == row.due and (row.start == row.due or row.is_additional))


def disbursement_row(*, on: date, amount: str, zero: str, is_lent: bool) -> Printed:
    """The row of money lent."""
    return {
        "nr": None,
        "days": None,
        "from_date": None,
        "due_date": on.isoformat(),
        "paid_date": None,
        "balance": amount,
        "principal": None,
        "interest": None,
        "fees": zero,
        "penalties": None,
        "due": zero,
        "paid": zero if is_lent else None,
        "in_advance": None,
        "late": None,
        "outstanding": None if is_lent else zero,
    }

"""A book of loans from one real loan: copies of it and of what it stands on, under keys of their own."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db import models

from core.ids import uuid7
from lending.loans.models import Drawdown, Loan, LoanHistory, LoanInstalment, Quote


def clones(row: models.Model, count: int, **changes: Sequence[Any]) -> list[Any]:
    """Copies of a row; `changes` names a column's value in each."""
    found = []
    for number in range(count):
        clone = copy.copy(row)
        clone.pk = uuid7()
        for name, values in changes.items():
            setattr(clone, name, values[number])
        clone._state = copy.copy(row._state)
        found.append(clone)
    return found


def clone_loan(loan: Loan, count: int, **changes: Sequence[Any]) -> list[Loan]:
    """Copies of a loan on drawdowns and quotes of their own, without history and instalments."""
    drawdown = loan.drawdown
    quotes = Quote.objects.bulk_create(clones(drawdown.quote, count))
    mark = uuid7().hex[-12:]
    drawdowns = Drawdown.objects.bulk_create(
        clones(
            drawdown,
            count,
            quote_id=[row.pk for row in quotes],
            key=[f"clone-{mark}-{number}" for number in range(count)],
        )
    )
    return Loan.objects.bulk_create(
        clones(
            loan,
            count,
            drawdown_id=[row.pk for row in drawdowns],
            number=[f"CLONE{mark}{number:05d}" for number in range(count)],
            **changes,
        )
    )


def clone_loan_whole(loan: Loan, count: int, **changes: Sequence[Any]) -> list[UUID]:
    """`clone_loan` with copies of the history and the instalments too; their ids."""
    ids = [row.pk for row in clone_loan(loan, count, **changes)]
    for event in loan.history.all():
        LoanHistory.objects.bulk_create(clones(event, count, loan_id=ids))
    for instalment in loan.instalments.all():
        LoanInstalment.objects.bulk_create(clones(instalment, count, loan_id=ids))
    return ids

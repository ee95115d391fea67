"""Debits of what has fallen due, loan by loan."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from core.businessday import get_business_date
from lending.loans.operations.closing import FIRST, LAST, Slice
from lending.loans.queries.loans import list_loans_with_dues
from lending.repayments.operations.collecting import debit_due

#: Loans in one transaction of a day close.
SLICE: Final = 20
BATCH: Final = 500


def debit_slice(*, after: UUID, last: UUID, now: datetime) -> Slice:
    """Instruct the debits of the next loans with something due after `after`, up to `last`."""
    today = get_business_date()
    ids = list_loans_with_dues(today=today, after=after, last=last, limit=SLICE)
    new = [debit_due(loan_id=loan_id, today=today, now=now) for loan_id in ids]
    return Slice(
        upto=ids[-1] if len(ids) == SLICE else None, done=sum(row is not None for row in new)
    )


def debit_due_loans(*, today: date, now: datetime) -> int:
    """Instruct the debit of every loan with something due. Returns how many were new."""
    debits, after = 0, FIRST
    while ids := list_loans_with_dues(today=today, after=after, last=LAST, limit=BATCH):
        for loan_id in ids:
            debits += debit_due(loan_id=loan_id, today=today, now=now) is not None
        after = ids[-1]
    return debits

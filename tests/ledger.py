"""Entries to post in tests of the books."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from core.ids import uuid7
from core.money import Money
from lending.ledger.domain import AccountCode, EntryRequest, Posting, credit, debit

NOW: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
DAY: Final = date(2026, 3, 2)


def fen(minor: int, currency: str = "CNY") -> Money:
    return Money(minor, currency)


def lent(
    *, minor: int = 100_000, loan_id: UUID | None = None, currency: str = "CNY"
) -> tuple[Posting, ...]:
    """The lines of money lent and on its way."""
    amount = fen(minor, currency)
    return (
        debit(account=AccountCode.LOAN_PRINCIPAL, amount=amount, loan_id=loan_id),
        credit(account=AccountCode.PAYOUT_CLEARING, amount=amount),
    )


def request(
    *,
    postings: tuple[Posting, ...] | None = None,
    source_id: UUID | None = None,
    event: str = "disbursed",
    business_date: date = DAY,
) -> EntryRequest:
    return EntryRequest(
        source_type="loan",
        source_id=source_id or uuid7(),
        event=event,
        business_date=business_date,
        postings=lent() if postings is None else postings,
    )

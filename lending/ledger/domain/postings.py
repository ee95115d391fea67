"""Postings and what makes a set of them an entry."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from core.money import Money
from lending.ledger.domain.chart import AccountCode

#: More lines in one entry are a design error: the database sums an entry once per line.
MAX_LINES: Final = 200
MAX_NOTE: Final = 200
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}")


class InvalidPostingsError(ValueError):
    """Lines that are no entry. A defect of the caller, never of the borrower."""


@dataclass(frozen=True, slots=True)
class Posting:
    """One line: `amount` is a debit when positive, a credit when negative."""

    account: AccountCode
    amount: Money
    loan_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryRequest:
    """An entry to be posted. (source_type, source_id, event) is its identity: posted once.

    `book` is the product's code, or nothing.
    """

    source_type: str
    source_id: UUID
    event: str
    business_date: date
    postings: tuple[Posting, ...]
    note: str = ""
    book: str = ""

    @property
    def key(self) -> tuple[str, UUID, str]:
        return self.source_type, self.source_id, self.event

    def check(self) -> None:
        """Raises InvalidPostingsError."""
        for text in (self.source_type, self.event):
            if not _NAME.fullmatch(text):
                raise InvalidPostingsError(f"{text!r} is not a name of at most 40 characters")
        if len(self.note) > MAX_NOTE:
            raise InvalidPostingsError(f"a note has at most {MAX_NOTE} characters")
        validate(postings=self.postings)


def debit(*, account: AccountCode, amount: Money, loan_id: UUID | None = None) -> Posting:
    """A debit line of an amount above zero. Raises InvalidPostingsError."""
    return Posting(account, _above_zero(amount), loan_id)


def credit(*, account: AccountCode, amount: Money, loan_id: UUID | None = None) -> Posting:
    """A credit line of an amount above zero. Raises InvalidPostingsError."""
    return Posting(account, -_above_zero(amount), loan_id)


def _above_zero(amount: Money) -> Money:
    if amount.minor <= 0:
        raise InvalidPostingsError(f"a debit or credit of {amount}")
    return amount


def validate(*, postings: Sequence[Posting]) -> None:
    """Check that the lines are an entry: 2 to MAX_LINES, none zero, each currency sums to zero.

    Raises InvalidPostingsError.
    """
    if not 2 <= len(postings) <= MAX_LINES:
        raise InvalidPostingsError(f"an entry has 2 to {MAX_LINES} lines, not {len(postings)}")
    sums: defaultdict[str, int] = defaultdict(int)
    for posting in postings:
        if not isinstance(posting.account, AccountCode):
            raise InvalidPostingsError(f"no account {posting.account!r} in the chart")
        if not posting.amount:
            raise InvalidPostingsError(f"a line of zero on {posting.account}")
        sums[posting.amount.currency] += posting.amount.minor
    for currency, difference in sorted(sums.items()):
        if difference:
            raise InvalidPostingsError(f"debits and credits differ by {difference} {currency}")


def mirror(*, postings: Sequence[Posting]) -> tuple[Posting, ...]:
    """The lines that undo these."""
    return tuple(Posting(p.account, -p.amount, p.loan_id) for p in postings)


def same_lines(*, one: Sequence[Posting], other: Sequence[Posting]) -> bool:
    """Whether both have the same lines, in whatever order."""
    return Counter(one) == Counter(other)

"""The rules of double entry: pure, no Django, no I/O, no clock."""

from lending.ledger.domain.chart import CHART, AccountCode, AccountDefinition, AccountType
from lending.ledger.domain.postings import (
    MAX_LINES,
    EntryRequest,
    InvalidPostingsError,
    Posting,
    credit,
    debit,
    mirror,
    same_lines,
    validate,
)

__all__ = [
    "CHART",
    "MAX_LINES",
    "AccountCode",
    "AccountDefinition",
    "AccountType",
    "EntryRequest",
    "InvalidPostingsError",
    "Posting",
    "credit",
    "debit",
    "mirror",
    "same_lines",
    "validate",
]

"""What can be done with money that comes back."""

from lending.repayments.operations.certificates import issue_certificate
from lending.repayments.operations.closing import close_day, close_through, debit_due_loans
from lending.repayments.operations.collecting import (
    debit_due,
    record_collection,
    record_refusal,
    repay,
)

__all__ = [
    "close_day",
    "close_through",
    "debit_due",
    "debit_due_loans",
    "issue_certificate",
    "record_collection",
    "record_refusal",
    "repay",
]

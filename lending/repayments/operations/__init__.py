"""What can be done with money that comes back."""

from lending.repayments.operations.certificates import issue_certificate
from lending.repayments.operations.closing import close_day, close_through, help_close
from lending.repayments.operations.collecting import (
    debit_due,
    record_collection,
    record_refusal,
    repay,
)
from lending.repayments.operations.debiting import debit_due_loans

__all__ = [
    "close_day",
    "close_through",
    "debit_due",
    "debit_due_loans",
    "help_close",
    "issue_certificate",
    "record_collection",
    "record_refusal",
    "repay",
]

"""Closing the day of the loans, slice by slice. `lending.repayments` says when and in which order."""

from lending.loans.operations.closing.eventful import (
    close_eventful,
    close_loans,
    close_stragglers,
)
from lending.loans.operations.closing.lines import expire_lines
from lending.loans.operations.closing.on_plan import close_plan_slice
from lending.loans.operations.closing.reminders import remind
from lending.loans.operations.closing.slices import FIRST, LAST, Range, Slice, cut_book

__all__ = [
    "FIRST",
    "LAST",
    "Range",
    "Slice",
    "close_eventful",
    "close_loans",
    "close_plan_slice",
    "close_stragglers",
    "cut_book",
    "expire_lines",
    "remind",
]

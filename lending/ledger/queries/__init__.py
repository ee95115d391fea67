"""Reading the books."""

from lending.ledger.queries.balances import (
    AccountBalance,
    BookBalance,
    BookCounts,
    CurrencyTotal,
    account_balances,
    count_books,
    currency_totals,
    day_balances,
    list_loan_balances,
    loan_balances,
)
from lending.ledger.queries.entries import (
    EntryPage,
    EntryView,
    find_entry,
    get_entry,
    get_postings,
    list_entries,
)
from lending.ledger.queries.verification import CHECKS, Check, Violation, run_check

__all__ = [
    "CHECKS",
    "AccountBalance",
    "BookBalance",
    "BookCounts",
    "Check",
    "CurrencyTotal",
    "EntryPage",
    "EntryView",
    "Violation",
    "account_balances",
    "count_books",
    "currency_totals",
    "day_balances",
    "find_entry",
    "get_entry",
    "get_postings",
    "list_entries",
    "list_loan_balances",
    "loan_balances",
    "run_check",
]

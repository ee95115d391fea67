"""What can be done on the way from an application to a settled loan."""

from lending.loans.operations.applications import (
    LineRequest,
    apply_for_line,
    refer_application,
    settle_application,
)
from lending.loans.operations.drawdowns import (
    record_payout,
    record_payout_failure,
    refer_drawdown,
    settle_check,
    sign_drawdown,
)
from lending.loans.operations.quotes import QuoteRequest, make_quote, open_disclosure
from lending.loans.operations.recording import record_event, record_payment
from lending.loans.operations.servicing import close_loan_day, expire_lines, list_loans_to_close

__all__ = [
    "LineRequest",
    "QuoteRequest",
    "apply_for_line",
    "close_loan_day",
    "expire_lines",
    "list_loans_to_close",
    "make_quote",
    "open_disclosure",
    "record_event",
    "record_payment",
    "record_payout",
    "record_payout_failure",
    "refer_application",
    "refer_drawdown",
    "settle_application",
    "settle_check",
    "sign_drawdown",
]

"""What can be done on the way from an application to a settled loan."""

from lending.loans.operations.applications import (
    LineRequest,
    apply_for_line,
    refer_application,
    settle_application,
)
from lending.loans.operations.changes import (
    approve_change,
    propose_change,
    reject_change,
    withdraw_change,
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
from lending.loans.operations.refinancing import quote_refinancing
from lending.loans.operations.refunds import record_refund_failure, record_refund_paid

__all__ = [
    "LineRequest",
    "QuoteRequest",
    "apply_for_line",
    "approve_change",
    "make_quote",
    "open_disclosure",
    "propose_change",
    "quote_refinancing",
    "record_event",
    "record_payment",
    "record_payout",
    "record_payout_failure",
    "record_refund_failure",
    "record_refund_paid",
    "refer_application",
    "refer_drawdown",
    "reject_change",
    "settle_application",
    "settle_check",
    "sign_drawdown",
    "withdraw_change",
]

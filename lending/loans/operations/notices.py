"""What a borrower is told of an event on the loan: one message per event.

Not told: a repayment (repayments thanks for it), money on its way and a payout (drawdowns does),
and a write-off. That one is the lender's own bookkeeping: the debt stands (账销案存), and a message
would read as if it did not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from accounts.domain.messages import MessageKind
from accounts.operations import send_message
from cards.queries import get_card
from lending.loans.domain import (
    Charged,
    ChargedBack,
    CreditRefunded,
    DueDateMoved,
    Extended,
    InterestPaused,
    LoanEvent,
    LoanState,
    Paid,
    PaymentKind,
    RateChanged,
    ReAged,
    ReAmortised,
    Restructured,
    Waived,
    WrittenOff,
)
from lending.loans.models import Loan

_RECEIVED: Mapping[PaymentKind, MessageKind] = {
    PaymentKind.GOODWILL: MessageKind.GOODWILL_GIVEN,
    PaymentKind.REFUND: MessageKind.REFUND_COUNTED,
    PaymentKind.PAYOUT_REFUND: MessageKind.REFUND_COUNTED,
    PaymentKind.RECOVERY: MessageKind.RECOVERY_COUNTED,
    PaymentKind.REFINANCE: MessageKind.LOAN_REFINANCED,
}


def tell(
    loan: Loan, *, event: LoanEvent, undone: LoanEvent | None, after: LoanState, now: datetime
) -> None:
    """Send the borrower the message of an event, if it has one, once. `undone` is what it undid."""
    notice = _undone_notice(undone) or _notice(event) or _plan_notice(event, after)
    if notice is None:
        return
    kind, params = notice
    card: Mapping[str, str] = {}
    if kind is MessageKind.CREDIT_RETURNED:
        card = get_card(user_id=loan.borrower_id, binding_id=loan.binding_id).words
    send_message(
        user_id=loan.borrower_id,
        kind=kind,
        params={**params, **card},
        key=f"loan_event:{loan.pk}:{event.sequence}",
        now=now,
    )


def _undone_notice(undone: LoanEvent | None) -> tuple[MessageKind, dict[str, str]] | None:
    match undone:
        case None | WrittenOff():
            return None
        case CreditRefunded():
            return MessageKind.CREDIT_NOT_RETURNED, {"amount": undone.amount.display}
    return MessageKind.BOOKING_CORRECTED, {}


def _notice(event: LoanEvent) -> tuple[MessageKind, dict[str, str]] | None:
    match event:
        case Paid():
            kind = _RECEIVED.get(event.kind)
            return None if kind is None else (kind, {"amount": event.amount.display})
        case ChargedBack():
            return MessageKind.PAYMENT_TAKEN_BACK, {"amount": event.amount.display}
        case CreditRefunded():
            return MessageKind.CREDIT_RETURNED, {"amount": event.amount.display}
        case Waived():
            return MessageKind.CLAIM_WAIVED, {"amount": event.amount.display}
        case Charged(due_on=None):
            return MessageKind.CHARGED_PER_INSTALMENT, {"amount": event.amount.display}
        case Charged(due_on=due_on) if due_on is not None:
            params = {"amount": event.amount.display, "due_date": due_on.isoformat()}
            return MessageKind.CHARGED, params
        case InterestPaused():
            days = {"from_date": event.starts_on, "to_date": event.ends_on}
            params = {name: day.isoformat() for name, day in days.items()}
            return MessageKind.INTEREST_PAUSED, params
    return None


def _plan_notice(event: LoanEvent, after: LoanState) -> tuple[MessageKind, dict[str, str]] | None:
    """For a change of terms: what is new, and what is asked next."""
    match event:
        case RateChanged():
            kind = MessageKind.RATE_CHANGED
            params = {"rate": _percent(event.annual_rate), "from_date": event.on.isoformat()}
        case DueDateMoved():
            kind = MessageKind.DUE_DATE_MOVED
            params = {"old_date": event.due_on.isoformat(), "new_date": event.moved_to.isoformat()}
        case Extended():
            kind = MessageKind.LOAN_EXTENDED
            params = {"last_date": after.rows[-1].due_on.isoformat()}
        case ReAged() | ReAmortised() | Restructured():
            kind, params = MessageKind.PLAN_CHANGED, {}
        case _:
            return None
    upcoming = after.next_instalment or after.rows[-1]
    params["amount"] = upcoming.open.total.display
    params["due_date"] = upcoming.due_on.isoformat()
    return kind, params


def _percent(rate: Decimal) -> str:
    """12% or 14.4%."""
    return f"{(rate * 100).normalize():f}%"

"""State machines of a card binding and a payment."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum
from typing import Final

from core.statemachine import TransitionTable


class CardKind(StrEnum):
    DEBIT = "DEBIT"
    CREDIT = "CREDIT"


class BindingState(StrEnum):
    PENDING_SMS = "PENDING_SMS"
    ACTIVE = "ACTIVE"
    FAILED = "FAILED"
    SUSPENDED = "SUSPENDED"
    EXPIRED = "EXPIRED"
    UNBOUND = "UNBOUND"


class BindingEvent(StrEnum):
    SIGN = "SIGN"
    REJECT = "REJECT"
    SUSPEND = "SUSPEND"
    RESUME = "RESUME"
    EXPIRE = "EXPIRE"
    UNBIND = "UNBIND"


BINDING: Final = TransitionTable(
    name="card binding",
    initial=BindingState.PENDING_SMS,
    rows={
        (BindingState.PENDING_SMS, BindingEvent.SIGN): BindingState.ACTIVE,
        (BindingState.PENDING_SMS, BindingEvent.REJECT): BindingState.FAILED,
        (BindingState.ACTIVE, BindingEvent.SUSPEND): BindingState.SUSPENDED,
        (BindingState.ACTIVE, BindingEvent.EXPIRE): BindingState.EXPIRED,
        (BindingState.ACTIVE, BindingEvent.UNBIND): BindingState.UNBOUND,
        (BindingState.SUSPENDED, BindingEvent.RESUME): BindingState.ACTIVE,
        (BindingState.SUSPENDED, BindingEvent.EXPIRE): BindingState.EXPIRED,
        (BindingState.SUSPENDED, BindingEvent.UNBIND): BindingState.UNBOUND,
    },
)


class Direction(StrEnum):
    """Seen from the lender: OUT pays to the card (代付), IN collects from it (代扣)."""

    OUT = "OUT"
    IN = "IN"


class PaymentState(StrEnum):
    CREATED = "CREATED"
    SUBMITTED = "SUBMITTED"
    UNKNOWN = "UNKNOWN"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    REVERSED = "REVERSED"
    REFUNDED = "REFUNDED"


class PaymentEvent(StrEnum):
    SUBMIT = "SUBMIT"
    DOUBT = "DOUBT"
    SUCCEED = "SUCCEED"
    FAIL = "FAIL"
    REVERSE = "REVERSE"
    REFUND = "REFUND"


#: UNKNOWN is left only by what a query or the reconciliation says; a notification only asks for
#: the query sooner.
PAYMENT: Final = TransitionTable(
    name="payment",
    initial=PaymentState.CREATED,
    rows={
        (PaymentState.CREATED, PaymentEvent.SUBMIT): PaymentState.SUBMITTED,
        (PaymentState.SUBMITTED, PaymentEvent.DOUBT): PaymentState.UNKNOWN,
        (PaymentState.SUBMITTED, PaymentEvent.SUCCEED): PaymentState.SUCCEEDED,
        (PaymentState.SUBMITTED, PaymentEvent.FAIL): PaymentState.FAILED,
        (PaymentState.UNKNOWN, PaymentEvent.DOUBT): PaymentState.UNKNOWN,
        (PaymentState.UNKNOWN, PaymentEvent.SUCCEED): PaymentState.SUCCEEDED,
        (PaymentState.UNKNOWN, PaymentEvent.FAIL): PaymentState.FAILED,
        (PaymentState.SUCCEEDED, PaymentEvent.REVERSE): PaymentState.REVERSED,
        (PaymentState.SUCCEEDED, PaymentEvent.REFUND): PaymentState.REFUNDED,
    },
)

OPEN_PAYMENTS: Final = (PaymentState.CREATED, PaymentState.SUBMITTED, PaymentState.UNKNOWN)

#: When to ask the bank about a payment without an outcome, counted from the last question; the last
#: one repeats until the reconciliation file decides. Time-out: 2ⁿ seconds; then 5, 10, 30, 60, 120
#: minutes (the gateway's rule, domain facts "UnionPay token flow").
QUERY_BACK_OFF: Final = tuple(
    timedelta(seconds=s) for s in (2, 4, 8, 16, 32, 64, 300, 600, 1800, 3600, 7200)
)


def query_delay(*, asked: int) -> timedelta:
    """The pause before the next question after `asked` questions."""
    return QUERY_BACK_OFF[min(asked, len(QUERY_BACK_OFF) - 1)]

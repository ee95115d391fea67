"""Changes of a running loan that one colleague proposes and another approves."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from core.statemachine import TransitionTable
from lending.loans.domain.events import (
    Charged,
    ChargedBack,
    CreditRefunded,
    DueDateMoved,
    Extended,
    InterestPaused,
    LoanEvent,
    Paid,
    PaymentKind,
    RateChanged,
    ReAged,
    ReAmortised,
    Restructured,
    Reversed,
    Waived,
    WrittenOff,
)
from lending.loans.domain.states import LoanStatus


class Service(StrEnum):
    """What staff can do to a loan, each by one event."""

    GOODWILL = "GOODWILL"
    REFUND = "REFUND"
    PAYOUT_REFUND = "PAYOUT_REFUND"
    RECOVERY = "RECOVERY"
    CHARGEBACK = "CHARGEBACK"
    CREDIT_REFUND = "CREDIT_REFUND"
    UNDO = "UNDO"
    CHARGE = "CHARGE"
    WAIVER = "WAIVER"
    DUE_DATE = "DUE_DATE"
    RATE = "RATE"
    EXTENSION = "EXTENSION"
    INTEREST_PAUSE = "INTEREST_PAUSE"
    RE_AGE = "RE_AGE"
    RE_AMORTISE = "RE_AMORTISE"
    RESTRUCTURE = "RESTRUCTURE"
    WRITE_OFF = "WRITE_OFF"


class Field(StrEnum):
    """Whose matter a service is: MONEY moved, as finance sees at the bank; TERMS are what
    credit officers give and take."""

    MONEY = "MONEY"
    TERMS = "TERMS"


_S = Service
FIELDS: Final[Mapping[Service, Field]] = {
    _S.GOODWILL: Field.TERMS,
    _S.REFUND: Field.MONEY,
    _S.PAYOUT_REFUND: Field.MONEY,
    _S.RECOVERY: Field.MONEY,
    _S.CHARGEBACK: Field.MONEY,
    _S.CREDIT_REFUND: Field.MONEY,
    _S.UNDO: Field.MONEY,
    _S.CHARGE: Field.TERMS,
    _S.WAIVER: Field.TERMS,
    _S.DUE_DATE: Field.TERMS,
    _S.RATE: Field.TERMS,
    _S.EXTENSION: Field.TERMS,
    _S.INTEREST_PAUSE: Field.TERMS,
    _S.RE_AGE: Field.TERMS,
    _S.RE_AMORTISE: Field.TERMS,
    _S.RESTRUCTURE: Field.TERMS,
    _S.WRITE_OFF: Field.TERMS,
}
_PAYMENTS: Final[Mapping[PaymentKind, Service]] = {
    PaymentKind.GOODWILL: _S.GOODWILL,
    PaymentKind.REFUND: _S.REFUND,
    PaymentKind.PAYOUT_REFUND: _S.PAYOUT_REFUND,
    PaymentKind.RECOVERY: _S.RECOVERY,
}
_EVENTS: Final[Mapping[type[LoanEvent], Service]] = {
    ChargedBack: _S.CHARGEBACK,
    CreditRefunded: _S.CREDIT_REFUND,
    Reversed: _S.UNDO,
    Charged: _S.CHARGE,
    Waived: _S.WAIVER,
    DueDateMoved: _S.DUE_DATE,
    RateChanged: _S.RATE,
    Extended: _S.EXTENSION,
    InterestPaused: _S.INTEREST_PAUSE,
    ReAged: _S.RE_AGE,
    ReAmortised: _S.RE_AMORTISE,
    Restructured: _S.RESTRUCTURE,
    WrittenOff: _S.WRITE_OFF,
}
_AFTER_THE_END: Final = frozenset(
    {_S.REFUND, _S.PAYOUT_REFUND, _S.CHARGEBACK, _S.CREDIT_REFUND, _S.UNDO}
)
#: What can be done to a loan in which status.
OPEN_TO: Final[Mapping[LoanStatus, frozenset[Service]]] = {
    LoanStatus.ACTIVE: frozenset(_S) - {_S.RECOVERY},
    LoanStatus.CLOSED_REPAID: _AFTER_THE_END,
    LoanStatus.CLOSED_REFINANCED: _AFTER_THE_END,
    LoanStatus.CLOSED_WRITTEN_OFF: frozenset({_S.RECOVERY, _S.CREDIT_REFUND, _S.UNDO}),
}


def service_of(*, event: LoanEvent) -> Service:
    """The service an event is. Raises ValueError for what no colleague does by hand."""
    found = _PAYMENTS.get(event.kind) if isinstance(event, Paid) else _EVENTS.get(type(event))
    if found is None:
        raise ValueError(f"nobody proposes {type(event).__name__}")
    return found


class ChangeState(StrEnum):
    """EXPIRED: the loan moved on, so that what was shown no longer holds."""

    PROPOSED = "PROPOSED"
    APPROVED = "APPROVED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"
    EXPIRED = "EXPIRED"


class ChangeEvent(StrEnum):
    APPROVE = "APPROVE"
    REJECT = "REJECT"
    WITHDRAW = "WITHDRAW"
    EXPIRE = "EXPIRE"


_C, _E = ChangeState, ChangeEvent
CHANGE: Final = TransitionTable(
    name="change of a loan",
    initial=_C.PROPOSED,
    rows={
        (_C.PROPOSED, _E.APPROVE): _C.APPROVED,
        (_C.PROPOSED, _E.REJECT): _C.REJECTED,
        (_C.PROPOSED, _E.WITHDRAW): _C.WITHDRAWN,
        (_C.PROPOSED, _E.EXPIRE): _C.EXPIRED,
    },
)
#: States that a second pair of eyes led to.
DECIDED: Final = (_C.APPROVED, _C.REJECTED)

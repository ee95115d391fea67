"""The state machine of one repayment: a debit on its way to being counted."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.statemachine import TransitionTable


class RepaymentState(StrEnum):
    COLLECTING = "COLLECTING"
    APPLIED = "APPLIED"
    FAILED = "FAILED"


class RepaymentEvent(StrEnum):
    COLLECTED = "COLLECTED"
    REFUSED = "REFUSED"


REPAYMENT: Final = TransitionTable(
    name="repayment",
    initial=RepaymentState.COLLECTING,
    rows={
        (RepaymentState.COLLECTING, RepaymentEvent.COLLECTED): RepaymentState.APPLIED,
        (RepaymentState.COLLECTING, RepaymentEvent.REFUSED): RepaymentState.FAILED,
    },
)

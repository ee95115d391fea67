"""State machines: a repayment on its way to being counted, a part of the day close."""

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


class PartState(StrEnum):
    """What a part of the book still waits for. The date moves once no part is in the first two."""

    ON_PLAN = "ON_PLAN"
    EVENTFUL = "EVENTFUL"
    NOTICES = "NOTICES"
    DEBITS = "DEBITS"
    DONE = "DONE"


class PartEvent(StrEnum):
    FINISHED = "FINISHED"


_P, _PE = PartState, PartEvent
PART: Final = TransitionTable(
    name="part of a day close",
    initial=_P.ON_PLAN,
    rows={
        (_P.ON_PLAN, _PE.FINISHED): _P.EVENTFUL,
        (_P.EVENTFUL, _PE.FINISHED): _P.NOTICES,
        (_P.NOTICES, _PE.FINISHED): _P.DEBITS,
        (_P.DEBITS, _PE.FINISHED): _P.DONE,
    },
)
#: Before the date moves, and after it.
CLOSING: Final = (_P.ON_PLAN, _P.EVENTFUL)
FOLLOWING: Final = (_P.NOTICES, _P.DEBITS)

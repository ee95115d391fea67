"""States of a decision and of its review. The database CHECKs repeat them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.statemachine import TransitionTable


class Outcome(StrEnum):
    """What was decided. REFER is a verdict of the policy only: an officer then decides."""

    APPROVE = "APPROVE"
    REFER = "REFER"
    DECLINE = "DECLINE"


class DecisionState(StrEnum):
    REQUESTED = "REQUESTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    MADE = "MADE"


class DecisionEvent(StrEnum):
    DECIDE = "DECIDE"
    REFER = "REFER"
    CONCLUDE = "CONCLUDE"


class ReviewState(StrEnum):
    OPEN = "OPEN"
    CLAIMED = "CLAIMED"
    DECIDED = "DECIDED"


class ReviewEvent(StrEnum):
    CLAIM = "CLAIM"
    RELEASE = "RELEASE"
    DECIDE = "DECIDE"


DECISION: Final = TransitionTable(
    name="decision",
    initial=DecisionState.REQUESTED,
    rows={
        (DecisionState.REQUESTED, DecisionEvent.DECIDE): DecisionState.MADE,
        (DecisionState.REQUESTED, DecisionEvent.REFER): DecisionState.UNDER_REVIEW,
        (DecisionState.UNDER_REVIEW, DecisionEvent.CONCLUDE): DecisionState.MADE,
    },
)

REVIEW: Final = TransitionTable(
    name="review",
    initial=ReviewState.OPEN,
    rows={
        (ReviewState.OPEN, ReviewEvent.CLAIM): ReviewState.CLAIMED,
        (ReviewState.CLAIMED, ReviewEvent.RELEASE): ReviewState.OPEN,
        (ReviewState.CLAIMED, ReviewEvent.DECIDE): ReviewState.DECIDED,
    },
)

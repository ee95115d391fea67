"""The verbs of risk: ask for a decision, decide it, review it."""

from risk.operations.decisions import decide_request, request_decision
from risk.operations.reviews import claim_review, decide_review, release_review

__all__ = [
    "claim_review",
    "decide_request",
    "decide_review",
    "release_review",
    "request_decision",
]

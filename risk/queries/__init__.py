"""Reads of risk."""

from risk.queries.decisions import DecisionView, get_decision
from risk.queries.reviews import (
    Explanation,
    ReviewDetail,
    ReviewRow,
    explain_decision,
    get_review,
    list_open_reviews,
)
from risk.queries.texts import Reader, Reason, list_reason_choices, reason_texts

__all__ = [
    "DecisionView",
    "Explanation",
    "Reader",
    "Reason",
    "ReviewDetail",
    "ReviewRow",
    "explain_decision",
    "get_decision",
    "get_review",
    "list_open_reviews",
    "list_reason_choices",
    "reason_texts",
]

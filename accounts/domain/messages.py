"""Kinds of inbox message and the parameters each needs. The words are in accounts.texts.

Parameters are strings, ready for either language: amounts as shown ("¥1,200.00"), dates in ISO 8601
under a name that ends in `_date`, `last4` digits of the card.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class MessageKind(StrEnum):
    CARD_BOUND = "card_bound"
    LINE_APPROVED = "line_approved"
    LINE_DECLINED = "line_declined"
    LINE_UNDER_REVIEW = "line_under_review"
    MONEY_ON_ITS_WAY = "money_on_its_way"
    MONEY_ARRIVED = "money_arrived"
    PAYOUT_FAILED = "payout_failed"
    INSTALMENT_DUE_SOON = "instalment_due_soon"
    INSTALMENT_PAID = "instalment_paid"
    DEBIT_FAILED = "debit_failed"
    OVERDUE = "overdue"
    REPAID_EARLY = "repaid_early"
    LOAN_SETTLED = "loan_settled"


_CARD: Final = frozenset({"last4"})

PARAMS: Final[Mapping[MessageKind, frozenset[str]]] = {
    MessageKind.CARD_BOUND: _CARD,
    MessageKind.LINE_APPROVED: frozenset({"limit"}),
    MessageKind.LINE_DECLINED: frozenset(),
    MessageKind.LINE_UNDER_REVIEW: frozenset(),
    MessageKind.MONEY_ON_ITS_WAY: _CARD | {"amount"},
    MessageKind.MONEY_ARRIVED: _CARD | {"amount"},
    MessageKind.PAYOUT_FAILED: _CARD | {"amount"},
    MessageKind.INSTALMENT_DUE_SOON: _CARD | {"amount", "due_date"},
    MessageKind.INSTALMENT_PAID: frozenset({"amount", "due_date"}),
    MessageKind.DEBIT_FAILED: _CARD | {"amount"},
    MessageKind.OVERDUE: frozenset({"amount", "due_date"}),
    MessageKind.REPAID_EARLY: frozenset({"amount"}),
    MessageKind.LOAN_SETTLED: frozenset({"amount"}),
}

#: Sent to the phone as well: what a person must not find out days later.
BY_SMS: Final = frozenset(
    {
        MessageKind.LINE_APPROVED,
        MessageKind.MONEY_ARRIVED,
        MessageKind.PAYOUT_FAILED,
        MessageKind.INSTALMENT_DUE_SOON,
        MessageKind.DEBIT_FAILED,
        MessageKind.OVERDUE,
        MessageKind.LOAN_SETTLED,
    }
)


class MessageParamsError(ValueError):
    """A message was given other parameters than its kind has."""


def check_params(*, kind: MessageKind, params: Mapping[str, str]) -> None:
    """Raise MessageParamsError unless `params` are exactly those of the kind: our own mistake."""
    if params.keys() != PARAMS[kind]:
        raise MessageParamsError(f"{kind} takes {sorted(PARAMS[kind])}, got {sorted(params)}")

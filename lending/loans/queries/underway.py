"""Whether a repayment of a loan is on its way: known to the app above, which answers here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

Question = Callable[[UUID], bool]
_ASKED: Final[list[Question]] = []


def register_collector(question: Question) -> None:
    """Ask this too; called from an app's `ready`."""
    if question not in _ASKED:
        _ASKED.append(question)


def is_collected(*, loan_id: UUID) -> bool:
    """Whether money for the loan was asked for and its result is not known yet."""
    return any(question(loan_id) for question in _ASKED)


def repayments_lock(*, loan_id: UUID) -> str:
    """The name to lock (`core.locks`) so that no repayment of the loan begins meanwhile."""
    return f"repay:{loan_id}"

"""What a payment may be spent on, and in which order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lending.loans.domain.allocation import Component


class Timing(StrEnum):
    """Where the payment's day stands to the instalment's due date."""

    PAST_DUE = "PAST_DUE"
    DUE = "DUE"
    IN_ADVANCE = "IN_ADVANCE"


class Ahead(StrEnum):
    """Which instalments money ahead of plan meets: the next one, the last one, all alike, or the
    running one and then the last."""

    NEXT = "NEXT_INSTALLMENT"
    LAST = "LAST_INSTALLMENT"
    ALL = "REAMORTIZATION"
    NEXT_THEN_LAST = "NEXT_LAST_INSTALLMENT"


class TransactionKind(StrEnum):
    """Kinds of payment that may have an allocation rule of their own."""

    REPAYMENT = "REPAYMENT"
    DOWN_PAYMENT = "DOWN_PAYMENT"
    MERCHANT_ISSUED_REFUND = "MERCHANT_ISSUED_REFUND"
    PAYOUT_REFUND = "PAYOUT_REFUND"
    GOODWILL_CREDIT = "GOODWILL_CREDIT"
    INTEREST_REFUND = "INTEREST_REFUND"
    INTEREST_PAYMENT_WAIVER = "INTEREST_PAYMENT_WAIVER"
    WAIVE_INTEREST = "WAIVE_INTEREST"
    CHARGE_PAYMENT = "CHARGE_PAYMENT"
    CHARGE_REFUND = "CHARGE_REFUND"
    CHARGE_ADJUSTMENT = "CHARGE_ADJUSTMENT"
    REFUND_FOR_ACTIVE_LOAN = "REFUND_FOR_ACTIVE_LOAN"
    CAPITALIZED_INCOME_ADJUSTMENT = "CAPITALIZED_INCOME_ADJUSTMENT"
    DEFAULT = "DEFAULT"


@dataclass(frozen=True, slots=True)
class Bucket:
    """A component at a timing."""

    timing: Timing
    component: Component


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationRule:
    """The order of the twelve buckets and the rule for money ahead of plan."""

    order: tuple[Bucket, ...]
    ahead: Ahead = Ahead.NEXT


ALL_BUCKETS: Final = tuple(Bucket(t, c) for t in Timing for c in Component)

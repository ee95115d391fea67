"""Spending one payment on what it can pay, in an order that is data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from core.money import Money


class Component(StrEnum):
    """What a claim is for."""

    PENALTY = "PENALTY"
    FEE = "FEE"
    INTEREST = "INTEREST"
    PRINCIPAL = "PRINCIPAL"


class Timing(IntEnum):
    """DUE claims are always spent on before anything is paid in advance."""

    DUE = 1
    IN_ADVANCE = 2


#: Penalty, fee, interest, principal: usual in China for loans at most 90 days overdue.
DEFAULT_ORDER: Final = (
    Component.PENALTY,
    Component.FEE,
    Component.INTEREST,
    Component.PRINCIPAL,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """An open claim: what instalment `number` still asks for one component."""

    timing: Timing
    number: int
    component: Component
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """A part of a payment, above zero, spent on one bucket."""

    timing: Timing
    number: int
    component: Component
    amount: Money


def allocate(
    *, amount: Money, buckets: Sequence[Bucket], order: Sequence[Component] = DEFAULT_ORDER
) -> tuple[tuple[Allocation, ...], Money]:
    """Spend `amount` on the buckets: due first, oldest instalment first, then by `order`.

    Returns the allocations and what is left over; together they are exactly the amount, and no
    bucket gets more than it asks. Raises ValueError for a negative amount or bucket, MoneyError
    for mixed currencies.
    """
    zero = Money.zero(amount.currency)
    if amount < zero or any(bucket.amount < zero for bucket in buckets):
        raise ValueError("amounts to allocate cannot be negative")
    rank = {component: place for place, component in enumerate(order)}
    queue = sorted(buckets, key=lambda b: (b.timing, b.number, rank[b.component]))
    allocations: list[Allocation] = []
    left = amount
    for bucket in queue:
        part = min(left, bucket.amount)
        if part:
            allocations.append(
                Allocation(
                    timing=bucket.timing,
                    number=bucket.number,
                    component=bucket.component,
                    amount=part,
                )
            )
            left -= part
    return tuple(allocations), left

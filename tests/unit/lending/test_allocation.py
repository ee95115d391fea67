from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from lending.loans.domain import Bucket, Component, Timing, allocate

PEN, INT, PRI = Component.PENALTY, Component.INTEREST, Component.PRINCIPAL


def bucket(number: int, component: Component, minor: int, timing: Timing = Timing.DUE) -> Bucket:
    return Bucket(timing=timing, number=number, component=component, amount=Money(minor, "CNY"))


OPEN = [
    bucket(3, PRI, 500, Timing.IN_ADVANCE),
    bucket(3, INT, 5, Timing.IN_ADVANCE),
    bucket(2, PRI, 100),
    bucket(2, INT, 10),
    bucket(2, PEN, 1),
    bucket(1, PRI, 100),
    bucket(1, INT, 10),
    bucket(1, PEN, 2),
]


def spent(minor: int, **kwargs: Any) -> list[tuple[int, Component, int]]:
    parts, left = allocate(amount=Money(minor, "CNY"), buckets=OPEN, **kwargs)
    assert left.minor + sum(p.amount.minor for p in parts) == minor
    return [(p.number, p.component, p.amount.minor) for p in parts]


def test_oldest_instalment_first_then_penalty_interest_principal() -> None:
    assert spent(150) == [
        (1, PEN, 2),
        (1, INT, 10),
        (1, PRI, 100),
        (2, PEN, 1),
        (2, INT, 10),
        (2, PRI, 27),
    ]


def test_what_is_due_comes_before_anything_in_advance() -> None:
    assert spent(230)[-2:] == [(3, INT, 5), (3, PRI, 2)]


def test_timing_goes_before_the_instalment_s_number() -> None:
    buckets = [bucket(1, INT, 5, Timing.IN_ADVANCE), bucket(2, PRI, 5)]
    parts, _ = allocate(amount=Money(7, "CNY"), buckets=buckets)
    assert [(p.number, p.amount.minor) for p in parts] == [(2, 5), (1, 2)]


def test_the_order_is_data() -> None:
    assert spent(105, order=(PRI, INT, PEN)) == [(1, PRI, 100), (1, INT, 5)]


def test_a_negative_amount_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        allocate(amount=Money(-1, "CNY"), buckets=OPEN)
    with pytest.raises(ValueError, match="negative"):
        allocate(amount=Money(1, "CNY"), buckets=[bucket(1, PRI, -1)])


@given(
    st.integers(0, 2000),
    st.lists(
        st.builds(
            bucket,
            st.integers(1, 5),
            st.sampled_from(Component),
            st.integers(0, 300),
            st.sampled_from(Timing),
        ),
        max_size=12,
    ),
    st.permutations(list(Component)),
)
def test_it_spends_exactly_the_payment_and_no_more_than_is_asked(
    minor: int, buckets: list[Bucket], order: list[Component]
) -> None:
    parts, left = allocate(amount=Money(minor, "CNY"), buckets=buckets, order=order)
    asked = sum(b.amount.minor for b in buckets)
    assert all(p.amount.minor > 0 for p in parts)
    assert sum(p.amount.minor for p in parts) == min(minor, asked)
    assert left.minor == max(minor - asked, 0)
    for key in {(b.timing, b.number, b.component) for b in buckets}:
        got = sum(p.amount.minor for p in parts if (p.timing, p.number, p.component) == key)
        assert got <= sum(
            b.amount.minor for b in buckets if (b.timing, b.number, b.component) == key
        )

"""Money is exact, refuses what is no amount, and splits without losing a cent."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import MAX_MINOR, Money, MoneyError, total

AMOUNTS = st.integers(min_value=-(10**12), max_value=10**12)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("1200.50", "CNY", 120050),
        ("1200.5", "CNY", 120050),
        ("0", "CNY", 0),
        ("7", "JPY", 7),
        ("1.234", "KWD", 1234),
        (" 12 ", "CNY", 1200),
    ],
)
def test_parses_plain_decimals(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-1",
        "+1",
        "1e3",
        "1e400",
        "NaN",
        "Infinity",
        "1,000",
        "1.",
        ".5",
        "1.001",
        "１２",
        "١",
        "0x1",
        "1 000",
        "1_000",
        "9" * 40,
        "1.2.3",
        "\x00",
    ],
)
def test_refuses_what_is_no_amount(text: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text, "CNY")


def test_refuses_a_fraction_of_a_yen_and_unknown_currencies() -> None:
    with pytest.raises(MoneyError):
        Money.parse("1.5", "JPY")
    with pytest.raises(MoneyError):
        Money.parse("1", "XXX")
    with pytest.raises(MoneyError):
        Money(1, "XXX")


@pytest.mark.parametrize("minor", [1.0, True, "1", Decimal(1)])
def test_minor_units_are_an_int(minor: object) -> None:
    with pytest.raises(MoneyError):
        Money(minor, "CNY")  # type: ignore[arg-type]


def test_has_a_limit() -> None:
    assert Money(MAX_MINOR, "CNY").minor == MAX_MINOR
    with pytest.raises(MoneyError):
        Money(MAX_MINOR, "CNY") + Money(1, "CNY")


def test_currencies_do_not_mix() -> None:
    for act in (Money.__add__, Money.__sub__, Money.__lt__, Money.__ge__):
        with pytest.raises(MoneyError):
            act(Money(1, "CNY"), Money(1, "USD"))


@pytest.mark.parametrize(
    ("amount", "minor"),
    [("0.005", 0), ("0.015", 2), ("0.025", 2), ("1.0049999", 100), ("-0.015", -2)],
)
def test_rounds_half_even_once(amount: str, minor: int) -> None:
    assert Money.rounded(Decimal(amount), "CNY") == Money(minor, "CNY")


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e400"])
def test_does_not_round_nonsense(amount: str) -> None:
    with pytest.raises(MoneyError):
        Money.rounded(Decimal(amount), "CNY")


@pytest.mark.parametrize(
    ("money", "text", "display"),
    [
        (Money(120050, "CNY"), "1200.50", "¥1,200.50"),
        (Money(-5, "CNY"), "-0.05", "-¥0.05"),
        (Money(1234567, "JPY"), "1234567", "JPY 1,234,567"),
    ],
)
def test_prints(money: Money, text: str, display: str) -> None:
    assert money.text == text
    assert money.display == display


@given(AMOUNTS, st.lists(st.integers(0, 10**6), min_size=1, max_size=40).filter(any))
def test_a_split_sums_to_the_whole(minor: int, weights: list[int]) -> None:
    whole = Money(minor, "CNY")
    parts = whole.split(weights)
    assert len(parts) == len(weights)
    assert total(parts, "CNY") == whole
    for part, weight in zip(parts, weights, strict=True):
        exact = Decimal(minor) * weight / sum(weights)
        assert abs(part.minor - exact) < 1


@given(AMOUNTS)
def test_text_round_trips(minor: int) -> None:
    money = Money(abs(minor), "CNY")
    assert Money.parse(money.text, "CNY") == money


@given(AMOUNTS, AMOUNTS)
def test_adds_like_integers(one: int, other: int) -> None:
    left, right = Money(one, "CNY"), Money(other, "CNY")
    assert (left + right).minor == one + other
    assert left - right == -(right - left)
    assert (left < right) is (one < other)


@pytest.mark.parametrize("weights", [[], [0, 0], [-1, 2]])
def test_refuses_weights_that_are_none(weights: list[int]) -> None:
    with pytest.raises(MoneyError):
        Money(1, "CNY").split(weights)

"""Money: an integer of minor units with an ISO 4217 currency. No float ever touches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Final

#: Digits after the point per currency (ISO 4217). A currency that is not here is refused.
EXPONENTS: Final[dict[str, int]] = {
    "CNY": 2,
    "HKD": 2,
    "USD": 2,
    "EUR": 2,
    "GBP": 2,
    "SGD": 2,
    "JPY": 0,
    "KRW": 0,
    "KWD": 3,
}

SYMBOLS: Final[dict[str, str]] = {"CNY": "¥", "HKD": "HK$", "USD": "$", "EUR": "€", "GBP": "£"}

#: What a 64-bit column holds with room for sums; nothing we lend comes near it.
MAX_MINOR: Final = 10**15

_MAX_TEXT: Final = 32


class MoneyError(ValueError):
    """An amount that is no amount, or two currencies in one sum."""


@dataclass(frozen=True, slots=True, order=False)
class Money:
    """An exact amount. `minor` is in the currency's smallest unit (fen, cents)."""

    minor: int
    currency: str = "CNY"

    def __post_init__(self) -> None:
        if self.currency not in EXPONENTS:
            raise MoneyError(f"unknown currency {self.currency!r}")
        if type(self.minor) is not int:
            raise MoneyError("minor units are an int")
        if abs(self.minor) > MAX_MINOR:
            raise MoneyError("amount out of range")

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(0, currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read a plain decimal such as "1200.50". Raises MoneyError for anything else.

        Exponents, NaN, infinities, signs, thousands separators and digits beyond the currency's
        smallest unit are refused: money is never rounded on the way in.
        """
        text = text.strip()
        whole, _, fraction = text.partition(".")
        digits = whole + fraction
        exponent = EXPONENTS.get(currency)
        if exponent is None:
            raise MoneyError(f"unknown currency {currency!r}")
        if (
            not whole
            or len(text) > _MAX_TEXT
            or not (digits.isascii() and digits.isdigit())
            or text.endswith(".")
            or len(fraction) > exponent
        ):
            raise MoneyError("not an amount of money")
        return cls(int(whole + fraction.ljust(exponent, "0")), currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Money:
        """Round a calculated amount (in major units) half-even to the smallest unit."""
        try:
            scaled = amount.scaleb(EXPONENTS[currency])
            return cls(int(scaled.to_integral_value(rounding=ROUND_HALF_EVEN)), currency)
        except (KeyError, InvalidOperation, OverflowError, ValueError) as error:
            raise MoneyError(f"cannot round {amount} {currency}") from error

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-EXPONENTS[self.currency])

    @property
    def text(self) -> str:
        """The amount as plain digits with the currency's decimals: "1200.50"."""
        return f"{self.amount:.{EXPONENTS[self.currency]}f}"

    @property
    def display(self) -> str:
        """For people: "¥1,200.50"."""
        sign = "-" if self.minor < 0 else ""
        symbol = SYMBOLS.get(self.currency, self.currency + " ")
        return f"{sign}{symbol}{abs(self.amount):,.{EXPONENTS[self.currency]}f}"

    def __str__(self) -> str:
        return f"{self.text} {self.currency}"

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise MoneyError(f"{self.currency} and {other.currency} do not mix")
        return other.minor

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other), self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._same(other)

    def split(self, weights: Sequence[int]) -> tuple[Money, ...]:
        """Divide by weights so that the parts sum to the whole (largest remainder first).

        Raises MoneyError if no weight is positive or one is negative.
        """
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise MoneyError("weights must be non-negative with a positive sum")
        parts = [self.minor * weight // total for weight in weights]
        remainders = [self.minor * weight % total for weight in weights]
        rest = self.minor - sum(parts)
        by_remainder = sorted(range(len(parts)), key=lambda i: (-remainders[i], i))
        for index in by_remainder[:rest]:
            parts[index] += 1
        return tuple(Money(part, self.currency) for part in parts)


def total(amounts: Sequence[Money], currency: str) -> Money:
    """Sum amounts of one currency; an empty sequence gives zero."""
    return sum(amounts, Money.zero(currency))

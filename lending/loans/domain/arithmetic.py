"""The one arithmetic of the loan engine: 19 digits, half-even, one rounding to the minor unit."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from typing import Final

#: Same precision and rounding as the golden loans.
MATH: Final = Context(prec=19, rounding=ROUND_HALF_EVEN)


def to_minor(value: Decimal) -> int:
    """Round an amount in minor units half-even to a whole one."""
    return int(value.to_integral_value(rounding=ROUND_HALF_EVEN))


def accrued_minor(*, balance_days: int, annual_rate: Decimal, year_days: int | Fraction) -> int:
    """Interest in minor units on a sum of (balance in minor units x days), rounded once.

    The sum of balance-days is an exact integer, so cutting a period into pieces at any day
    changes nothing: the whole is rounded, never a piece.
    """
    parts = Decimal(balance_days * year_days.denominator)
    return to_minor(MATH.divide(MATH.multiply(parts, annual_rate), year_days.numerator))

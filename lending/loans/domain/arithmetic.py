"""The one arithmetic of the loan engine: 19 digits, half-even, one rounding to the minor unit."""

from __future__ import annotations

from collections.abc import Mapping
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


#: (annual rate, days in the year) -> sum of balance x days that bore it.
BalanceDays = Mapping[tuple[Decimal, int | Fraction], int]


def earned_minor(*, parts: BalanceDays) -> int:
    """`accrued_minor` of a period in which the rate or the length of the year changed: the parts
    are added first and rounded together, once."""
    if len(parts) == 1:
        ((rate, year_days), balance_days) = next(iter(parts.items()))
        return accrued_minor(balance_days=balance_days, annual_rate=rate, year_days=year_days)
    whole = Decimal(0)
    for (rate, year_days), balance_days in parts.items():
        part = MATH.multiply(Decimal(balance_days * year_days.denominator), rate)
        whole = MATH.add(whole, MATH.divide(part, year_days.numerator))
    return to_minor(whole)

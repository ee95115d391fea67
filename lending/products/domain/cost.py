"""What terms cost in a year, as far as the terms alone tell."""

from __future__ import annotations

from decimal import ROUND_CEILING, Context, Decimal, localcontext
from typing import Final

from lending.products.domain.methods import DayCount, Method
from lending.products.domain.terms import VersionTerms

_MONTHS: Final = 12
_PRECISE: Final = Context(prec=34)
_ENOUGH: Final = Decimal("1E-12")
_SHOWN: Final = Decimal("0.0001")


def least_annual_cost(*, terms: VersionTerms) -> Decimal:
    """The annual cost (a fraction) that a loan at the highest rate has at the very least.

    Interest of a year without compounding, and under ACTUAL_360 a year has 365 days of 1/360 each.
    FLAT interest is on money long repaid: there it is twelve times the monthly rate by IRR of the
    dearest number of instalments. A quote checks its whole cost by IRR from its own days.
    """
    rate = terms.annual_rate_ceiling
    if terms.day_count is DayCount.ACTUAL_360:
        rate = rate * 365 / 360
    if terms.method is not Method.FLAT or not rate:
        return rate
    return max((_flat_cost(rate, option) for option in terms.instalment_options), default=rate)


def _flat_cost(rate: Decimal, instalments: int) -> Decimal:
    """Twelve times the i at which `instalments` of 1/n + rate/12 are worth 1 today.

    By halving: i lies between the monthly rate (one instalment) and twice of it.
    """
    with localcontext(_PRECISE):
        monthly = rate / _MONTHS
        instalment = Decimal(1) / instalments + monthly
        low, high = monthly, 2 * monthly
        while high - low > _ENOUGH:
            middle = (low + high) / 2
            worth = instalment * (1 - (1 + middle) ** -instalments) / middle
            low, high = (middle, high) if worth > 1 else (low, middle)
        return low * _MONTHS


def shown_cost(*, rate: Decimal) -> str:
    """A cost in per cent, rounded up to two decimals: what is above a ceiling reads above it."""
    return f"{rate.quantize(_SHOWN, rounding=ROUND_CEILING) * 100:.2f}"

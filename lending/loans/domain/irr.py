"""The annual cost of credit by internal rate of return (中国人民银行公告〔2021〕第3号)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Context, Decimal, localcontext
from typing import Final

from core.money import Money, total

CashFlow = tuple[date, Money]

#: Room for discounting over decades; the answer is cut to RATE_STEP.
_PRECISE: Final = Context(prec=34)
RATE_STEP: Final = Decimal("1E-8")
YEAR_DAYS: Final = 365
MONTHS: Final = 12
#: Growth of one unit per period; daily this is far beyond any loan, monthly it is -90 %..+900 %.
_LOWEST: Final = Decimal("0.1")
_HIGHEST: Final = Decimal(10)
_LOWEST_DAILY: Final = Decimal("0.9")
_HIGHEST_DAILY: Final = Decimal("1.1")
_MAX_ROUNDS: Final = 80
_ENOUGH: Final = Decimal("1E-18")


class NoAnnualCostError(ValueError):
    """The cash flows have no rate: no money one way, or no sign change in any thinkable range."""


def annual_cost(*, cash_flows: Sequence[CashFlow]) -> Decimal:
    """The effective annual rate as a fraction, to 8 digits, by days / 365.

    The side does not matter: received and paid have opposite signs. Raises NoAnnualCostError, and
    MoneyError for mixed currencies.
    """
    points = _points(cash_flows)
    first = min(day for day, _ in cash_flows)
    daily = _growth([((day - first).days, m) for day, m in points], _LOWEST_DAILY, _HIGHEST_DAILY)
    with localcontext(_PRECISE):
        return (daily**YEAR_DAYS - 1).quantize(RATE_STEP)


def nominal_annual_cost(*, cash_flows: Sequence[Money]) -> Decimal:
    """Twelve times the monthly rate, as a fraction, for flows one month apart (0 where none).

    Raises NoAnnualCostError, and MoneyError for mixed currencies.
    """
    total(cash_flows, cash_flows[0].currency if cash_flows else "CNY")
    points = [(month, flow.minor) for month, flow in enumerate(cash_flows) if flow]
    monthly = _growth(points, _LOWEST, _HIGHEST)
    with localcontext(_PRECISE):
        return ((monthly - 1) * MONTHS).quantize(RATE_STEP)


def total_cost(*, cash_flows: Sequence[CashFlow]) -> Money:
    """What the borrower pays above what they received; flows seen by the borrower (in is +)."""
    _points(cash_flows)
    return -total([flow for _, flow in cash_flows], cash_flows[0][1].currency)


def _points(cash_flows: Sequence[CashFlow]) -> list[tuple[date, int]]:
    if not cash_flows:
        raise NoAnnualCostError("no cash flows")
    total([flow for _, flow in cash_flows], cash_flows[0][1].currency)
    return [(day, flow.minor) for day, flow in cash_flows if flow]


def _growth(points: Sequence[tuple[int, int]], low: Decimal, high: Decimal) -> Decimal:
    """The growth per period at which the present value is nought.

    By halving the range: Newton's steps crawl where long flows make the curve steep.
    """
    if not any(m > 0 for _, m in points) or not any(m < 0 for _, m in points):
        raise NoAnnualCostError("money must flow both ways")
    with localcontext(_PRECISE):
        low_value = _present_value(points, low)
        if low_value * _present_value(points, high) > 0:
            raise NoAnnualCostError("no rate in range")
        middle = Decimal(1)  # exact when nothing is earned
        for _ in range(_MAX_ROUNDS):
            value = _present_value(points, middle)
            if not value or high - low < _ENOUGH:
                break
            if value * low_value > 0:
                low = middle
            else:
                high = middle
            middle = (low + high) / 2
        return middle


def _present_value(points: Sequence[tuple[int, int]], growth: Decimal) -> Decimal:
    return sum((minor * growth**-periods for periods, minor in points), Decimal(0))

"""How a loan is repaid and how its days are counted."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.texts import gettext_noop


class Method(StrEnum):
    """Repayment method (还款方式)."""

    EQUAL_INSTALMENTS = "EQUAL_INSTALMENTS"
    EQUAL_PRINCIPAL = "EQUAL_PRINCIPAL"
    DAILY_FLEXIBLE = "DAILY_FLEXIBLE"


class DayCount(StrEnum):
    """How the days of a period become a share of a year.

    THIRTY_360: a whole month is a twelfth of the year however many days it has; the days of an
    irregular first period, and of penalty, count 1/360 each. The ACTUAL ones count each real day.
    """

    THIRTY_360 = "THIRTY_360"
    ACTUAL_360 = "ACTUAL_360"
    ACTUAL_365 = "ACTUAL_365"

    @property
    def year_days(self) -> int:
        """The divisor of the annual rate for one day counted by itself."""
        return 365 if self is DayCount.ACTUAL_365 else 360


class Unit(StrEnum):
    """Instalments fall due every so many of these."""

    DAYS = "DAYS"
    WEEKS = "WEEKS"
    MONTHS = "MONTHS"


METHOD_NAMES: Final[Mapping[Method, str]] = MappingProxyType(
    {
        Method.EQUAL_INSTALMENTS: gettext_noop("Equal instalments"),
        Method.EQUAL_PRINCIPAL: gettext_noop("Equal principal"),
        Method.DAILY_FLEXIBLE: gettext_noop("Borrow and repay any day"),
    }
)

DAY_COUNT_NAMES: Final[Mapping[DayCount, str]] = MappingProxyType(
    {
        DayCount.THIRTY_360: gettext_noop("Month of 30 days, year of 360"),
        DayCount.ACTUAL_360: gettext_noop("Actual days, year of 360"),
        DayCount.ACTUAL_365: gettext_noop("Actual days, year of 365"),
    }
)

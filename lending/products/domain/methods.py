"""How a loan is repaid and how its days are counted. The loan engine's enums have these values."""

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
    """THIRTY_360: a whole month is a twelfth of the year. ACTUAL_*: each real day counts."""

    THIRTY_360 = "THIRTY_360"
    ACTUAL_360 = "ACTUAL_360"
    ACTUAL_365 = "ACTUAL_365"


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

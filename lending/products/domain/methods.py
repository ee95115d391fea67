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
    INTEREST_ONLY = "INTEREST_ONLY"
    BULLET = "BULLET"
    FLAT = "FLAT"
    DAILY_FLEXIBLE = "DAILY_FLEXIBLE"

    @property
    def repays_at_once(self) -> bool:
        """The whole principal falls due on the last day: a bullet loan to the regulator."""
        return self in (Method.INTEREST_ONLY, Method.BULLET, Method.DAILY_FLEXIBLE)


class DayCount(StrEnum):
    """How the days of a period become a share of a year.

    THIRTY_360: a whole month is a twelfth of the year however many days it has; the days of an
    irregular first period, and of penalty, count 1/360 each. The ACTUAL ones count each real day;
    ACTUAL_ACTUAL divides by the days of the year it lies in, and a day of penalty by 365.
    """

    THIRTY_360 = "THIRTY_360"
    ACTUAL_360 = "ACTUAL_360"
    ACTUAL_365 = "ACTUAL_365"
    ACTUAL_ACTUAL = "ACTUAL_ACTUAL"

    @property
    def year_days(self) -> int:
        """The divisor of the annual rate for one day counted by itself."""
        return 365 if self in (DayCount.ACTUAL_365, DayCount.ACTUAL_ACTUAL) else 360


class Unit(StrEnum):
    """Instalments fall due every so many of these."""

    DAYS = "DAYS"
    WEEKS = "WEEKS"
    MONTHS = "MONTHS"


class NonworkingRule(StrEnum):
    """Where a due date goes that falls on a weekend or a holiday.

    MODIFIED_FOLLOWING: to the next working day, or back to the last one where the next is in
    another month.
    """

    NONE = "NONE"
    FOLLOWING = "FOLLOWING"
    PRECEDING = "PRECEDING"
    MODIFIED_FOLLOWING = "MODIFIED_FOLLOWING"


METHOD_NAMES: Final[Mapping[Method, str]] = MappingProxyType(
    {
        Method.EQUAL_INSTALMENTS: gettext_noop("Equal instalments"),
        Method.EQUAL_PRINCIPAL: gettext_noop("Equal principal"),
        Method.INTEREST_ONLY: gettext_noop("Interest first, principal at the end"),
        Method.BULLET: gettext_noop("All at once at the end"),
        Method.FLAT: gettext_noop("Equal parts, interest on the first amount"),
        Method.DAILY_FLEXIBLE: gettext_noop("Borrow and repay any day"),
    }
)

#: What a method means for whoever borrows.
METHOD_EXPLANATIONS: Final[Mapping[Method, str]] = MappingProxyType(
    {
        Method.EQUAL_INSTALMENTS: gettext_noop(
            "You pay the same amount each month. Interest is on what you still owe."
        ),
        Method.EQUAL_PRINCIPAL: gettext_noop(
            "You repay the same part of the loan each month; the interest, and so the instalment,"
            " gets smaller."
        ),
        Method.INTEREST_ONLY: gettext_noop(
            "You pay only interest each month, and the whole loan with the last instalment."
        ),
        Method.BULLET: gettext_noop(
            "You pay nothing until the last day, then the loan and all its interest at once."
        ),
        Method.FLAT: gettext_noop(
            "You pay the same amount each month, with interest on the whole loan to the end although"
            " you owe less and less: the annual cost is far above the rate."
        ),
        Method.DAILY_FLEXIBLE: gettext_noop(
            "Interest counts by the day and is paid each month; you repay whenever you like, at the"
            " latest on the last day."
        ),
    }
)

DAY_COUNT_NAMES: Final[Mapping[DayCount, str]] = MappingProxyType(
    {
        DayCount.THIRTY_360: gettext_noop("Month of 30 days, year of 360"),
        DayCount.ACTUAL_360: gettext_noop("Actual days, year of 360"),
        DayCount.ACTUAL_365: gettext_noop("Actual days, year of 365"),
        DayCount.ACTUAL_ACTUAL: gettext_noop("Actual days, actual year"),
    }
)

NONWORKING_RULE_NAMES: Final[Mapping[NonworkingRule, str]] = MappingProxyType(
    {
        NonworkingRule.NONE: gettext_noop("Due on every day"),
        NonworkingRule.FOLLOWING: gettext_noop("On the next working day"),
        NonworkingRule.PRECEDING: gettext_noop("On the working day before"),
        NonworkingRule.MODIFIED_FOLLOWING: gettext_noop(
            "On the next working day of the same month, else the one before"
        ),
    }
)

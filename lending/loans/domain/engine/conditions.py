"""What a loan's figures depend on, apart from what happens to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lending.loans.domain.allocation import Component
from lending.loans.domain.engine.buckets import AllocationRule, TransactionKind
from lending.products.domain.methods import Unit


class InterestMethod(StrEnum):
    """Interest on the balance that is left, or on all that was ever drawn."""

    DECLINING = "DECLINING"
    FLAT = "FLAT"


class YearDays(StrEnum):
    """The days of a year. ACTUAL is the length of the year in which interest begins to run;
    LEAP_PERIOD is 366 only for the period in which 29 February lies."""

    D360 = "360"
    D364 = "364"
    D365 = "365"
    ACTUAL = "ACTUAL"
    LEAP_PERIOD = "LEAP_PERIOD"

    @property
    def is_actual(self) -> bool:
        return self in (YearDays.ACTUAL, YearDays.LEAP_PERIOD)


class MonthDays(StrEnum):
    """A month counts 30 days, or those it has."""

    D30 = "30"
    ACTUAL = "ACTUAL"


class RestRule(StrEnum):
    """To which day interest is asked when everything is paid before its time."""

    PAYMENT_DAY = "PAYMENT_DAY"
    NEXT_DUE_DATE = "NEXT_DUE_DATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalculation:
    """Interest follows the real balances, day by day.

    `rest` rules a payment that settles everything; with `rest_every_period` every payment in
    advance. `past_due`: principal overdue bears the contract's interest on.
    """

    rest: RestRule = RestRule.PAYMENT_DAY
    rest_every_period: bool = False
    past_due: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Rates are fractions; counts are instalments; `multiples_of` is in minor units.

    `starts_on` is where the calendar is counted from. `due_dates`, where given, are the due dates
    themselves. `down_payment` is the share of each disbursement that is due at once.
    """

    annual_rate: Decimal
    instalments: int
    every: int
    unit: Unit
    starts_on: date
    method: InterestMethod = InterestMethod.DECLINING
    year_days: YearDays = YearDays.D360
    month_days: MonthDays = MonthDays.D30
    interest_by_period: bool = False
    partial_periods: bool = True
    recalculation: Recalculation | None = None
    multiples_of: int | None = None
    down_payment: Decimal | None = None
    grace_on_principal: int = 0
    grace_on_interest: int = 0
    interest_free_periods: int = 0
    fixed_length: int | None = None
    full_term_per_disbursement: bool = False
    year_ends_on_1_january: bool = False
    vertical: bool = False
    due_dates: tuple[date, ...] | None = None
    allocation: Mapping[TransactionKind, AllocationRule] = field(default_factory=dict)
    chargeback_order: tuple[Component, ...] | None = None

    def annual_rate_ever_above_zero(self, changes: Sequence[tuple[date, Decimal]]) -> bool:
        """Does the loan bear interest at any time?"""
        return self.annual_rate > 0 or any(rate > 0 for _, rate in changes)

"""What a loan was agreed to be: the frozen input of every calculation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

from core.money import Money
from core.texts import gettext_noop as _
from lending.loans.domain.allocation import DEFAULT_ORDER, Component
from lending.products.domain.methods import DayCount, Method

MAX_INSTALMENTS: Final = 360
MAX_ANNUAL_RATE: Final = Decimal(10)
MAX_PENALTY_UPLIFT: Final = Decimal(5)
MAX_GRACE_DAYS: Final = 60
LAST_DAY: Final = 31
MAX_RATE_DIGITS: Final = 10
#: Later dates leave no room for MAX_INSTALMENTS months in a `date`.
MAX_YEAR: Final = 9900


class InvalidTermsError(ValueError):
    """Terms no loan can have. `field` is the field's name, `message` a constant English text."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """The agreed terms. Rates are fractions: Decimal("0.12") is 12 % a year.

    `disbursed_on` is the day the money reached the borrower; interest runs from it. With a
    `due_day` (1-31, the last day in shorter months) the first due date is the first such day at
    least `first_period_min_days` after disbursement; without one, instalments fall due on the
    disbursement's day of the month. `penalty_uplift` 0.5 means contract rate + 50 % on overdue
    principal (银发〔2003〕251号). `allocation_order` is the order inside one instalment.
    `late_fee` (minor units) is asked once of an instalment not paid within its days of grace
    (违约金). Where `interest_compounds`, unpaid interest bears the penalty rate too (复利).
    `due_dates`, where given, are the due dates themselves: agreed once, moved off holidays.
    Raises InvalidTermsError.
    """

    principal: Money
    method: Method
    annual_rate: Decimal
    instalments: int
    disbursed_on: date
    day_count: DayCount
    due_day: int | None = None
    first_period_min_days: int = 15
    penalty_uplift: Decimal = Decimal("0.5")
    grace_days: int = 0
    allocation_order: tuple[Component, ...] = DEFAULT_ORDER
    late_fee: int = 0
    interest_compounds: bool = False
    due_dates: tuple[date, ...] | None = None

    def __post_init__(self) -> None:
        _require(self.principal.minor > 0, "principal", _("The amount must be above zero."))
        _require(
            isinstance(self.method, Method), "method", _("Choose one of the repayment methods.")
        )
        _require(
            isinstance(self.day_count, DayCount), "day_count", _("Choose one of the day counts.")
        )
        self._check_numbers()
        _require(
            self.disbursed_on.year < MAX_YEAR,
            "disbursed_on",
            _("The day of the payout is too far away."),
        )
        _require(
            self.method is not Method.DAILY_FLEXIBLE or self.day_count is not DayCount.THIRTY_360,
            "day_count",
            _("Interest by the day needs a day count of actual days."),
        )
        _require(
            len(self.allocation_order) == len(Component)
            and set(self.allocation_order) == set(Component),
            "allocation_order",
            _("The order of allocation must name each component once."),
        )
        self._check_due_dates()

    def _check_numbers(self) -> None:
        _require(
            _is_whole(self.instalments, 1, MAX_INSTALMENTS),
            "instalments",
            _("The number of instalments must be a whole number from 1 to 360."),
        )
        _require(
            _is_rate(self.annual_rate, MAX_ANNUAL_RATE),
            "annual_rate",
            _("The annual rate must be a fraction from 0 to 10, with at most ten decimals."),
        )
        _require(
            _is_rate(self.penalty_uplift, MAX_PENALTY_UPLIFT),
            "penalty_uplift",
            _("The uplift on what is overdue must be a fraction from 0 to 5."),
        )
        _require(
            _is_whole(self.grace_days, 0, MAX_GRACE_DAYS),
            "grace_days",
            _("The days of grace must be a whole number from 0 to 60."),
        )
        _require(
            _is_whole(self.first_period_min_days, 1, LAST_DAY),
            "first_period_min_days",
            _("The shortest first period must be a whole number of days from 1 to 31."),
        )
        _require(
            _is_whole(self.late_fee, 0, self.principal.minor),
            "late_fee",
            _("The late fee must be an amount from zero to the amount of the loan."),
        )
        _require(
            self.due_day is None or _is_whole(self.due_day, 1, LAST_DAY),
            "due_day",
            _("The due day must be a day of the month from 1 to 31."),
        )

    def _check_due_dates(self) -> None:
        if self.due_dates is None:
            return
        _require(
            len(self.due_dates) == self.row_count,
            "due_dates",
            _("There must be one due date for each instalment."),
        )
        _require(
            all(a < b for a, b in pairwise((self.disbursed_on, *self.due_dates))),
            "due_dates",
            _("Each due date must be later than the one before, the first later than the payout."),
        )

    @property
    def row_count(self) -> int:
        """How many times something falls due: once for a bullet loan of any term."""
        return 1 if self.method is Method.BULLET else self.instalments

    @property
    def penalty_rate(self) -> Decimal:
        """The annual rate on overdue principal, instead of (not on top of) the contract rate."""
        return self.annual_rate * (1 + self.penalty_uplift)


def _require(condition: bool, field: str, message: str) -> None:
    if not condition:
        raise InvalidTermsError(field, message)


def _is_whole(value: int, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _is_rate(value: Decimal, high: Decimal) -> bool:
    if not isinstance(value, Decimal) or not value.is_finite() or not 0 <= value <= high:
        return False
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -MAX_RATE_DIGITS

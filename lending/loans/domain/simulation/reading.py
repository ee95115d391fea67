"""Reading a case: its terms as conditions, its dates and amounts, faults named by their field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final, TypeVar

from lending.loans.domain.allocation import Component
from lending.loans.domain.arithmetic import MATH
from lending.loans.domain.calendar import add_units
from lending.loans.domain.engine.buckets import (
    Ahead,
    AllocationRule,
    Bucket,
    Timing,
    TransactionKind,
)
from lending.loans.domain.engine.conditions import (
    Conditions,
    InterestMethod,
    MonthDays,
    Recalculation,
    RestRule,
    YearDays,
)
from lending.loans.domain.engine.renewal import Interest
from lending.products.domain.methods import Unit

MAX_INSTALMENTS: Final = 480
MAX_EVERY: Final = 366
MAX_DECIMALS: Final = 4
MAX_AMOUNT: Final = Decimal(10) ** 15
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
#: Penalty, fee, principal, interest: the order where a case names none.
_DEFAULT_ORDER: Final = tuple(
    Bucket(timing, component)
    for timing in Timing
    for component in (Component.PENALTY, Component.FEE, Component.PRINCIPAL, Component.INTEREST)
)

_INTEREST: Final = {
    "DEFAULT": Interest.FIRST,
    "EQUAL_AMORTIZATION_PAYABLE_INTEREST": Interest.PAYABLE,
    "EQUAL_AMORTIZATION_INTEREST_SPLIT": Interest.PAYABLE,
    "EQUAL_AMORTIZATION_FULL_INTEREST": Interest.FULL,
}
#: Terms that may be null, but not left out.
_NEEDED: Final = frozenset({"interest_method", "interest_calculation", "rate_frequency"})

_Choice = TypeVar("_Choice", bound=StrEnum)


class CaseError(ValueError):
    """A case that cannot be carried out; the text begins with the field's name."""


def read_day(value: Any, field: str) -> date:
    """A date, as 2024-03-01, 01 March 2024 or 1 Mar 2024."""
    try:
        if "-" in value:
            return date.fromisoformat(value)
        day, month, year = value.split()
        names = _MONTHS if month in _MONTHS else tuple(name[:3] for name in _MONTHS)
        return date(int(year), names.index(month) + 1, int(day))
    except (ValueError, TypeError):
        raise CaseError(f"{field}: {value!r} is not a date") from None


def read_number(value: Any, field: str) -> Decimal:
    """A finite decimal; thousands separators are allowed."""
    try:
        number = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        raise CaseError(f"{field}: {value!r} is not a number") from None
    if not number.is_finite():
        raise CaseError(f"{field}: {value!r} is not a number")
    return number


def read_count(value: Any, field: str, *, low: int, high: int) -> int:
    """A whole number within bounds."""
    number = read_number(value, field)
    if number != number.to_integral_value() or not low <= number <= high:
        raise CaseError(f"{field}: {value!r} is not a whole number from {low} to {high}")
    return int(number)


def read_choice(choices: type[_Choice], value: Any, field: str) -> _Choice:
    """One of the choices, in either case and with blanks or hyphens for underscores; 360 as well
    as "360"."""
    try:
        return choices("_".join(str(value).upper().replace("-", " ").replace("_", " ").split()))
    except ValueError:
        names = ", ".join(one.value for one in choices)
        raise CaseError(f"{field}: {value!r} is none of {names}") from None


def read_object(value: Any, field: str) -> Fields:
    """A JSON object whose fields, where missing, are named."""
    if not isinstance(value, Mapping):
        raise CaseError(f"{field}: is not an object")
    return Fields(value)


def read_every(every: Any, unit: Any, fields: tuple[str, str]) -> tuple[int, Unit]:
    """A frequency; a year counts as twelve months."""
    count = read_count(every, fields[0], low=1, high=MAX_EVERY)
    if str(unit).upper() == "YEARS":
        return count * 12, Unit.MONTHS
    return count, read_choice(Unit, unit, fields[1])


def share_of(charge: str) -> tuple[Component, ...]:
    """What a charge by per cent is a share of; nothing, for one of a fixed amount."""
    if "PERCENTAGE" not in charge:
        return ()
    if "PLUS_INTEREST" in charge or "AND_INTEREST" in charge:
        return (Component.PRINCIPAL, Component.INTEREST)
    return (Component.INTEREST,) if "INTEREST" in charge else (Component.PRINCIPAL,)


def read_handling(data: Mapping[str, Any], field: str) -> Interest:
    """What becomes of interest when a loan is planned anew."""
    name = data.get(field)
    handling = _INTEREST.get(name or "DEFAULT")
    if handling is None:
        raise CaseError(f"{field}: no rule for {name!r}")
    return handling


class Fields(dict[str, Any]):
    """An object of the file."""

    def __missing__(self, field: str) -> Any:
        raise CaseError(f"{field}: is missing")


@dataclass(frozen=True, slots=True)
class Terms:
    """The `params` of a case."""

    params: Mapping[str, Any]
    orders: Mapping[str, Any]

    def __getitem__(self, field: str) -> Any:
        try:
            return self.params[field]
        except KeyError:
            raise CaseError(f"{field}: is missing") from None

    @property
    def decimals(self) -> int:
        """How many decimals the currency has."""
        value = self.params.get("currency_decimals", 2)
        return read_count(value, "currency_decimals", low=0, high=MAX_DECIMALS)

    def minor(self, value: Any, field: str) -> int:
        """An amount above zero in minor units."""
        number = read_number(value, field)
        if not 0 < number <= MAX_AMOUNT:
            raise CaseError(f"{field}: {value!r} is not an amount above zero (and below 10^15)")
        amount = number.scaleb(self.decimals)
        if amount != amount.to_integral_value():
            raise CaseError(f"{field}: {value!r} has more decimals than the currency")
        return int(amount)

    def rate(self, value: Any, field: str) -> Decimal:
        """A percentage a year, 0 to 1000, as a fraction."""
        percent = read_number(value, field)
        if not 0 <= percent <= 1000:
            raise CaseError(f"{field}: {value!r} is not a rate from 0 to 1000 %")
        return MATH.divide(percent, 100)

    @property
    def submitted_on(self) -> date:
        return read_day(self["submitted_on"], "submitted_on")

    @property
    def expected(self) -> tuple[date, int]:
        """The disbursement that is planned while nothing was approved."""
        day = read_day(self["first_disbursement"], "first_disbursement")
        return day, self.minor(self["principal"], "principal")

    @property
    def has_automatic_down_payment(self) -> bool:
        return bool((self.params.get("down_payment") or {}).get("auto"))

    @property
    def refunds_interest(self) -> bool:
        """Does a refund give back the interest its sum has borne? It does where the terms name a
        rule for interest refunds, or none for refunds at all (seen in the golden loans)."""
        rules = self.params.get("payment_allocation") or {}
        names = {"MERCHANT_ISSUED_REFUND", "PAYOUT_REFUND"}
        return "INTEREST_REFUND" in rules or not names & set(rules)

    def starts_on(self, first: date) -> date:
        """The first day of the first period, given the first disbursement."""
        if self.params.get("repayment_start") == "SUBMITTED_ON_DATE":
            return self.submitted_on
        dues = self._due_dates()
        if dues is None:
            return first
        every, unit = self._frequency()
        if add_units(seed=first, unit=unit, count=every) == dues[0]:
            return first
        # Given due dates may begin with a period that began before the money was lent, never after.
        return min(first, add_units(seed=dues[0], unit=unit, count=-every))

    def conditions(self, first: date) -> Conditions:
        """The conditions of a loan first disbursed on a day."""
        rate = self.rate(self["annual_rate_percent"], "annual_rate_percent")
        if self._is_monthly_rate():
            rate *= 12
        self._refuse_other_amortization()
        every, unit = self._frequency()
        multiple = self.params.get("installment_multiples_of")
        length = self.params.get("fixed_length")
        return Conditions(
            annual_rate=rate,
            instalments=self._instalments(),
            every=every,
            unit=unit,
            starts_on=self.starts_on(first),
            method=self._method(),
            year_days=self._year_days(),
            month_days=read_choice(MonthDays, self["days_in_month"], "days_in_month"),
            interest_by_period=self._is_by_period(),
            partial_periods=bool(self.params.get("allow_partial_period_interest")),
            recalculation=self._recalculation(),
            multiples_of=self.minor(multiple, "installment_multiples_of") if multiple else None,
            down_payment=self._down_payment(),
            grace_on_principal=self._grace("grace_on_principal"),
            grace_on_interest=self._grace("grace_on_interest"),
            interest_free_periods=self._grace("interest_free_periods"),
            fixed_length=read_count(length, "fixed_length", low=1, high=36600) if length else None,
            full_term_per_disbursement=bool(self.params.get("full_term_tranche")),
            year_ends_on_1_january=bool(self.params.get("interest_recognition_on_disbursement")),
            vertical=self._is_vertical(),
            due_dates=self._due_dates(),
            allocation=self._allocation(),
            chargeback_order=self._chargeback_order(),
        )

    def _instalments(self) -> int:
        value = self["number_of_repayments"]
        return read_count(value, "number_of_repayments", low=1, high=MAX_INSTALMENTS)

    def _frequency(self) -> tuple[int, Unit]:
        return read_every(self["repay_every"], self["repay_unit"], ("repay_every", "repay_unit"))

    def _method(self) -> InterestMethod:
        flat = self._word("interest_method", "DECLINING_BALANCE", "FLAT") == "FLAT"
        return InterestMethod.FLAT if flat else InterestMethod.DECLINING

    def _is_monthly_rate(self) -> bool:
        return self._word("rate_frequency", "PER_YEAR", "PER_MONTH") == "PER_MONTH"

    def _is_by_period(self) -> bool:
        word = self._word("interest_calculation", "DAILY", "SAME_AS_REPAYMENT_PERIOD")
        return word == "SAME_AS_REPAYMENT_PERIOD"

    def _is_vertical(self) -> bool:
        return self._word("schedule_processing", "HORIZONTAL", "VERTICAL") == "VERTICAL"

    def _refuse_other_amortization(self) -> None:
        self._word("amortization", "EQUAL_INSTALLMENTS")

    def _word(self, field: str, *words: str) -> str:
        """One of the words; the first, where none is set."""
        value = self[field] if field in _NEEDED else self.params.get(field)
        if value is None:
            return words[0]
        if value not in words:
            raise CaseError(f"{field}: {value!r} is none of {', '.join(words)}")
        return str(value)

    def _chargeback_order(self) -> tuple[Component, ...] | None:
        rules = self.params.get("credit_allocation")
        again = read_object(rules, "credit_allocation").get("CHARGEBACK") if rules else None
        if not again:
            return None
        return tuple(read_choice(Component, one, "credit_allocation") for one in again)

    def _grace(self, field: str) -> int:
        """Fewer instalments than there are."""
        value = self.params.get(field) or 0
        return read_count(value, field, low=0, high=self._instalments() - 1)

    def _year_days(self) -> YearDays:
        rule = read_choice(YearDays, self["days_in_year"], "days_in_year")
        leap_only = self.params.get("days_in_year_custom") == "FEB_29_PERIOD_ONLY"
        return YearDays.LEAP_PERIOD if leap_only and rule is YearDays.ACTUAL else rule

    def _down_payment(self) -> Decimal | None:
        rule = self.params.get("down_payment")
        if not rule:
            return None
        percent = read_number(read_object(rule, "down_payment")["percent"], "percent")
        if not 0 < percent < 100:
            raise CaseError(f"down_payment: {percent} is not a share between 0 and 100 %")
        return MATH.divide(percent, 100)

    def _due_dates(self) -> tuple[date, ...] | None:
        dates = (self.params.get("extra") or {}).get("due_dates")
        if not dates:
            return None
        days = tuple(read_day(one, "due_dates") for one in dates)
        if len(days) != self._instalments() or list(days) != sorted(set(days)):
            raise CaseError("due_dates: one for each instalment is needed, each later than before")
        return days

    def _recalculation(self) -> Recalculation | None:
        rule = self.params.get("interest_recalculation")
        if not rule:
            return None
        rule = read_object(rule, "interest_recalculation")
        to_rest = rule.get("pre_closure") == "TILL_REST_FREQUENCY_DATE"
        return Recalculation(
            rest=RestRule.NEXT_DUE_DATE if to_rest else RestRule.PAYMENT_DAY,
            rest_every_period=rule.get("rest_frequency") == "SAME_AS_REPAYMENT_PERIOD",
            past_due=not rule.get("no_calc_on_past_due"),
        )

    def _allocation(self) -> dict[TransactionKind, AllocationRule]:
        rules = {}
        for name, rule in (self.params.get("payment_allocation") or {}).items():
            kind = read_choice(TransactionKind, name, "payment_allocation")
            rule = read_object(rule, "payment_allocation")
            if rule["order"] not in self.orders:
                raise CaseError(f"payment_allocation: the order {rule['order']!r} is not known")
            ahead = read_choice(Ahead, rule["future_installment_rule"], "future_installment_rule")
            order = tuple(_bucket(one) for one in self.orders[rule["order"]])
            rules[kind] = AllocationRule(order=order, ahead=ahead)
        rules.setdefault(TransactionKind.DEFAULT, AllocationRule(order=_DEFAULT_ORDER))
        return rules


def _bucket(name: str) -> Bucket:
    timing, _, component = name.rpartition("_")
    return Bucket(
        read_choice(Timing, timing, "allocation_orders"),
        read_choice(Component, component, "allocation_orders"),
    )

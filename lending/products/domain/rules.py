"""Which terms may be published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from decimal import Decimal
from typing import Final

from core.money import Money
from core.texts import gettext_noop
from lending.products.domain.cost import least_annual_cost, shown_cost
from lending.products.domain.methods import DayCount, Method
from lending.products.domain.purposes import PURPOSES
from lending.products.domain.terms import VersionTerms

MAX_INSTALMENTS: Final = 360
MAX_OPTIONS: Final = 24
MAX_GRACE_DAYS: Final = 60
MAX_COOLING_OFF_DAYS: Final = 60
MAX_VALIDITY_MONTHS: Final = 120
MAX_RATE_DIGITS: Final = 6
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulationLimits:
    """What the regime allows on a date. None: it sets no limit of this kind."""

    annual_cost_ceiling: Decimal | None
    overdue_uplift_min: Decimal | None
    overdue_uplift_max: Decimal | None
    credit_max: Money | None
    bullet_term_max_months: int | None
    cooling_off_min_days: int | None
    annual_cost_source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is wrong with a field: a message id with its figures, for people."""

    field: str
    message: str
    figures: Mapping[str, str] = dataclass_field(default_factory=dict)


def check_terms(
    *, terms: VersionTerms, borrower_kind: str, currency: str, limits: RegulationLimits
) -> tuple[Problem, ...]:
    """All that is wrong with the terms; empty if they may be published."""
    return (
        *_amounts(terms, currency, limits),
        *_rates(terms, limits),
        *_times(terms, limits),
        *_lists(terms, borrower_kind),
    )


def _percent(rate: Decimal) -> str:
    return f"{(rate * _HUNDRED).normalize():f} %"


def _amounts(terms: VersionTerms, currency: str, limits: RegulationLimits) -> list[Problem]:
    amounts = {
        "min_amount": terms.min_amount,
        "max_amount": terms.max_amount,
        "max_line": terms.max_line,
    }
    problems = [
        Problem(field=name, message=gettext_noop("The amount is in another currency."))
        for name, amount in amounts.items()
        if amount.currency != currency
    ]
    if problems:
        return problems
    if terms.min_amount.minor <= 0:
        problems.append(
            Problem(field="min_amount", message=gettext_noop("The amount must be above zero."))
        )
    if terms.max_amount < terms.min_amount:
        problems.append(
            Problem(
                field="max_amount",
                message=gettext_noop("The highest amount is below the lowest amount."),
            )
        )
    if terms.max_line < terms.max_amount:
        problems.append(
            Problem(
                field="max_line",
                message=gettext_noop("The credit line is below the highest amount of a loan."),
            )
        )
    if not 0 <= terms.late_fee <= max(terms.min_amount.minor, 0):
        problems.append(
            Problem(
                field="late_fee",
                message=gettext_noop("The late fee must be from zero to the smallest amount."),
            )
        )
    if limits.credit_max is not None and limits.credit_max.currency == currency:
        problems += [
            Problem(
                field=name,
                message=gettext_noop("Regulation allows at most {limit} for one borrower."),
                figures={"limit": limits.credit_max.display},
            )
            for name in ("max_amount", "max_line")
            if amounts[name] > limits.credit_max
        ]
    return problems


def _rates(terms: VersionTerms, limits: RegulationLimits) -> list[Problem]:
    rates = {
        "annual_rate_floor": terms.annual_rate_floor,
        "annual_rate_ceiling": terms.annual_rate_ceiling,
        "penalty_uplift": terms.penalty_uplift,
    }
    problems = [
        Problem(
            field=name,
            message=gettext_noop("Enter a rate from 0 to 10, with at most six decimals."),
        )
        for name, rate in rates.items()
        if not _is_rate(rate)
    ]
    if problems:
        return problems
    if terms.annual_rate_ceiling < terms.annual_rate_floor:
        problems.append(
            Problem(
                field="annual_rate_ceiling",
                message=gettext_noop("The highest rate is below the lowest rate."),
            )
        )
    ceiling = limits.annual_cost_ceiling
    cost = least_annual_cost(terms=terms)
    if ceiling is not None and cost > ceiling:
        problems.append(
            Problem(
                field="annual_rate_ceiling",
                message=gettext_noop(
                    "At this rate the annual cost is {cost} or more; regulation allows at most"
                    " {limit} ({source})."
                ),
                figures={
                    "cost": f"{shown_cost(rate=cost)} %",
                    "limit": _percent(ceiling),
                    "source": limits.annual_cost_source,
                },
            )
        )
    low, high = limits.overdue_uplift_min, limits.overdue_uplift_max
    if low is not None and high is not None and not low <= terms.penalty_uplift <= high:
        problems.append(
            Problem(
                field="penalty_uplift",
                message=gettext_noop("Regulation allows an uplift from {low} to {high}."),
                figures={"low": _percent(low), "high": _percent(high)},
            )
        )
    return problems


def _is_rate(rate: Decimal) -> bool:
    if not isinstance(rate, Decimal) or not rate.is_finite() or not 0 <= rate <= 10:
        return False
    exponent = rate.as_tuple().exponent
    return isinstance(exponent, int) and -exponent <= MAX_RATE_DIGITS


def _out_of_range(name: str, low: int, high: int) -> Problem:
    return Problem(
        field=name,
        message=gettext_noop("Enter a whole number from {low} to {high}."),
        figures={"low": str(low), "high": str(high)},
    )


def _times(terms: VersionTerms, limits: RegulationLimits) -> list[Problem]:
    ranges = {
        "grace_days": (terms.grace_days, 0, MAX_GRACE_DAYS),
        "cooling_off_days": (
            terms.cooling_off_days,
            limits.cooling_off_min_days or 0,
            MAX_COOLING_OFF_DAYS,
        ),
        "line_validity_months": (terms.line_validity_months, 1, MAX_VALIDITY_MONTHS),
        "first_period_min_days": (terms.first_period_min_days, 1, 31),
    }
    problems = [
        _out_of_range(name, low, high)
        for name, (value, low, high) in ranges.items()
        if type(value) is not int or not low <= value <= high
    ]
    longest = limits.bullet_term_max_months
    if (
        longest is not None
        and terms.method.repays_at_once
        and any(option > longest for option in terms.instalment_options)
    ):
        problems.append(
            Problem(
                field="instalment_options",
                message=gettext_noop("Regulation allows at most {limit} months for this method."),
                figures={"limit": str(longest)},
            )
        )
    if terms.method is Method.DAILY_FLEXIBLE and terms.day_count is DayCount.THIRTY_360:
        problems.append(
            Problem(
                field="day_count",
                message=gettext_noop("Interest by the day needs a day count of actual days."),
            )
        )
    return problems


def _lists(terms: VersionTerms, borrower_kind: str) -> list[Problem]:
    problems: list[Problem] = []
    options = terms.instalment_options
    if not 1 <= len(set(options)) == len(options) <= MAX_OPTIONS or any(
        type(option) is not int or not 1 <= option <= MAX_INSTALMENTS for option in options
    ):
        problems.append(_out_of_range("instalment_options", 1, MAX_INSTALMENTS))
    if len(set(terms.due_days)) != len(terms.due_days) or any(
        type(day) is not int or not 1 <= day <= 28 for day in terms.due_days
    ):
        # Days 29-31 do not exist in every month.
        problems.append(_out_of_range("due_days", 1, 28))
    offered = PURPOSES.get(borrower_kind, ())
    if not terms.purposes or any(purpose not in offered for purpose in terms.purposes):
        problems.append(
            Problem(
                field="purposes",
                message=gettext_noop("Choose one or more purposes open to this kind of borrower."),
            )
        )
    return problems

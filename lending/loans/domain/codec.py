"""Terms as JSON and back, exactly: what a loan was agreed to be is stored with it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from core.money import Money
from lending.loans.domain.allocation import Component
from lending.loans.domain.terms import LoanTerms
from lending.products.domain.methods import DayCount, Method


def terms_to_json(*, terms: LoanTerms) -> dict[str, Any]:
    """JSON types only: decimals and dates as text, money in minor units."""
    return {
        "principal": terms.principal.minor,
        "currency": terms.principal.currency,
        "method": terms.method.value,
        "annual_rate": str(terms.annual_rate),
        "instalments": terms.instalments,
        "disbursed_on": terms.disbursed_on.isoformat(),
        "day_count": terms.day_count.value,
        "due_day": terms.due_day,
        "first_period_min_days": terms.first_period_min_days,
        "penalty_uplift": str(terms.penalty_uplift),
        "grace_days": terms.grace_days,
        "allocation_order": [part.value for part in terms.allocation_order],
    }


def terms_from_json(*, body: Mapping[str, Any]) -> LoanTerms:
    """The reverse. Raises InvalidTermsError or KeyError for what `terms_to_json` never wrote."""
    return LoanTerms(
        principal=Money(body["principal"], body["currency"]),
        method=Method(body["method"]),
        annual_rate=Decimal(body["annual_rate"]),
        instalments=body["instalments"],
        disbursed_on=date.fromisoformat(body["disbursed_on"]),
        day_count=DayCount(body["day_count"]),
        due_day=body["due_day"],
        first_period_min_days=body["first_period_min_days"],
        penalty_uplift=Decimal(body["penalty_uplift"]),
        grace_days=body["grace_days"],
        allocation_order=tuple(Component(part) for part in body["allocation_order"]),
    )

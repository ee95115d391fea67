"""Terms for tests of products."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from core.money import Money
from lending.products.domain import DayCount, Method, Purpose, RegulationLimits, VersionTerms

LIMITS = RegulationLimits(
    annual_cost_ceiling=Decimal("0.24"),
    overdue_uplift_min=Decimal("0.3"),
    overdue_uplift_max=Decimal("0.5"),
    credit_max=Money(200_000_00),
    bullet_term_max_months=12,
    cooling_off_min_days=0,
)


def terms(**changes: Any) -> VersionTerms:
    """Terms that may be published for a consumer, with changes."""
    values: dict[str, Any] = {
        "method": Method.EQUAL_INSTALMENTS,
        "min_amount": Money(500_00),
        "max_amount": Money(50_000_00),
        "instalment_options": (3, 6, 12),
        "annual_rate_floor": Decimal("0.09"),
        "annual_rate_ceiling": Decimal("0.2"),
        "penalty_uplift": Decimal("0.5"),
        "grace_days": 1,
        "day_count": DayCount.THIRTY_360,
        "due_days": (),
        "first_period_min_days": 15,
        "purposes": (Purpose.CONSUMPTION, Purpose.TRAVEL),
        "cooling_off_days": 0,
        "max_line": Money(200_000_00),
        "line_validity_months": 12,
        "regime": "CN-SMALL-LOAN",
    }
    return VersionTerms(**{**values, **changes})

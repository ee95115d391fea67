"""Facts → features: the named values that scorecards (and later models) look at.

A feature is a whole number, a category, or None when it cannot be known. Its direction is a
rule of the house, not of a policy: no scorecard may give more points for more arrears.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.money import Money
from risk.domain.facts import CardKind, Occupation, Purpose, RiskFacts
from risk.domain.reasons import ReasonCode

Value = int | str | None
Features = Mapping[str, Value]


class Direction(StrEnum):
    """How points must move as the value rises."""

    RISING = "RISING"
    FALLING = "FALLING"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureSpec:
    """A feature: how it is read, what it may be, and the reason it gives when it costs points."""

    read: Callable[[RiskFacts], Value]
    reason: ReasonCode
    reason_missing: ReasonCode
    direction: Direction | None = None
    categories: type[StrEnum] | None = None


def _minor(amount: Money | None) -> int | None:
    return None if amount is None else amount.minor


def _percent(part: Money, whole: Money | None) -> int | None:
    """Whole percents, rounded up (against the borrower); None if there is nothing to divide by."""
    return None if not whole else -(-part.minor * 100 // whole.minor)


def _number(
    read: Callable[[RiskFacts], int | None],
    direction: Direction,
    reason: ReasonCode,
    missing: ReasonCode | None = None,
) -> FeatureSpec:
    return FeatureSpec(
        read=read, direction=direction, reason=reason, reason_missing=missing or reason
    )


_UP, _DOWN = Direction.RISING, Direction.FALLING
_R = ReasonCode

FEATURES: Final[Mapping[str, FeatureSpec]] = {
    "occupation": FeatureSpec(
        read=lambda f: f.occupation,
        categories=Occupation,
        reason=_R.OCCUPATION,
        reason_missing=_R.OCCUPATION_UNKNOWN,
    ),
    "card_kind": FeatureSpec(
        read=lambda f: f.card_kind,
        categories=CardKind,
        reason=_R.CARD_KIND,
        reason_missing=_R.CARD_UNKNOWN,
    ),
    "purpose": FeatureSpec(
        read=lambda f: f.purpose,
        categories=Purpose,
        reason=_R.PURPOSE,
        reason_missing=_R.PURPOSE_MISSING,
    ),
    "monthly_income_minor": _number(
        lambda f: _minor(f.monthly_income), _UP, _R.INCOME_LOW, _R.INCOME_UNKNOWN
    ),
    "annual_revenue_minor": _number(
        lambda f: _minor(f.annual_revenue), _UP, _R.REVENUE_LOW, _R.REVENUE_UNKNOWN
    ),
    "years_in_business": _number(
        lambda f: f.years_in_business, _UP, _R.BUSINESS_RECENT, _R.BUSINESS_AGE_UNKNOWN
    ),
    "request_to_income_percent": _number(
        lambda f: _percent(f.requested, f.monthly_income),
        _DOWN,
        _R.REQUEST_HIGH_FOR_INCOME,
        _R.INCOME_UNKNOWN,
    ),
    "request_to_revenue_percent": _number(
        lambda f: _percent(f.requested, f.annual_revenue),
        _DOWN,
        _R.REQUEST_HIGH_FOR_REVENUE,
        _R.REVENUE_UNKNOWN,
    ),
    "utilisation_percent": _number(
        lambda f: _percent(f.outstanding + f.requested, f.line_limit),
        _DOWN,
        _R.LIMIT_NEARLY_USED,
        _R.OVER_LINE_LIMIT,
    ),
    "card_bound_days": _number(lambda f: f.card_bound_days, _UP, _R.CARD_RECENT, _R.CARD_UNKNOWN),
    "verified_cards": _number(lambda f: f.verified_cards, _UP, _R.FEW_CARDS),
    "overdue_days_now": _number(lambda f: f.overdue_days_now, _DOWN, _R.OVERDUE_NOW),
    "worst_overdue_days": _number(lambda f: f.worst_overdue_days, _DOWN, _R.PAST_ARREARS),
    "closed_loans": _number(lambda f: f.closed_loans, _UP, _R.SHORT_HISTORY),
    "applications_30d": _number(lambda f: f.applications_30d, _DOWN, _R.RECENT_APPLICATIONS),
}


def compute_features(*, facts: RiskFacts) -> dict[str, Value]:
    """Every feature of these facts, by name."""
    values = {name: spec.read(facts) for name, spec in FEATURES.items()}
    return {n: v.value if isinstance(v, StrEnum) else v for n, v in values.items()}

"""How facts, features and the steps of an offer are named to an officer."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.money import Money
from risk.domain.facts import BorrowerKind, CardKind, DecisionSubject, Occupation, Purpose

FACT_LABELS: Final[Mapping[str, Promise]] = {
    "subject": _("Request for"),
    "borrower_kind": _("Borrower"),
    "requested": _("Amount requested"),
    "purpose": _("Purpose"),
    "outstanding": _("Principal owed now"),
    "line_limit": _("Present limit"),
    "age": _("Age"),
    "identity_verified": _("Identity verified"),
    "occupation": _("Occupation"),
    "monthly_income": _("Monthly income"),
    "annual_revenue": _("Annual revenue"),
    "years_in_business": _("Years in business"),
    "overdue_days_now": _("Days overdue now"),
    "worst_overdue_days": _("Most days overdue ever"),
    "closed_loans": _("Loans repaid"),
    "applications_30d": _("Other applications in 30 days"),
    "verified_cards": _("Verified cards"),
    "card_kind": _("Card"),
    "card_bound_days": _("Days since the card was bound"),
}

FEATURE_LABELS: Final[Mapping[str, Promise]] = {
    **{
        name: FACT_LABELS[name]
        for name in (
            "occupation",
            "card_kind",
            "purpose",
            "years_in_business",
            "card_bound_days",
            "verified_cards",
            "overdue_days_now",
            "worst_overdue_days",
            "closed_loans",
            "applications_30d",
        )
    },
    "monthly_income_minor": FACT_LABELS["monthly_income"],
    "annual_revenue_minor": FACT_LABELS["annual_revenue"],
    "request_to_income_percent": _("Request in percent of the monthly income"),
    "request_to_revenue_percent": _("Request in percent of the annual revenue"),
    "utilisation_percent": _("Use of the limit in percent"),
}

STEP_LABELS: Final[Mapping[str, Promise]] = {
    "requested": FACT_LABELS["requested"],
    "regulatory-cap": _("Regulatory cap"),
    "band-cap": _("Cap of the score band"),
    "no-income-cap": _("Cap without a known income"),
    "income-multiple": _("Multiple of the income"),
    "affordability": _("Affordable by the debt-to-income ratio"),
}

_VALUES: Final[Mapping[StrEnum, Promise]] = {
    DecisionSubject.CREDIT_LINE: _("Credit line"),
    DecisionSubject.DRAWDOWN: _("Drawdown"),
    BorrowerKind.PERSON: _("Person"),
    BorrowerKind.BUSINESS: _("Business"),
    Occupation.EMPLOYED: _("Employed"),
    Occupation.SELF_EMPLOYED: _("Self-employed"),
    Occupation.CIVIL_SERVANT: _("Civil servant"),
    Occupation.FREELANCE: _("Freelance"),
    Occupation.STUDENT: _("Student"),
    Occupation.RETIRED: _("Retired"),
    Occupation.UNEMPLOYED: _("Without work"),
    Occupation.BUSINESS_OWNER: _("Business owner"),
    CardKind.DEBIT: _("Debit card"),
    CardKind.CREDIT: _("Credit card"),
    Purpose.CONSUMPTION: _("Everyday purchases"),
    Purpose.EDUCATION: _("Education"),
    Purpose.RENOVATION: _("Decorating one's own home"),
    Purpose.MEDICAL: _("Medical care"),
    Purpose.TRAVEL: _("Travel"),
    Purpose.BUSINESS_TURNOVER: _("Business turnover"),
    Purpose.BUSINESS_EQUIPMENT: _("Business equipment"),
    Purpose.HOUSING: _("Buying a home"),
    Purpose.SECURITIES: _("Securities"),
    Purpose.EQUITY_INVESTMENT: _("Equity investment"),
}
#: Categories by their stored text; a text means the same wherever it stands.
_CATEGORIES: Final[Mapping[str, Promise]] = {key.value: text for key, text in _VALUES.items()}

_YES, _NO, _UNKNOWN = _("Yes"), _("No"), _("Unknown")


def show_value(*, value: object, currency: str = "", is_minor: bool = False) -> str:
    """A fact's or feature's value for people, in the current language."""
    match value:
        case None:
            return str(_UNKNOWN)
        case bool():
            return str(_YES if value else _NO)
        case Money():
            return value.display
        case int() if is_minor:
            return Money(value, currency).display
        case str() if value in _CATEGORIES:
            return str(_CATEGORIES[value])
    return str(value)

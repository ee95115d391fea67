"""Names of the regulation's figures. The figures themselves are dated rows in the database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.texts import gettext_noop


class Regime(StrEnum):
    """Whose rules apply. What a regime does not say itself, its country says ("CN-BANK", "CN")."""

    CN = "CN"
    CN_BANK = "CN-BANK"
    CN_SMALL_LOAN = "CN-SMALL-LOAN"
    CN_PRIVATE = "CN-PRIVATE"
    EU = "EU"


REGIME_NAMES: Final[Mapping[Regime, str]] = MappingProxyType(
    {
        Regime.CN: gettext_noop("China"),
        Regime.CN_BANK: gettext_noop("China, banks"),
        Regime.CN_SMALL_LOAN: gettext_noop("China, small-loan companies"),
        Regime.CN_PRIVATE: gettext_noop("China, private lending"),
        Regime.EU: gettext_noop("European Union"),
    }
)


class Unit(StrEnum):
    """MONEY is in major units of the regime's currency; RATE is a fraction (0.24 is 24 %)."""

    MONEY = "MONEY"
    RATE = "RATE"
    MULTIPLE = "MULTIPLE"
    DAYS = "DAYS"
    MONTHS = "MONTHS"
    YEARS = "YEARS"
    SECONDS = "SECONDS"
    HOUR = "HOUR"
    COUNT = "COUNT"


class FigureCode(StrEnum):
    """What a figure limits."""

    CONSUMPTION_CREDIT_MAX = "consumption-credit-max"
    BUSINESS_CREDIT_MAX = "business-credit-max"
    BULLET_TERM_MAX = "bullet-term-max"
    SELF_PAYMENT_CONSUMPTION_MAX = "self-payment-consumption-max"
    SELF_PAYMENT_BUSINESS_MAX = "self-payment-business-max"
    SINGLE_BORROWER_SHARE_MAX = "single-borrower-share-max"
    BORROWER_GROUP_SHARE_MAX = "borrower-group-share-max"
    JOINT_PARTNER_FUNDING_MIN = "joint-partner-funding-min"
    JOINT_PARTNER_TIER1_SHARE_MAX = "joint-partner-tier1-share-max"
    JOINT_LOANS_SHARE_MAX = "joint-loans-share-max"
    ANNUAL_COST_CEILING = "annual-cost-ceiling"
    DISCLOSURE_READING_SECONDS = "disclosure-reading-seconds"
    LPR_1Y = "lpr-1y"
    LPR_MULTIPLE_MAX = "lpr-multiple-max"
    OVERDUE_UPLIFT_MIN = "overdue-uplift-min"
    OVERDUE_UPLIFT_MAX = "overdue-uplift-max"
    MISUSE_UPLIFT_MIN = "misuse-uplift-min"
    MISUSE_UPLIFT_MAX = "misuse-uplift-max"
    SPECIAL_MENTION_AFTER = "special-mention-after"
    SUBSTANDARD_AFTER = "substandard-after"
    DOUBTFUL_AFTER = "doubtful-after"
    LOSS_AFTER = "loss-after"
    RESTRUCTURED_WATCH = "restructured-watch"
    STAGE_2_AFTER = "stage-2-after"
    STAGE_3_AFTER = "stage-3-after"
    CONTACT_FROM_HOUR = "contact-from-hour"
    CONTACT_UNTIL_HOUR = "contact-until-hour"
    CONTACT_CALLS_PER_DAY = "contact-calls-per-day"
    BUREAU_DISPUTE_ANSWER = "bureau-dispute-answer"
    RECORDS_KEPT = "records-kept"
    IMPACT_ASSESSMENT_KEPT = "impact-assessment-kept"
    COMPLAINT_ANSWER = "complaint-answer"
    COMPLAINT_ANSWER_EXTENDED = "complaint-answer-extended"
    COOLING_OFF_MIN = "cooling-off-min"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure in force. `verified`: the lender's lawyers confirmed it against the legal text."""

    value: Decimal
    unit: Unit
    citation: str
    verified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CostCeiling:
    """The highest annual cost (a fraction) a regime allows, and the rules that say so."""

    rate: Decimal
    citation: str


def regimes_of(*, regime: str) -> tuple[str, ...]:
    """Where to look a figure up, most special first: "CN-BANK" gives ("CN-BANK", "CN")."""
    country = regime.partition("-")[0]
    return (regime,) if country == regime else (regime, country)

"""Codes of products and regulation by their names for people."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.domain.states import BorrowerKind
from core.money import Money
from core.texts import gettext_noop
from lending.products.domain import (
    DAY_COUNT_NAMES,
    METHOD_NAMES,
    NONWORKING_RULE_NAMES,
    PURPOSE_NAMES,
    REGIME_NAMES,
    FigureCode,
    Regime,
    Unit,
)

KINDS: Final = {BorrowerKind.PERSON.value: _("Person"), BorrowerKind.BUSINESS.value: _("Business")}
METHODS: Final = {method.value: _(name) for method, name in METHOD_NAMES.items()}
DAY_COUNTS: Final = {count.value: _(name) for count, name in DAY_COUNT_NAMES.items()}
NONWORKING_RULES: Final = {rule.value: _(name) for rule, name in NONWORKING_RULE_NAMES.items()}
PURPOSES: Final = {purpose.value: _(name) for purpose, name in PURPOSE_NAMES.items()}
REGIMES: Final = {regime.value: _(name) for regime, name in REGIME_NAMES.items()}
FIGURES: Final = {
    FigureCode.CONSUMPTION_CREDIT_MAX.value: _("Consumption credit, at most"),
    FigureCode.BUSINESS_CREDIT_MAX.value: _("Business credit, at most"),
    FigureCode.BULLET_TERM_MAX.value: _("Term of a loan due at once, at most"),
    FigureCode.SELF_PAYMENT_CONSUMPTION_MAX.value: _("Paid to the consumer, at most"),
    FigureCode.SELF_PAYMENT_BUSINESS_MAX.value: _("Paid to the business, at most"),
    FigureCode.SINGLE_BORROWER_SHARE_MAX.value: _("Share of one borrower, at most"),
    FigureCode.BORROWER_GROUP_SHARE_MAX.value: _("Share of a group of borrowers, at most"),
    FigureCode.JOINT_PARTNER_FUNDING_MIN.value: _("A joint lending partner's share, at least"),
    FigureCode.JOINT_PARTNER_TIER1_SHARE_MAX.value: _("Joint loans with one partner, at most"),
    FigureCode.JOINT_LOANS_SHARE_MAX.value: _("All joint loans, at most"),
    FigureCode.ANNUAL_COST_CEILING.value: _("Annual cost, at most"),
    FigureCode.DISCLOSURE_READING_SECONDS.value: _("Reading time of the disclosure"),
    FigureCode.LPR_1Y.value: _("Loan prime rate, one year"),
    FigureCode.LPR_MULTIPLE_MAX.value: _("Rate as a multiple of the prime rate, at most"),
    FigureCode.OVERDUE_UPLIFT_MIN.value: _("Surcharge on what is overdue, at least"),
    FigureCode.OVERDUE_UPLIFT_MAX.value: _("Surcharge on what is overdue, at most"),
    FigureCode.MISUSE_UPLIFT_MIN.value: _("Surcharge on misused money, at least"),
    FigureCode.MISUSE_UPLIFT_MAX.value: _("Surcharge on misused money, at most"),
    FigureCode.SPECIAL_MENTION_AFTER.value: _("Special mention, when overdue for more than"),
    FigureCode.SUBSTANDARD_AFTER.value: _("Substandard, when overdue for more than"),
    FigureCode.DOUBTFUL_AFTER.value: _("Doubtful, when overdue for more than"),
    FigureCode.LOSS_AFTER.value: _("Loss, when overdue for more than"),
    FigureCode.RESTRUCTURED_WATCH.value: _("Watch after a restructuring"),
    FigureCode.STAGE_2_AFTER.value: _("Stage 2, when overdue for more than"),
    FigureCode.STAGE_3_AFTER.value: _("Stage 3, when overdue for more than"),
    FigureCode.CONTACT_FROM_HOUR.value: _("Collections contact, not before"),
    FigureCode.CONTACT_UNTIL_HOUR.value: _("Collections contact, not after"),
    FigureCode.CONTACT_CALLS_PER_DAY.value: _("Collections calls a day, at most"),
    FigureCode.BUREAU_DISPUTE_ANSWER.value: _("Answer to a dispute of bureau data"),
    FigureCode.RECORDS_KEPT.value: _("Records are kept for"),
    FigureCode.IMPACT_ASSESSMENT_KEPT.value: _("Impact assessments are kept for"),
    FigureCode.COMPLAINT_ANSWER.value: _("Answer to a complaint"),
    FigureCode.COMPLAINT_ANSWER_EXTENDED.value: _("Answer to a complaint, extended"),
    FigureCode.COOLING_OFF_MIN.value: _("Right to withdraw, at least"),
}
#: The notes an installation starts with; a lender's own are shown as they were written.
_NOTES: Final = (
    gettext_noop("For one borrower, all consumption credit together."),
    gettext_noop(
        "Temporarily, for online consumption loans. "
        "For one borrower, all consumption credit together."
    ),
    gettext_noop("Principal due at once at the end."),
    gettext_noop("Above this: entrusted payment."),
    gettext_noop("For one borrower."),
    gettext_noop("Of net assets."),
    gettext_noop("Of each joint loan."),
    gettext_noop("Of net tier-1 capital, with one partner."),
    gettext_noop("Of all loans."),
    gettext_noop("Every enhancement fee counts into the annual cost."),
    gettext_noop("The notice asks for a forced reading time; its length is the lender's choice."),
    gettext_noop("Of the 1-year LPR; unlicensed lenders."),
    gettext_noop("A new row whenever it is published anew."),
    gettext_noop("Above the contract rate, on what is overdue."),
    gettext_noop("Above the contract rate, on money used for another purpose."),
    gettext_noop("Days past due more than this."),
    gettext_noop("At least."),
    gettext_noop("Collections contact, local time."),
    gettext_noop("Default, configurable."),
    gettext_noop("Identity and transaction records, at least."),
    gettext_noop("When extended."),
    gettext_noop("A product option."),
)
_CURRENCIES: Final = {Regime.EU.value: "EUR"}


def note_text(note: str) -> str:
    """A note in the reader's language, if it is one of ours."""
    return gettext(note) if note in _NOTES else note


def figure_text(*, value: Decimal, unit: str, regime: str) -> str:
    """A figure with its unit."""
    plain = f"{value:f}".rstrip("0").rstrip(".") if value % 1 else f"{value:.0f}"
    match unit:
        case Unit.MONEY:
            return Money.rounded(value, _CURRENCIES.get(regime, "CNY")).display
        case Unit.RATE:
            return f"{value * 100:f}".rstrip("0").rstrip(".") + " %"
        case Unit.MULTIPLE:
            return f"{plain} ×"
        case Unit.DAYS:
            return gettext("%(number)s days") % {"number": plain}
        case Unit.MONTHS:
            return gettext("%(number)s months") % {"number": plain}
        case Unit.YEARS:
            return gettext("%(number)s years") % {"number": plain}
        case Unit.SECONDS:
            return gettext("%(number)s seconds") % {"number": plain}
        case Unit.HOUR:
            return f"{plain}:00"
    return plain

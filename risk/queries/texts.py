"""The sentences of the reason codes: one for the borrower, one for the officer.

The borrower's is specific and says what could help where something can (PIPL art. 24, Reg B);
the officer's names the fact. They are lazy: the language is that of whoever reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from risk.domain.reasons import ReasonCode


class Reader(StrEnum):
    """Who reads a reason."""

    BORROWER = "BORROWER"
    OFFICER = "OFFICER"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason code with its sentence in the language that was current when it was read."""

    code: ReasonCode
    text: str


_R = ReasonCode

BORROWER_TEXTS: Final[Mapping[ReasonCode, Promise]] = {
    _R.IDENTITY_NOT_VERIFIED: _("Your identity is not verified yet."),
    _R.AGE_UNKNOWN: _("We do not know your age yet."),
    _R.UNDER_AGE: _("You are below the age from which we may lend."),
    _R.OVER_AGE_LIMIT: _("You are above the age up to which we lend."),
    _R.STUDENT: _("Regulation does not let us lend to students."),
    _R.PURPOSE_FORBIDDEN: _(
        "Regulation does not let us lend for homes, securities or equity investments."
    ),
    _R.PURPOSE_MISSING: _("You did not say what the money is for."),
    _R.PURPOSE_NOT_OFFERED: _("We do not lend to businesses for this purpose."),
    _R.OVERDUE_NOW: _("You have an overdue payment with us. Please pay it first."),
    _R.SERIOUS_ARREARS: _("You paid a loan with us very late before."),
    _R.EXPOSURE_OVER_CAP: _("You would owe more than regulation allows for one borrower."),
    _R.OVER_LINE_LIMIT: _("The amount is above what is left of your limit."),
    _R.TOO_MANY_APPLICATIONS: _("You applied too many times in the last 30 days."),
    _R.NO_VERIFIED_CARD: _("You have no verified bank card yet."),
    _R.BUSINESS_TOO_YOUNG: _("Your business has not been running long enough."),
    _R.AMOUNT_NEEDS_OFFICER: _("An amount this high is always looked at by a credit officer."),
    _R.OCCUPATION: _("Your kind of occupation lowers the result."),
    _R.OCCUPATION_UNKNOWN: _("You did not say what your occupation is."),
    _R.INCOME_LOW: _("Your stated income is low."),
    _R.INCOME_UNKNOWN: _("You did not state your income."),
    _R.REQUEST_HIGH_FOR_INCOME: _("The amount is high for your income."),
    _R.CARD_KIND: _("The kind of bank card you use lowers the result."),
    _R.CARD_RECENT: _("Your bank card was added only recently."),
    _R.CARD_UNKNOWN: _("There is no bank card to pay the money to yet."),
    _R.FEW_CARDS: _("You have few verified bank cards."),
    _R.PAST_ARREARS: _("You paid late with us before."),
    _R.SHORT_HISTORY: _("You have repaid few loans with us so far."),
    _R.RECENT_APPLICATIONS: _("You applied several times in the last 30 days."),
    _R.LIMIT_NEARLY_USED: _("Your limit would be almost used up."),
    _R.PURPOSE: _("The purpose of the loan lowers the result."),
    _R.BUSINESS_RECENT: _("Your business has been running for a short time."),
    _R.BUSINESS_AGE_UNKNOWN: _("You did not say how long your business has been running."),
    _R.REVENUE_LOW: _("The stated revenue of your business is low."),
    _R.REVENUE_UNKNOWN: _("You did not state the revenue of your business."),
    _R.REQUEST_HIGH_FOR_REVENUE: _("The amount is high for the revenue of your business."),
    _R.LIMIT_BY_INCOME: _("The limit follows from your income."),
    _R.LIMIT_BY_SCORE: _("The limit is the highest that fits our assessment today."),
    _R.LIMIT_BY_AFFORDABILITY: _("Higher instalments would take too much of your income."),
    _R.REQUEST_BELOW_MINIMUM: _("The amount is below the smallest limit we offer."),
    _R.SCORE_TOO_LOW: _("Your overall assessment is below what we need."),
    _R.OFFICER_JUDGEMENT: _("A credit officer looked at your application and decided."),
}

OFFICER_TEXTS: Final[Mapping[ReasonCode, Promise]] = {
    _R.IDENTITY_NOT_VERIFIED: _("Identity not verified"),
    _R.AGE_UNKNOWN: _("Age unknown"),
    _R.UNDER_AGE: _("Under age"),
    _R.OVER_AGE_LIMIT: _("Over the age limit"),
    _R.STUDENT: _("Student"),
    _R.PURPOSE_FORBIDDEN: _("Purpose excluded by regulation"),
    _R.PURPOSE_MISSING: _("Purpose not stated"),
    _R.PURPOSE_NOT_OFFERED: _("Purpose not offered to businesses"),
    _R.OVERDUE_NOW: _("Overdue with us now"),
    _R.SERIOUS_ARREARS: _("Serious arrears with us in the past"),
    _R.EXPOSURE_OVER_CAP: _("Exposure above the regulatory cap"),
    _R.OVER_LINE_LIMIT: _("Above the line's limit, or no line"),
    _R.TOO_MANY_APPLICATIONS: _("Too many applications in 30 days"),
    _R.NO_VERIFIED_CARD: _("No verified card"),
    _R.BUSINESS_TOO_YOUNG: _("Business too young"),
    _R.AMOUNT_NEEDS_OFFICER: _("Amount above the automatic maximum"),
    _R.OCCUPATION: _("Occupation"),
    _R.OCCUPATION_UNKNOWN: _("Occupation not stated"),
    _R.INCOME_LOW: _("Low monthly income"),
    _R.INCOME_UNKNOWN: _("Income not stated"),
    _R.REQUEST_HIGH_FOR_INCOME: _("Request high for the income"),
    _R.CARD_KIND: _("Kind of card"),
    _R.CARD_RECENT: _("Card bound recently"),
    _R.CARD_UNKNOWN: _("No card to pay to"),
    _R.FEW_CARDS: _("Few verified cards"),
    _R.PAST_ARREARS: _("Late payments in the past"),
    _R.SHORT_HISTORY: _("Few loans repaid with us"),
    _R.RECENT_APPLICATIONS: _("Several applications in 30 days"),
    _R.LIMIT_NEARLY_USED: _("High use of the limit"),
    _R.PURPOSE: _("Purpose of the loan"),
    _R.BUSINESS_RECENT: _("Few years in business"),
    _R.BUSINESS_AGE_UNKNOWN: _("Years in business not stated"),
    _R.REVENUE_LOW: _("Low annual revenue"),
    _R.REVENUE_UNKNOWN: _("Revenue not stated"),
    _R.REQUEST_HIGH_FOR_REVENUE: _("Request high for the revenue"),
    _R.LIMIT_BY_INCOME: _("Limit set by the income multiple"),
    _R.LIMIT_BY_SCORE: _("Limit set by the score band's cap"),
    _R.LIMIT_BY_AFFORDABILITY: _("Limit set by the debt-to-income ratio"),
    _R.REQUEST_BELOW_MINIMUM: _("Request below the smallest limit"),
    _R.SCORE_TOO_LOW: _("Score below the cut-off"),
    _R.OFFICER_JUDGEMENT: _("Judgement of the officer"),
}

_TEXTS: Final = {Reader.BORROWER: BORROWER_TEXTS, Reader.OFFICER: OFFICER_TEXTS}


def reason_texts(
    *, codes: Iterable[ReasonCode | str], reader: Reader = Reader.BORROWER
) -> tuple[Reason, ...]:
    """The sentences in the current language, in order. Raises ValueError for an unknown code."""
    known = [ReasonCode(code) for code in codes]
    return tuple(Reason(code, str(_TEXTS[reader][code])) for code in known)


def list_reason_choices() -> tuple[tuple[str, str], ...]:
    """All codes with the officer's text: the choices of the review form."""
    return tuple((code.value, str(text)) for code, text in OFFICER_TEXTS.items())

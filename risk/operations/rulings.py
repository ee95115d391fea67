"""What an officer may rule: the checks between the form and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.errors import Forbidden, InvalidInput, Refused
from core.money import Money
from risk.domain.facts import DecisionSubject, RiskFacts
from risk.domain.policy import OfferTable, Policy
from risk.domain.reasons import MAX_REASONS, ReasonCode
from risk.domain.rules import exposure_minor
from risk.domain.states import Outcome

OFFICER: Final = "officer"
SENIOR_OFFICER: Final = "senior_officer"
REVIEWERS: Final = frozenset({OFFICER, SENIOR_OFFICER})
MAX_NOTE: Final = 2000
_MICRO: Final = Decimal("0.000001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """An officer's decision. `annual_rate` is a fraction a year."""

    outcome: Outcome
    limit: Money | None
    annual_rate: Decimal | None
    reasons: tuple[ReasonCode, ...]
    note: str

    def to_json(self) -> dict[str, object]:
        """For the audit line; the note stays with the review."""
        return {
            "outcome": self.outcome.value,
            "limit": None if self.limit is None else str(self.limit),
            "annual_rate": None if self.annual_rate is None else str(self.annual_rate),
            "reasons": [code.value for code in self.reasons],
        }


def check_ruling(
    *, ruling: Ruling, facts: RiskFacts, policy: Policy, roles: frozenset[str]
) -> None:
    """Raises InvalidInput by field, Forbidden "senior-needed", Refused "over-exposure-cap"."""
    if ruling.outcome is Outcome.REFER:
        raise InvalidInput.field("outcome", _("Choose to approve or to decline."))
    if not 1 <= len(ruling.note) <= MAX_NOTE:
        raise InvalidInput.field("note", _("Write a note of up to 2,000 characters."))
    _check_reasons(ruling)
    if ruling.outcome is Outcome.DECLINE or facts.subject is DecisionSubject.DRAWDOWN:
        _check_no_terms(ruling)
    if ruling.outcome is Outcome.APPROVE:
        if policy.offer is None:
            exposure = Money(exposure_minor(facts=facts), facts.currency)
            _check_authority(facts.requested, exposure, policy, roles)
        else:
            limit = _check_terms(ruling, facts, policy, policy.offer)
            _check_authority(limit, limit, policy, roles)


def _check_reasons(ruling: Ruling) -> None:
    if len(set(ruling.reasons)) != len(ruling.reasons) or len(ruling.reasons) > MAX_REASONS:
        raise InvalidInput.field("reasons", _("Choose at most four different reasons."))
    if ruling.outcome is Outcome.DECLINE and not ruling.reasons:
        raise InvalidInput.field("reasons", _("Choose at least one reason for declining."))


def _check_no_terms(ruling: Ruling) -> None:
    if ruling.limit is not None:
        raise InvalidInput.field("limit", _("No limit is granted here."))
    if ruling.annual_rate is not None:
        raise InvalidInput.field("annual_rate", _("No rate is granted here."))


def _check_terms(ruling: Ruling, facts: RiskFacts, policy: Policy, table: OfferTable) -> Money:
    """The limit of an approved line. A higher one than was asked for is nobody's to give."""
    limit, annual_rate = ruling.limit, ruling.annual_rate
    if limit is None or limit.currency != policy.currency:
        raise InvalidInput.field("limit", _("Enter the limit in the application's currency."))
    if not table.minimum <= limit <= facts.requested:
        raise InvalidInput.field(
            "limit",
            format_lazy(
                _("The limit is between {minimum} and the {requested} asked for."),
                minimum=table.minimum.display,
                requested=facts.requested.display,
            ),
        )
    if (
        annual_rate is None
        or not annual_rate.is_finite()
        or not 0 < annual_rate <= table.rate_ceiling
        or annual_rate != annual_rate.quantize(_MICRO)
    ):
        raise InvalidInput.field(
            "annual_rate",
            format_lazy(
                _("The annual rate is above 0 and at most {ceiling} %."),
                ceiling=f"{table.rate_ceiling * 100:f}".rstrip("0").rstrip("."),
            ),
        )
    return limit


def _check_authority(
    granted: Money, exposure: Money, policy: Policy, roles: frozenset[str]
) -> None:
    """The law caps what would be owed in all; the house caps what one officer grants."""
    if exposure > policy.exposure_cap:
        raise Refused(
            code="over-exposure-cap",
            message=format_lazy(
                _("Regulation caps what one borrower may owe at {cap}."),
                cap=policy.exposure_cap.display,
            ),
        )
    if granted > policy.officer_cap and SENIOR_OFFICER not in roles:
        raise Forbidden(
            code="senior-needed",
            message=format_lazy(
                _("Above {cap} a senior officer decides."), cap=policy.officer_cap.display
            ),
        )

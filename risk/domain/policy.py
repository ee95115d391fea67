"""A policy: one versioned JSON body that says how one kind of request is decided.

Figures of law are in it with their citation (domain.md), so a change of law is a new version and
no new code. Rates are fractions a year; amounts minor units of the policy's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final

from core.money import EXPONENTS, Money
from risk.domain.facts import BorrowerKind, DecisionSubject, RiskFacts
from risk.domain.reading import MalformedBody, choice, integer, items, members, rate, text
from risk.domain.rules import Rule, parse_rules
from risk.domain.scorecard import Scorer, parse_scorer

SCHEMA: Final = 1
MAX_SCORE: Final = 100_000
MAX_TERM_MONTHS: Final = 360

#: Which policy decides what; each code has its own versions.
POLICY_CODES: Final = {
    (DecisionSubject.CREDIT_LINE, BorrowerKind.PERSON): "PERSON_LINE",
    (DecisionSubject.CREDIT_LINE, BorrowerKind.BUSINESS): "BUSINESS_LINE",
    (DecisionSubject.DRAWDOWN, BorrowerKind.PERSON): "PERSON_DRAW",
    (DecisionSubject.DRAWDOWN, BorrowerKind.BUSINESS): "BUSINESS_DRAW",
}


class IncomeBase(StrEnum):
    """What a borrower's means are counted from; both are brought to a month."""

    MONTHLY_INCOME = "MONTHLY_INCOME"
    ANNUAL_REVENUE = "ANNUAL_REVENUE"


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """A score from `approve` up is approved, from `refer` up referred, below declined."""

    approve: int
    refer: int


@dataclass(frozen=True, slots=True)
class Affordability:
    """DTI: the first (dearest) instalment of the whole limit over `term_months` at the band's
    rate may take `max_percent` of a month's income."""

    max_percent: int
    term_months: int


@dataclass(frozen=True, slots=True)
class Band:
    """A score band: how many percent of a month's income it lends, up to which cap, at what
    price. `no_income_cap` holds where the income is unknown."""

    name: str
    from_score: int
    income_percent: int
    cap: Money
    no_income_cap: Money
    annual_rate: Decimal


@dataclass(frozen=True, slots=True)
class OfferTable:
    """Limits and prices. Bands run from the best score down; limits are rounded down to `step`."""

    income_base: IncomeBase
    step: Money
    minimum: Money
    rate_ceiling: Decimal
    affordability: Affordability
    bands: tuple[Band, ...]

    def band_for(self, *, score: int) -> Band:
        """The best band the score reaches; the last one for all that reach none."""
        return next((b for b in self.bands if score >= b.from_score), self.bands[-1])

    def month_income(self, *, facts: RiskFacts) -> Money | None:
        """What counts as a month's income; None when it is unknown or nothing."""
        if self.income_base is IncomeBase.MONTHLY_INCOME:
            return facts.monthly_income or None
        revenue = facts.annual_revenue
        return Money(revenue.minor // 12, revenue.currency) or None if revenue else None


@dataclass(frozen=True, slots=True)
class Policy:
    """How one kind of request is decided. `offer` is there for lines and absent for drawdowns.

    `officer_cap`: what an officer may approve alone; above it a senior officer decides.
    """

    subject: DecisionSubject
    borrower_kind: BorrowerKind
    currency: str
    rules: tuple[Rule, ...]
    scorer: Scorer
    cutoffs: Cutoffs
    officer_cap: Money
    offer: OfferTable | None

    @property
    def exposure_cap(self) -> Money:
        """The regulatory cap on what one borrower may owe."""
        rule = next(rule for rule in self.rules if rule.name == "exposure-over-cap")
        return Money(rule.params.numbers["cap_minor"], self.currency)

    def serves(self, *, facts: RiskFacts) -> bool:
        """Whether these facts may be decided by this policy."""
        return (self.subject, self.borrower_kind, self.currency) == (
            facts.subject,
            facts.borrower_kind,
            facts.currency,
        )


def parse_policy(*, body: object) -> Policy:
    """Read and check a body. Raises MalformedBody with the path of the first fault."""
    read = members(
        body,
        "policy",
        required=[
            "schema",
            "subject",
            "borrower_kind",
            "currency",
            "rules",
            "scorer",
            "cutoffs",
            "officer_cap_minor",
        ],
        optional=["offer"],
    )
    integer(read["schema"], "schema", low=SCHEMA, high=SCHEMA)
    subject = choice(read["subject"], "subject", DecisionSubject)
    currency = text(read["currency"], "currency")
    if currency not in EXPONENTS:
        raise MalformedBody("currency", "not a currency we know")
    cutoffs = _parse_cutoffs(read["cutoffs"])
    if ("offer" in read) != (subject is DecisionSubject.CREDIT_LINE):
        raise MalformedBody("offer", "a line has an offer, a drawdown none")
    offer = _parse_offer(read["offer"], currency, cutoffs) if "offer" in read else None
    return Policy(
        subject=subject,
        borrower_kind=choice(read["borrower_kind"], "borrower_kind", BorrowerKind),
        currency=currency,
        rules=parse_rules(body=read["rules"], subject=subject),
        scorer=parse_scorer(body=read["scorer"]),
        cutoffs=cutoffs,
        officer_cap=Money(integer(read["officer_cap_minor"], "officer_cap_minor"), currency),
        offer=offer,
    )


def _parse_cutoffs(body: object) -> Cutoffs:
    read = members(body, "cutoffs", required=["approve", "refer"])
    approve = integer(read["approve"], "cutoffs.approve", low=-MAX_SCORE, high=MAX_SCORE)
    refer = integer(read["refer"], "cutoffs.refer", low=-MAX_SCORE, high=approve)
    return Cutoffs(approve=approve, refer=refer)


def _parse_offer(body: object, currency: str, cutoffs: Cutoffs) -> OfferTable:
    read = members(
        body,
        "offer",
        required=["income_base", "step_minor", "minimum_minor", "rate_ceiling", "dti", "bands"],
        optional=["citation", "verified"],
    )
    ceiling = rate(read["rate_ceiling"], "offer.rate_ceiling")
    dti = members(read["dti"], "offer.dti", required=["max_percent", "term_months"])
    bands = tuple(
        _parse_band(entry, f"offer.bands.{n}", currency, ceiling)
        for n, entry in enumerate(items(read["bands"], "offer.bands"))
    )
    _check_bands(bands, cutoffs)
    return OfferTable(
        income_base=choice(read["income_base"], "offer.income_base", IncomeBase),
        step=Money(integer(read["step_minor"], "offer.step_minor", low=1), currency),
        minimum=Money(integer(read["minimum_minor"], "offer.minimum_minor", low=1), currency),
        rate_ceiling=ceiling,
        affordability=Affordability(
            max_percent=integer(dti["max_percent"], "offer.dti.max_percent", low=1, high=100),
            term_months=integer(
                dti["term_months"], "offer.dti.term_months", low=1, high=MAX_TERM_MONTHS
            ),
        ),
        bands=bands,
    )


def _parse_band(entry: object, path: str, currency: str, ceiling: Decimal) -> Band:
    read = members(
        entry,
        path,
        required=[
            "name",
            "from_score",
            "income_percent",
            "cap_minor",
            "no_income_cap_minor",
            "annual_rate",
        ],
    )
    annual_rate = rate(read["annual_rate"], f"{path}.annual_rate")
    if not 0 < annual_rate <= ceiling:
        raise MalformedBody(f"{path}.annual_rate", "above nothing and up to the ceiling")
    return Band(
        name=text(read["name"], f"{path}.name"),
        from_score=integer(
            read["from_score"], f"{path}.from_score", low=-MAX_SCORE, high=MAX_SCORE
        ),
        income_percent=integer(read["income_percent"], f"{path}.income_percent", high=100_000),
        cap=Money(integer(read["cap_minor"], f"{path}.cap_minor"), currency),
        no_income_cap=Money(
            integer(read["no_income_cap_minor"], f"{path}.no_income_cap_minor"), currency
        ),
        annual_rate=annual_rate,
    )


def _check_bands(bands: tuple[Band, ...], cutoffs: Cutoffs) -> None:
    """A worse band lends no more and costs no less, and every score that may pass has a band."""
    for better, worse in pairwise(bands):
        if not (
            better.from_score > worse.from_score
            and better.income_percent >= worse.income_percent
            and better.cap >= worse.cap
            and better.no_income_cap >= worse.no_income_cap
            and better.annual_rate <= worse.annual_rate
        ):
            raise MalformedBody("offer.bands", f"{worse.name} is not worse than {better.name}")
    if len({band.name for band in bands}) != len(bands):
        raise MalformedBody("offer.bands", "two bands have one name")
    if bands[-1].from_score > cutoffs.refer:
        raise MalformedBody("offer.bands", "the last band must reach down to the refer cut-off")

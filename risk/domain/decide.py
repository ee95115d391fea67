"""The decision itself: facts and a policy in, a verdict out. Same input, same verdict, for ever."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.money import Money
from risk.domain.facts import RiskFacts
from risk.domain.features import Features, compute_features
from risk.domain.policy import Affordability, Band, Cutoffs, OfferTable, Policy
from risk.domain.reasons import MAX_REASONS, ReasonCode
from risk.domain.rules import RuleResult, check_rules
from risk.domain.scorecard import Score
from risk.domain.states import Outcome

TRACE_VERSION: Final = 1
_SEVERITY: Final = {Outcome.APPROVE: 0, Outcome.REFER: 1, Outcome.DECLINE: 2}


class PolicyMismatch(ValueError):
    """These facts are not for this policy (subject, kind of borrower or currency)."""


@dataclass(frozen=True, slots=True)
class LimitStep:
    """One bound on the limit, in minor units, and the reason it gives when it is the lowest."""

    name: str
    minor: int
    reason: ReasonCode


@dataclass(frozen=True, slots=True)
class Offer:
    """The limit and price a score band gives. `bound` is the step that set the limit."""

    band: Band
    steps: tuple[LimitStep, ...]
    bound: LimitStep
    limit: Money
    is_worth_it: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """All that led to a verdict; stored for good."""

    features: Features
    rules: tuple[RuleResult, ...]
    score: Score
    offer: Offer | None

    def to_json(self) -> dict[str, object]:
        """A JSON object for the decision's row."""
        return {
            "version": TRACE_VERSION,
            "features": dict(self.features),
            "rules": [
                {
                    "rule": r.rule.name,
                    "effect": r.rule.effect.value,
                    "reason": r.rule.reason.value,
                    "broken": r.broken,
                }
                for r in self.rules
            ],
            "score": {
                "total": self.score.total,
                "base": self.score.base,
                "contributions": [
                    {
                        "feature": c.feature,
                        "value": c.value,
                        "bin": c.bin,
                        "points": c.points,
                        "lost": c.lost,
                        "reason": c.reason.value,
                    }
                    for c in self.score.contributions
                ],
            },
            "offer": None if self.offer is None else _offer_json(self.offer),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """`limit` and `annual_rate` (a fraction a year) belong to lines: granted with APPROVE,
    proposed to the officer with REFER, absent with DECLINE. A drawdown has neither."""

    outcome: Outcome
    score: int
    limit: Money | None
    annual_rate: Decimal | None
    reasons: tuple[ReasonCode, ...]
    trace: Trace


def decide(*, facts: RiskFacts, policy: Policy) -> Verdict:
    """Apply rules, score and offer table. Raises PolicyMismatch."""
    if not policy.serves(facts=facts):
        raise PolicyMismatch(f"{facts.subject} {facts.borrower_kind} {facts.currency}")
    features = compute_features(facts=facts)
    rules = check_rules(facts=facts, rules=policy.rules)
    score = policy.scorer.score(features=features)
    offer = None if policy.offer is None else make_offer(facts=facts, score=score, policy=policy)
    by_rules = max(
        (r.rule.effect for r in rules if r.broken),
        key=_SEVERITY.__getitem__,
        default=Outcome.APPROVE,
    )
    by_score = _cut(score, policy.cutoffs)
    by_offer = Outcome.APPROVE if offer is None or offer.is_worth_it else Outcome.DECLINE
    outcome = max(by_rules, by_score, by_offer, key=_SEVERITY.__getitem__)
    reasons: list[ReasonCode] = []
    if outcome is not Outcome.APPROVE:
        reasons += [r.rule.reason for r in rules if r.broken and r.rule.effect is outcome]
        if by_score is outcome:
            reasons += score.list_reasons() or (ReasonCode.SCORE_TOO_LOW,)
        if by_offer is outcome and offer:
            reasons.append(offer.bound.reason)
    elif offer and offer.limit < _down(facts.requested, policy.offer):
        reasons.append(offer.bound.reason)
    grants = offer if outcome is not Outcome.DECLINE else None
    return Verdict(
        outcome=outcome,
        score=score.total,
        limit=grants.limit if grants else None,
        annual_rate=grants.band.annual_rate if grants else None,
        reasons=tuple(dict.fromkeys(reasons))[:MAX_REASONS],
        trace=Trace(features=features, rules=rules, score=score, offer=offer),
    )


def _cut(score: Score, cutoffs: Cutoffs) -> Outcome:
    if score.total >= cutoffs.approve:
        return Outcome.APPROVE
    return Outcome.REFER if score.total >= cutoffs.refer else Outcome.DECLINE


def make_offer(*, facts: RiskFacts, score: Score, policy: Policy) -> Offer:
    """The lowest of what is asked for, what the band lends, what the income carries and what
    the law allows, rounded down once to the table's step."""
    table = policy.offer
    if table is None:
        raise PolicyMismatch("a drawdown has no offer")
    band = table.band_for(score=score.total)
    income = table.month_income(facts=facts)
    steps = [
        LimitStep("requested", facts.requested.minor, ReasonCode.REQUEST_BELOW_MINIMUM),
        LimitStep("regulatory-cap", policy.exposure_cap.minor, ReasonCode.EXPOSURE_OVER_CAP),
        LimitStep("band-cap", band.cap.minor, ReasonCode.LIMIT_BY_SCORE),
    ]
    if income is None:
        steps.append(
            LimitStep("no-income-cap", band.no_income_cap.minor, ReasonCode.INCOME_UNKNOWN)
        )
    else:
        multiple = income.minor * band.income_percent // 100
        affordable = _affordable(income, band, table.affordability)
        steps += [
            LimitStep("income-multiple", multiple, ReasonCode.LIMIT_BY_INCOME),
            LimitStep("affordability", affordable, ReasonCode.LIMIT_BY_AFFORDABILITY),
        ]
    bound = min(steps, key=lambda step: step.minor)
    limit = _down(Money(bound.minor, policy.currency), table)
    return Offer(
        band=band,
        steps=tuple(steps),
        bound=bound,
        limit=limit,
        is_worth_it=limit >= table.minimum,
    )


def _affordable(income: Money, band: Band, dti: Affordability) -> int:
    """The principal whose first instalment (equal parts, plus a month's interest on the whole)
    takes `max_percent` of a month's income. Exact; rounded down."""
    first_instalment = Fraction(1, dti.term_months) + Fraction(band.annual_rate) / 12
    return int(Fraction(income.minor * dti.max_percent, 100) / first_instalment)


def _down(amount: Money, table: OfferTable | None) -> Money:
    """Down to a whole number of steps."""
    if table is None:
        return amount
    return Money(amount.minor - amount.minor % table.step.minor, amount.currency)


def _offer_json(offer: Offer) -> dict[str, object]:
    return {
        "band": offer.band.name,
        "steps": [{"name": s.name, "minor": s.minor} for s in offer.steps],
        "bound": offer.bound.name,
        "limit_minor": offer.limit.minor,
        "currency": offer.limit.currency,
        "annual_rate": str(offer.band.annual_rate),
    }

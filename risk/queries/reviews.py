"""The officers' queue, and one review with all that led to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from core.errors import NotFound
from core.money import Money
from risk.domain.facts import DecisionSubject, RiskFacts
from risk.domain.policy import Policy, parse_policy
from risk.domain.reasons import ReasonCode
from risk.domain.states import Outcome, ReviewState
from risk.models import Decision, Review
from risk.queries.decisions import DecisionView, view_decision
from risk.queries.labels import FACT_LABELS, FEATURE_LABELS, STEP_LABELS, show_value
from risk.queries.texts import OFFICER_TEXTS, Reader, Reason, reason_texts

MAX_PAGE: Final = 100
OPEN: Final = frozenset({ReviewState.OPEN})


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """A line of the queue."""

    id: UUID
    state: ReviewState
    decision_id: UUID
    subject: DecisionSubject
    applicant_id: UUID
    requested: Money
    score: int | None
    reasons: tuple[Reason, ...]
    opened_at: datetime
    claimed_by_id: UUID | None
    claimed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Row:
    """A label with its value, both readable in the current language."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule of the policy. `effect` is what it does when it is broken."""

    label: str
    effect: Outcome
    broken: bool


@dataclass(frozen=True, slots=True)
class PointsRow:
    """One characteristic's points, and how many its best bin would have given."""

    label: str
    value: str
    points: int
    lost: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the policy would offer: the starting values of the form."""

    limit: Money
    annual_rate: Decimal
    band: str
    steps: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """What a decision was made of. Before it is worked out only the facts are there."""

    facts: tuple[Row, ...]
    rules: tuple[RuleRow, ...] = ()
    points: tuple[PointsRow, ...] = ()
    base_points: int = 0
    proposal: Proposal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDetail:
    """A review for the console. `proposal` is None for a drawdown. An approval above
    `officer_cap` needs a senior officer; above `exposure_cap` nobody can."""

    id: UUID
    state: ReviewState
    opened_at: datetime
    claimed_by_id: UUID | None
    claimed_at: datetime | None
    decided_by_id: UUID | None
    decided_at: datetime | None
    note: str
    decision: DecisionView
    policy: str
    requested: Money
    facts: tuple[Row, ...]
    rules: tuple[RuleRow, ...]
    points: tuple[PointsRow, ...]
    base_points: int
    proposal: Proposal | None
    officer_cap: Money
    exposure_cap: Money
    rate_ceiling: Decimal | None


def list_open_reviews(
    *,
    states: frozenset[ReviewState] = OPEN,
    claimed_by_id: UUID | None = None,
    after: UUID | None = None,
    size: int = 50,
) -> tuple[ReviewRow, ...]:
    """The queue, oldest first, a page of at most 100; `after` is the last id of the page before.

    Without more it is what nobody has taken; an officer's own are `states={CLAIMED}` with
    `claimed_by_id`.
    """
    rows = Review.objects.select_related("decision").filter(state__in=[s.value for s in states])
    if claimed_by_id is not None:
        rows = rows.filter(claimed_by_id=claimed_by_id)
    last = None if after is None else Review.objects.filter(pk=after).first()
    if last is not None:
        rows = rows.filter(
            Q(opened_at__gt=last.opened_at) | Q(opened_at=last.opened_at, pk__gt=last.pk)
        )
    page = rows.order_by("opened_at", "pk")[: min(max(size, 1), MAX_PAGE)]
    return tuple(_queue_row(review) for review in page)


def _queue_row(review: Review) -> ReviewRow:
    decision = review.decision
    return ReviewRow(
        id=review.pk,
        state=ReviewState(review.state),
        decision_id=decision.pk,
        subject=DecisionSubject(decision.subject_type),
        applicant_id=decision.applicant_id,
        requested=RiskFacts.from_json(decision.facts).requested,
        score=decision.score,
        reasons=reason_texts(codes=decision.reasons, reader=Reader.OFFICER),
        opened_at=review.opened_at,
        claimed_by_id=review.claimed_by_id,
        claimed_at=review.claimed_at,
    )


def get_review(*, review_id: UUID) -> ReviewDetail:
    """One review with readable facts, rules, points and proposal. Raises NotFound."""
    review = Review.objects.select_related("decision__policy").filter(pk=review_id).first()
    if review is None:
        raise NotFound
    decision = review.decision
    facts = RiskFacts.from_json(decision.facts)
    policy = parse_policy(body=decision.policy.body)
    trace: Mapping[str, Any] = decision.trace or {}
    return ReviewDetail(
        id=review.pk,
        state=ReviewState(review.state),
        opened_at=review.opened_at,
        claimed_by_id=review.claimed_by_id,
        claimed_at=review.claimed_at,
        decided_by_id=review.decided_by_id,
        decided_at=review.decided_at,
        note=review.note,
        decision=view_decision(row=decision, reader=Reader.OFFICER),
        policy=f"{decision.policy.code} {decision.policy.version}",
        requested=facts.requested,
        facts=_fact_rows(facts),
        rules=_rule_rows(trace["rules"]),
        points=_points_rows(trace["score"]["contributions"], facts.currency),
        base_points=trace["score"]["base"],
        proposal=_proposal(trace["offer"], policy),
        officer_cap=policy.officer_cap,
        exposure_cap=policy.exposure_cap,
        rate_ceiling=None if policy.offer is None else policy.offer.rate_ceiling,
    )


def explain_decision(*, decision_id: UUID) -> Explanation:
    """Any decision's readable facts, rules, points and offer. Raises NotFound."""
    decision = Decision.objects.select_related("policy").filter(pk=decision_id).first()
    if decision is None:
        raise NotFound
    facts = RiskFacts.from_json(decision.facts)
    trace: Mapping[str, Any] | None = decision.trace
    if trace is None:
        return Explanation(facts=_fact_rows(facts))
    return Explanation(
        facts=_fact_rows(facts),
        rules=_rule_rows(trace["rules"]),
        points=_points_rows(trace["score"]["contributions"], facts.currency),
        base_points=trace["score"]["base"],
        proposal=_proposal(trace["offer"], parse_policy(body=decision.policy.body)),
    )


def _fact_rows(facts: RiskFacts) -> tuple[Row, ...]:
    return tuple(
        Row(str(label), show_value(value=getattr(facts, name)))
        for name, label in FACT_LABELS.items()
    )


def _rule_rows(rules: Sequence[Mapping[str, Any]]) -> tuple[RuleRow, ...]:
    return tuple(
        RuleRow(
            str(OFFICER_TEXTS[ReasonCode(rule["reason"])]), Outcome(rule["effect"]), rule["broken"]
        )
        for rule in rules
    )


def _points_rows(rows: Sequence[Mapping[str, Any]], currency: str) -> tuple[PointsRow, ...]:
    return tuple(
        PointsRow(
            str(FEATURE_LABELS[row["feature"]]),
            show_value(
                value=row["value"],
                currency=currency,
                is_minor=row["feature"].endswith("_minor"),
            ),
            row["points"],
            row["lost"],
        )
        for row in rows
    )


def _proposal(offer: Mapping[str, Any] | None, policy: Policy) -> Proposal | None:
    if offer is None:
        return None
    return Proposal(
        limit=Money(offer["limit_minor"], policy.currency),
        annual_rate=Decimal(offer["annual_rate"]),
        band=offer["band"],
        steps=tuple(
            Row(str(STEP_LABELS[step["name"]]), Money(step["minor"], policy.currency).display)
            for step in offer["steps"]
        ),
    )

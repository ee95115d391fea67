"""Ask for a decision, and decide it by the policy."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from core.locks import lock_name, lock_row
from core.outbox import publish
from risk.domain.decide import Verdict, decide
from risk.domain.facts import DecisionSubject, RiskFacts
from risk.domain.policy import parse_policy
from risk.domain.states import DECISION, DecisionEvent, DecisionState, Outcome
from risk.models import Decision, Review
from risk.queries.policies import get_active_policy


@transaction.atomic
def request_decision(
    *,
    key: str,
    subject: DecisionSubject,
    subject_id: UUID,
    applicant_id: UUID,
    facts: RiskFacts,
    now: datetime,
) -> UUID:
    """Store the facts and ask for a decision; the answer comes as `decision.made`.

    Idempotent by `key` (at most 120 characters): the first call's facts stand. The policy in
    force now will decide, however late the worker comes. Publishes `decision.requested`.
    Raises Conflict "decision-key-reused" if the key asked for something else, Refused
    "no-risk-policy" if nothing decides such a request, ValueError if the facts are of another
    subject.
    """
    if facts.subject is not subject:
        raise ValueError("the facts are of another subject")
    lock_name(name=f"risk.decision:{key}")
    known = Decision.objects.filter(key=key).first()
    if known is not None:
        if (known.subject_type, known.subject_id, known.applicant_id) != (
            subject.value,
            subject_id,
            applicant_id,
        ):
            raise Conflict(
                code="decision-key-reused",
                message=_("This request was already made for something else."),
            )
        return known.pk
    active = get_active_policy(facts=facts, now=now)
    decision = Decision.objects.create(
        key=key,
        subject_type=subject.value,
        subject_id=subject_id,
        applicant_id=applicant_id,
        facts=facts.to_json(),
        policy_id=active.id,
        state=DECISION.initial.value,
        currency=facts.currency,
        requested_at=now,
    )
    publish(
        name="decision.requested",
        key=str(decision.pk),
        payload={"decision_id": str(decision.pk)},
        now=now,
    )
    return decision.pk


@transaction.atomic
def decide_request(*, decision_id: UUID, now: datetime) -> None:
    """Apply the policy to the stored facts. Does nothing if that was done already.

    APPROVE and DECLINE make the decision and publish `decision.made`; REFER opens a review and
    publishes `decision.referred`. Raises NotFound.
    """
    decision = lock_row(Decision, pk=decision_id)
    if decision.state != DecisionState.REQUESTED:
        return
    verdict = decide(
        facts=RiskFacts.from_json(decision.facts),
        policy=parse_policy(body=decision.policy.body),
    )
    decision.score = verdict.score
    decision.reasons = [code.value for code in verdict.reasons]
    decision.trace = verdict.trace.to_json()
    if verdict.outcome is Outcome.REFER:
        _refer(decision, now)
    else:
        _make(decision, verdict, now)


def _refer(decision: Decision, now: datetime) -> None:
    decision.state = DECISION.next(DecisionState(decision.state), DecisionEvent.REFER).value
    decision.save()
    Review.objects.create(decision=decision, opened_at=now)
    publish_outcome(name="decision.referred", decision=decision, now=now)


def _make(decision: Decision, verdict: Verdict, now: datetime) -> None:
    decision.state = DECISION.next(DecisionState(decision.state), DecisionEvent.DECIDE).value
    decision.outcome = verdict.outcome.value
    decision.limit_minor = None if verdict.limit is None else verdict.limit.minor
    decision.annual_rate = verdict.annual_rate
    decision.made_at = now
    decision.save()
    publish_outcome(name="decision.made", decision=decision, now=now)


def publish_outcome(*, name: str, decision: Decision, now: datetime) -> None:
    """Tell whoever asked; the subject lets each listener take its own."""
    publish(
        name=name,
        key=str(decision.pk),
        payload={
            "decision_id": str(decision.pk),
            "subject": decision.subject_type,
            "subject_id": str(decision.subject_id),
        },
        now=now,
    )

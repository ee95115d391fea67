"""What officers do with referred decisions: take, give back, decide."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core import audit
from core.errors import Conflict, Forbidden
from core.locks import lock_row
from core.money import Money
from risk.domain.facts import RiskFacts
from risk.domain.policy import parse_policy
from risk.domain.reasons import ReasonCode
from risk.domain.states import (
    DECISION,
    REVIEW,
    DecisionEvent,
    DecisionState,
    Outcome,
    ReviewEvent,
    ReviewState,
)
from risk.models import Decision, Review
from risk.operations.decisions import publish_outcome
from risk.operations.rulings import REVIEWERS, SENIOR_OFFICER, Ruling, check_ruling


@transaction.atomic
def claim_review(*, review_id: UUID, officer_id: UUID, now: datetime) -> None:
    """Take a review off the queue. Taking one's own again changes nothing.

    Raises NotFound, Forbidden "own-application", Conflict "review-taken" (who and since when are
    in the message) or "review-decided".
    """
    review = lock_row(Review, pk=review_id)
    _refuse_decided(review)
    _refuse_own(review, officer_id)
    if review.state == ReviewState.CLAIMED:
        if review.claimed_by_id == officer_id:
            return
        raise _taken(review)
    review.state = REVIEW.next(ReviewState(review.state), ReviewEvent.CLAIM).value
    review.claimed_by_id = officer_id
    review.claimed_at = now
    review.save()
    _record(review, "review.claimed", officer_id, now)


@transaction.atomic
def release_review(
    *, review_id: UUID, officer_id: UUID, roles: frozenset[str] = frozenset(), now: datetime
) -> None:
    """Put a review back on the queue. A senior officer may release another's (absence, leave).

    Releasing an open one changes nothing. Raises NotFound, Conflict "review-taken" or
    "review-decided".
    """
    review = lock_row(Review, pk=review_id)
    _refuse_decided(review)
    if review.state == ReviewState.OPEN:
        return
    if review.claimed_by_id != officer_id and SENIOR_OFFICER not in roles:
        raise _taken(review)
    holder = review.claimed_by_id
    review.state = REVIEW.next(ReviewState(review.state), ReviewEvent.RELEASE).value
    review.claimed_by_id = None
    review.claimed_at = None
    review.save()
    _record(review, "review.released", officer_id, now, data={"held_by": str(holder)})


@transaction.atomic
def decide_review(
    *,
    review_id: UUID,
    officer_id: UUID,
    roles: frozenset[str],
    outcome: Outcome,
    limit: Money | None,
    annual_rate: Decimal | None,
    reasons: tuple[ReasonCode, ...],
    note: str,
    now: datetime,
) -> None:
    """Make a referred decision, with an audit line; publishes `decision.made`.

    `roles` are the officer's groups. Approving a line needs a limit and a rate (a fraction a
    year); a drawdown takes neither; declining needs one to four reasons; a note always.
    Raises NotFound; Forbidden "not-reviewer", "own-application", "senior-needed"; Conflict
    "review-taken", "review-not-claimed", "review-decided"; InvalidInput by field; Refused
    "over-exposure-cap".
    """
    review = lock_row(Review, pk=review_id)
    decision = lock_row(Decision, pk=review.decision_id)
    _refuse_decided(review)
    if not roles & REVIEWERS:
        raise Forbidden(code="not-reviewer", message=_("Only credit officers decide reviews."))
    _refuse_own(review, officer_id)
    if review.state != ReviewState.CLAIMED:
        raise Conflict(code="review-not-claimed", message=_("Take the review first."))
    if review.claimed_by_id != officer_id:
        raise _taken(review)
    ruling = Ruling(
        outcome=outcome, limit=limit, annual_rate=annual_rate, reasons=reasons, note=note.strip()
    )
    check_ruling(
        ruling=ruling,
        facts=RiskFacts.from_json(decision.facts),
        policy=parse_policy(body=decision.policy.body),
        roles=roles,
    )
    _conclude(decision, ruling, officer_id, now)
    review.state = REVIEW.next(ReviewState(review.state), ReviewEvent.DECIDE).value
    review.decided_by_id = officer_id
    review.decided_at = now
    review.note = ruling.note
    review.save()
    _record(review, "review.decided", officer_id, now, data=ruling.to_json())
    publish_outcome(name="decision.made", decision=decision, now=now)


def _conclude(decision: Decision, ruling: Ruling, officer_id: UUID, now: datetime) -> None:
    decision.state = DECISION.next(DecisionState(decision.state), DecisionEvent.CONCLUDE).value
    decision.outcome = ruling.outcome.value
    decision.limit_minor = None if ruling.limit is None else ruling.limit.minor
    decision.annual_rate = ruling.annual_rate
    decision.reasons = [code.value for code in ruling.reasons]
    decision.made_at = now
    decision.made_by_id = officer_id
    decision.save()


def _refuse_decided(review: Review) -> None:
    if review.state == ReviewState.DECIDED:
        raise Conflict(code="review-decided", message=_("This review was already decided."))


def _refuse_own(review: Review, officer_id: UUID) -> None:
    if review.decision.applicant_id == officer_id:
        raise Forbidden(code="own-application", message=_("Nobody reviews their own application."))


def _taken(review: Review) -> Conflict:
    holder, since = review.claimed_by, review.claimed_at
    if holder is None or since is None:
        raise ValueError("nobody holds this review")
    return Conflict(
        code="review-taken",
        message=format_lazy(
            _("The officer with the phone ending in {phone} took this review at {time}."),
            phone=(holder.phone or "")[-4:],
            time=f"{timezone.localtime(since):%Y-%m-%d %H:%M}",
        ),
    )


def _record(
    review: Review,
    action: str,
    officer_id: UUID,
    now: datetime,
    data: dict[str, object] | None = None,
) -> None:
    audit.record(
        actor=str(officer_id),
        action=action,
        subject=f"risk_review:{review.pk}",
        now=now,
        reason="",
        data={"decision_id": str(review.decision_id), **(data or {})},
    )

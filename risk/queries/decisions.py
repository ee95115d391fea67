"""Decisions, for whoever asked for one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from core.errors import NotFound
from core.money import Money
from risk.domain.facts import DecisionSubject
from risk.domain.states import DecisionState, Outcome
from risk.models import Decision
from risk.queries.texts import Reader, Reason, reason_texts


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """A decision. `outcome` is None until it is made; `limit` and `annual_rate` (a fraction a
    year) are there for approved lines. `reasons` are the borrower's sentences in the language
    that was current. `made_by_id` None on a made decision: by the policy alone."""

    id: UUID
    subject: DecisionSubject
    subject_id: UUID
    applicant_id: UUID
    state: DecisionState
    outcome: Outcome | None
    score: int | None
    limit: Money | None
    annual_rate: Decimal | None
    reasons: tuple[Reason, ...]
    requested_at: datetime
    made_at: datetime | None
    made_by_id: UUID | None


def get_decision(*, decision_id: UUID) -> DecisionView:
    """One decision with the borrower's reason texts. Raises NotFound."""
    row = Decision.objects.filter(pk=decision_id).first()
    if row is None:
        raise NotFound
    return view_decision(row=row, reader=Reader.BORROWER)


def view_decision(*, row: Decision, reader: Reader) -> DecisionView:
    """A row as what callers see."""
    return DecisionView(
        id=row.pk,
        subject=DecisionSubject(row.subject_type),
        subject_id=row.subject_id,
        applicant_id=row.applicant_id,
        state=DecisionState(row.state),
        outcome=Outcome(row.outcome) if row.outcome else None,
        score=row.score,
        limit=None if row.limit_minor is None else Money(row.limit_minor, row.currency),
        annual_rate=row.annual_rate,
        reasons=reason_texts(codes=row.reasons, reader=reader),
        requested_at=row.requested_at,
        made_at=row.made_at,
        made_by_id=row.made_by_id,
    )

"""Reads: repayments, certificates, and how far a day is closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from cards.queries import CardView, get_card
from core.errors import NotFound
from core.money import Money
from lending.loans.domain import PaymentKind
from lending.loans.domain.states import LoanStatus
from lending.loans.queries.loans import loans_of
from lending.repayments.domain.states import CLOSING, PartState, RepaymentState
from lending.repayments.models import (
    ClosingDay,
    Repayment,
    SettlementCertificate,
)


@dataclass(frozen=True, kw_only=True)
class RepaymentView:
    """A repayment and how far it has come."""

    id: UUID
    loan_id: UUID
    kind: PaymentKind
    state: RepaymentState
    amount: Money
    on: date
    card: CardView
    created_at: datetime
    ended_at: datetime | None
    failure: str

    @property
    def is_open(self) -> bool:
        return self.state is RepaymentState.COLLECTING


@dataclass(frozen=True, kw_only=True)
class CertificateView:
    """A settlement certificate as issued, with the SHA-256 of its canonical content."""

    id: UUID
    number: str
    loan_id: UUID
    content: Mapping[str, str]
    sha256: str
    issued_at: datetime


@dataclass(frozen=True, kw_only=True)
class ClosingView:
    """How far the close of a day has come. `closed` counts loans, of them `replayed` by replay."""

    day: date
    began_at: datetime
    moved_at: datetime | None
    ended_at: datetime | None
    parts: int
    parts_closed: int
    parts_done: int
    closed: int
    replayed: int
    notices: int
    debits: int


def is_collecting(loan_id: UUID) -> bool:
    """Whether a repayment of the loan is on its way."""
    return Repayment.objects.filter(loan_id=loan_id, state=RepaymentState.COLLECTING).exists()


def list_closings(*, limit: int = 30) -> tuple[ClosingView, ...]:
    """The newest day closes first."""
    return tuple(_closing_view(row) for row in _closings().order_by("-day")[:limit])


def get_closing(*, day: date) -> ClosingView:
    """The close of a day. Raises NotFound for a day whose close has not begun."""
    row = _closings().filter(day=day).first()
    if row is None:
        raise NotFound
    return _closing_view(row)


def _closings() -> QuerySet[ClosingDay]:
    return ClosingDay.objects.annotate(
        cut=Count("parts"),
        closed=Count("parts", filter=~Q(parts__state__in=list(CLOSING))),
        done=Count("parts", filter=Q(parts__state=PartState.DONE)),
        **{
            f"sum_{name}": Sum(f"parts__{name}", default=0)
            for name in ("on_plan", "eventful", "notices", "debits")
        },
    )


def _closing_view(row: Any) -> ClosingView:
    return ClosingView(
        day=row.day,
        began_at=row.began_at,
        moved_at=row.moved_at,
        ended_at=row.ended_at,
        parts=row.cut,
        parts_closed=row.closed,
        parts_done=row.done,
        closed=row.sum_on_plan + row.sum_eventful,
        replayed=row.sum_eventful,
        notices=row.sum_notices,
        debits=row.sum_debits,
    )


def repayment_view(row: Repayment) -> RepaymentView:
    """A row as its owner sees it."""
    return RepaymentView(
        id=row.pk,
        loan_id=row.loan_id,
        kind=PaymentKind(row.kind),
        state=RepaymentState(row.state),
        amount=Money(row.amount, row.currency),
        on=row.on,
        card=get_card(user_id=row.loan.borrower_id, binding_id=row.binding_id),
        created_at=row.created_at,
        ended_at=row.ended_at,
        failure=row.failure,
    )


def repayments_of(*, borrower_id: UUID, loan_id: UUID) -> QuerySet[Repayment]:
    """Repayments of one of the borrower's own loans, newest first, for paging. Raises NotFound."""
    if not loans_of(borrower_id=borrower_id).filter(pk=loan_id).exists():
        raise NotFound
    return (
        Repayment.objects.filter(loan_id=loan_id, loan__borrower_id=borrower_id)
        .select_related("loan")
        .order_by("-id")
    )


def get_repayment(*, borrower_id: UUID, repayment_id: UUID) -> RepaymentView:
    """One of the borrower's own repayments. Raises NotFound."""
    row = (
        Repayment.objects.filter(pk=repayment_id, loan__borrower_id=borrower_id)
        .select_related("loan")
        .first()
    )
    if row is None:
        raise NotFound
    return repayment_view(row)


def get_open_repayment(*, borrower_id: UUID, loan_id: UUID) -> RepaymentView | None:
    """The repayment that is on its way, if there is one."""
    rows = repayments_of(borrower_id=borrower_id, loan_id=loan_id)
    row = rows.filter(state=RepaymentState.COLLECTING).first()
    return None if row is None else repayment_view(row)


def list_repayments(*, borrower_id: UUID, loan_id: UUID) -> tuple[RepaymentView, ...]:
    """The newest repayments of a loan."""
    rows = repayments_of(borrower_id=borrower_id, loan_id=loan_id)[:50]
    return tuple(repayment_view(row) for row in rows)


def get_certificate(*, borrower_id: UUID, loan_id: UUID) -> CertificateView:
    """The certificate of one of the borrower's own loans. Raises NotFound until it is settled.

    A loan whose last payment was taken back runs again: what was certified is not so any more.
    """
    row = SettlementCertificate.objects.filter(
        loan_id=loan_id, loan__borrower_id=borrower_id, loan__status=LoanStatus.CLOSED_REPAID
    ).first()
    if row is None:
        raise NotFound
    return CertificateView(
        id=row.pk,
        number=row.number,
        loan_id=row.loan_id,
        content=row.content,
        sha256=row.sha256,
        issued_at=row.issued_at,
    )

"""What happened to a loan, as its borrower sees it.

A write-off is not in it, nor its undoing: it is the lender's own bookkeeping, the debt stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext

from core.errors import NotFound
from core.money import Money
from lending.loans.domain import Disbursed, LoanEvent
from lending.loans.domain.codec import EventKind
from lending.loans.models import LoanHistory
from lending.loans.queries.fold import history_event
from lending.loans.queries.loans import loans_of
from lending.loans.texts import borrower_title, event_text


@dataclass(frozen=True, kw_only=True)
class LoanEventView:
    """One event. `kind` is a code, `payment_kind` one more where it is a payment; `title` and
    `particulars` are in the reader's language. `is_undone`: a later event took it back."""

    id: UUID
    on: date
    kind: EventKind
    payment_kind: str
    amount: Money | None
    title: str
    particulars: str
    is_undone: bool
    recorded_at: datetime


def events_of(*, borrower_id: UUID, loan_id: UUID) -> QuerySet[LoanHistory]:
    """Events of one of the borrower's own loans, newest first, for paging. Raises NotFound."""
    if not loans_of(borrower_id=borrower_id).filter(pk=loan_id).exists():
        raise NotFound
    same = LoanHistory.objects.filter(loan_id=OuterRef("loan_id"), reference=OuterRef("reference"))
    written_off = Q(kind=EventKind.WRITTEN_OFF) | Q(
        Exists(same.filter(kind=EventKind.WRITTEN_OFF)), kind=EventKind.REVERSED
    )
    undone = Exists(same.filter(kind=EventKind.REVERSED))
    rows = LoanHistory.objects.filter(loan_id=loan_id).exclude(written_off)
    rows = rows.annotate(undone=undone).select_related("loan__drawdown__quote")
    return rows.order_by("-id")


def event_view(row: LoanHistory) -> LoanEventView:
    """A row of `events_of` as its owner sees it."""
    event = history_event(row, currency=row.loan.currency)
    undone: bool = getattr(row, "undone")  # noqa: B009 - annotated by events_of
    return LoanEventView(
        id=row.pk,
        on=row.on,
        kind=EventKind(row.kind),
        payment_kind=row.payment_kind,
        amount=None if row.amount is None else Money(row.amount, row.loan.currency),
        title=_title(row, event),
        particulars=event_text(event),
        is_undone=undone and row.kind != EventKind.REVERSED,
        recorded_at=row.recorded_at,
    )


def _title(row: LoanHistory, event: LoanEvent) -> str:
    """A loan that replaces another one was not paid out: it paid that one."""
    replaces = row.loan.drawdown.quote.refinances_id is not None
    if replaces and isinstance(event, Disbursed):
        return gettext("Began, and paid the old loan")
    return borrower_title(event)


def list_events(*, borrower_id: UUID, loan_id: UUID, limit: int = 50) -> tuple[LoanEventView, ...]:
    """The newest events of a loan. Raises NotFound."""
    rows = events_of(borrower_id=borrower_id, loan_id=loan_id)[:limit]
    return tuple(event_view(row) for row in rows)

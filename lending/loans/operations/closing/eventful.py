"""The close of a day by replay: for loans of which SQL cannot be certain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import prefetch_related_objects

from core.locks import lock_rows
from lending.loans.domain import LoanEvent, replay
from lending.loans.domain.classification import Thresholds
from lending.loans.domain.on_plan import is_plain
from lending.loans.domain.states import LoanStatus
from lending.loans.models import Loan
from lending.loans.operations.closing.slices import Slice
from lending.loans.operations.fold import apply_state, post_difference
from lending.loans.queries.classification import thresholds
from lending.loans.queries.fold import events_by_loan, loan_terms

#: Loans replayed in one transaction: what a paying borrower may have to wait for.
SLICE: Final = 40


def close_eventful(*, day: date, after: UUID, last: UUID, now: datetime) -> Slice:
    """Close `day` by replay for the next active loans after `after`, up to `last`, still open.

    Exactly once per (loan, day): a repetition finds the day closed.
    """
    with transaction.atomic():
        rows = Loan.objects.filter(
            status=LoanStatus.ACTIVE, closed_through__lt=day, pk__gt=after, pk__lte=last
        )
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[:SLICE])
        closed = close_loans(ids=ids, day=day, now=now)
    return Slice(upto=ids[-1] if len(ids) == SLICE else None, done=closed)


def close_stragglers(*, day: date, now: datetime) -> int:
    """Close `day` for loans that began on it after their range was done. Returns how many."""
    rows = Loan.objects.filter(
        status=LoanStatus.ACTIVE, disbursed_on__gte=day, closed_through__lt=day
    )
    closed = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:SLICE]):
        closed += close_loans(ids=ids, day=day, now=now)
    return closed


def close_loans(*, ids: Iterable[UUID], day: date, now: datetime) -> int:
    """Close `day` of these loans by replay, whatever they are. Returns how many were open."""
    with transaction.atomic():
        loans = [
            loan
            for loan in lock_rows(Loan, ids=ids).values()
            if loan.closed_through < day and loan.status == LoanStatus.ACTIVE
        ]
        prefetch_related_objects(loans, "instalments", "product_version__product")
        events = events_by_loan(loans)
        limits = {
            regime: thresholds(regime=regime, as_of=day)
            for regime in {loan.product_version.regime for loan in loans}
        }
        for loan in loans:
            _close(
                loan,
                events=events[loan.pk],
                limits=limits[loan.product_version.regime],
                day=day,
                now=now,
            )
    return len(loans)


def _close(
    loan: Loan, *, events: list[LoanEvent], limits: Thresholds, day: date, now: datetime
) -> None:
    state = replay(terms=loan_terms(loan), events=events, as_of=day)
    post_difference(
        loan, event=f"accrued.{day.isoformat()}", before=state, after=state, on=day, now=now
    )
    apply_state(loan, state=state, plain=is_plain(events=events), limits=limits)
    loan.closed_through = day
    loan.save()

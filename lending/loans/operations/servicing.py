"""What happens to a loan as time passes: days closed, lines expired."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.domain.messages import MessageKind
from accounts.operations import send_message
from cards.queries import get_card
from core.locks import lock_row
from lending.loans.domain import LoanState
from lending.loans.domain.on_plan import is_plain
from lending.loans.domain.states import (
    LINE,
    LineEvent,
    LineState,
    LoanStatus,
)
from lending.loans.models import CreditLine, Loan
from lending.loans.operations.fold import apply_state, post_difference
from lending.loans.queries.classification import thresholds
from lending.loans.queries.fold import loan_events, loan_state

#: Days before the due date on which a reminder is sent (usual: T-3 and T-1).
REMIND_DAYS: Final = (3, 1)
BATCH: Final = 500


def close_loan_day(*, loan_id: UUID, day: date, now: datetime) -> None:
    """Close one day of one loan: interest and penalty earned, days past due, reminders.

    Exactly once per (loan, day): a repetition finds the day closed. Days are closed in order.
    """
    with transaction.atomic():
        loan = lock_row(Loan, pk=loan_id)
        if loan.closed_through >= day or loan.status != LoanStatus.ACTIVE:
            return
        state = loan_state(loan, as_of=day)
        post_difference(
            loan,
            event=f"accrued.{day.isoformat()}",
            before=state,
            after=state,
            on=day,
            now=now,
        )
        plain = is_plain(events=loan_events(loan))
        limits = thresholds(regime=loan.product_version.regime, as_of=day)
        apply_state(loan, state=state, plain=plain, limits=limits)
        loan.closed_through = day
        loan.save()
        _remind(loan, state=state, day=day, now=now)


def _remind(loan: Loan, *, state: LoanState, day: date, now: datetime) -> None:
    """A reminder before the due date; one message on the first day past it."""
    upcoming = state.next_instalment
    if upcoming is not None and (upcoming.due_on - day).days in REMIND_DAYS:
        card = get_card(user_id=loan.borrower_id, binding_id=loan.binding_id)
        send_message(
            user_id=loan.borrower_id,
            kind=MessageKind.INSTALMENT_DUE_SOON,
            params={
                **card.words,
                "amount": upcoming.open.total.display,
                "due_date": upcoming.due_on.isoformat(),
            },
            key=f"due_soon:{loan.pk}:{upcoming.number}:{(upcoming.due_on - day).days}",
            now=now,
        )
    late = [row for row in state.rows if row.due_on < day and row.open.total]
    if state.days_past_due == 1 and late:
        send_message(
            user_id=loan.borrower_id,
            kind=MessageKind.OVERDUE,
            params={
                "amount": state.due_now.total.display,
                "due_date": late[0].due_on.isoformat(),
            },
            key=f"overdue:{loan.pk}:{late[0].number}",
            now=now,
        )


def list_loans_to_close(*, day: date) -> list[UUID]:
    """A batch of active loans whose `day` is not closed yet."""
    rows = Loan.objects.filter(status=LoanStatus.ACTIVE, closed_through__lt=day)
    return list(rows.order_by("id").values_list("pk", flat=True)[:BATCH])


def expire_lines(*, today: date) -> int:
    """End every line whose validity has passed. Loans drawn from it run on. Returns how many."""
    ended = 0
    rows = CreditLine.objects.filter(
        state__in=[LineState.ACTIVE, LineState.FROZEN], valid_until__lt=today
    )
    for pk in rows.order_by("id").values_list("pk", flat=True):
        with transaction.atomic():
            line = lock_row(CreditLine, pk=pk)
            if LINE.allows(LineState(line.state), LineEvent.EXPIRE):
                line.state = LINE.next(LineState(line.state), LineEvent.EXPIRE)
                line.save(update_fields=["state"])
                ended += 1
    return ended

"""Due notices: three days and one day before the due date, and on the first day past it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from accounts.domain.messages import MessageKind
from accounts.operations import Message, send_messages
from cards.queries import list_cards_by_id
from core.money import Money
from lending.loans.domain.states import LoanStatus
from lending.loans.models import Loan, LoanInstalment
from lending.loans.operations.closing.slices import Slice

#: Days before the due date on which a reminder is sent (usual: T-3 and T-1).
REMIND_DAYS: Final = (3, 1)
SLICE: Final = 500


def remind(
    *, day: date, after: UUID, last: UUID, sms_after: datetime | None, now: datetime
) -> Slice:
    """Send the notices of the closed `day` to the next borrowers after `after`, up to `last`.

    What is said is what is owed now: who has paid meanwhile hears nothing. No SMS goes out before
    `sms_after`. Repeating sends nothing twice.
    """
    loans = [*_due_soon(day, after, last), *_newly_late(day, after, last)]
    chosen = sorted(loans, key=lambda loan: loan.pk)[:SLICE]
    send_messages(messages=list(_messages(chosen, day=day)), sms_after=sms_after, now=now)
    return Slice(upto=chosen[-1].pk if len(chosen) == SLICE else None, done=len(chosen))


def _due_soon(day: date, after: UUID, last: UUID) -> Iterator[Loan]:
    for ahead in REMIND_DAYS:
        rows = Loan.objects.filter(
            status=LoanStatus.ACTIVE,
            next_due_on=day + timedelta(days=ahead),
            pk__gt=after,
            pk__lte=last,
        )
        yield from rows.order_by("pk")[:SLICE]


def _newly_late(day: date, after: UUID, last: UUID) -> Iterable[Loan]:
    rows = Loan.objects.filter(
        status=LoanStatus.ACTIVE,
        due_since__isnull=False,
        days_past_due=1,
        closed_through=day,
        pk__gt=after,
        pk__lte=last,
    )
    return rows.order_by("pk")[:SLICE]


def _messages(loans: list[Loan], *, day: date) -> Iterator[Message]:
    open_rows: defaultdict[UUID, list[LoanInstalment]] = defaultdict(list)
    rows = LoanInstalment.objects.filter(
        loan__in=[loan.pk for loan in loans],
        due_on__lte=day + timedelta(days=max(REMIND_DAYS)),
        settled_on__isnull=True,
    )
    for row in rows.order_by("loan_id", "number"):
        open_rows[row.loan_id].append(row)
    cards = list_cards_by_id(binding_ids=[loan.binding_id for loan in loans])
    for loan in loans:
        late = [row for row in open_rows[loan.pk] if row.due_on <= day and _open(row)]
        soon = [row for row in open_rows[loan.pk] if row.due_on == loan.next_due_on]
        if loan.next_due_on is not None and (loan.next_due_on - day).days in REMIND_DAYS and soon:
            yield _soon_message(loan, soon[0], words=dict(cards[loan.binding_id].words), day=day)
        if loan.days_past_due == 1 and late:
            yield Message(
                user_id=loan.borrower_id,
                kind=MessageKind.OVERDUE,
                params={
                    "amount": Money(sum(map(_open, late)), loan.currency).display,
                    "due_date": late[0].due_on.isoformat(),
                },
                key=f"overdue:{loan.pk}:{late[0].number}",
            )


def _soon_message(loan: Loan, row: LoanInstalment, *, words: dict[str, str], day: date) -> Message:
    return Message(
        user_id=loan.borrower_id,
        kind=MessageKind.INSTALMENT_DUE_SOON,
        params={
            **words,
            "amount": Money(_open(row), loan.currency).display,
            "due_date": row.due_on.isoformat(),
        },
        key=f"due_soon:{loan.pk}:{row.number}:{(row.due_on - day).days}",
    )


def _open(row: LoanInstalment) -> int:
    """Minor units still to be paid of it."""
    asked = row.principal + row.interest + row.penalty + row.fee
    return asked - row.principal_paid - row.interest_paid - row.penalty_paid - row.fee_paid

"""What happens to a loan enters it here, and nowhere else.

One event is appended to the history, the loan is replayed without and with it, and everything
that follows is the difference: the ledger's entry, the cached figures, the status, the message.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from accounts.domain.messages import MessageKind
from accounts.operations import send_message
from cards.operations import hold_binding, release_binding
from core.businessday import hold_business_date
from core.locks import lock_row
from core.money import Money
from core.outbox import publish
from lending.ledger.domain import AccountCode
from lending.loans.domain import LoanEvent, LoanState, Paid, PaymentKind, WrittenOff, replay
from lending.loans.domain.codec import EventKind, event_kind, event_to_json
from lending.loans.domain.events import Reversed
from lending.loans.domain.on_plan import is_plain
from lending.loans.domain.states import LOAN, LoanStatus, LoanStatusEvent
from lending.loans.models import Loan, LoanHistory
from lending.loans.operations.fold import apply_state, post_difference
from lending.loans.operations.notices import tell
from lending.loans.queries.classification import thresholds
from lending.loans.queries.fold import loan_events, loan_terms

#: Columns of a history row; the rest of an event is its details.
_COLUMNS: Final = ("event", "on", "sequence", "reference", "amount", "currency")
_CLOSES: Final = {
    LoanStatus.CLOSED_REPAID: LoanStatusEvent.REPAY,
    LoanStatus.CLOSED_WRITTEN_OFF: LoanStatusEvent.WRITE_OFF,
    LoanStatus.CLOSED_REFINANCED: LoanStatusEvent.REFINANCE,
    LoanStatus.ACTIVE: LoanStatusEvent.REOPEN,
}


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The loan today without and with an event."""

    event: LoanEvent
    before: LoanState
    after: LoanState


def record_event(
    loan: Loan,
    *,
    event: LoanEvent,
    today: date,
    now: datetime,
    reference: str = "",
    funded_by: AccountCode = AccountCode.BANK_CASH,
) -> Recorded | None:
    """Append an event to a loan and carry out all that follows from it.

    The caller holds the loan's lock and the business date `today`; the event's own sequence is
    given here. `reference` is for an event that has none itself. None for a kind and reference
    that was recorded before. Raises InvalidEventsError for what cannot happen to this loan.
    """
    events, terms = loan_events(loan), loan_terms(loan)
    known = getattr(event, "reference", reference)
    kind = event_kind(event=event)
    if loan.history.filter(kind=kind, reference=known).exists():
        return None
    event = replace(event, sequence=len(events) + 1)
    history = [*events, event]
    before = replay(terms=terms, events=events, as_of=today)
    after = replay(terms=terms, events=history, as_of=today)
    _append(loan, event=event, kind=kind, reference=known, now=now)
    post_difference(
        loan,
        event=f"{kind.lower()}.{event.sequence}",
        before=before,
        after=after,
        on=today,
        now=now,
        funded_by=funded_by,
    )
    _move(loan, status=_status(history, after), sequence=event.sequence, now=now)
    limits = thresholds(regime=loan.product_version.regime, as_of=today)
    apply_state(loan, state=after, plain=is_plain(events=history), limits=limits)
    if loan.status == LoanStatus.ACTIVE:
        # A loan that was closed for a while has no day left to close: all of it is posted above.
        loan.closed_through = max(loan.closed_through, today - timedelta(days=1))
    loan.save()
    recorded = Recorded(event=event, before=before, after=after)
    tell(loan, event=event, undone=_undone(event, events), after=after, now=now)
    return recorded


def record_payment(
    *,
    loan_id: UUID,
    amount: Money,
    kind: PaymentKind,
    reference: str,
    on: date,
    now: datetime,
) -> None:
    """Count money that the bank has collected, from the day `on` it was asked for.

    Idempotent by `reference`. A loan that was settled meanwhile keeps the money as the
    borrower's credit. Raises NotFound, InvalidEventsError (a defect of ours).
    """
    with transaction.atomic():
        loan = lock_row(Loan, pk=loan_id)
        record_event(
            loan,
            event=Paid(on=on, amount=amount, kind=kind, reference=reference),
            today=hold_business_date(),
            now=now,
        )


def _append(
    loan: Loan, *, event: LoanEvent, kind: EventKind, reference: str, now: datetime
) -> None:
    body: dict[str, Any] = event_to_json(event=event)
    payment_kind = body.pop("kind") if isinstance(event, Paid) else ""
    LoanHistory.objects.create(
        loan=loan,
        sequence=event.sequence,
        kind=kind,
        on=event.on,
        amount=body.get("amount"),
        payment_kind=payment_kind,
        reference=reference,
        details={name: value for name, value in body.items() if name not in _COLUMNS},
        recorded_at=now,
    )


def _undone(event: LoanEvent, events: Sequence[LoanEvent]) -> LoanEvent | None:
    """What an event undoes, if it undoes one."""
    if not isinstance(event, Reversed):
        return None
    return next(e for e in events if getattr(e, "reference", "") == event.reference)


def _status(events: list[LoanEvent], state: LoanState) -> LoanStatus:
    """What the loan's events make it, whatever it was."""
    undone = {event.reference for event in events if isinstance(event, Reversed)}
    standing = [e for e in events if getattr(e, "reference", "") not in undone]
    if any(isinstance(event, WrittenOff) for event in standing):
        return LoanStatus.CLOSED_WRITTEN_OFF
    if not state.is_settled:
        return LoanStatus.ACTIVE
    refinanced = any(isinstance(e, Paid) and e.kind is PaymentKind.REFINANCE for e in standing)
    return LoanStatus.CLOSED_REFINANCED if refinanced else LoanStatus.CLOSED_REPAID


def _move(loan: Loan, *, status: LoanStatus, sequence: int, now: datetime) -> None:
    """Close or reopen the loan where the event did; the card is held for one that runs."""
    if status == loan.status:
        return
    if loan.status != LoanStatus.ACTIVE and status is not LoanStatus.ACTIVE:
        loan.status = LOAN.next(LoanStatus(loan.status), LoanStatusEvent.REOPEN)
    loan.status = LOAN.next(LoanStatus(loan.status), _CLOSES[status])
    if status is LoanStatus.ACTIVE:
        hold_binding(binding_id=loan.binding_id, source_type="loan", source_id=loan.pk, now=now)
        return
    release_binding(source_type="loan", source_id=loan.pk, now=now)
    if status is LoanStatus.CLOSED_REPAID:
        send_message(
            user_id=loan.borrower_id,
            kind=MessageKind.LOAN_SETTLED,
            params={"amount": Money(loan.principal, loan.currency).display},
            key=f"loan_settled:{loan.pk}:{sequence}",
            now=now,
        )
        publish(
            name="loan.settled",
            key=f"{loan.pk}:{sequence}",
            payload={"loan_id": str(loan.pk)},
            now=now,
        )

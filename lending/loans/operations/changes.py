"""Changing a running loan with four eyes: one colleague proposes, another decides.

Nothing happens to the loan before approval. Approval works the change out once more under the
loan's lock; if the loan moved on so that what was shown no longer holds, the proposal expires.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.audit import record
from core.businessday import hold_business_date
from core.errors import Conflict, Forbidden, InvalidInput, KadaiError, NotFound
from core.ids import uuid7
from core.locks import lock_row
from lending.loans.domain import CreditRefunded, Disbursed, LoanEvent, Reversed
from lending.loans.domain.changes import CHANGE, ChangeEvent, ChangeState, service_of
from lending.loans.domain.codec import event_from_json, event_to_json
from lending.loans.domain.preview import preview_from_json, preview_to_json
from lending.loans.models import Loan, LoanChange
from lending.loans.operations.recording import record_event
from lending.loans.operations.refunds import check_refundable, send_refund
from lending.loans.queries.changes import only_expected, work_out
from lending.loans.queries.fold import loan_events

MAX_TEXT: Final = 1000


def propose_change(
    *, loan_id: UUID, event: LoanEvent, reason: str, proposer_id: UUID, now: datetime
) -> UUID:
    """Propose an event for a loan, with the plan it leads to; its reference is given here.

    Raises NotFound, InvalidInput (`reason` and the event's fields), Conflict (`change-open`,
    `loan-closed`), Forbidden (`own-loan`), Refused (`card-missing`).
    """
    reason = _text("reason", reason)
    with transaction.atomic():
        loan = lock_row(Loan, pk=loan_id)
        _not_own(loan, proposer_id)
        if loan.changes.filter(state=ChangeState.PROPOSED).exists():
            raise Conflict(
                code="change-open",
                message=_("A change of this loan waits for a decision. One at a time."),
            )
        today, change_id = hold_business_date(), uuid7()
        if not isinstance(event, Disbursed | Reversed):
            event = replace(event, reference=str(change_id))
        worked_out = work_out(loan, event=event, today=today, as_of=today)
        if isinstance(event, CreditRefunded):
            check_refundable(loan)
        change = LoanChange.objects.create(
            id=change_id,
            loan=loan,
            state=CHANGE.initial,
            service=service_of(event=event),
            event=event_to_json(event=event),
            reason=reason,
            shown=preview_to_json(preview=worked_out.preview),
            fingerprint=worked_out.fingerprint,
            proposer_id=proposer_id,
            proposed_at=now,
        )
        _audit(change, "proposed", actor=str(proposer_id), reason=reason, now=now)
    return change_id


def approve_change(*, change_id: UUID, decider_id: UUID, note: str = "", now: datetime) -> None:
    """Approve a proposal: the event happens now, with all that follows from it.

    Raises NotFound, Conflict (`change-decided`; `change-expired` where the loan moved on: the
    proposal has ended then and nothing else changed), Forbidden (`own-change`, `own-loan`).
    """
    with transaction.atomic():
        loan, change = _open_change(change_id)
        _other_eyes(loan, change, decider_id)
        today = hold_business_date()
        event = event_from_json(body=change.event)
        holds = _still_holds(loan, change, event=event, today=today)
        if holds:
            record_event(loan, event=event, today=today, now=now)
            if isinstance(event, CreditRefunded):
                send_refund(loan, change_id=change.pk, amount=event.amount, now=now)
            _end(change, ChangeEvent.APPROVE, decider_id=decider_id, note=note, now=now)
        else:
            _end(change, ChangeEvent.EXPIRE, decider_id=None, note="", now=now)
    if not holds:
        raise Conflict(
            code="change-expired",
            message=_("The loan has changed since this was proposed. Propose it anew."),
        )


def reject_change(*, change_id: UUID, decider_id: UUID, note: str, now: datetime) -> None:
    """Turn a proposal down. Raises NotFound, InvalidInput (`note`), Conflict (`change-decided`),
    Forbidden (`own-change`, `own-loan`)."""
    note = _text("note", note)
    with transaction.atomic():
        loan, change = _open_change(change_id)
        _other_eyes(loan, change, decider_id)
        _end(change, ChangeEvent.REJECT, decider_id=decider_id, note=note, now=now)


def withdraw_change(*, change_id: UUID, proposer_id: UUID, now: datetime) -> None:
    """Take one's own proposal back. Raises NotFound, Conflict (`change-decided`), Forbidden."""
    with transaction.atomic():
        _loan, change = _open_change(change_id)
        if change.proposer_id != proposer_id:
            raise Forbidden(message=_("Only who proposed a change can withdraw it."))
        _end(change, ChangeEvent.WITHDRAW, decider_id=None, note="", now=now)


def _text(field: str, text: str) -> str:
    text = text.strip()
    if not text:
        raise InvalidInput.field(field, _("Say why."))
    if len(text) > MAX_TEXT:
        raise InvalidInput.field(field, _("This is too long."))
    return text


def _open_change(change_id: UUID) -> tuple[Loan, LoanChange]:
    """The loan and the proposal, locked in this order like wherever a loan changes."""
    loan_id = LoanChange.objects.filter(pk=change_id).values_list("loan_id", flat=True).first()
    if loan_id is None:
        raise NotFound
    loan = lock_row(Loan, pk=loan_id)
    change = lock_row(LoanChange, pk=change_id)
    if change.state != ChangeState.PROPOSED:
        raise Conflict(code="change-decided", message=_("This proposal has ended already."))
    return loan, change


def _not_own(loan: Loan, person_id: UUID) -> None:
    if loan.borrower_id == person_id:
        raise Forbidden(code="own-loan", message=_("Nobody changes their own loan."))


def _other_eyes(loan: Loan, change: LoanChange, decider_id: UUID) -> None:
    _not_own(loan, decider_id)
    if change.proposer_id == decider_id:
        raise Forbidden(
            code="own-change", message=_("Another colleague decides on what you proposed.")
        )


def _still_holds(loan: Loan, change: LoanChange, *, event: LoanEvent, today: date) -> bool:
    """Whether approval now leads to the plan that was shown; debits on the due day may have come."""
    shown = preview_from_json(body=change.shown)
    if not only_expected(loan_events(loan)[shown.sequence :]):
        return False
    try:
        worked_out = work_out(loan, event=event, today=today, as_of=shown.as_of)
        if isinstance(event, CreditRefunded):
            check_refundable(loan)
    except KadaiError:
        return False
    return worked_out.fingerprint == change.fingerprint


def _end(
    change: LoanChange, event: ChangeEvent, *, decider_id: UUID | None, note: str, now: datetime
) -> None:
    change.state = CHANGE.next(ChangeState(change.state), event)
    change.decider_id, change.note, change.ended_at = decider_id, note[:MAX_TEXT], now
    change.save(update_fields=["state", "decider", "note", "ended_at"])
    by_hand = str(change.proposer_id) if event is ChangeEvent.WITHDRAW else "system"
    actor = by_hand if decider_id is None else str(decider_id)
    _audit(change, change.state.lower(), actor=actor, reason=note, now=now)


def _audit(change: LoanChange, verb: str, *, actor: str, reason: str, now: datetime) -> None:
    record(
        actor=actor,
        action=f"loan-change.{verb}",
        subject=f"loan:{change.loan_id}",
        reason=reason,
        data={"change": str(change.pk), "event": change.event},
        now=now,
    )

"""Asking for money: the borrower's own repayment and the debit on the due day (代扣)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain.messages import MessageKind
from accounts.operations import send_message
from cards.domain.states import BindingState, Direction
from cards.operations import create_payment
from cards.queries import get_card, get_payment
from core.businessday import hold_business_date
from core.errors import Conflict, InvalidInput, Refused
from core.ids import uuid7
from core.locks import lock_name, lock_row
from core.money import Money
from lending.loans.domain import PaymentKind
from lending.loans.domain.states import LoanStatus
from lending.loans.operations import record_payment
from lending.loans.queries.loans import LoanView, get_any_loan, get_loan
from lending.loans.queries.underway import repayments_lock
from lending.repayments.domain.states import REPAYMENT, RepaymentEvent, RepaymentState
from lending.repayments.models import Repayment

SOURCE: Final = "repayment"


def _collect(
    *, loan: LoanView, key: str, kind: PaymentKind, amount: Money, binding_id: UUID, now: datetime
) -> Repayment:
    """The row and its payment, committed together."""
    repayment_id = uuid7()
    payment_id = create_payment(
        key=f"repayment:{repayment_id}",
        direction=Direction.IN,
        source_type=SOURCE,
        source_id=repayment_id,
        binding_id=binding_id,
        amount=amount,
        purpose="repayment",
        now=now,
    )
    return Repayment.objects.create(
        id=repayment_id,
        loan_id=loan.id,
        key=key,
        kind=kind,
        state=REPAYMENT.initial,
        currency=amount.currency,
        amount=amount.minor,
        on=loan.as_of,
        binding_id=binding_id,
        payment_id=payment_id,
        created_at=now,
    )


def _open_repayment(loan_id: UUID) -> Repayment | None:
    """The repayment on its way. Look for it before reading what is owed, never after.

    Whoever asks holds the lock of the loan's repayments, so none begins; and where none is on its
    way, none ends, so what is read next stays true. Read first, the loan could be settled between
    the two, and the same money asked for again.
    """
    return Repayment.objects.filter(loan_id=loan_id, state=RepaymentState.COLLECTING).first()


def _amount_to_pay(loan: LoanView, *, kind: PaymentKind, amount: Money | None) -> Money:
    """What is asked for. Raises InvalidInput (`amount`)."""
    payoff = loan.payoff.total
    if amount is not None and kind is not PaymentKind.MANUAL:
        # Taking another amount than the one that was named is never right.
        raise InvalidInput.field("amount", _("Leave the amount out: this kind names its own."))
    if kind is PaymentKind.PAYOFF:
        return payoff
    if kind is PaymentKind.DUE:
        if not loan.due_now.total:
            raise InvalidInput.field("amount", _("Nothing is due today."), code="nothing-due")
        return loan.due_now.total
    if amount is None or amount.minor <= 0 or amount.currency != payoff.currency:
        raise InvalidInput.field("amount", _("Enter an amount greater than zero."))
    if amount > payoff:
        raise InvalidInput.field(
            "amount",
            _("You owe %(payoff)s today; you cannot repay more.") % {"payoff": payoff.display},
            code="more-than-owed",
        )
    return amount


def repay(
    *,
    borrower_id: UUID,
    loan_id: UUID,
    key: str,
    kind: PaymentKind,
    amount: Money | None,
    binding_id: UUID | None,
    now: datetime,
) -> UUID:
    """Repay from a card: what is due (DUE), an amount (MANUAL) or everything (PAYOFF).

    The money counts from today's business date however long the bank takes. Idempotent by `key`.
    Raises NotFound, InvalidInput (`amount`), Conflict (`loan-closed`, `repayment-open`), Refused
    (`card-missing`).
    """
    with transaction.atomic():
        lock_name(name=repayments_lock(loan_id=loan_id))
        today = hold_business_date()
        underway = _open_repayment(loan_id)
        loan = get_loan(borrower_id=borrower_id, loan_id=loan_id, as_of=today)
        earlier = Repayment.objects.filter(loan_id=loan_id, key=key).first()
        if earlier is not None:
            return earlier.pk
        if loan.status != LoanStatus.ACTIVE:
            raise Conflict(code="loan-closed", message=_("This loan is settled."))
        if underway is not None:
            raise Conflict(
                code="repayment-open",
                message=_("A repayment of this loan is on its way. Please wait for its result."),
            )
        card = get_card(user_id=borrower_id, binding_id=binding_id or loan.card.id)
        if card.state != BindingState.ACTIVE:
            raise Refused(code="card-missing", message=_("Bind a bank card first."))
        asked = _amount_to_pay(loan, kind=kind, amount=amount)
        return _collect(loan=loan, key=key, kind=kind, amount=asked, binding_id=card.id, now=now).pk


def debit_due(*, loan_id: UUID, today: date, now: datetime) -> UUID | None:
    """Ask the card for what has fallen due, at most once per loan and business date.

    None where nothing is due, another repayment is on its way, the date has moved on, or the
    card cannot be debited.
    """
    key = f"due:{today.isoformat()}"
    with transaction.atomic():
        lock_name(name=repayments_lock(loan_id=loan_id))
        if hold_business_date() != today or _open_repayment(loan_id) is not None:
            return None
        loan = get_any_loan(loan_id=loan_id, as_of=today)
        asked = loan.due_now.total
        done = Repayment.objects.filter(loan_id=loan_id, key=key).exists()
        if done or not asked or loan.status != LoanStatus.ACTIVE:
            return None
        if loan.card.state != BindingState.ACTIVE:
            return None
        repayment = _collect(
            loan=loan,
            key=key,
            kind=PaymentKind.DUE,
            amount=asked,
            binding_id=loan.card.id,
            now=now,
        )
        return repayment.pk


def _end(repayment: Repayment, event: RepaymentEvent, *, now: datetime) -> None:
    repayment.state = REPAYMENT.next(RepaymentState(repayment.state), event)
    repayment.ended_at = now


def record_collection(*, payment_id: UUID, now: datetime) -> None:
    """The bank has collected: count the money on the loan. Repeating is harmless."""
    payment = get_payment(payment_id=payment_id)
    with transaction.atomic():
        repayment = lock_row(Repayment, pk=payment.source_id)
        if repayment.state != RepaymentState.COLLECTING:
            return
        _end(repayment, RepaymentEvent.COLLECTED, now=now)
        repayment.save()
        record_payment(
            loan_id=repayment.loan_id,
            amount=payment.amount,
            kind=PaymentKind(repayment.kind),
            reference=str(repayment.pk),
            on=repayment.on,
            now=now,
        )
        _thank(repayment, now=now)


def _thank(repayment: Repayment, *, now: datetime) -> None:
    """One message per repayment; a payoff's own message is that the loan is settled."""
    amount = Money(repayment.amount, repayment.currency).display
    params = {"amount": amount}
    match PaymentKind(repayment.kind):
        case PaymentKind.DUE:
            kind = MessageKind.INSTALMENT_PAID
            params["due_date"] = repayment.on.isoformat()
        case PaymentKind.MANUAL:
            kind = MessageKind.REPAID_EARLY
        case PaymentKind.PAYOFF:
            return
    send_message(
        user_id=repayment.loan.borrower_id,
        kind=kind,
        params=params,
        key=f"repayment:{repayment.pk}",
        now=now,
    )


def record_refusal(*, payment_id: UUID, now: datetime) -> None:
    """The bank could not collect: nothing changed on the loan. Repeating is harmless."""
    payment = get_payment(payment_id=payment_id)
    with transaction.atomic():
        repayment = lock_row(Repayment, pk=payment.source_id)
        if repayment.state != RepaymentState.COLLECTING:
            return
        _end(repayment, RepaymentEvent.REFUSED, now=now)
        repayment.failure = payment.response_class[:20]
        repayment.save()
        borrower_id = repayment.loan.borrower_id
        card = get_card(user_id=borrower_id, binding_id=repayment.binding_id)
        send_message(
            user_id=borrower_id,
            kind=MessageKind.DEBIT_FAILED,
            params={
                **card.words,
                "amount": Money(repayment.amount, repayment.currency).display,
            },
            key=f"repayment:{repayment.pk}",
            now=now,
        )

"""Giving back what a borrower paid too much: booked at approval, sent to the card, then confirmed.

Between approval and the bank's answer the money stands as a payout in flight, so that the same
credit cannot be given back twice. If the bank refuses, the event is undone and the credit is back.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cards.domain.states import BindingState, Direction
from cards.operations import create_payment
from cards.queries import get_card, get_payment
from core.businessday import hold_business_date
from core.errors import Refused
from core.locks import lock_row
from core.money import Money
from lending.ledger.domain import AccountCode, credit, debit
from lending.ledger.operations import post_entry
from lending.loans.domain import Reversed
from lending.loans.models import Loan, LoanChange
from lending.loans.operations.recording import record_event

SOURCE: Final = "credit-refund"


def check_refundable(loan: Loan) -> None:
    """Raises Refused (`card-missing`) where there is no card to send money to."""
    card = get_card(user_id=loan.borrower_id, binding_id=loan.binding_id)
    if card.state != BindingState.ACTIVE:
        raise Refused(
            code="card-missing",
            message=_("The card of this loan is not bound any more, so no money can go there."),
        )


def send_refund(loan: Loan, *, change_id: UUID, amount: Money, now: datetime) -> None:
    """Commit to the payout of a credit-balance refund that was recorded."""
    create_payment(
        key=f"{SOURCE}:{change_id}",
        direction=Direction.OUT,
        source_type=SOURCE,
        source_id=change_id,
        binding_id=loan.binding_id,
        amount=amount,
        purpose="refund",
        now=now,
    )


def record_refund_paid(*, payment_id: UUID, now: datetime) -> None:
    """The bank has paid: the money is no longer in flight. Repeating is harmless."""
    payment = get_payment(payment_id=payment_id)
    with transaction.atomic():
        loan_id = LoanChange.objects.values_list("loan_id", flat=True).get(pk=payment.source_id)
        lock_row(Loan, pk=loan_id)
        post_entry(
            source_type=SOURCE,
            source_id=payment.source_id,
            event="paid-out",
            business_date=hold_business_date(),
            postings=(
                debit(account=AccountCode.PAYOUT_CLEARING, amount=payment.amount, loan_id=loan_id),
                credit(account=AccountCode.BANK_CASH, amount=payment.amount),
            ),
            now=now,
        )


def record_refund_failure(*, payment_id: UUID, now: datetime) -> None:
    """The bank refused: the money is the borrower's credit again. Repeating is harmless."""
    payment = get_payment(payment_id=payment_id)
    with transaction.atomic():
        loan_id = LoanChange.objects.values_list("loan_id", flat=True).get(pk=payment.source_id)
        loan, today = lock_row(Loan, pk=loan_id), hold_business_date()
        undo = Reversed(on=today, reference=str(payment.source_id))
        record_event(loan, event=undo, today=today, now=now)

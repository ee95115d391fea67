"""Replacing a running loan by a new one (借新还旧): no money moves, one loan pays the other.

Quoted, disclosed, signed and checked like any drawdown. What is paid is exactly what settles the
old loan on the day of the quote; where that no longer holds, nothing happens to either loan.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from cards.domain.states import BindingState
from cards.queries import get_card
from core.businessday import get_business_date, hold_business_date
from core.errors import InvalidInput
from core.locks import lock_name, lock_row
from core.money import Money
from lending.ledger.domain import AccountCode
from lending.loans.domain import Paid, PaymentKind
from lending.loans.domain.codec import terms_from_json
from lending.loans.domain.states import LoanStatus
from lending.loans.models import Drawdown, Loan, Quote
from lending.loans.operations.opening import open_loan
from lending.loans.operations.quotes import QuoteRequest, keep_quote
from lending.loans.operations.recording import record_event
from lending.loans.queries.fold import loan_state
from lending.loans.queries.refinancing import (
    check_replaceable,
    list_replacements,
    payoff_changed,
    purpose_of,
)
from lending.loans.queries.underway import repayments_lock


def quote_refinancing(
    *, borrower_id: UUID, loan_id: UUID, product_code: str, instalments: int, now: datetime
) -> UUID:
    """Work out a loan of exactly what settles another one today, to replace it.

    It is for what the old one was taken for, and is repaid from its card, or the default one where
    that is not active any more. Raises what `make_quote` does, and Conflict (`loan-closed`,
    `change-open`, `repayment-open`, `refinancing-open`), Refused (`loan-overdue`,
    `loan-restructured`), NotFound.
    """
    today = get_business_date()
    possible = list_replacements(borrower_id=borrower_id, loan_id=loan_id, today=today)
    if product_code not in {product.code for product in possible}:
        raise InvalidInput.field(
            "product", _("This product cannot replace your loan. Please choose another one.")
        )
    loan = Loan.objects.get(pk=loan_id)
    card = get_card(user_id=borrower_id, binding_id=loan.binding_id)
    request = QuoteRequest(
        product_code=product_code,
        amount=loan_state(loan, as_of=today).payoff.total,
        instalments=instalments,
        purpose=purpose_of(loan=loan),
        binding_id=card.id if card.state == BindingState.ACTIVE else None,
    )
    return keep_quote(borrower_id=borrower_id, request=request, replaces=loan, now=now)


def check_signable(*, row: Quote) -> None:
    """Whether a quote that replaces a loan can be signed today; another quote always can.

    No repayment of the old loan begins before the caller's transaction ends. Raises what
    `check_replaceable` does, and Conflict (`payoff-changed`).
    """
    if row.refinances_id is None:
        return
    lock_name(name=repayments_lock(loan_id=row.refinances_id))
    _check_amount(row, loan=Loan.objects.get(pk=row.refinances_id), today=hold_business_date())


def _check_amount(row: Quote, *, loan: Loan, today: date, drawdown_id: UUID | None = None) -> None:
    state = check_replaceable(loan=loan, today=today, drawdown_id=drawdown_id)
    quoted_on = terms_from_json(body=row.terms).disbursed_on
    if quoted_on != today or state.payoff.total != Money(row.amount, row.currency):
        raise payoff_changed()


def replace_loan(*, drawdown: Drawdown, now: datetime) -> Loan:
    """The new loan begins today and pays the old one: all of it, or nothing at all.

    The caller holds the drawdown's lock. The old loan's row is locked before the new one's is
    there, so both are held in the order of their keys. Raises what `check_replaceable` does, and
    Conflict (`payoff-changed`).
    """
    row = drawdown.quote
    if row.refinances_id is None:
        raise RuntimeError("this drawdown replaces no loan")
    with transaction.atomic():
        lock_name(name=repayments_lock(loan_id=row.refinances_id))
        old = lock_row(Loan, pk=row.refinances_id)
        today = hold_business_date()
        _check_amount(row, loan=old, today=today, drawdown_id=drawdown.pk)
        new = open_loan(
            drawdown,
            reference=str(drawdown.pk),
            on=today,
            now=now,
            funded_by=AccountCode.REFINANCING_CLEARING,
        )
        payment = Paid(
            on=today,
            amount=Money(drawdown.amount, drawdown.currency),
            kind=PaymentKind.REFINANCE,
            reference=str(new.pk),
        )
        record_event(old, event=payment, today=today, now=now)
        if old.status != LoanStatus.CLOSED_REFINANCED:
            raise RuntimeError("a payoff settles its loan")
    return new

"""The day a loan begins."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import Final

from cards.operations import hold_binding
from core.money import Money
from lending.ledger.domain import AccountCode
from lending.loans.domain import Disbursed
from lending.loans.domain.codec import terms_from_json, terms_to_json
from lending.loans.domain.states import LOAN
from lending.loans.models import Drawdown, Loan
from lending.loans.operations.duedates import paid_out_on
from lending.loans.operations.recording import record_event

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_number(*, prefix: str, on: date) -> str:
    """A number for people: day and ten characters without I, L, O and U."""
    tail = "".join(secrets.choice(_ALPHABET) for _i in range(10))
    return f"{prefix}{on:%Y%m%d}{tail}"


def open_loan(
    drawdown: Drawdown,
    *,
    reference: str,
    on: date,
    now: datetime,
    funded_by: AccountCode = AccountCode.BANK_CASH,
) -> Loan:
    """Begin the loan of a drawdown on the business date `on`, which the caller holds."""
    terms = paid_out_on(
        quoted=terms_from_json(body=drawdown.quote.terms),
        version_id=drawdown.quote.product_version_id,
        on=on,
    )
    loan = Loan.objects.create(
        number=new_number(prefix="L", on=on),
        borrower_id=drawdown.borrower_id,
        line_id=drawdown.line_id,
        drawdown=drawdown,
        binding_id=drawdown.binding_id,
        product_version_id=drawdown.quote.product_version_id,
        status=LOAN.initial,
        currency=drawdown.currency,
        principal=drawdown.amount,
        terms=terms_to_json(terms=terms),
        disbursed_on=on,
        disbursed_at=now,
        outstanding_principal=0,
        closed_through=on - timedelta(days=1),
    )
    record_event(
        loan,
        event=Disbursed(on=on, amount=Money(drawdown.amount, drawdown.currency)),
        reference=reference,
        today=on,
        now=now,
        funded_by=funded_by,
    )
    hold_binding(binding_id=loan.binding_id, source_type="loan", source_id=loan.pk, now=now)
    return loan

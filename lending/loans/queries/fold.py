"""A stored loan as the engine sees it: its terms, its events, its state on a day."""

from __future__ import annotations

from datetime import date

from core.money import Money
from lending.loans.domain import (
    Disbursed,
    LoanEvent,
    LoanState,
    LoanTerms,
    Paid,
    PaymentKind,
    Reversed,
    replay,
)
from lending.loans.domain.codec import terms_from_json
from lending.loans.models import Loan, LoanHistory


def loan_terms(loan: Loan) -> LoanTerms:
    """What was agreed."""
    return terms_from_json(body=loan.terms)


def _event(row: LoanHistory, currency: str) -> LoanEvent:
    amount = Money(row.amount or 0, currency)
    match row.kind:
        case "DISBURSED":
            return Disbursed(on=row.on, amount=amount, sequence=row.sequence)
        case "PAID":
            return Paid(
                on=row.on,
                amount=amount,
                kind=PaymentKind(row.payment_kind),
                reference=row.reference,
                sequence=row.sequence,
            )
        case "REVERSED":
            return Reversed(on=row.on, reference=row.reference, sequence=row.sequence)
    raise ValueError(f"unknown event {row.kind}")


def loan_events(loan: Loan) -> tuple[LoanEvent, ...]:
    """What happened, in the order it was recorded."""
    rows = loan.history.order_by("sequence")
    return tuple(_event(row, loan.currency) for row in rows)


def loan_state(loan: Loan, *, as_of: date) -> LoanState:
    """Where the loan stands at the end of `as_of`."""
    return replay(terms=loan_terms(loan), events=loan_events(loan), as_of=as_of)

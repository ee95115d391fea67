"""A stored loan as the engine sees it: its terms, its events, its state on a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from lending.loans.domain import LoanEvent, LoanState, LoanTerms, replay
from lending.loans.domain.codec import event_from_json, terms_from_json
from lending.loans.models import Loan, LoanHistory


def loan_terms(loan: Loan) -> LoanTerms:
    """What was agreed."""
    return terms_from_json(body=loan.terms)


def history_event(row: LoanHistory, *, currency: str) -> LoanEvent:
    """A row of a loan's history as the engine takes it."""
    body = {
        **row.details,
        "event": row.kind,
        "on": row.on.isoformat(),
        "sequence": row.sequence,
        "reference": row.reference,
        "amount": row.amount,
        "currency": currency,
    }
    if row.payment_kind:
        body["kind"] = row.payment_kind
    return event_from_json(body=body)


def loan_events(loan: Loan) -> tuple[LoanEvent, ...]:
    """What happened, in the order it was recorded."""
    rows = loan.history.order_by("sequence")
    return tuple(history_event(row, currency=loan.currency) for row in rows)


def events_by_loan(loans: Iterable[Loan]) -> dict[UUID, list[LoanEvent]]:
    """`loan_events` of many loans in one query."""
    currencies = {loan.pk: loan.currency for loan in loans}
    found: dict[UUID, list[LoanEvent]] = {pk: [] for pk in currencies}
    rows = LoanHistory.objects.filter(loan__in=list(currencies)).order_by("loan_id", "sequence")
    for row in rows:
        found[row.loan_id].append(history_event(row, currency=currencies[row.loan_id]))
    return found


def loan_state(loan: Loan, *, as_of: date) -> LoanState:
    """Where the loan stands at the end of `as_of`."""
    return replay(terms=loan_terms(loan), events=loan_events(loan), as_of=as_of)

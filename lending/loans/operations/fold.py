"""Writing what the fold says: cached balances, cached instalments, and the ledger's difference.

The ledger follows the fold: every entry posts the fold's new figures minus what was posted before.
So a loan's receivables in the ledger always equal what the replay says is owed, and a back-dated
event corrects what it changed by a new entry, never by touching an old one.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from core.money import Money
from lending.ledger.domain import AccountCode, Posting
from lending.ledger.operations import post_entry
from lending.loans.domain import InstalmentState, LoanState
from lending.loans.domain.books import Earned, balances, difference
from lending.loans.domain.classification import Thresholds
from lending.loans.models import Loan, LoanInstalment
from lending.loans.operations.plan import classify, follow_plan

_CACHED: Final = (
    "starts_on",
    "due_on",
    "rate_factor",
    "opening",
    "principal",
    "interest",
    "penalty",
    "fee",
    "principal_paid",
    "interest_paid",
    "penalty_paid",
    "fee_paid",
    "status",
    "settled_on",
)
#: Accounts that are the house's, whatever the loan.
_OF_THE_HOUSE: Final = frozenset({AccountCode.BANK_CASH})


def row_figures(row: InstalmentState) -> dict[str, object]:
    """An instalment as it is cached."""
    return {
        "starts_on": row.starts_on,
        "due_on": row.due_on,
        "rate_factor": row.rate_factor,
        "opening": row.opening.minor,
        "principal": row.asked.principal.minor,
        "interest": row.asked.interest.minor,
        "penalty": row.asked.penalty.minor,
        "fee": row.asked.fee.minor,
        "principal_paid": row.paid.principal.minor,
        "interest_paid": row.paid.interest.minor,
        "penalty_paid": row.paid.penalty.minor,
        "fee_paid": row.paid.fee.minor,
        "status": str(row.status),
        "settled_on": row.settled_on,
    }


def _apply_rows(loan: Loan, state: LoanState) -> None:
    """Make the cached instalments those of the fold: write what differs, add, take away."""
    cached = {row.number: row for row in loan.instalments.all()}
    fresh, changed = [], []
    for row in state.rows:
        figures = row_figures(row)
        known = cached.pop(row.number, None)
        if known is None:
            fresh.append(LoanInstalment(loan=loan, number=row.number, **figures))
        elif any(getattr(known, name) != value for name, value in figures.items()):
            for name, value in figures.items():
                setattr(known, name, value)
            changed.append(known)
    LoanInstalment.objects.bulk_create(fresh)
    LoanInstalment.objects.bulk_update(changed, fields=_CACHED)
    if cached:
        loan.instalments.filter(number__in=list(cached)).delete()


def apply_state(loan: Loan, *, state: LoanState, plain: bool, limits: Thresholds) -> None:
    """Put the fold's figures on the loan (saved by the caller) and on its instalments.

    The loan's status is the one after the event. `plain`: see `follow_plan`.
    """
    _apply_rows(loan, state)
    apply_figures(loan, state=state, plain=plain, limits=limits)


def apply_figures(loan: Loan, *, state: LoanState, plain: bool, limits: Thresholds) -> None:
    """The part of `apply_state` that is the loan's own row."""
    loan.outstanding_principal = state.outstanding_principal.minor
    classify(loan, state=state, limits=limits)
    follow_plan(loan, state=state, plain=plain)
    upcoming = state.next_instalment
    loan.next_due_on = None if upcoming is None else upcoming.due_on
    loan.settled_on = state.settled_on


def posted(loan: Loan) -> Earned:
    """The income booked so far."""
    return Earned(
        interest=Money(loan.interest_posted, loan.currency),
        penalty=Money(loan.penalty_posted, loan.currency),
        fee=Money(loan.fee_posted, loan.currency),
    )


def post_difference(
    loan: Loan,
    *,
    event: str,
    before: LoanState,
    after: LoanState,
    on: date,
    now: datetime,
    funded_by: AccountCode = AccountCode.BANK_CASH,
) -> None:
    """Post what an event changed, and what the fold earned since the last posting.

    `before` and `after` are the fold of one day without and with the event; for the passing of
    time alone they are the same. Nothing is posted where nothing changed.
    """
    earned = Earned.by(after)
    lines = difference(
        before=balances(state=before, earned=posted(loan), funded_by=funded_by),
        after=balances(state=after, earned=earned, funded_by=funded_by),
    )
    loan.interest_posted = earned.interest.minor
    loan.penalty_posted = earned.penalty.minor
    loan.fee_posted = earned.fee.minor
    if lines:
        post_entry(
            source_type="loan",
            source_id=loan.pk,
            event=event,
            business_date=on,
            postings=[
                Posting(account, amount, None if account in _OF_THE_HOUSE else loan.pk)
                for account, amount in lines
            ],
            now=now,
            book=loan.product_version.product.code,
        )

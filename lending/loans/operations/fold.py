"""Writing what the fold says: cached balances, cached instalments, and the ledger's difference.

The ledger follows the fold: every entry posts the fold's new figures minus what was posted before.
So a loan's receivables in the ledger always equal what the replay says is owed, and a back-dated
event corrects what it changed by a new entry, never by touching an old one.
"""

from __future__ import annotations

from datetime import date, datetime

from core.money import Money
from lending.ledger.domain.chart import AccountCode
from lending.ledger.domain.postings import Posting
from lending.ledger.operations import post_entry
from lending.loans.domain import Amounts, InstalmentState, LoanState
from lending.loans.domain.states import asset_class
from lending.loans.models import Loan, LoanInstalment
from lending.loans.queries.fold import loan_state

_CACHED = (
    "due_on",
    "opening",
    "principal",
    "interest",
    "penalty",
    "principal_paid",
    "interest_paid",
    "penalty_paid",
    "status",
    "settled_on",
)


def _fill(cached: LoanInstalment, row: InstalmentState) -> LoanInstalment:
    cached.due_on, cached.opening = row.due_on, row.opening.minor
    cached.principal = row.asked.principal.minor
    cached.interest = row.asked.interest.minor
    cached.penalty = row.asked.penalty.minor
    cached.principal_paid = row.paid.principal.minor
    cached.interest_paid = row.paid.interest.minor
    cached.penalty_paid = row.paid.penalty.minor
    cached.status, cached.settled_on = row.status, row.settled_on
    return cached


def create_instalments(loan: Loan, *, today: date) -> None:
    """The first cache of a new loan's schedule."""
    state = loan_state(loan, as_of=today)
    LoanInstalment.objects.bulk_create(
        _fill(LoanInstalment(loan=loan, number=row.number), row) for row in state.rows
    )
    loan.next_due_on = state.rows[0].due_on
    loan.save(update_fields=["next_due_on"])


def apply_state(loan: Loan, *, state: LoanState) -> None:
    """Put the fold's figures on the loan (saved by the caller) and on its instalments."""
    by_number = {row.number: row for row in state.rows}
    cached = list(loan.instalments.order_by("number"))
    LoanInstalment.objects.bulk_update(
        (_fill(row, by_number[row.number]) for row in cached), fields=_CACHED
    )
    loan.outstanding_principal = state.outstanding_principal.minor
    loan.days_past_due = state.days_past_due
    loan.worst_days_past_due = max(loan.worst_days_past_due, state.days_past_due)
    loan.asset_class = asset_class(days_past_due=state.days_past_due)
    upcoming = state.next_instalment
    loan.next_due_on = None if upcoming is None else upcoming.due_on
    loan.settled_on = state.settled_on


def post_difference(
    loan: Loan,
    *,
    event: str,
    state: LoanState,
    paid: Amounts,
    unapplied: Money,
    on: date,
    now: datetime,
) -> None:
    """Post what the fold earned since the last posting and what `paid` and `unapplied` moved.

    `paid` is the change of the fold's paid amounts, `unapplied` that of money no claim asked for;
    together they are the cash that came in. Nothing is posted where nothing changed.
    """
    currency = loan.currency
    interest = state.accrued_interest - Money(loan.interest_posted, currency)
    penalty = state.accrued_penalty - Money(loan.penalty_posted, currency)
    lines = (
        (AccountCode.BANK_CASH, paid.total + unapplied),
        (AccountCode.LOAN_PRINCIPAL, -paid.principal),
        (AccountCode.INTEREST_RECEIVABLE, interest - paid.interest),
        (AccountCode.PENALTY_RECEIVABLE, penalty - paid.penalty),
        (AccountCode.INTEREST_INCOME, -interest),
        (AccountCode.PENALTY_INCOME, -penalty),
        (AccountCode.BORROWER_CREDIT, -unapplied),
    )
    postings = tuple(
        Posting(account, amount, None if account is AccountCode.BANK_CASH else loan.pk)
        for account, amount in lines
        if amount
    )
    loan.interest_posted += interest.minor
    loan.penalty_posted += penalty.minor
    if postings:
        post_entry(
            source_type="loan",
            source_id=loan.pk,
            event=event,
            business_date=on,
            postings=postings,
            now=now,
        )

"""Looking at a loan from all sides: for tests that change one, and for those that must not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.models import InboxMessage
from cards.models import BindingHold, Payment
from core.businessday import get_business_date
from core.money import Money
from lending.ledger.domain import AccountCode
from lending.ledger.models import Entry
from lending.ledger.queries import CHECKS, loan_balances, run_check
from lending.loans.domain.books import Earned, balances
from lending.loans.models import Loan, LoanHistory, LoanInstalment
from lending.loans.operations.fold import posted
from lending.loans.queries.fold import loan_state


def everything(loan_id: UUID) -> dict[str, Any]:
    """All that an event on a loan could have touched."""
    loan = Loan.objects.filter(pk=loan_id)
    borrower = loan.values_list("borrower_id", flat=True).get()
    return {
        "loan": loan.values().get(),
        "history": list(LoanHistory.objects.filter(loan_id=loan_id).order_by("pk").values()),
        "rows": list(LoanInstalment.objects.filter(loan_id=loan_id).order_by("pk").values()),
        "entries": list(Entry.objects.order_by("pk").values()),
        "messages": list(InboxMessage.objects.filter(user_id=borrower).order_by("pk").values()),
        "payments": Payment.objects.count(),
        "holds": list(BindingHold.objects.order_by("pk").values()),
    }


def check_fold(loan_id: UUID) -> None:
    """Cache and ledger say what the replay says today, account by account, row by row."""
    loan = Loan.objects.get(pk=loan_id)
    state = loan_state(loan, as_of=get_business_date())
    replaces = loan.drawdown.quote.refinances_id is not None
    source = AccountCode.REFINANCING_CLEARING if replaces else AccountCode.BANK_CASH
    wanted = balances(state=state, earned=posted(loan), funded_by=source)
    booked = loan_balances(loan_id=loan_id)
    zero = Money.zero(loan.currency)
    for account in AccountCode:
        # A refund's money is in clearing until the bank has paid it.
        if account not in (AccountCode.BANK_CASH, AccountCode.PAYOUT_CLEARING):
            assert booked.get(account, zero) == wanted.get(account, zero), account
    assert loan.outstanding_principal == state.outstanding_principal.minor
    assert loan.settled_on == state.settled_on
    cached = [
        (
            row.number,
            row.due_on,
            row.principal,
            row.interest,
            row.penalty,
            row.fee,
            row.principal_paid,
        )
        for row in loan.instalments.order_by("number")
    ]
    assert cached == [
        (
            row.number,
            row.due_on,
            row.asked.principal.minor,
            row.asked.interest.minor,
            row.asked.penalty.minor,
            row.asked.fee.minor,
            row.paid.principal.minor,
        )
        for row in state.rows
    ]
    assert [violation for check in CHECKS for violation in run_check(check=check)] == []


def check_earned(loan_id: UUID) -> None:
    """Today's income is booked to the last cent: after an event, before the day moves."""
    loan = Loan.objects.get(pk=loan_id)
    assert posted(loan) == Earned.by(loan_state(loan, as_of=get_business_date()))

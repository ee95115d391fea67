"""What the ledger says of a loan: balances that follow from the fold alone.

An entry is the difference between two of them. So a loan's accounts equal its fold whatever
happened, back-dated and undone events included, and nothing is posted where nothing changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from core.money import Money
from lending.ledger.domain import AccountCode
from lending.loans.domain.events import PaymentKind
from lending.loans.domain.position import LoanState

#: Whence a payment came, where that is not the bank.
SOURCES: Final[Mapping[PaymentKind, AccountCode]] = {
    PaymentKind.GOODWILL: AccountCode.GOODWILL_EXPENSE,
    PaymentKind.REFINANCE: AccountCode.REFINANCING_CLEARING,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """Income since disbursement."""

    interest: Money
    penalty: Money
    fee: Money

    @classmethod
    def by(cls, state: LoanState) -> Earned:
        """What the fold has earned."""
        return cls(
            interest=state.accrued_interest,
            penalty=state.accrued_penalty,
            fee=Money.zero(state.drawn.currency),
        )


def balances(
    *, state: LoanState, earned: Earned, funded_by: AccountCode = AccountCode.BANK_CASH
) -> dict[AccountCode, Money]:
    """Each account's debits less credits that the loan has caused; together zero.

    `earned` is what is booked as income, `funded_by` where the money lent came from.
    """
    code, zero = AccountCode, Money.zero(state.drawn.currency)
    sums = {
        code.LOAN_PRINCIPAL: state.outstanding_principal,
        code.INTEREST_RECEIVABLE: earned.interest - state.paid.interest,
        code.PENALTY_RECEIVABLE: earned.penalty - state.paid.penalty,
        code.INTEREST_INCOME: -earned.interest,
        code.PENALTY_INCOME: -earned.penalty,
        code.BORROWER_CREDIT: -state.unapplied,
    }
    moves = [(funded_by, -state.drawn)]
    for payment in state.payments:
        source = SOURCES.get(payment.kind, code.BANK_CASH)
        moves.append((source, payment.amounts.total + payment.unapplied))
    for account, amount in moves:
        sums[account] = sums.get(account, zero) + amount
    return sums


def difference(
    *, before: Mapping[AccountCode, Money], after: Mapping[AccountCode, Money]
) -> tuple[tuple[AccountCode, Money], ...]:
    """What to post so that `before` becomes `after`, in the chart's order."""
    lines = []
    for account in AccountCode:
        old, new = before.get(account), after.get(account)
        change = new if old is None else -old if new is None else new - old
        if change:
            lines.append((account, change))
    return tuple(lines)

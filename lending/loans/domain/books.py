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
from lending.loans.domain.position import Amounts, LoanState

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
            fee=state.accrued_fee,
        )


def balances(
    *, state: LoanState, earned: Earned, funded_by: AccountCode = AccountCode.BANK_CASH
) -> dict[AccountCode, Money]:
    """Each account's debits less credits that the loan has caused; together zero.

    `earned` is what is booked as income, `funded_by` where the money lent came from.
    """
    code, zero = AccountCode, Money.zero(state.drawn.currency)
    claims = _claims(state, earned)
    sums = {
        code.LOAN_PRINCIPAL: claims.principal,
        code.INTEREST_RECEIVABLE: claims.interest,
        code.PENALTY_RECEIVABLE: claims.penalty,
        code.FEE_RECEIVABLE: claims.fee,
        code.INTEREST_INCOME: -earned.interest,
        code.PENALTY_INCOME: -earned.penalty,
        code.FEE_INCOME: -earned.fee,
        code.BORROWER_CREDIT: -state.unapplied,
        code.RECOVERY_INCOME: -state.recovered,
        code.WAIVER_EXPENSE: state.waived.total,
        code.WRITE_OFF_LOSS: zero if state.written_off is None else state.written_off.total,
        code.PAYOUT_CLEARING: -state.refunded,
    }
    moves = [
        (funded_by, -state.drawn),
        (code.BANK_CASH, state.refunded_beyond - state.charged_back.total - state.credit_taken),
    ]
    for payment in state.payments:
        source = SOURCES.get(payment.kind, code.BANK_CASH)
        moves.append((source, payment.amounts.total + payment.unapplied))
    for account, amount in moves:
        sums[account] = sums.get(account, zero) + amount
    return sums


def _claims(state: LoanState, earned: Earned) -> Amounts:
    """What the books show as owed: nothing after a write-off."""
    if state.written_off is not None:
        return Amounts.zero(state.drawn.currency)
    booked = Amounts(
        penalty=earned.penalty,
        fee=earned.fee,
        interest=earned.interest,
        principal=state.drawn,
    )
    return booked + state.charged_back - state.paid - state.waived


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

"""The chart of accounts (会计科目), as data. One account exists per code and currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from core.texts import gettext_noop


class AccountType(StrEnum):
    """Assets and expenses grow by debits, the others by credits."""

    ASSET = "ASSET"
    LIABILITY = "LIABILITY"
    INCOME = "INCOME"
    EXPENSE = "EXPENSE"
    EQUITY = "EQUITY"

    @property
    def debit_side(self) -> bool:
        return self in (AccountType.ASSET, AccountType.EXPENSE)


class AccountCode(StrEnum):
    """What an account is for.

    PAYOUT_CLEARING and COLLECTION_CLEARING hold money in flight: instructed, not yet confirmed by
    the bank. BORROWER_CREDIT is what we owe back (overpaid). SUSPENSE is money nobody has
    explained yet; it must go back to zero. REFINANCING_CLEARING holds what a new loan pays on an old
    one. FUNDING is the lender's own capital.
    """

    BANK_CASH = "BANK_CASH"
    PAYOUT_CLEARING = "PAYOUT_CLEARING"
    COLLECTION_CLEARING = "COLLECTION_CLEARING"
    LOAN_PRINCIPAL = "LOAN_PRINCIPAL"
    INTEREST_RECEIVABLE = "INTEREST_RECEIVABLE"
    PENALTY_RECEIVABLE = "PENALTY_RECEIVABLE"
    FEE_RECEIVABLE = "FEE_RECEIVABLE"
    INTEREST_INCOME = "INTEREST_INCOME"
    PENALTY_INCOME = "PENALTY_INCOME"
    FEE_INCOME = "FEE_INCOME"
    BORROWER_CREDIT = "BORROWER_CREDIT"
    SUSPENSE = "SUSPENSE"
    REFINANCING_CLEARING = "REFINANCING_CLEARING"
    RECOVERY_INCOME = "RECOVERY_INCOME"
    WAIVER_EXPENSE = "WAIVER_EXPENSE"
    GOODWILL_EXPENSE = "GOODWILL_EXPENSE"
    WRITE_OFF_LOSS = "WRITE_OFF_LOSS"
    FUNDING = "FUNDING"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountDefinition:
    """One row of the chart. `name` is a message id."""

    code: AccountCode
    type: AccountType
    name: str


def _define(code: AccountCode, kind: AccountType, name: str) -> AccountDefinition:
    return AccountDefinition(code=code, type=kind, name=name)


_ROWS: Final = (
    _define(AccountCode.BANK_CASH, AccountType.ASSET, gettext_noop("Cash at the bank")),
    _define(AccountCode.PAYOUT_CLEARING, AccountType.LIABILITY, gettext_noop("Payouts in flight")),
    _define(AccountCode.COLLECTION_CLEARING, AccountType.ASSET, gettext_noop("Debits in flight")),
    _define(AccountCode.LOAN_PRINCIPAL, AccountType.ASSET, gettext_noop("Loan principal")),
    _define(
        AccountCode.INTEREST_RECEIVABLE, AccountType.ASSET, gettext_noop("Interest receivable")
    ),
    _define(AccountCode.PENALTY_RECEIVABLE, AccountType.ASSET, gettext_noop("Penalty receivable")),
    _define(AccountCode.FEE_RECEIVABLE, AccountType.ASSET, gettext_noop("Fees receivable")),
    _define(AccountCode.INTEREST_INCOME, AccountType.INCOME, gettext_noop("Interest income")),
    _define(AccountCode.PENALTY_INCOME, AccountType.INCOME, gettext_noop("Penalty income")),
    _define(AccountCode.FEE_INCOME, AccountType.INCOME, gettext_noop("Fee income")),
    _define(
        AccountCode.BORROWER_CREDIT, AccountType.LIABILITY, gettext_noop("Overpayments owed back")
    ),
    _define(AccountCode.SUSPENSE, AccountType.LIABILITY, gettext_noop("Suspense")),
    _define(
        AccountCode.REFINANCING_CLEARING,
        AccountType.LIABILITY,
        gettext_noop("Refinancing in flight"),
    ),
    _define(
        AccountCode.RECOVERY_INCOME,
        AccountType.INCOME,
        gettext_noop("Recoveries of written-off loans"),
    ),
    _define(AccountCode.WAIVER_EXPENSE, AccountType.EXPENSE, gettext_noop("Claims waived")),
    _define(AccountCode.GOODWILL_EXPENSE, AccountType.EXPENSE, gettext_noop("Goodwill")),
    _define(AccountCode.WRITE_OFF_LOSS, AccountType.EXPENSE, gettext_noop("Loss on write-off")),
    _define(AccountCode.FUNDING, AccountType.EQUITY, gettext_noop("Own funding")),
)

#: In the order of a trial balance.
CHART: Final[Mapping[AccountCode, AccountDefinition]] = MappingProxyType(
    {row.code: row for row in _ROWS}
)

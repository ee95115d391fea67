"""Sums of lines: the trial balance and what a loan owes by the books."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Sum

from core.money import Money
from lending.ledger.domain import CHART, AccountCode, AccountDefinition
from lending.ledger.models import Account, DayBalance, Entry, Line

#: Loans in one call of list_loan_balances.
MAX_LOANS: Final = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountBalance:
    """An account on a date. `balance` is debits less credits: negative for a liability's normal."""

    definition: AccountDefinition
    debits: Money
    credits: Money
    balance: Money

    @property
    def code(self) -> AccountCode:
        return self.definition.code

    @property
    def normal_balance(self) -> Money:
        """The balance with the sign people expect of this kind of account."""
        return self.balance if self.definition.type.debit_side else -self.balance


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyTotal:
    """All debits and all credits of one currency: equal, or the books are broken."""

    debits: Money
    credits: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCounts:
    """How much there is in the books."""

    entries: int
    lines: int
    currencies: int


def count_books() -> BookCounts:
    """Entries, lines and currencies booked so far."""
    return BookCounts(
        entries=Entry.objects.count(),
        lines=Line.objects.count(),
        currencies=Account.objects.values("currency").distinct().count(),
    )


#: Days that are rolled up by their sums, the days after them by their lines.
_BALANCES: Final = """
SELECT account.code, account.currency, COALESCE(sum(moved.debits), 0), COALESCE(sum(moved.credits), 0)
FROM ledger_account account
LEFT JOIN (
    SELECT account_id, debits, credits FROM ledger_daybalance WHERE business_date <= %(as_of)s
    UNION ALL
    SELECT line.account_id, greatest(line.amount, 0), greatest(-line.amount, 0)
    FROM ledger_entry entry JOIN ledger_line line ON line.entry_id = entry.id
    WHERE entry.business_date <= %(as_of)s
        AND entry.business_date > COALESCE((SELECT max(business_date) FROM ledger_daybalance), '-infinity')
) moved ON moved.account_id = account.id
GROUP BY account.code, account.currency"""


def account_balances(*, as_of: date | None = None) -> tuple[AccountBalance, ...]:
    """The trial balance after business date `as_of` (default: all): each open account.

    By currency, then in the chart's order. Credits are given as a positive amount.
    """
    order = {code: place for place, code in enumerate(CHART)}
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES, {"as_of": as_of or date.max})
        balances = [
            AccountBalance(
                definition=CHART[AccountCode(code)],
                debits=Money(int(debits), currency),
                credits=Money(int(credits_), currency),
                balance=Money(int(debits - credits_), currency),
            )
            for code, currency, debits, credits_ in cursor.fetchall()
        ]
    return tuple(sorted(balances, key=lambda row: (row.balance.currency, order[row.code])))


@dataclass(frozen=True, slots=True, kw_only=True)
class BookBalance:
    """What one business date moved on an account for one book (a product's code)."""

    business_date: date
    book: str
    code: AccountCode
    debits: Money
    credits: Money


def day_balances(*, business_date: date) -> tuple[BookBalance, ...]:
    """The roll-up of a day that is over, by book and account."""
    rows = DayBalance.objects.filter(business_date=business_date).select_related("account")
    return tuple(
        BookBalance(
            business_date=row.business_date,
            book=row.book,
            code=AccountCode(row.account.code),
            debits=Money(int(row.debits), row.account.currency),
            credits=Money(int(row.credits), row.account.currency),
        )
        for row in rows.order_by("book", "account__currency", "account__code")
    )


def currency_totals(*, as_of: date | None = None) -> tuple[CurrencyTotal, ...]:
    """Debits and credits of each currency that has an open account, by currency."""
    sums: dict[str, CurrencyTotal] = {}
    for row in account_balances(as_of=as_of):
        currency = row.balance.currency
        zero = Money.zero(currency)
        before = sums.get(currency, CurrencyTotal(debits=zero, credits=zero))
        sums[currency] = CurrencyTotal(
            debits=before.debits + row.debits, credits=before.credits + row.credits
        )
    return tuple(sums.values())


def loan_balances(*, loan_id: UUID, as_of: date | None = None) -> dict[AccountCode, Money]:
    """Debits less credits of a loan's lines per account; accounts it never touched are absent.

    A loan has one currency: raises ValueError if its lines have two.
    """
    return list_loan_balances(loan_ids=[loan_id], as_of=as_of)[loan_id]


def list_loan_balances(
    *, loan_ids: Iterable[UUID], as_of: date | None = None
) -> dict[UUID, dict[AccountCode, Money]]:
    """`loan_balances` of up to MAX_LOANS loans in one query; a loan without lines gives {}."""
    balances: dict[UUID, dict[AccountCode, Money]] = {loan_id: {} for loan_id in loan_ids}
    if len(balances) > MAX_LOANS:
        raise ValueError(f"{len(balances)} loans in one query")
    lines = Line.objects.filter(subject__in=list(balances))
    if as_of is not None:
        lines = lines.filter(entry__business_date__lte=as_of)
    sums = lines.values("subject", "account__code", "currency").annotate(total=Sum("amount"))
    rows = sums.values_list("subject", "account__code", "currency", "total")
    for loan_id, code, currency, amount in rows:
        if loan_id is None:
            continue
        of_loan = balances[loan_id]
        if any(money.currency != currency for money in of_loan.values()):
            raise ValueError(f"loan {loan_id} is booked in two currencies")
        of_loan[AccountCode(code)] = Money(int(amount), currency)
    return balances

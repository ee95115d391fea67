"""Money paid: counting a payment, and what would settle the loan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from lending.loans.domain.allocation import Component
from lending.loans.domain.engine.book import Book, Counted
from lending.loans.domain.engine.buckets import AllocationRule, TransactionKind
from lending.loans.domain.engine.conditions import RestRule
from lending.loans.domain.engine.payments import Spending, spend
from lending.loans.domain.engine.views import due_amounts, open_until


def pay(book: Book, *, on: date, amount: int, kind: TransactionKind, number: int) -> Counted:
    """Count a payment."""
    settles_all = _settles_all(book, on, amount)
    book.accrue(on, settles_all=settles_all)
    if settles_all:
        _ask_rest_of_period(book, on)
    counted = Counted(on=on, amount=amount, kind=kind, number=number)
    spending = _spending(book, on, amount, kind, settles_all=settles_all)
    counted.over = spend(spending)
    counted.spent = spending.spent
    book.over += counted.over
    book.counted.append(counted)
    return counted


def _spending(
    book: Book, on: date, amount: int, kind: TransactionKind, *, settles_all: bool = False
) -> Spending:
    return Spending(
        plan=book.plan,
        rows=book.rows,
        on=on,
        left=amount,
        rule=_rule(book, kind),
        follows_balance=book.follows_balance,
        settles_all=settles_all,
    )


def _rule(book: Book, kind: TransactionKind) -> AllocationRule:
    """The allocation rule of a kind of payment."""
    rules: Mapping[TransactionKind, AllocationRule] = book.conditions.allocation
    return rules.get(kind) or rules[TransactionKind.DEFAULT]


def _settles_all(book: Book, on: date, amount: int) -> bool:
    """Does the payment cover all that settles the loan at the end of the running period?"""
    rule = book.conditions.recalculation
    if rule is None or rule.rest is not RestRule.NEXT_DUE_DATE:
        return False
    row = next((r for r in book.rows if r.start <= on < r.due), None)
    return row is not None and amount >= sum(open_until(book.plan, row.due))


def _ask_rest_of_period(book: Book, on: date) -> None:
    """The running period, paid already, still asks the interest of its days to come."""
    period = next((p for p in book.plan.fresh() if p.start <= on < p.due), None)
    if period is not None and period.is_paid:
        interest = open_until(book.plan, period.due)[1]
        if interest > 0:
            period.carried_in = interest
            book.plan.touch(period)


def spend_over(book: Book, on: date) -> None:
    """Money no claim asked for so far meets the new claims."""
    if book.over > 0:
        book.over = spend(_spending(book, on, book.over, TransactionKind.DEFAULT))


def spend_over_on_charge(book: Book) -> None:
    """A charge is met by money no claim asked for, payment by payment: by each one's own rule and
    as of its own day."""
    for counted in book.counted:
        amount = min(counted.over, book.over)
        if amount <= 0:
            continue
        spending = _spending(book, counted.on, amount, counted.kind)
        left = spend(spending)
        counted.over -= amount - left
        book.over -= amount - left
        for component, part in spending.spent.items():
            counted.spent[component] += part


def settlement(book: Book, *, on: date) -> int:
    """What settles the loan on a day: principal, interest to the day, charges."""
    book.accrue(on, settles_all=True)
    charges = sum(row.open(c) for row in book.rows for c in (Component.FEE, Component.PENALTY))
    if not book.follows_balance:
        rest = (Component.PRINCIPAL, Component.INTEREST)
        return charges + sum(row.open(c) for row in book.rows for c in rest)
    rule = book.conditions.recalculation
    day = on
    if rule is not None and rule.rest is RestRule.NEXT_DUE_DATE:
        row = next((r for r in book.rows if r.start < on <= r.due), None)
        day = row.due if row is not None else on
    return charges + sum(open_until(book.plan, day))


def interest_until(book: Book, *, on: date) -> int:
    """All interest the instalments would ask if each were paid on the day."""
    return sum(due_amounts(book.plan, p.start, p.due, on)[1] for p in list(book.plan.periods))

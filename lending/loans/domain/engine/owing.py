"""What is owed beside the plan: charges, amounts owed again, and claims given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from lending.loans.domain.allocation import Component
from lending.loans.domain.arithmetic import to_minor
from lending.loans.domain.engine.book import Book, Charge, Counted
from lending.loans.domain.engine.movements import credit, pay_principal
from lending.loans.domain.engine.paying import spend_over, spend_over_on_charge
from lending.loans.domain.engine.payments import take_over
from lending.loans.domain.engine.rows import Row, nothing


def charge_back(book: Book, *, on: date, amount: int, counted: Counted) -> None:
    """A payment was taken back: it is owed again, by the order of the terms or as principal."""
    book.accrue(on)
    if not book.recalculates and book.conditions.chargeback_order is None:
        _owe_beyond_over(book, on, amount)
        return
    parts = _charged_back(book, amount, counted)
    for component, part in parts.items():
        counted.charged_back[component] += part
    if book.recalculates:
        _credit_plan(book, on, parts)
    else:
        _credit_rows(book, on, parts)
    spend_over(book, on)


def _owe_beyond_over(book: Book, on: date, amount: int) -> None:
    """Owed again is what money no claim asked for does not cover; that money pays its part."""
    again = max(amount - book.over, 0)
    own = amount - again
    book.over -= own
    if not again:
        return
    parts = nothing()
    parts[Component.PRINCIPAL] = amount
    _credit_rows(book, on, parts)
    if own:
        row = next((r for r in book.rows if r.due > on or r.is_additional), book.rows[-1])
        row.pay(Component.PRINCIPAL, own, on)


def _charged_back(book: Book, amount: int, counted: Counted) -> dict[Component, int]:
    parts = nothing()
    order = book.conditions.chargeback_order
    if order is None:
        parts[Component.PRINCIPAL] = amount
        return parts
    for component in order:
        paid = counted.spent[component] - counted.charged_back[component]
        parts[component] = min(max(paid, 0), amount)
        amount -= parts[component]
    return parts


def _credit_plan(book: Book, on: date, parts: Mapping[Component, int]) -> None:
    maturity = book.plan.maturity
    if on > maturity:
        _owe_again(book.add_row(on), on, parts)
        return
    if parts[Component.PRINCIPAL]:
        credit(book.plan, on, principal=parts[Component.PRINCIPAL])
    if parts[Component.INTEREST]:
        credit(book.plan, on, interest=parts[Component.INTEREST])
    take_over(book.plan, book.rows, on)
    row = next(
        r
        for r in book.rows
        if (r.due == on if on == maturity else r.start <= on < r.due) and not r.is_down_payment
    )
    charges = {c: parts[c] for c in (Component.FEE, Component.PENALTY)}
    _owe_again(row, on, charges)


def _credit_rows(book: Book, on: date, parts: Mapping[Component, int]) -> None:
    later = [r for r in book.rows if r.is_additional or r.due > on]
    if later:
        row = book.add_row(on) if later[0].is_additional else later[0]
    elif book.rows[-1].due == on:
        row = book.rows[-1]
    else:
        row = book.add_row(on)
    _owe_again(row, on, parts)


def _owe_again(row: Row, on: date, parts: Mapping[Component, int]) -> None:
    for component, part in parts.items():
        row.asked[component] += part
        row.credited[component] += part
    row.review(on)


def refund_credit(book: Book, *, on: date, amount: int) -> None:
    """Give back money no claim asked for; what is given beyond that is owed again."""
    book.accrue(on)
    if not book.recalculates or on > book.plan.maturity:
        _owe_beyond_over(book, on, amount)
        return
    again = max(amount - book.over, 0)
    own = amount - again
    book.over -= own
    if not again:
        return
    credit(book.plan, on, principal=amount)
    take_over(book.plan, book.rows, on)
    row = next((r for r in book.rows if r.due > on and not r.is_down_payment), book.rows[-1])
    if own:
        period = book.plan.between(row.start, row.due)
        if period is not None:
            pay_principal(book.plan, period, on, own)
        take_over(book.plan, book.rows, on)
        row.pay(Component.PRINCIPAL, own, on)


def charge(book: Book, *, on: date, due: date, amount: int, component: Component) -> None:
    """A charge falls due with the instalment whose days its date lies in."""
    if due < book.plan.first_day:
        raise ValueError("a charge falls due before the first period")
    book.charges.append(Charge(due, component, amount))
    rows = [r for r in book.rows if not r.is_down_payment]
    first = rows[0]
    for row in rows:
        begins = row.start <= due if row is first else row.start < due
        if begins and due <= row.due:
            break
    else:
        row = book.add_row(due)
    row.asked[component] += amount
    row.review(on)
    spend_over_on_charge(book)


def charge_each(
    book: Book, *, on: date, amount: int | Decimal, of: Sequence[Component], component: Component
) -> None:
    """A charge with every instalment: an amount, or a share of what it asks of some components."""
    for row in book.regular:
        base = sum(row.asked[one] for one in of)
        row.asked[component] += to_minor(Decimal(base) * amount) if of else int(amount)
        row.review(on)
    spend_over_on_charge(book)


def write_off(book: Book, *, on: date) -> None:
    """The claims end here in the lender's books."""
    book.accrue(on)
    if book.follows_balance:
        book.take_over_all()
    book.is_written_off = True
    for row in book.rows:
        for component in Component:
            row.forgive(component, row.open(component), on)

"""Money lent: a disbursement, its down payment, and the instalments found anew."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lending.loans.domain.allocation import Component
from lending.loans.domain.arithmetic import to_minor
from lending.loans.domain.engine.book import Book
from lending.loans.domain.engine.levelling import divided, lend, to_multiple
from lending.loans.domain.engine.paying import spend_over
from lending.loans.domain.engine.payments import take_over
from lending.loans.domain.engine.renewal import lend_full_term
from lending.loans.domain.engine.rows import Row


def disburse(book: Book, *, on: date, amount: int) -> int:
    """Lend; returns the down payment that is due at once."""
    if on < book.plan.first_day:
        raise ValueError("money is lent before the first period begins")
    book.accrue(on)
    book.lent.append(amount)
    down = _down_payment(book, on, amount)
    lent = amount - down
    if book.is_divided_by_hand:
        _divide_by_hand(book, on, lent)
    else:
        _lend(book, on, lent)
        if all(row.due < on for row in book.regular):
            book.add_row(on, start=on).asked[Component.PRINCIPAL] += lent
        if lent > 0:
            take_over(book.plan, book.rows, on, since=on)
    spend_over(book, on)
    return down


def _lend(book: Book, on: date, lent: int) -> None:
    if on > book.plan.maturity:
        return
    if not book.conditions.full_term_per_disbursement:
        lend(book.plan, on, lent)
        return
    lend_full_term(book.plan, on, lent)
    book.match_rows()


def _down_payment(book: Book, on: date, amount: int) -> int:
    """The share of a disbursement that is due at once, in a row of its own."""
    share = book.conditions.down_payment
    if share is None:
        return 0
    down = to_minor(amount * share)
    multiple = book.conditions.multiples_of
    if multiple:
        down = to_minor(Decimal(down) / multiple) * multiple
    row = Row(start=on, due=on, is_down_payment=True)
    row.asked[Component.PRINCIPAL] = down
    row.review(on)
    place = next((i for i, r in enumerate(book.rows) if r.due > on), len(book.rows))
    book.rows.insert(place, row)
    return down


def _divide_by_hand(book: Book, on: date, lent: int) -> None:
    """Equal parts on the rows not due yet; what does not divide is on the last."""
    rows = [row for row in book.regular if row.due > on]
    rows = rows or [book.add_row(on, start=on)]
    part, left = divided(lent, len(rows)), lent
    for row in rows:
        before = row.asked[Component.PRINCIPAL]
        after = to_multiple(before + part, book.conditions.multiples_of)
        row.asked[Component.PRINCIPAL] = after
        left -= after - before
    rows[-1].asked[Component.PRINCIPAL] += left
    for row in rows:
        row.review(on)

"""Planning anew without interest on balances: the rows themselves are divided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from lending.loans.domain.allocation import Component
from lending.loans.domain.arithmetic import MATH, to_minor
from lending.loans.domain.engine.book import Book
from lending.loans.domain.engine.levelling import divided
from lending.loans.domain.engine.renewal import Interest, NewPlan, equal_parts
from lending.loans.domain.engine.rows import CHARGES, Row, nothing
from lending.loans.domain.engine.views import open_until

# --- re-ageing ---------------------------------------------------------------------------------------


def re_age_rows(book: Book, *, on: date, new: NewPlan, interest: Interest) -> None:
    """What is outstanding is divided over new instalments: the principal and, where interest is
    divided equally, interest and charges as well (those of down payments stay)."""
    is_equal = interest is not Interest.FIRST
    lifted = [row for row in book.rows if not (is_equal and row.is_down_payment)]
    amounts = _lift(lifted, tuple(Component) if is_equal else (Component.PRINCIPAL,), on)
    if interest is Interest.PAYABLE:
        amounts[Component.INTEREST] = open_until(book.plan, on)[1]
    if not sum(amounts.values()):
        return
    ended = [row for row in book.regular if row.due >= on]
    extra = next((row for row in book.rows if row.is_additional), None)
    kept = [row for row in book.rows if row is not extra and all(row is not one for one in ended)]
    again = sum(row.credited[Component.PRINCIPAL] for row in [*ended, *([extra] if extra else [])])
    if ended:
        kept.append(_stub(book, kept, ended, on))
    added = _new_rows(book, kept[-1].due, new, amounts)
    added[0].credited[Component.PRINCIPAL] = again
    _keep_charges(ended, added)
    if extra is not None:
        added = _merged(extra, added)
    for row in [*kept, *added]:
        row.review(on)
    book.rows = [*kept, *added]
    book.is_divided_by_hand = True


def _lift(rows: Sequence[Row], components: Sequence[Component], on: date) -> dict[Component, int]:
    """Take what is open out of the rows."""
    amounts = nothing()
    for row in rows:
        for component in components:
            part = max(row.open(component), 0)
            amounts[component] += part
            row.asked[component] -= part
        row.review(on)
    return amounts


def _stub(book: Book, kept: list[Row], ended: Sequence[Row], on: date) -> Row:
    """The running row ends on the day and holds what was paid of the later ones, and charges that
    fell due by then. An empty one of an earlier time becomes part of it."""
    before = next((row for row in reversed(kept) if not row.is_down_payment), None)
    start = before.due if before is not None else ended[0].start
    if before is not None and before.is_replanned and not sum(before.asked.values()):
        start = before.start
        kept[:] = [row for row in kept if row is not before]
    stub = Row(start=start, due=on, is_replanned=True)
    for row in ended:
        stub.ahead += row.ahead
        for component in Component:
            stub.paid[component] += row.paid[component]
            stub.asked[component] += row.paid[component]
            row.asked[component] -= row.paid[component]
            row.paid[component] = 0
    for charge in book.charges:
        if (start < charge.due or before is None) and charge.due <= on:
            part = min(charge.amount, max(ended[0].open(charge.component), 0))
            ended[0].asked[charge.component] -= part
            stub.asked[charge.component] += part
    return stub


def _new_rows(book: Book, start: date, new: NewPlan, amounts: Mapping[Component, int]) -> list[Row]:
    """Equal instalments; a multiple is asked of the whole, of which the principal is the rest."""
    count, multiple = new.instalments, book.conditions.multiples_of
    values = {component: divided(amounts[component], count) for component in Component}
    whole = divided(sum(amounts.values()), count)
    if multiple:
        whole = to_minor(Decimal(whole) / multiple) * multiple
    others = sum(values[c] for c in Component if c is not Component.PRINCIPAL)
    values[Component.PRINCIPAL] = max(whole - others, 0)
    rows = []
    for due in new.chained_dates():
        rows.append(Row(start=start, due=due, is_replanned=True))
        start = due
    for component in Component:
        spread(rows, component, equal_parts(amounts[component], values[component], count))
    return rows


def _keep_charges(ended: Sequence[Row], added: Sequence[Row]) -> None:
    """Charges not divided stay with the row that takes the old one's place."""
    for number, row in enumerate(ended):
        heir = added[min(number, len(added) - 1)]
        for component in CHARGES:
            heir.asked[component] += row.open(component)


def _merged(extra: Row, added: list[Row]) -> list[Row]:
    """The instalment after maturity is part of the first new one that is due no earlier."""
    heir = next((row for row in added if row.due >= extra.due), None)
    if heir is None:
        extra.credited = nothing()
        extra.start = added[-1].due
        return [*added, extra]
    heir.ahead += extra.ahead
    heir.late += extra.late
    for component in Component:
        heir.asked[component] += extra.asked[component]
        heir.paid[component] += extra.paid[component]
    return added


# --- re-amortising -----------------------------------------------------------------------------------


def re_amortise_rows(book: Book, *, on: date) -> None:
    """The principal overdue is divided over the rows not due yet."""
    late = [row for row in book.rows if row.due <= on]
    later = [row for row in book.regular if row.due > on]
    total = _lift(late, (Component.PRINCIPAL,), on)[Component.PRINCIPAL]
    if not total:
        return
    part, multiple = divided(total, len(later)), book.conditions.multiples_of
    part = to_minor(Decimal(part) / multiple) * multiple if multiple else part
    spread(
        later, Component.PRINCIPAL, [*([part] * (len(later) - 1)), total - part * (len(later) - 1)]
    )
    for row in later:
        row.review(on)
    book.is_divided_by_hand = True


def divide_fees(late: Sequence[Row], later: Sequence[Row], *, on: date) -> None:
    """Fees overdue in equal parts; each part, and what is left for the last, is rounded alone."""
    total = _lift(late, (Component.FEE,), on)[Component.FEE]
    part = MATH.divide(Decimal(total), len(later))
    rest = total - part * (len(later) - 1)
    parts = [to_minor(part)] * (len(later) - 1)
    spread(later, Component.FEE, [*parts, to_minor(rest)])
    for row in later:
        row.review(on)


def spread(rows: Sequence[Row], component: Component, parts: Sequence[int]) -> None:
    """Ask a part with each row."""
    for row, part in zip(rows, parts, strict=True):
        row.asked[component] += part

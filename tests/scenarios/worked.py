"""Short ways to say what a worked loan owes, and the loan most of them are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from lending.loans.domain import (
    Amounts,
    LoanEvent,
    LoanState,
    LoanTerms,
    Method,
    PaymentKind,
    Reversed,
    replay,
)
from tests.unit.lending.loan_builders import cny, disbursed, make_terms, paid

#: The day on which the loan below has had half of its second period: 14 of 28 days.
HALF = date(2026, 2, 24)


def equal_principal(**changes: Any) -> LoanTerms:
    """3000 at 12 % by months (30/360) from 10 January 2026, three times 1000 of principal: due
    10 February 1000 + 30, 10 March 1000 + 20, 10 April 1000 + 10. Overdue principal bears 18 %,
    which is 0.50 a day for 1000."""
    return make_terms(method=Method.EQUAL_PRINCIPAL, disbursed_on=date(2026, 1, 10), **changes)


TERMS = equal_principal()
FIRST = paid(date(2026, 2, 10), cny("1030"), PaymentKind.DUE, "first")
SECOND = paid(date(2026, 3, 10), cny("1020"), PaymentKind.DUE, "second")
THIRD = paid(date(2026, 4, 10), cny("1010"), PaymentKind.DUE, "third")


def amounts(
    *, penalty: str = "0", fee: str = "0", interest: str = "0", principal: str = "0"
) -> Amounts:
    return Amounts(
        penalty=cny(penalty), fee=cny(fee), interest=cny(interest), principal=cny(principal)
    )


def rows(state: LoanState) -> list[tuple[str, str]]:
    """Principal and interest that each instalment asks."""
    return [(r.asked.principal.text, r.asked.interest.text) for r in state.rows]


def due_dates(state: LoanState) -> list[date]:
    return [row.due_on for row in state.rows]


def at(as_of: date, *events: LoanEvent, terms: LoanTerms = TERMS) -> LoanState:
    """The loan on a day; the events were entered in the order given."""
    return replay(terms=terms, events=entered(events, terms), as_of=as_of)


def entered(events: Sequence[LoanEvent], terms: LoanTerms) -> list[LoanEvent]:
    numbered = [replace(event, sequence=number) for number, event in enumerate(events, start=1)]
    return [disbursed(terms), *numbered]


def check_undo(as_of: date, *events: LoanEvent, undone: str, terms: LoanTerms = TERMS) -> LoanState:
    """Undone, the event `undone` might never have been; it had made a difference. Returns the
    loan with it undone."""
    with_it = at(as_of, *events, terms=terms)
    without = [e for e in events if getattr(e, "reference", "") != undone]
    after = at(as_of, *events, Reversed(on=as_of, reference=undone), terms=terms)
    assert after == at(as_of, *without, terms=terms)
    assert after != with_it
    return after

"""Histories no loan can have are refused with a plain sentence."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.money import Money
from lending.loans.domain import (
    InvalidEventsError,
    LoanEvent,
    OpenInterest,
    PaymentKind,
    Reversed,
    replay,
)
from lending.loans.domain.events import (
    ChargedBack,
    CreditRefunded,
    DueDateMoved,
    Extended,
    InterestPaused,
    RateChanged,
    ReAged,
    WrittenOff,
)
from lending.products.domain.methods import Unit
from tests.unit.lending.loan_builders import cny, disbursed, make_terms, paid

TERMS = make_terms()  # due 15 February, 15 March, 15 April 2026
DAY = date(2026, 2, 20)
PAID = replace(paid(DAY, cny("1100"), PaymentKind.DUE, "paid"), sequence=1)
UNDO = Reversed(on=DAY, reference="paid", sequence=2)


def back(amount: str, payment: str = "paid", **changes: Any) -> ChargedBack:
    event = ChargedBack(
        on=DAY, amount=cny(amount), payment=payment, reference=f"back {amount}", sequence=5
    )
    return replace(event, **changes)


def moved(due_on: date, moved_to: date) -> DueDateMoved:
    return DueDateMoved(on=DAY, due_on=due_on, moved_to=moved_to, reference="moved", sequence=5)


def re_aged(**changes: Any) -> ReAged:
    event = ReAged(
        on=DAY,
        starts_on=DAY,
        every=1,
        unit=Unit.MONTHS,
        instalments=3,
        interest=OpenInterest.FIRST,
        reference="re-aged",
        sequence=5,
    )
    return replace(event, **changes)


@pytest.mark.parametrize(
    ("events", "why"),
    [
        ([PAID, UNDO, replace(UNDO, sequence=3)], "no event 'paid' stands to be undone"),
        ([replace(PAID, on=date(2026, 1, 14))], "Paid before the loan was disbursed"),
        ([back("1")], "no payment 'paid' stands to be charged back"),
        ([PAID, back("1", "other")], "no payment 'other' stands to be charged back"),
        ([PAID, UNDO, back("1")], "no payment 'paid' stands to be charged back"),
        ([PAID, back("1", sequence=0)], "no payment 'paid' stands to be charged back"),
        ([PAID, back("1", on=date(2026, 2, 19))], "no payment 'paid' stands to be charged back"),
        ([PAID, back("1100.01")], "more than payment 'paid' was charged back"),
        ([PAID, back("600"), back("501")], "more than payment 'paid' was charged back"),
        ([PAID, back("1"), back("2", "back 1")], "no payment 'back 1' stands to be charged back"),
        ([PAID, back("0")], "an amount is above zero in the loan's currency"),
        ([PAID, replace(back("1"), amount=Money(1, "USD"))], "an amount is above zero"),
        (
            [PAID, CreditRefunded(on=DAY, amount=cny("80"), reference="r", sequence=2)],
            "more was refunded than the borrower's credit",
        ),
        (
            [moved(date(2026, 3, 16), date(2026, 3, 20))],
            "no instalment is to fall due on 2026-03-1",
        ),
        (
            [moved(date(2026, 2, 15), date(2026, 3, 20))],
            "no instalment is to fall due on 2026-02-1",
        ),
        ([moved(date(2026, 3, 15), DAY)], "2026-02-20 is not after 2026-02-20"),
        ([moved(date(2026, 4, 15), date(2026, 3, 15))], "2026-03-15 is not after 2026-03-15"),
        ([re_aged(starts_on=date(2026, 2, 19))], "none before the day of the change"),
        ([re_aged(instalments=0)], "a new plan has instalments"),
        ([re_aged(every=0)], "a new plan has instalments"),
        ([Extended(on=DAY, instalments=0, reference="x")], "by one instalment at least"),
        (
            [RateChanged(on=DAY, annual_rate=Decimal(11), reference="x")],
            "no loan can have the rate 11",
        ),
        (
            [InterestPaused(on=DAY, starts_on=DAY, ends_on=date(2026, 2, 19), reference="x")],
            "paused until before",
        ),
        (
            [WrittenOff(on=DAY, reference="x"), WrittenOff(on=DAY, reference="y")],
            "written off twice",
        ),
        (
            [PAID, WrittenOff(on=DAY, reference="x", sequence=2), back("1")],
            "after a write-off only money",
        ),
    ],
)
def test_a_history_no_loan_can_have_is_refused(events: list[LoanEvent], why: str) -> None:
    with pytest.raises(InvalidEventsError, match=why):
        replay(terms=TERMS, events=[disbursed(TERMS), *events], as_of=DAY)


def test_what_is_refused_today_was_not_known_yesterday() -> None:
    events: list[LoanEvent] = [disbursed(TERMS), replace(PAID, on=date(2026, 2, 18)), back("2000")]
    state = replay(terms=TERMS, events=events, as_of=date(2026, 2, 19))
    # 1020.07 and three days of penalty: 990.07 x 18 % / 360 x 3 = 1.485 -> 1.49.
    assert state.paid.total == cny("1021.56")


def test_a_chargeback_undone_leaves_room_for_another() -> None:
    undo = Reversed(on=DAY, reference="back 600", sequence=6)
    events: list[LoanEvent] = [disbursed(TERMS), PAID, back("600"), undo, back("1100", sequence=7)]
    state = replay(terms=TERMS, events=events, as_of=DAY)
    assert state.charged_back.total + state.credit_taken == cny("1100")

"""Drawing from one line at the same moment."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

import pytest

from cards.models import Payment
from core.money import Money
from lending.loans.models import CreditLine, Drawdown, Loan
from lending.loans.operations import drawdowns, record_payout, settle_check
from lending.loans.queries.lines import get_line, line_usage
from risk.operations import decide_request
from tests.fixtures.house import House, Person
from tests.outbox import run_outbox
from tests.racing import Meeting, at_once, between, plain_get, refusals, winners

pytestmark = pytest.mark.django_db(transaction=True)


def limit_of(person: Person) -> int:
    line = get_line(borrower_id=person.id)
    assert line is not None
    return line.limit.minor


def used(person: Person) -> int:
    return line_usage(line=CreditLine.objects.get(borrower_id=person.id)).minor


def draw_at_once(house: House, person: Person, quotes: list[UUID]) -> list[Any]:
    return at_once(*(partial(house.sign, person, quote_id) for quote_id in quotes))


def round_down(minor: int) -> int:
    """To whole yuan."""
    return minor // 100 * 100


def test_without_the_lock_two_drawdowns_pass_the_limit(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race is real: this is what the lock on the line is for."""
    person = house.borrower()
    limit = limit_of(person)
    quotes = [house.quote(person, amount=round_down(limit * 2 // 3)) for _ in range(2)]
    monkeypatch.setattr(drawdowns, "lock_row", plain_get)
    monkeypatch.setattr(drawdowns, "_check_line", Meeting().after(drawdowns._check_line))

    assert refusals(draw_at_once(house, person, quotes)) == []
    assert used(person) > limit


def test_of_two_drawdowns_the_one_that_fits_is_signed(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same race, and both would have read the limit before either had drawn."""
    person = house.borrower()
    limit = limit_of(person)
    quotes = [house.quote(person, amount=round_down(limit * 2 // 3)) for _ in range(2)]
    monkeypatch.setattr(drawdowns, "_check_line", Meeting().after(drawdowns._check_line))

    assert refusals(draw_at_once(house, person, quotes)) == ["over-limit"]
    assert used(person) == round_down(limit * 2 // 3)


def test_of_eight_drawdowns_exactly_those_that_fit_are_signed_and_paid(house: House) -> None:
    person = house.borrower()
    limit, amount = limit_of(person), round_down(limit_of(person) // 3)
    quotes = [house.quote(person, amount=amount) for _ in range(8)]
    before = house.bank.balance(pan=person.pan)

    results = draw_at_once(house, person, quotes)

    assert refusals(results) == ["over-limit"] * 5
    assert len(set(winners(results))) == 3
    house.settle()
    states = Drawdown.objects.filter(borrower_id=person.id).values_list("state", flat=True)
    paid = sum(state == "DISBURSED" for state in states)
    assert len(states) == 3
    assert house.bank.balance(pan=person.pan) == before + paid * amount
    assert used(person) <= limit


@pytest.mark.parametrize(
    "statement",
    ['FROM "loans_loan" U0', 'FROM "loans_drawdown" U0', 'INSERT INTO "loans_drawdown"'],
)
def test_a_payout_that_settles_while_the_limit_is_read_is_counted(
    house: House, statement: str
) -> None:
    """Its amount moves from the drawdowns to the loans: it must not be missed on the way."""
    person = house.borrower()
    amount = round_down(limit_of(person) * 2 // 3)
    first, second = (house.quote(person, amount=amount) for _ in range(2))
    house.sign(person, first)
    small = house.quote(person, amount=50_000)
    run_outbox()
    payment_id = Payment.objects.get(source_type="drawdown").pk
    # One that does not fit, and one that does and so gets as far as its own row.
    quote_id = small if statement.startswith("INSERT") else second

    signed, _paid = between(
        first=partial(house.sign, person, quote_id),
        statement=statement,
        second=partial(record_payout, payment_id=payment_id, now=house.now),
    )

    assert refusals([signed]) == ([] if quote_id == small else ["over-limit"])
    assert used(person) == amount + (50_000 if quote_id == small else 0)
    assert Loan.objects.count() == 1


@pytest.mark.parametrize("parties", [2, 8])
def test_one_key_signed_at_once_is_one_drawdown(house: House, parties: int) -> None:
    person = house.borrower()
    quote_id = house.quote(person)

    results = at_once(*[partial(house.sign, person, quote_id, key="the same key")] * parties)

    assert len(set(results)) == 1
    assert Drawdown.objects.count() == 1
    assert used(person) == 600_000


def test_one_quote_signed_under_two_keys_is_one_drawdown(house: House) -> None:
    person = house.borrower()
    quote_id = house.quote(person)

    results = at_once(*[partial(house.sign, person, quote_id)] * 4)

    assert refusals(results) == ["quote-used"] * 3
    assert Drawdown.objects.count() == 1


def test_a_check_settled_twice_at_once_is_one_payout(house: House) -> None:
    person = house.borrower()
    drawdown_id = house.sign(person, house.quote(person))
    decision_id = Drawdown.objects.get().decision_id
    assert decision_id is not None
    decide_request(decision_id=decision_id, now=house.now)

    at_once(*[partial(settle_check, drawdown_id=drawdown_id, now=house.now)] * 4)

    assert Payment.objects.filter(source_id=drawdown_id).count() == 1


def test_a_payout_recorded_twice_at_once_is_one_loan(house: House) -> None:
    person = house.borrower()
    drawdown_id = house.sign(person, house.quote(person))
    run_outbox()
    payment_id = Payment.objects.get(source_id=drawdown_id).pk

    at_once(*[partial(record_payout, payment_id=payment_id, now=house.now)] * 4)

    loan = Loan.objects.get()
    assert loan.history.count() == 1
    assert Money(loan.principal, loan.currency) == Money(600_000, "CNY")

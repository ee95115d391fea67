"""Postings: only balanced sets of lines are an entry."""

from __future__ import annotations

from random import Random
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from lending.ledger.domain import (
    CHART,
    MAX_LINES,
    AccountCode,
    AccountType,
    InvalidPostingsError,
    Posting,
    credit,
    debit,
    mirror,
    same_lines,
    validate,
)
from tests.ledger import fen, lent, request

LOANS = st.none() | st.builds(uuid4)
AMOUNTS = st.integers(min_value=-(10**12), max_value=10**12).filter(bool)
LINES = st.lists(
    st.tuples(st.sampled_from(AccountCode), AMOUNTS, st.sampled_from(["CNY", "EUR", "JPY"]), LOANS),
    min_size=1,
    max_size=20,
)


def postings_of(lines: list[tuple[AccountCode, int, str, UUID | None]]) -> list[Posting]:
    return [Posting(code, Money(minor, currency), loan) for code, minor, currency, loan in lines]


def balanced(postings: list[Posting]) -> list[Posting]:
    """The lines with one more per currency that does not sum to zero."""
    sums: dict[str, int] = {}
    for posting in postings:
        sums[posting.amount.currency] = sums.get(posting.amount.currency, 0) + posting.amount.minor
    rest = [
        Posting(AccountCode.SUSPENSE, Money(-difference, currency))
        for currency, difference in sums.items()
        if difference
    ]
    return postings + rest


@given(LINES)
def test_balanced_lines_are_an_entry_and_so_is_their_mirror(
    lines: list[tuple[AccountCode, int, str, UUID | None]],
) -> None:
    postings = balanced(postings_of(lines))
    validate(postings=postings)
    undone = mirror(postings=postings)
    validate(postings=undone)
    assert same_lines(one=mirror(postings=undone), other=postings)


@given(LINES, AMOUNTS, st.sampled_from(["CNY", "EUR", "JPY"]))
def test_one_line_too_many_is_refused(
    lines: list[tuple[AccountCode, int, str, UUID | None]], minor: int, currency: str
) -> None:
    postings = balanced(postings_of(lines))
    extra = Posting(AccountCode.BANK_CASH, Money(minor, currency))
    with pytest.raises(InvalidPostingsError, match="differ by"):
        validate(postings=[*postings, extra])


@given(LINES, st.randoms())
def test_the_order_of_lines_does_not_matter_their_number_does(
    lines: list[tuple[AccountCode, int, str, UUID | None]], random: Random
) -> None:
    postings = balanced(postings_of(lines))
    shuffled = list(postings)
    random.shuffle(shuffled)
    assert same_lines(one=postings, other=shuffled)
    assert not same_lines(one=postings, other=[*shuffled, shuffled[0]])


def test_currencies_do_not_balance_each_other() -> None:
    lines = [
        Posting(AccountCode.BANK_CASH, fen(100, "CNY")),
        Posting(AccountCode.FUNDING, fen(-100, "EUR")),
    ]
    with pytest.raises(InvalidPostingsError, match="differ by 100 CNY"):
        validate(postings=lines)


@pytest.mark.parametrize("count", [0, 1, MAX_LINES + 1])
def test_too_few_or_too_many_lines(count: int) -> None:
    lines = [Posting(AccountCode.BANK_CASH, fen(1))] * count
    with pytest.raises(InvalidPostingsError, match="lines"):
        validate(postings=lines)


def test_zero_line() -> None:
    with pytest.raises(InvalidPostingsError, match="zero"):
        validate(postings=[*lent(), Posting(AccountCode.SUSPENSE, fen(0))])


@pytest.mark.parametrize("minor", [0, -1])
def test_debit_and_credit_take_amounts_above_zero(minor: int) -> None:
    for build in (debit, credit):
        with pytest.raises(InvalidPostingsError):
            build(account=AccountCode.BANK_CASH, amount=fen(minor))


@pytest.mark.parametrize("event", ["", "9lives", "two words", "x" * 41, "落"])
def test_event_names(event: str) -> None:
    with pytest.raises(InvalidPostingsError, match="name"):
        request(event=event).check()


def test_the_chart_names_every_account_once() -> None:
    assert set(CHART) == set(AccountCode)
    assert len({row.name for row in CHART.values()}) == len(CHART)
    assert CHART[AccountCode.LOAN_PRINCIPAL].type.debit_side
    assert not CHART[AccountCode.BORROWER_CREDIT].type.debit_side
    assert {row.type for row in CHART.values()} == set(AccountType)

"""Races for one key of the books."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection, transaction

from lending.ledger.domain import CHART, EntryRequest
from lending.ledger.operations import LedgerConflict, post_entries, post_entry, reverse_entry
from lending.ledger.queries import account_balances, count_books, get_entry
from tests.ledger import DAY, NOW, lent, request

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 10


def at_once(*actions: Callable[[], UUID | str]) -> list[UUID | str]:
    """Run the actions in threads of their own that start together."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], UUID | str]) -> UUID | str:
        try:
            barrier.wait(timeout=10)
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(run, action) for action in actions]
        return [future.result(timeout=30) for future in futures]


def post(entry: EntryRequest) -> UUID | str:
    try:
        return post_entries(entries=[entry], now=NOW)[0]
    except LedgerConflict as conflict:
        return conflict.code


def post_alone(entry: EntryRequest) -> UUID | str:
    try:
        return post_entry(
            source_type=entry.source_type,
            source_id=entry.source_id,
            event=entry.event,
            business_date=entry.business_date,
            postings=entry.postings,
            now=NOW,
        )
    except LedgerConflict as conflict:
        return conflict.code


PAIRS = pytest.mark.parametrize(
    ("first", "second"),
    [(post, post), (post_alone, post_alone), (post, post_alone)],
    ids=["in-batches", "alone", "both-ways"],
)
Route = Callable[[EntryRequest], UUID | str]


@PAIRS
def test_two_threads_post_the_same_key_and_one_entry_stands(first: Route, second: Route) -> None:
    for _ in range(ROUNDS):
        entry = request()
        one, other = at_once(partial(first, entry), partial(second, entry))
        assert one == other
    assert count_books().entries == ROUNDS
    assert count_books().lines == 2 * ROUNDS


@PAIRS
def test_the_same_key_with_other_lines_conflicts_whoever_is_first(
    first: Route, second: Route
) -> None:
    for _ in range(ROUNDS):
        entry = request()
        other = request(source_id=entry.source_id, postings=lent(minor=5))
        answers = at_once(partial(first, entry), partial(second, other))
        assert sum(answer == "ledger-conflict" for answer in answers) == 1
    assert count_books().entries == ROUNDS


def test_a_key_of_a_transaction_that_fails_is_free_again() -> None:
    entry = request()

    def fail() -> str:
        try:
            with transaction.atomic():
                post_entries(entries=[entry], now=NOW)
                raise RuntimeError
        except RuntimeError:
            return "failed"

    failed, posted = at_once(fail, lambda: post(entry))
    assert failed == "failed"
    assert isinstance(posted, UUID)
    assert get_entry(entry_id=posted).postings == entry.postings


def test_overlapping_batches_in_opposite_order_do_not_deadlock() -> None:
    for _ in range(ROUNDS):
        entries = [request() for _ in range(40)]

        def forward(batch: list[EntryRequest] = entries) -> UUID | str:
            return post_entries(entries=batch, now=NOW)[0]

        def backward(batch: list[EntryRequest] = entries) -> UUID | str:
            return post_entries(entries=batch[::-1], now=NOW)[-1]

        one, other = at_once(forward, backward)
        assert one == other
    assert count_books().entries == 40 * ROUNDS


def test_one_reversal_and_one_chart_however_many_threads() -> None:
    entry_id = post_entries(entries=[request()], now=NOW)[0]

    def reverse() -> UUID | str:
        return reverse_entry(entry_id=entry_id, business_date=DAY, now=NOW)

    assert len(set(at_once(reverse, reverse, reverse))) == 1
    at_once(*[lambda: post(request(postings=lent(currency="EUR")))] * 3)
    codes = [(row.code, row.balance.currency) for row in account_balances()]
    assert len(codes) == len(set(codes)) == 2 * len(CHART)

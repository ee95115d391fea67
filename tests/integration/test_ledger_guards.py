"""What Postgres refuses, whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from core.ids import uuid7
from lending.ledger.models import Account, Entry, Line
from lending.ledger.operations import post_entries
from tests.ledger import DAY, NOW, lent, request

TABLES = ["ledger_account", "ledger_entry", "ledger_line"]


@contextmanager
def refused(match: str) -> Iterator[None]:
    """A commit or statement that Postgres itself refuses."""
    with pytest.raises(IntegrityError, match=match), checked():
        yield


@contextmanager
def checked() -> Iterator[None]:
    """A transaction whose deferred constraints are checked at its end, as at a commit."""
    with transaction.atomic():
        yield
        execute("SET CONSTRAINTS ALL IMMEDIATE")


def execute(sql: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def raw_entry(*, line_count: int = 2) -> Entry:
    return Entry.objects.create(
        source_type="loan",
        source_id=uuid7(),
        event="test",
        business_date=DAY,
        created_at=NOW,
        line_count=line_count,
    )


def raw_lines(entry: Entry, *amounts: int, currency: str = "CNY") -> None:
    account = Account.objects.get(code="SUSPENSE", currency="CNY")
    Line.objects.bulk_create(
        [Line(entry=entry, account=account, amount=a, currency=currency) for a in amounts]
    )


@transaction.atomic
def commit_unbalanced() -> None:
    raw_lines(raw_entry(), 100, -99)
    # Not before the commit:
    assert Line.objects.filter(amount=-99).exists()


@pytest.fixture
def books(db: None) -> Entry:
    """Books with one entry in CNY and one in EUR."""
    ids = post_entries(entries=[request(), request(postings=lent(currency="EUR"))], now=NOW)
    # A table with checks still open could not be truncated for that reason already.
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")
    return Entry.objects.get(pk=ids[0])


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"]
)
def test_nobody_changes_the_books(table: str, statement: str) -> None:
    with refused("is append-only"):
        execute(statement.format(table))


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("ledger_line", "amount", 1),
        ("ledger_entry", "note", "'x'"),
        ("ledger_line", "subject", "NULL"),
    ],
)
def test_no_single_figure_is_changed(table: str, column: str, value: object) -> None:
    with refused("is append-only"):
        execute(f"UPDATE {table} SET {column} = {value}")


@pytest.mark.usefixtures("books")
def test_the_orm_is_refused_too() -> None:
    with refused("is append-only"):
        Line.objects.update(amount=5)
    with refused("is append-only"):
        Line.objects.all().delete()


@pytest.mark.usefixtures("books")
def test_an_entry_that_does_not_balance() -> None:
    with refused("debits and credits differ by 1 CNY"):
        raw_lines(raw_entry(), 100, -99)


@pytest.mark.usefixtures("books")
def test_an_entry_without_lines_or_with_one() -> None:
    with refused("has 0 lines"):
        raw_entry()
    with refused("has 1 lines"):
        raw_lines(raw_entry(), 100)
    with refused("ledger_entry_two_lines"):
        raw_entry(line_count=1)


def test_nothing_is_added_to_an_entry_later(books: Entry) -> None:
    with refused("has 4 lines, not 2"):
        raw_lines(books, 100, -100)


@pytest.mark.usefixtures("books")
def test_a_line_in_another_currency_than_its_account() -> None:
    with refused("ledger_line_account_currency"):
        raw_lines(raw_entry(), 100, -100, currency="EUR")


@pytest.mark.usefixtures("books")
def test_a_line_of_no_entry_and_one_of_no_account() -> None:
    with refused("ledger_line_entry"):
        raw_lines(Entry(pk=uuid7()), 100, -100)
    with refused("ledger_line_account_currency"):
        Line.objects.create(entry=raw_entry(), account_id=uuid7(), amount=1, currency="CNY")


@pytest.mark.usefixtures("books")
def test_currencies_do_not_balance_each_other() -> None:
    euro = Account.objects.get(code="SUSPENSE", currency="EUR")
    with refused("differ by"):
        entry = raw_entry()
        raw_lines(entry, 100)
        Line.objects.create(entry=entry, account=euro, amount=-100, currency="EUR")


@pytest.mark.usefixtures("books")
def test_a_zero_line_and_one_beyond_all_range() -> None:
    with refused("ledger_line_amount"):
        raw_lines(raw_entry(), 0, 0)
    with refused("ledger_line_amount"):
        raw_lines(raw_entry(), 10**15 + 1, -(10**15) - 1)


def test_one_entry_per_source_and_event(books: Entry) -> None:
    with refused("ledger_entry_once"):
        Entry.objects.create(
            source_type=books.source_type,
            source_id=books.source_id,
            event=books.event,
            business_date=DAY,
            created_at=NOW,
            line_count=2,
        )


@pytest.mark.usefixtures("books")
def test_one_account_per_code_and_currency_and_only_of_the_chart() -> None:
    with refused("ledger_account_once"):
        Account.objects.create(code="SUSPENSE", currency="CNY", type="LIABILITY")
    with refused("ledger_account_code"):
        Account.objects.create(code="SLUSH_FUND", currency="CNY", type="ASSET")


@pytest.mark.django_db(transaction=True)
def test_the_balance_is_checked_when_a_real_transaction_commits() -> None:
    post_entries(entries=[request()], now=NOW)
    with pytest.raises(IntegrityError, match="debits and credits differ"):
        commit_unbalanced()
    assert Entry.objects.count() == 1
    with pytest.raises(IntegrityError, match="has 0 lines"):
        raw_entry()
    with pytest.raises(IntegrityError, match="has 4 lines, not 2"):
        raw_lines(Entry.objects.get(), 100, -100)
    with pytest.raises(IntegrityError, match="append-only"):
        execute("TRUNCATE ledger_line")


@pytest.mark.django_db(transaction=True)
def test_the_books_are_empty_after_a_test_that_committed() -> None:
    assert not Entry.objects.exists()
    assert not Account.objects.exists()

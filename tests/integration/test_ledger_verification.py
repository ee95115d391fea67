"""`manage.py verify_ledger` finds what somebody with the owner's rights broke."""

from __future__ import annotations

import json
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection

from core.ids import uuid7
from lending.ledger.models import Entry
from lending.ledger.operations import post_entries, reverse_entry
from lending.ledger.queries import CHECKS
from tests.ledger import DAY, NOW, lent, request

pytestmark = pytest.mark.django_db

LINES_OFF = "ALTER TABLE ledger_line DISABLE TRIGGER USER"
LINES_ON = (
    "ALTER TABLE ledger_line ENABLE ALWAYS TRIGGER ledger_line_rows_append_only,"
    " ENABLE ALWAYS TRIGGER ledger_line_append_only,"
    " ENABLE ALWAYS TRIGGER ledger_line_guarded"
)


def run(*statements: str) -> None:
    with connection.cursor() as cursor:
        # What was posted is due for its checks; a table with open ones cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in statements:
            cursor.execute(statement)


def corrupt_lines(*statements: str) -> None:
    """Change lines as the owner of the table can: triggers off, change, triggers on again."""
    run(LINES_OFF, *statements, LINES_ON)


def verify(capsys: pytest.CaptureFixture[str]) -> tuple[int, str, list[str]]:
    status = 0
    try:
        call_command("verify_ledger")
    except SystemExit as stop:
        status = int(stop.code or 0)
    output = capsys.readouterr()
    return status, output.out, output.err.splitlines()


@pytest.fixture
def entry_id(db: None) -> UUID:
    loan = uuid7()
    ids = post_entries(
        entries=[
            request(postings=lent(loan_id=loan)),
            request(),
            request(postings=lent(currency="EUR")),
        ],
        now=NOW,
    )
    reverse_entry(entry_id=ids[1], business_date=DAY, now=NOW)
    return ids[0]


@pytest.mark.usefixtures("entry_id")
def test_sound_books(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = verify(capsys)
    assert (status, err) == (0, [])
    lines = out.splitlines()
    assert len(lines) == len(CHECKS) + 1
    assert "4" in lines[-1]
    assert "8" in lines[-1]


def test_books_nobody_has_written_in(capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(capsys)[0] == 0


@pytest.mark.usefixtures("entry_id")
def test_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("verify_ledger", "--json")
    report = json.loads(capsys.readouterr().out)
    assert report["ok"] is True
    assert report["entries"] == 4
    assert report["totals"]["EUR"] == {"debits": "1000.00", "credits": "1000.00"}
    assert report["violations"] == []


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (
            "UPDATE ledger_line SET amount = amount + 1 WHERE entry_id = '{entry}' AND amount > 0",
            {"unbalanced", "trial-balance"},
        ),
        (
            "DELETE FROM ledger_line WHERE entry_id = '{entry}' AND amount > 0",
            {"lines", "unbalanced", "trial-balance"},
        ),
        ("DELETE FROM ledger_line WHERE entry_id = '{entry}'", {"lines"}),
        (
            "INSERT INTO ledger_line (entry_id, account_id, amount, currency)"
            " SELECT entry_id, account_id, a, currency FROM ledger_line,"
            " (VALUES (1), (-1)) v (a) WHERE entry_id = '{entry}' AND amount > 0",
            {"lines"},
        ),
    ],
)
def test_changed_lines(
    entry_id: UUID, statement: str, expected: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    corrupt_lines(statement.format(entry=entry_id))
    status, _out, err = verify(capsys)
    assert status == 1
    assert {line.split()[0] for line in err} == expected
    assert any(str(entry_id) in line for line in err)


def test_a_line_with_the_currency_of_another_account(
    entry_id: UUID, capsys: pytest.CaptureFixture[str]
) -> None:
    corrupt_lines(
        f"UPDATE ledger_line SET currency = 'EUR' WHERE entry_id = '{entry_id}'",
    )
    status, _out, err = verify(capsys)
    assert status == 1
    assert {line.split()[0] for line in err} == {"currency"}


def test_lines_whose_entry_is_gone(entry_id: UUID, capsys: pytest.CaptureFixture[str]) -> None:
    run(
        "ALTER TABLE ledger_entry DISABLE TRIGGER USER",
        f"DELETE FROM ledger_entry WHERE id = '{entry_id}'",
        "ALTER TABLE ledger_entry ENABLE ALWAYS TRIGGER ledger_entry_rows_append_only,"
        " ENABLE ALWAYS TRIGGER ledger_entry_append_only,"
        " ENABLE ALWAYS TRIGGER ledger_entry_balanced",
    )
    status, _out, err = verify(capsys)
    assert status == 1
    assert {line.split()[0] for line in err} == {"orphan"}
    assert len(err) == 2


def test_a_reversal_that_is_no_mirror(entry_id: UUID, capsys: pytest.CaptureFixture[str]) -> None:
    reversal = Entry.objects.get(reverses__isnull=False)
    corrupt_lines(f"UPDATE ledger_line SET amount = amount * 2 WHERE entry_id = '{reversal.pk}'")
    status, _out, err = verify(capsys)
    assert status == 1
    assert {line.split()[0] for line in err} == {"reversal"}


@pytest.mark.usefixtures("entry_id")
def test_an_account_of_another_type(capsys: pytest.CaptureFixture[str]) -> None:
    run(
        "ALTER TABLE ledger_account DISABLE TRIGGER ledger_account_rows_append_only",
        "UPDATE ledger_account SET type = 'INCOME' WHERE code = 'SUSPENSE' AND currency = 'CNY'",
        "ALTER TABLE ledger_account ENABLE ALWAYS TRIGGER ledger_account_rows_append_only",
    )
    status, _out, err = verify(capsys)
    assert status == 1
    assert [line.split()[0] for line in err] == ["chart"]


@pytest.mark.usefixtures("entry_id")
@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("ALTER TABLE ledger_line DISABLE TRIGGER ledger_line_guarded", "ledger_line_guarded"),
        ("ALTER TABLE ledger_line ENABLE TRIGGER ledger_line_guarded", "ledger_line_guarded"),
        ("DROP TRIGGER ledger_entry_append_only ON ledger_entry", "ledger_entry_append_only"),
        (
            "DROP TRIGGER ledger_line_append_only ON ledger_line;"
            "CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
            "CREATE TRIGGER ledger_line_append_only BEFORE TRUNCATE ON ledger_line"
            " EXECUTE FUNCTION nothing()",
            "ledger_line_append_only",
        ),
    ],
)
def test_a_guard_that_is_off(statement: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(statement)
    status, _out, err = verify(capsys)
    assert status == 1
    assert len(err) == 1
    assert err[0].startswith(f"trigger {name}:")

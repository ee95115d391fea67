"""Commands with bad input: one line on standard error, a non-zero exit, nothing changed."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from typing import Final

import pytest
from django.core.management import ManagementUtility
from pytest_django import Settings

from accounts.models import User
from config.demodata import STAFF
from core.businessday import get_business_date, open_business_date
from core.clock import now
from core.models import BusinessDay
from tests.api import rows
from tests.fixtures.house import House

pytestmark = pytest.mark.django_db
PHONE: Final = "13900001111"
PASSWORD: Final = "a long enough phrase"


class Outcome:
    """What a person at the terminal sees."""

    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err

    @property
    def lines(self) -> list[str]:
        return [line for line in self.err.splitlines() if line.strip()]


def run(*arguments: str, typed: str = "") -> Outcome:
    """`manage.py ARGUMENTS…` in this process, with a line typed on standard input."""
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
        patch.setattr("django.db.connections.close_all", lambda: None)  # it is the test's as well
        try:
            ManagementUtility(["manage.py", *arguments]).execute()
        except SystemExit as exit_:
            code = exit_.code
            status = code if isinstance(code, int) else int(code is not None)
            return Outcome(status, out.getvalue(), err.getvalue())
    return Outcome(0, out.getvalue(), err.getvalue())


@pytest.fixture
def opened(db: None) -> None:
    """A business date."""
    open_business_date(now=now())


BAD_STAFF: Final = {
    "no phone": ("12345", "officer", PASSWORD),
    "a landline": ("02012345678", "officer", PASSWORD),
    "chinese digits": ("一三九", "officer", PASSWORD),
    "no such role": (PHONE, "king", PASSWORD),
    "one role of two": (PHONE, "officer king", PASSWORD),
    "no password": (PHONE, "officer", ""),
    "a short password": (PHONE, "officer", "abc"),
    "only digits": (PHONE, "officer", "135792468013"),
    "a novel": (PHONE, "officer", "x" * 1000),
}


@pytest.mark.parametrize("what", BAD_STAFF)
def test_staff_that_cannot_be_made(
    what: str, opened: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KADAI_STAFF_PASSWORD", raising=False)
    phone, roles, password = BAD_STAFF[what]
    before = rows()
    seen = run("create_staff", phone, *roles.split(), typed=password)
    assert seen.status != 0
    assert len(seen.lines) == 1, seen.err
    assert "Traceback" not in seen.err
    assert rows() == before


def test_the_same_staff_twice(opened: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KADAI_STAFF_PASSWORD", PASSWORD)
    first = run("create_staff", PHONE, "officer", "auditor")
    assert first.status == 0
    user = User.objects.get(pk=first.out.strip())
    assert set(user.groups.values_list("name", flat=True)) == {"officer", "auditor"}
    before = rows()
    again = run("create_staff", f"+86 {PHONE}", "finance")
    assert again.status != 0
    assert len(again.lines) == 1
    assert rows() == before


BAD_DAYS: Final = (
    "yesterday", "2026-02-30", "2026-13-01", "20261", "01/02/2026", "２０２６-01-01", "1e400",
    "NaN", "-1", "", " ", "9999-12-31", "2026-01-01T00:00", "0000-00-00", "\u0000",
)  # fmt: skip


@pytest.mark.parametrize("text", BAD_DAYS)
def test_days_that_cannot_be_closed(text: str, opened: None) -> None:
    before = rows()
    seen = run("close_day", f"--through={text}")
    assert rows() == before
    assert seen.status != 0, seen.out
    assert len(seen.lines) == 1, seen.err


def test_days_before_the_lender_was_set_up(db: None) -> None:
    before = rows()
    seen = run("close_day")
    assert (seen.status != 0, len(seen.lines)) == (True, 1), seen.err
    assert rows() == before


def test_a_day_is_closed_once(house: House) -> None:
    loan_of = house.borrower()
    house.loan(loan_of)
    today = get_business_date()
    through = (today + timedelta(days=2)).isoformat()
    first = run("close_day", "--through", through)
    assert (first.status, first.err) == (0, "")
    assert get_business_date() == today + timedelta(days=3)
    before = rows()
    for _again in range(2):
        seen = run("close_day", "--through", through)
        assert (seen.status, seen.err) == (0, "")
        assert "closed already" in seen.out
        assert rows() == before


def test_a_closed_day_stays_closed(opened: None) -> None:
    before = rows()
    seen = run("close_day", "--through", "2020-01-01")
    assert seen.status == 0
    assert rows() == before


def test_the_first_business_date_is_set_once(db: None) -> None:
    first = run("open_business_date")
    assert first.status == 0
    BusinessDay.objects.update(today=get_business_date() + timedelta(days=5))
    before = rows()
    again = run("open_business_date")
    assert (again.status, again.out.strip()) == (0, get_business_date().isoformat())
    assert rows() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("close_day", "2026-01-01"),
        ("close_day", "--until", "2026-01-01"),
        ("create_staff",),
        ("create_staff", PHONE),
        ("verify_ledger", "--xml"),
        ("open_business_date", "2026-01-01"),
        ("load_demo", "everything"),
        ("translations",),
        ("translations", "--write", "--check"),
        ("closeday",),
    ],
    ids=" ".join,
)
def test_arguments_that_do_not_exist(arguments: tuple[str, ...], opened: None) -> None:
    before = rows()
    seen = run(*arguments)
    assert seen.status != 0
    assert "error:" in seen.err or "Unknown command" in seen.err
    assert "Traceback" not in seen.err
    assert rows() == before


def test_the_ledger_is_proved_and_unchanged(house: House) -> None:
    house.loan(house.borrower())
    before = rows()
    seen = run("verify_ledger", "--json")
    assert (seen.status, seen.err) == (0, "")
    assert json.loads(seen.out)["ok"] is True
    assert run("verify_ledger").status == 0
    assert rows() == before


def test_the_demo_without_a_bank(opened: None, settings: Settings) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:9/sms"
    seen = run("load_demo")
    assert seen.status != 0
    assert len(seen.lines) == 1, seen.err
    # The staff were made before the first borrower; a second run finds them.
    people = rows()
    assert User.objects.filter(is_staff=True).count() == len(STAFF)
    assert run("load_demo").status != 0
    assert User.objects.filter(is_staff=True).count() == len(STAFF)
    assert people["ledger_entry"] == rows()["ledger_entry"]

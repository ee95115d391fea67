"""The day close: twice at once, killed half-way, and with loans that begin meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, QuerySet

from cards.models import Payment
from config.console import BASE_DIR
from core.businessday import get_business_date, hold_business_date
from core.money import Money
from lending.ledger.domain import AccountCode, EntryRequest, credit, debit
from lending.ledger.models import Line
from lending.ledger.operations import post_entries
from lending.ledger.queries import CHECKS, run_check
from lending.loans.models import Loan
from lending.loans.operations import record_payout
from lending.loans.queries.fold import loan_state
from lending.repayments.models import Repayment
from lending.repayments.operations import close_day, close_through
from tests.clones import clone_loan_whole
from tests.fixtures.house import House, Person
from tests.fixtures.sandbox import wait_for
from tests.outbox import run_outbox
from tests.racing import at_once, between

pytestmark = pytest.mark.django_db(transaction=True)

MANY = 200


def many_loans(house: House) -> list[UUID]:
    """One real loan and MANY copies of it, with the entries that began them, a day old.

    A third of them may be closed by SQL, in one slice; the others are replayed, in several.
    """
    person = house.borrower()
    loan = Loan.objects.get(pk=house.loan(person, amount=50_000))
    close_day(day=get_business_date(), now=house.now)  # a loan earns nothing on its first day
    loan.refresh_from_db()
    ids = clone_loan_whole(loan, MANY, on_plan=[number % 3 == 0 for number in range(MANY)])
    amount = Money(loan.principal, loan.currency)
    post_entries(
        entries=[
            EntryRequest(
                source_type="loan",
                source_id=pk,
                event="disbursed",
                business_date=get_business_date(),
                postings=(
                    debit(account=AccountCode.LOAN_PRINCIPAL, amount=amount, loan_id=pk),
                    credit(account=AccountCode.BANK_CASH, amount=amount),
                ),
            )
            for pk in ids
        ],
        now=house.now,
    )
    return [loan.pk, *ids]


def loan_of_yesterday(house: House, person: Person) -> UUID:
    """A loan that earns interest today: it began a business day ago."""
    loan_id = house.loan(person, amount=100_000)
    close_day(day=get_business_date(), now=house.now)
    return loan_id


def accruals() -> QuerySet[Line]:
    """The lines that a day close has put on loans as interest to come."""
    return Line.objects.filter(
        entry__event__startswith="accrued.", account__code=AccountCode.INTEREST_RECEIVABLE
    )


def assert_closed_once(loans: list[UUID], *, day: date) -> None:
    """Each loan accrued this day once, the ledger is sound, and the date is the next one."""
    accrued = accruals().filter(entry__event__startswith=f"accrued.{day.isoformat()}")
    counts = dict(accrued.values_list("subject").annotate(Count("id")))
    assert counts == dict.fromkeys(loans, 1)
    assert set(Loan.objects.values_list("closed_through", flat=True)) == {day}
    assert get_business_date() == day + timedelta(days=1)
    assert [found for check in CHECKS for found in run_check(check=check)] == []
    for loan in Loan.objects.filter(pk__in=loans[:3]):
        assert loan.interest_posted == loan_state(loan, as_of=day).accrued_interest.minor


@pytest.fixture
def command_environment() -> dict[str, str]:
    """What a `manage.py` of its own process needs to work on this test's database."""
    facts = connection.settings_dict
    return {
        **os.environ,
        "DATABASE_URL": (
            f"postgres://{facts['USER']}:{facts['PASSWORD']}"
            f"@{facts['HOST']}:{facts['PORT']}/{facts['NAME']}"
        ),
        "KADAI_FIELD_KEY": settings.FIELD_KEYS[settings.FIELD_KEY_ID].hex(),
        "KADAI_INDEX_KEY": settings.INDEX_KEY.hex(),
    }


Command = subprocess.Popen[str]


@pytest.fixture
def close_command(command_environment: dict[str, str]) -> Iterator[Any]:
    """Start `manage.py close_day --through …`; none outlives the test."""
    started: list[Command] = []

    def start(day: date) -> Command:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "close_day", "--through", day.isoformat()],
            cwd=BASE_DIR,
            env=command_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate(timeout=20)


def closed(day: date) -> int:
    return Loan.objects.filter(closed_through__gte=day).count()


def more_than(count: int, day: date) -> bool:
    return closed(day) > count


def run_to_end(process: Command) -> str:
    output, _none = process.communicate(timeout=120)
    assert process.returncode == 0, output
    return output


def test_a_close_killed_half_way_is_finished_by_the_next(house: House, close_command: Any) -> None:
    loans = many_loans(house)
    day = get_business_date()
    for part in (0.2, 0.6):
        process = close_command(day)
        wait_for(answer=partial(more_than, int(len(loans) * part), day), seconds=60)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=10)
        assert 0 < closed(day) < len(loans)
        assert get_business_date() == day

    output = run_to_end(close_command(day))

    assert f"{day}: " in output
    assert_closed_once(loans, day=day)
    again = run_to_end(close_command(day))
    assert "closed already" in again
    assert_closed_once(loans, day=day)


def test_two_closes_at_once_close_the_day_once(house: House, close_command: Any) -> None:
    """Two commands, as two impatient operators start them."""
    loans = many_loans(house)
    day = get_business_date()

    for process in [close_command(day), close_command(day)]:
        run_to_end(process)

    assert_closed_once(loans, day=day)


def test_a_close_run_at_once_moves_the_date_by_one_day(house: House) -> None:
    loan_id = loan_of_yesterday(house, house.borrower())
    day = get_business_date()

    results = at_once(*[partial(close_day, day=day, now=house.now)] * 6)

    assert {result.today for result in results} == {day + timedelta(days=1)}
    assert_closed_once([loan_id], day=day)


def test_closes_of_several_days_at_once_debit_each_due_day_once(house: House) -> None:
    person = house.borrower(balance=2_000_000)
    loan = Loan.objects.get(pk=house.loan(person))
    due_on = loan.instalments.order_by("number")[0].due_on
    start = house.bank.balance(pan=person.pan)

    at_once(*[partial(close_through, day=due_on - timedelta(days=1), now=house.now)] * 3)

    assert get_business_date() == due_on
    assert Repayment.objects.count() == 1
    days = (due_on - loan.disbursed_on).days - 1  # none on the day it began
    assert accruals().filter(subject=loan.pk).count() == days
    house.settle()
    assert house.bank.balance(pan=person.pan) == start - Repayment.objects.get().amount


def test_a_loan_that_begins_while_its_day_closes_is_closed_too(house: House) -> None:
    """It begins after the last look for open loans: the date waits for it."""
    person = house.borrower()
    first = loan_of_yesterday(house, person)
    house.sign(person, house.quote(person, amount=100_000))
    run_outbox()
    payment = Payment.objects.latest("created_at")
    day = get_business_date()

    between(
        first=partial(close_day, day=day, now=house.now),
        statement="SELECT pg_advisory_xact_lock(",
        second=partial(record_payout, payment_id=payment.pk, now=house.now),
    )

    second = Loan.objects.exclude(pk=first).get()
    assert second.disbursed_on == day
    assert_closed_once([first], day=day)  # and the second, which earns from tomorrow


def test_a_loan_that_begins_under_the_moving_date_begins_on_the_new_one(house: House) -> None:
    """The payout comes while the date is locked to be moved: it waits, and the loan is of tomorrow."""
    person = house.borrower()
    first = loan_of_yesterday(house, person)
    house.sign(person, house.quote(person, amount=100_000))
    run_outbox()
    payment = Payment.objects.latest("created_at")
    day = get_business_date()

    between(
        first=partial(close_day, day=day, now=house.now),
        statement='UPDATE "core_businessday"',
        second=partial(record_payout, payment_id=payment.pk, now=house.now),
    )

    second = Loan.objects.exclude(pk=first).get()
    assert second.disbursed_on == day + timedelta(days=1)
    assert Loan.objects.get(pk=first).closed_through == day
    assert second.closed_through == day


def test_a_steady_stream_of_payouts_does_not_keep_the_date_from_moving(house: House) -> None:
    """Each of them holds the date for its moment, and one always does."""
    day = get_business_date()
    until = time.monotonic() + 20
    moved = False

    def stream() -> int:
        held = 0
        while not moved and time.monotonic() < until:
            with transaction.atomic():
                hold_business_date()
                held += 1
                time.sleep(0.05)
        return held

    def close() -> float:
        nonlocal moved
        time.sleep(0.3)
        begun = time.monotonic()
        close_day(day=day, now=house.now)
        moved = True
        return time.monotonic() - begun

    *_held, seconds = at_once(stream, stream, stream, stream, close)

    assert seconds < 5

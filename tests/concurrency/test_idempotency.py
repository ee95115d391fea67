"""One Idempotency-Key in two requests at the same moment."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse

from accounts.operations import issue_token
from core.idempotency import IN_FLIGHT, Answer, run_once
from core.ids import uuid7
from core.locks import lock_row
from core.models import IdempotencyRecord
from lending.loans.models import CreditLine, Drawdown
from lending.repayments.models import Repayment
from tests.api import Caller
from tests.fixtures.house import House, Person
from tests.fixtures.sandbox import wait_for
from tests.racing import at_once, refusals, winners

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "the-same-key"


class Action:
    """What a request does, counted; it can be held half-way."""

    def __init__(self) -> None:
        self.runs = 0
        self.inside, self.go = Event(), Event()

    def __call__(self) -> Answer:
        self.runs += 1
        number = self.runs
        self.inside.set()
        assert self.go.wait(timeout=10)
        return Answer(201, {"number": number})


def test_of_many_requests_at_once_one_runs_and_the_others_are_told_to_wait(house: House) -> None:
    action, owner, now = Action(), uuid7(), house.now
    claim = partial(run_once, owner=owner, key=KEY, print_="p", now=now, action=action)

    def release() -> None:
        assert action.inside.wait(timeout=10)
        wait_for(answer=lambda: len(done) == 5)
        action.go.set()

    done: list[object] = []

    def counted() -> Answer:
        try:
            return claim()
        finally:
            done.append(None)

    results = at_once(*[counted] * 6, release)

    assert refusals(results) == ["idempotency-in-flight"] * 5
    assert action.runs == 1
    assert claim() == Answer(201, {"number": 1}, replayed=True)
    assert action.runs == 1


def test_one_of_many_takes_over_from_a_request_whose_server_died(house: House) -> None:
    """Its lock ended: they come at once, and one runs."""
    owner, now = uuid7(), house.now
    IdempotencyRecord.objects.create(
        owner=owner, key=KEY, fingerprint="p", created_at=now, locked_until=now + IN_FLIGHT
    )
    action = Action()
    action.go.set()
    later = now + IN_FLIGHT + timedelta(seconds=1)

    results = at_once(
        *[partial(run_once, owner=owner, key=KEY, print_="p", now=later, action=action)] * 6
    )

    assert action.runs == 1
    assert {row.body["number"] for row in winners(results)} == {1}
    assert set(refusals(results)) <= {"idempotency-in-flight"}


def caller(house: House, person: Person) -> Caller:
    found = Caller(token=issue_token(user_id=person.id, now=house.now))
    found.get("me")
    return found


def send(token: str, path: str, body: Any) -> HttpResponse:
    return Caller(token=token).call("POST", path, body, Idempotency_Key=KEY)


def test_a_drawdown_posted_twice_at_once(house: House) -> None:
    """The second meets the first in flight (409); afterwards it gets the first one's answer."""
    person = house.borrower()
    token = caller(house, person).token
    body = {"quote_id": str(house.quote(person)), "confirmed": True}
    post = partial(send, token, "drawdowns", body)
    line_id = CreditLine.objects.get().pk
    hold, held = Event(), Event()

    def keep_the_line() -> None:
        """The first request stops at the line, as long as we like."""
        with transaction.atomic():
            lock_row(CreditLine, pk=line_id)
            held.set()
            assert hold.wait(timeout=20)

    def first() -> HttpResponse:
        assert held.wait(timeout=10)
        return post()

    def second() -> HttpResponse:
        wait_for(answer=lambda: IdempotencyRecord.objects.filter(key=KEY).exists())
        try:
            return post()
        finally:
            hold.set()

    _none, one, other = at_once(keep_the_line, first, second)

    assert (one.status_code, other.status_code) == (202, 409)
    assert json.loads(other.content)["code"] == "idempotency-in-flight"
    again = post()
    assert again.status_code == 202
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.content == one.content
    assert Drawdown.objects.count() == 1


def test_a_payoff_posted_by_an_impatient_finger(house: House) -> None:
    """Several at once, without any order: one repayment, and the same answer for all in the end."""
    person = house.borrower(balance=2_000_000)
    token = caller(house, person).token
    loan_id = house.loan(person)
    post = partial(send, token, f"loans/{loan_id}/repayments", {"kind": "PAYOFF"})

    answers = at_once(*[post] * 6)

    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.content for answer in answers if answer.status_code == 202}) == 1
    assert post().status_code == 202
    assert Repayment.objects.count() == 1

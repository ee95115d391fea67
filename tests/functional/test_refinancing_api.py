"""A client replaces a loan by a new one over the API, and is told why where it cannot."""

from __future__ import annotations

import json
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from core.businessday import get_business_date
from core.money import Money
from lending.loans.domain import Paid, PaymentKind
from lending.loans.operations import propose_change
from tests.api import Caller
from tests.fixtures.console import staff
from tests.fixtures.house import House, Person
from tests.fixtures.town import Town
from tests.functional.test_api_journey import (
    AMOUNT,
    CONTRACT,
    DISCLOSURE,
    DRAWDOWN,
    LOAN,
    QUOTE,
    check,
    read_for_a_minute,
)
from tests.outbox import run_outbox
from tests.refinancing import after_days, clearing
from tests.refusals import Bad, refuse

pytestmark = pytest.mark.django_db

BODY = {"product": "monthly", "instalments": 12}


@pytest.fixture
def person(house: House) -> Person:
    return house.borrower()


@pytest.fixture
def loan_id(house: House, person: Person) -> UUID:
    found = house.loan(person)
    after_days(house, 10)
    return found


@pytest.fixture
def caller(town: Town, person: Person) -> Caller:
    return town.caller(person.id)


def bad(loan_id: UUID, what: str, status: int, code: str, *fields: str) -> Bad:
    path = f"loans/{loan_id}/refinancing-quotes"
    return Bad(what=what, path=path, body=BODY, status=status, code=code, fields=frozenset(fields))


def test_from_the_quote_to_the_new_loan(house: House, caller: Caller, loan_id: UUID) -> None:
    old = caller.get(f"loans/{loan_id}")
    balance = house.bank.books()
    quote = caller.ask("POST", f"loans/{loan_id}/refinancing-quotes", BODY, status=201)
    check(quote, {**QUOTE, "amount": old["payoff"]["total"], "refinances": str(loan_id)})
    assert caller.get(f"quotes/{quote['id']}") == quote
    assert quote["card_id"] == old["card_id"]
    assert len(quote["schedule"]) == 12
    check(caller.ask("POST", f"quotes/{quote['id']}/disclosure"), DISCLOSURE)
    read_for_a_minute(quote["id"])

    body = {"quote_id": quote["id"], "confirmed": True}
    key = "replace-" + str(uuid4())[:8]
    first = caller.call("POST", "drawdowns", body, Idempotency_Key=key)
    again = caller.call("POST", "drawdowns", body, Idempotency_Key=key)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    run_outbox()

    drawdown = caller.get(f"drawdowns/{json.loads(first.content)['id']}")
    form = {**DRAWDOWN, "amount": AMOUNT, "refinances": str(loan_id)}
    check(drawdown, {**form, "state": "DISBURSED", "loan_id": UUID, "reasons": []})
    new = caller.get(f"loans/{drawdown['loan_id']}")
    check(new, {**LOAN, "principal": quote["amount"], "replaces": str(loan_id)})
    assert new["status"] == "ACTIVE"
    closed = caller.get(f"loans/{loan_id}")
    check(closed, {**LOAN, "status": "CLOSED_REFINANCED", "replaced_by": new["id"]})
    assert closed["payoff"]["total"] == "0.00"
    check(caller.get(f"contracts/{new['contract_id']}"), CONTRACT)
    caller.ask("GET", f"loans/{loan_id}/certificate", status=404)
    assert house.bank.books() == balance
    assert sum(clearing()) == 0
    newest = caller.get(f"loans/{loan_id}/events")["results"][0]
    assert (newest["payment_kind"], newest["title"]) == ("REFINANCE", "Paid by a new loan")
    first = caller.get(f"loans/{new['id']}/events")["results"][-1]
    assert (first["kind"], first["title"]) == ("DISBURSED", "Began, and paid the old loan")
    messages = [row["kind"] for row in caller.get("me/messages")["results"]]
    assert messages[0] == "loan_refinanced"
    assert messages.count("money_on_its_way") == 1  # of the first loan


def test_a_repayment_on_its_way(caller: Caller, loan_id: UUID, subtests: pytest.Subtests) -> None:
    body = {"kind": "MANUAL", "amount": "100.00"}
    caller.ask("POST", f"loans/{loan_id}/repayments", body, status=202)
    refuse(subtests, caller, [bad(loan_id, "a debit is open", 409, "repayment-open")])


def test_a_change_that_waits(
    house: House, caller: Caller, loan_id: UUID, subtests: pytest.Subtests
) -> None:
    event = Paid(
        on=get_business_date(),
        amount=Money(20_000, "CNY"),
        kind=PaymentKind.GOODWILL,
        reference="",
    )
    propose_change(
        loan_id=loan_id,
        event=event,
        reason="Our app was down.",
        proposer_id=staff("officer").pk,
        now=house.now,
    )
    refuse(subtests, caller, [bad(loan_id, "a change is open", 409, "change-open")])


def test_one_that_is_signed(caller: Caller, loan_id: UUID, subtests: pytest.Subtests) -> None:
    path = f"loans/{loan_id}/refinancing-quotes"
    quotes = [caller.ask("POST", path, BODY, status=201)["id"] for _ in range(2)]
    for quote_id in quotes:
        caller.ask("POST", f"quotes/{quote_id}/disclosure")
        read_for_a_minute(quote_id)
    bodies = [{"quote_id": quote_id, "confirmed": True} for quote_id in quotes]
    caller.ask("POST", "drawdowns", bodies[0], status=202)
    signing = Bad(
        what="the other", path="drawdowns", body=bodies[1], status=409, code="refinancing-open"
    )
    refuse(subtests, caller, [bad(loan_id, "signed", 409, "refinancing-open"), signing])
    run_outbox()
    refuse(subtests, caller, [bad(loan_id, "replaced", 409, "loan-closed")])


def test_an_overdue_loan(
    house: House, person: Person, caller: Caller, loan_id: UUID, subtests: pytest.Subtests
) -> None:
    house.bank.change_account(pan=person.pan, withdraw=1_600_000)
    days = (timedelta(days=1) + _due(caller, loan_id)).days
    after_days(house, days)
    refuse(subtests, caller, [bad(loan_id, "overdue", 422, "loan-overdue")])


def _due(caller: Caller, loan_id: UUID) -> timedelta:
    first = caller.get(f"loans/{loan_id}")["schedule"][0]["due_on"]
    return date.fromisoformat(first) - get_business_date()


def test_choices_that_are_none(caller: Caller, loan_id: UUID, subtests: pytest.Subtests) -> None:
    path = f"loans/{loan_id}/refinancing-quotes"
    wrong = {
        "product": {"product": "business-monthly", "instalments": 12},
        "instalments": {"product": "monthly", "instalments": 5},
    }
    cases = [
        Bad(
            what=field,
            path=path,
            body=body,
            status=400,
            code="invalid-input",
            fields=frozenset({field}),
        )
        for field, body in wrong.items()
    ]
    refuse(subtests, caller, cases)

"""A borrower's whole way over the API: every answer has the shape its document promises."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from accounts.operations import issue_token
from core.businessday import get_business_date
from lending.repayments.operations import close_through
from tests.api import Caller
from tests.fixtures.house import House
from tests.outbox import run_outbox

pytestmark = pytest.mark.django_db

AMOUNT = re.compile(r"\d+\.\d{2}")
RATE = re.compile(r"0\.\d{4,8}")
SHA256 = re.compile(r"[0-9a-f]{64}")


class Either:
    """One of several forms."""

    def __init__(self, *forms: Any) -> None:
        self.forms = forms


def check(value: Any, form: Any, at: str = "answer") -> None:
    """Compare an answer with its form: exact keys, every value by type or pattern."""
    if isinstance(form, Either):
        assert any(_fits(value, one, at) for one in form.forms), (at, value)
    elif isinstance(form, dict):
        assert isinstance(value, dict), at
        assert set(value) == set(form), (at, set(value) ^ set(form))
        for name, inner in form.items():
            check(value[name], inner, f"{at}.{name}")
    elif isinstance(form, list):
        assert isinstance(value, list), at
        for index, item in enumerate(value):
            check(item, form[0], f"{at}[{index}]")
    else:
        _check_leaf(value, form, at)


def _check_leaf(value: Any, form: Any, at: str) -> None:
    if isinstance(form, re.Pattern):
        assert form.fullmatch(value), (at, value)
    elif form is UUID:
        assert str(UUID(value)) == value, at
    elif form is datetime:
        assert datetime.fromisoformat(value).tzinfo is not None, at
    elif form is date:
        assert date.fromisoformat(value).isoformat() == value, at
    elif isinstance(form, type):
        assert type(value) is form, (at, value)
    else:
        assert value == form, (at, value)


def _fits(value: Any, form: Any, at: str) -> bool:
    try:
        check(value, form, at)
    except (AssertionError, ValueError, TypeError):
        return False
    return True


USER = {
    "id": UUID,
    "kind": "PERSON",
    "phone_masked": re.compile(r"\d{3}\*{4}\d{4}"),
    "name_masked": str,
    "identity_state": Either(None, "DECLARED", "VERIFIED"),
    "legal_name": "",
    "created_at": datetime,
    "unread_messages": int,
}
DOCUMENT = {
    "id": UUID,
    "kind": str,
    "version": int,
    "title": str,
    "body": str,
    "body_hash": SHA256,
    "effective_from": datetime,
}
CONSENT = {
    "id": UUID,
    "kind": str,
    "title": str,
    "version": int,
    "document_id": UUID,
    "granted_at": datetime,
    "withdrawn_at": Either(None, datetime),
}
CARD = {
    "id": UUID,
    "issuer": str,
    "kind": "DEBIT",
    "last4": re.compile(r"\d{4}"),
    "state": str,
    "is_default": bool,
    "bound_at": Either(None, datetime),
}
APPLICATION = {
    "id": UUID,
    "state": str,
    "purpose": "CONSUMPTION",
    "requested": "50000.00",
    "currency": "CNY",
    "submitted_at": datetime,
    "decided_at": Either(None, datetime),
    "reasons": [str],
}
LINE = {
    "id": UUID,
    "state": "ACTIVE",
    "currency": "CNY",
    "limit": AMOUNT,
    "used": AMOUNT,
    "available": AMOUNT,
    "annual_rate": RATE,
    "valid_until": date,
}
QUOTE = {
    "id": UUID,
    "currency": "CNY",
    "amount": "6000.00",
    "method": str,
    "purpose": "CONSUMPTION",
    "card_id": UUID,
    "annual_rate": RATE,
    "annual_cost": RATE,
    "total_interest": AMOUNT,
    "total_repayment": AMOUNT,
    "total_cost": AMOUNT,
    "schedule": [
        {"number": int, "due_on": date, "principal": AMOUNT, "interest": AMOUNT, "total": AMOUNT}
    ],
    "refinances": Either(None, UUID),
    "expires_at": datetime,
}
ROW = {"charge": str, "method": str, "standard": str, "payee": str}
DISCLOSURE = {
    "rows": [ROW],
    "contingent": [ROW],
    "annual_cost": re.compile(r"\d+\.\d\d%"),
    "contingent_rate": re.compile(r"\d+\.\d\d%"),
    "reading_seconds": int,
}
DRAWDOWN = {
    "id": UUID,
    "state": str,
    "currency": "CNY",
    "amount": "6000.00",
    "card_id": UUID,
    "signed_at": datetime,
    "ended_at": Either(None, datetime),
    "reasons": [str],
    "loan_id": Either(None, UUID),
    "refinances": Either(None, UUID),
}
AMOUNTS = dict.fromkeys(("principal", "interest", "fee", "penalty", "total"), AMOUNT)
LOAN = {
    "id": UUID,
    "number": re.compile(r"L\d{8}\w{10}"),
    "status": str,
    "as_of": date,
    "currency": "CNY",
    "principal": "6000.00",
    "method": str,
    "annual_rate": RATE,
    "disbursed_on": date,
    "outstanding": AMOUNT,
    "due_now": AMOUNTS,
    "payoff": AMOUNTS,
    "days_past_due": int,
    "schedule": [
        {
            "number": int,
            "due_on": date,
            "opening": AMOUNT,
            "asked": AMOUNTS,
            "paid": AMOUNTS,
            "status": str,
            "settled_on": Either(None, date),
        }
    ],
    "card_id": UUID,
    "contract_id": UUID,
    "settled_on": Either(None, date),
    "replaces": Either(None, UUID),
    "replaced_by": Either(None, UUID),
}
LOAN_SUMMARY = {
    "id": UUID,
    "number": str,
    "status": str,
    "currency": "CNY",
    "principal": AMOUNT,
    "outstanding": AMOUNT,
    "disbursed_on": date,
    "next_due_on": Either(None, date),
    "days_past_due": int,
    "settled_on": Either(None, date),
}
CONTRACT = {
    "id": UUID,
    "number": str,
    "body": str,
    "sha256": SHA256,
    "disclosed_at": datetime,
    "signed_at": datetime,
}
REPAYMENT = {
    "id": UUID,
    "loan_id": UUID,
    "kind": str,
    "state": str,
    "currency": "CNY",
    "amount": AMOUNT,
    "on": date,
    "card_id": UUID,
    "created_at": datetime,
    "ended_at": Either(None, datetime),
    "failure": "",
}
CERTIFICATE = {
    "id": UUID,
    "number": str,
    "loan_id": UUID,
    "content": dict,
    "sha256": SHA256,
    "issued_at": datetime,
}
MESSAGE = {
    "id": UUID,
    "kind": str,
    "title": str,
    "body": str,
    "created_at": datetime,
    "read_at": Either(None, datetime),
}


def page_of(form: Any) -> dict[str, Any]:
    return {"next": Either(None, str), "previous": Either(None, str), "results": [form]}


def fen(text: str) -> int:
    return int(Decimal(text).scaleb(2))


def enter(house: House, account: dict[str, Any]) -> Caller:
    """Register over the API; the caller holds the token."""
    caller = Caller()
    phone = account["phone"]
    caller.ask("POST", "auth/sms-codes", {"phone": phone, "purpose": "REGISTER"}, status=202)
    answer = caller.ask(
        "POST",
        "auth/register",
        {"phone": phone, "code": house.bank.sms_code(to=phone), "password": "wohl gehütet 7"},
        status=201,
    )
    check(answer, {"token": re.compile(r"kadai_[\w-]{43}"), "user": USER})
    caller.token = answer["token"]
    return caller


def consent_and_identity(caller: Caller, account: dict[str, Any]) -> None:
    documents = caller.get("consent-documents")
    check(documents, [DOCUMENT])
    shown = [{"id": row["id"], "body_hash": row["body_hash"]} for row in documents]
    given = caller.ask("POST", "me/consents", {"documents": shown}, status=201)
    check(given, [CONSENT])
    assert len(given) == len(documents)
    check(caller.get("me/consents"), page_of(CONSENT))
    me = {"name": account["name"], "id_number": account["id_number"]}
    check(caller.ask("PUT", "me/identity", me), USER)


def bind(house: House, caller: Caller, account: dict[str, Any]) -> str:
    card = caller.ask("POST", "cards", {"card_number": account["pan"]}, status=202)
    check(card, {**CARD, "state": "PENDING_SMS", "bound_at": None})
    code = house.bank.sms_code(to=account["phone"])
    card = caller.ask("POST", f"cards/{card['id']}/confirm", {"code": code})
    check(card, {**CARD, "state": "ACTIVE", "is_default": True, "bound_at": datetime})
    assert caller.ask("POST", f"cards/{card['id']}/confirm", {"code": code}) == card
    assert caller.ask("POST", f"cards/{card['id']}/default") == card
    assert caller.get(f"cards/{card['id']}") == card
    assert caller.get("me")["identity_state"] == "VERIFIED"
    found: str = card["id"]
    return found


def get_line(caller: Caller) -> dict[str, Any]:
    facts = {
        "requested": "50000",
        "purpose": "CONSUMPTION",
        "occupation": "EMPLOYED",
        "monthly_income": "20000",
    }
    application = caller.ask("POST", "credit-applications", facts, status=202)
    check(application, {**APPLICATION, "state": "DECIDING", "decided_at": None})
    run_outbox()
    application = caller.get(f"credit-applications/{application['id']}")
    check(application, {**APPLICATION, "state": "APPROVED", "decided_at": datetime})
    line: dict[str, Any] = caller.get("credit-line")
    check(line, LINE)
    return line


def draw(caller: Caller, house: House) -> dict[str, Any]:
    """A loan: quote, disclosure, signature, money."""
    products = caller.get("products")["results"]
    assert "monthly" in {product["code"] for product in products}
    asked = {"product": "monthly", "amount": "6000", "instalments": 6, "purpose": "CONSUMPTION"}
    quote = caller.ask("POST", "quotes", asked, status=201)
    check(quote, QUOTE)
    assert len(quote["schedule"]) == 6
    assert sum(fen(row["principal"]) for row in quote["schedule"]) == 600_000
    assert sum(fen(row["total"]) for row in quote["schedule"]) == fen(quote["total_repayment"])
    assert caller.get(f"quotes/{quote['id']}") == quote
    check(caller.ask("POST", f"quotes/{quote['id']}/disclosure"), DISCLOSURE)
    read_for_a_minute(quote["id"])
    signed = caller.ask(
        "POST", "drawdowns", {"quote_id": quote["id"], "confirmed": True}, status=202
    )
    check(signed, {**DRAWDOWN, "state": "CHECKING", "loan_id": None})
    house.settle()
    drawdown = caller.get(f"drawdowns/{signed['id']}")
    check(drawdown, {**DRAWDOWN, "state": "DISBURSED", "loan_id": UUID})
    loan: dict[str, Any] = caller.get(f"loans/{drawdown['loan_id']}")
    check(loan, {**LOAN, "status": "ACTIVE", "outstanding": "6000.00"})
    return loan


def read_for_a_minute(quote_id: str) -> None:
    """The sheet was opened a minute ago."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE loans_quote SET disclosed_at = disclosed_at - interval '1 minute' WHERE id = %s",
            [quote_id],
        )


def test_the_whole_way(house: House) -> None:
    account = house.bank.create_account(balance=1_000_000)
    pan = account["pan"]
    caller = enter(house, account)
    consent_and_identity(caller, account)
    card_id = bind(house, caller, account)
    line = get_line(caller)
    assert line["available"] == line["limit"]

    loan = draw(caller, house)
    assert loan["card_id"] == card_id
    assert house.bank.balance(pan=pan) == 1_600_000
    used = caller.get("credit-line")
    assert fen(used["available"]) == fen(line["limit"]) - 600_000
    check(caller.get(f"contracts/{loan['contract_id']}"), CONTRACT)
    check(caller.get("loans"), page_of(LOAN_SUMMARY))

    first = loan["schedule"][0]
    due_on = date.fromisoformat(first["due_on"])
    close_through(day=due_on - timedelta(days=1), now=house.now)
    house.settle()
    path = f"loans/{loan['id']}"
    loan = caller.get(path)
    assert loan["schedule"][0]["status"] == "PAID"
    assert loan["as_of"] == get_business_date().isoformat() == first["due_on"]
    assert house.bank.balance(pan=pan) == 1_600_000 - fen(first["asked"]["total"])

    part = caller.ask(
        "POST", f"{path}/repayments", {"kind": "MANUAL", "amount": "100.00"}, status=202
    )
    check(part, {**REPAYMENT, "kind": "MANUAL", "state": "COLLECTING", "amount": "100.00"})
    house.settle()
    check(caller.get(f"repayments/{part['id']}"), {**REPAYMENT, "state": "APPLIED"})

    payoff = caller.get(path)["payoff"]["total"]
    last = caller.ask("POST", f"{path}/repayments", {"kind": "PAYOFF"}, status=202)
    check(last, {**REPAYMENT, "amount": payoff})
    house.settle()
    loan = caller.get(path)
    check(loan, {**LOAN, "status": "CLOSED_REPAID", "outstanding": "0.00", "settled_on": date})
    check(caller.get(f"{path}/certificate"), CERTIFICATE)
    paid = caller.get(f"{path}/repayments")
    check(paid, page_of(REPAYMENT))
    assert [row["kind"] for row in paid["results"]] == ["PAYOFF", "MANUAL", "DUE"]
    assert sum(fen(row["amount"]) for row in paid["results"]) == 1_600_000 - house.bank.balance(
        pan=pan
    )

    inbox = caller.get("me/messages")
    check(inbox, page_of(MESSAGE))
    newest = inbox["results"][0]
    caller.ask("POST", f"me/messages/{newest['id']}/read", status=204)
    assert caller.get("me")["unread_messages"] == len(inbox["results"]) - 1

    caller.ask("DELETE", f"cards/{card_id}", status=204)
    assert caller.get(f"cards/{card_id}")["state"] == "UNBOUND"
    caller.ask("DELETE", "auth/tokens/current", status=204)
    caller.ask("GET", "me", status=401)


def test_lists_come_in_cursor_pages(house: House) -> None:
    account = house.bank.create_account()
    caller = enter(house, account)
    consent_and_identity(caller, account)
    seen: list[str] = []
    path = "me/consents?page_size=2"
    while path:
        page = caller.get(path)
        check(page, page_of(CONSENT))
        assert len(page["results"]) <= 2
        seen += [row["id"] for row in page["results"]]
        path = page["next"].removeprefix("http://testserver") if page["next"] else ""
    assert len(seen) == len(set(seen)) == 5
    assert seen == sorted(seen, reverse=True)


def test_logging_in_again(house: House) -> None:
    account = house.bank.create_account()
    enter(house, account)
    phone, stranger = account["phone"], Caller()
    by_password = {"phone": f"+86 {phone}", "password": "wohl gehütet 7"}
    answer = stranger.ask("POST", "auth/tokens", by_password, status=201)
    check(answer, {"token": str, "user": USER})
    stranger.ask("POST", "auth/sms-codes", {"phone": phone, "purpose": "LOGIN"}, status=202)
    by_code = {"phone": phone, "code": house.bank.sms_code(to=phone)}
    again = stranger.ask("POST", "auth/tokens", by_code, status=201)
    assert again["user"] == answer["user"]
    assert again["token"] != answer["token"]


def test_the_same_request_twice_is_one_act(house: House) -> None:
    person = house.borrower()
    caller = Caller(token=token_of(person.id, house))
    quote_id = house.quote(person)
    body = {"quote_id": str(quote_id), "confirmed": True}
    first = caller.call("POST", "drawdowns", body, Idempotency_Key="one-and-the-same")
    again = caller.call("POST", "drawdowns", body, Idempotency_Key="one-and-the-same")
    assert first.status_code == again.status_code == 202
    assert json.loads(first.content) == json.loads(again.content)
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    before = house.bank.balance(pan=person.pan)
    house.settle()
    assert house.bank.balance(pan=person.pan) == before + 600_000


def token_of(user_id: UUID, house: House) -> str:
    return issue_token(user_id=user_id, now=house.now)

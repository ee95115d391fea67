"""Bad bodies on every endpoint that takes one: a 4xx problem beside the field, and nothing changed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import pytest

from accounts.queries import get_four_factors
from cards.operations import start_binding
from tests.api import Caller
from tests.fixtures.house import House
from tests.fixtures.town import Town
from tests.refusals import Bad, refuse

pytestmark = pytest.mark.django_db

#: A row of a kind of input: what it is, and what must never be taken for one.
NOT_TEXT: Final[dict[str, Any]] = {
    "nul": "12\u00003456",
    "lone surrogate": "\ud83d",
    "empty": "",
    "blank": "   ",
    "too long": "9" * 5000,
    "list": ["123456"],
    "object": {"a": "123456"},
    "bool": True,
    "null": None,
}
NOT_MONEY: Final[dict[str, Any]] = {
    **NOT_TEXT,
    "minus one": "-1",
    "plus": "+5",
    "1e400": "1e400",
    "1e3": "1e3",
    "NaN": "NaN",
    "Infinity": "Infinity",
    "negative zero": "-0",
    "full-width digits": "１００",
    "arabic digits": "١٠٠",
    "underscore": "1_000",
    "comma": "1,000",
    "hexadecimal": "0x10",
    "a third decimal": "1.001",
    "no digits": ".",
    "ends in a point": "5.",
    "sixteen digits": "1" + "0" * 15,
    "int": 100,
    "float": 100.5,
    "zero int": 0,
}
NOT_ABOVE_ZERO: Final[dict[str, Any]] = {**NOT_MONEY, "zero": "0", "zero yuan": "0.00"}
NOT_INT: Final[dict[str, Any]] = {
    **{k: v for k, v in NOT_TEXT.items() if k not in {"nul"}},
    "minus one": -1,
    "huge": 10**30,
    "very long": "9" * 2000,
    "half": 6.5,
    "words": "six",
    "1e400": "1e400",
}
NOT_CHOICE: Final[dict[str, Any]] = {**NOT_TEXT, "unknown": "NOPE", "small letters": "nope"}
NOT_UUID: Final[dict[str, Any]] = {
    **{k: v for k, v in NOT_TEXT.items() if k not in {"null", "bool"}},
    "words": "mine",
    "negative": -1,
    "huge": 10**60,
}
NOT_BOOL: Final[dict[str, Any]] = {
    **{k: v for k, v in NOT_TEXT.items() if k not in {"bool"}},
    "words": "perhaps",
    "two": 2,
}
KINDS: Final[dict[str, dict[str, Any]]] = {
    "text": NOT_TEXT,
    "money": NOT_ABOVE_ZERO,
    "income": NOT_MONEY,
    "int": NOT_INT,
    "choice": NOT_CHOICE,
    "uuid": NOT_UUID,
    "bool": NOT_BOOL,
}


@dataclass(frozen=True)
class Endpoint:
    """An endpoint, a body it takes, and the kinds of its fields; `optional` may be null."""

    method: str
    path: str
    body: dict[str, Any]
    kinds: dict[str, str]
    optional: frozenset[str] = field(default_factory=frozenset)

    def with_field(self, name: str, value: Any) -> dict[str, Any]:
        return {**self.body, name: value}


def account_endpoints(phone: str) -> list[Endpoint]:
    return [
        Endpoint(
            "POST",
            "auth/sms-codes",
            {"phone": phone, "purpose": "LOGIN"},
            {"phone": "text", "purpose": "choice"},
        ),
        Endpoint(
            "POST",
            "auth/register",
            {"phone": phone, "code": "000000", "password": "a long phrase", "kind": "PERSON"},
            {"phone": "text", "code": "text", "password": "text", "kind": "choice"},
        ),
        Endpoint(
            "POST",
            "auth/tokens",
            {"phone": phone, "password": "a long phrase"},
            {"phone": "text", "password": "text"},
        ),
        Endpoint(
            "PUT",
            "me/identity",
            {"name": "张三", "id_number": "110101199003070117"},
            {"name": "text", "id_number": "text"},
        ),
    ]


def money_endpoints(*, card: UUID, loan: UUID) -> list[Endpoint]:
    return [
        Endpoint(
            "POST",
            "cards",
            {"card_number": "6222020001000000016", "phone": "13800138000"},
            {"card_number": "text", "phone": "text"},
            frozenset({"phone"}),
        ),
        Endpoint("POST", f"cards/{card}/confirm", {"code": "123456"}, {"code": "text"}),
        Endpoint(
            "POST",
            "credit-applications",
            {
                "requested": "50000",
                "purpose": "CONSUMPTION",
                "occupation": "EMPLOYED",
                "monthly_income": "20000",
            },
            {
                "requested": "money",
                "purpose": "choice",
                "occupation": "choice",
                "monthly_income": "income",
                "annual_revenue": "income",
                "years_in_business": "int",
            },
            frozenset({"annual_revenue", "years_in_business"}),
        ),
        Endpoint(
            "POST",
            "quotes",
            {"product": "monthly", "amount": "6000", "instalments": 6, "purpose": "CONSUMPTION"},
            {
                "product": "choice",
                "amount": "money",
                "instalments": "int",
                "purpose": "choice",
                "card_id": "uuid",
            },
            frozenset({"card_id"}),
        ),
        Endpoint(
            "POST",
            f"loans/{loan}/refinancing-quotes",
            {"product": "monthly", "instalments": 6},
            {"product": "choice", "instalments": "int"},
        ),
        Endpoint(
            "POST",
            "drawdowns",
            {"quote_id": str(uuid4()), "confirmed": True},
            {"quote_id": "uuid", "confirmed": "bool"},
        ),
        Endpoint(
            "POST",
            f"loans/{loan}/repayments",
            {"kind": "MANUAL", "amount": "10.00"},
            {"kind": "choice", "amount": "money", "card_id": "uuid"},
            frozenset({"card_id"}),
        ),
    ]


def bad_fields(endpoint: Endpoint) -> Iterator[Bad]:
    """Each field wrong in each way, and left out."""
    for name, kind in endpoint.kinds.items():
        for what, value in KINDS[kind].items():
            if value is None and name in endpoint.optional:
                continue
            if kind == "text" and name == "password" and value == "   ":
                continue  # blanks are characters of a password; see the house's own rules
            yield Bad(
                what=f"{endpoint.path} {name}: {what}",
                method=endpoint.method,
                path=endpoint.path,
                body=endpoint.with_field(name, value),
                status=400,
                code="invalid-input",
                fields=frozenset({name}),
            )
        if name in endpoint.body and name not in endpoint.optional | {"kind", "password"}:
            yield Bad(
                what=f"{endpoint.path} {name}: left out",
                method=endpoint.method,
                path=endpoint.path,
                body={key: value for key, value in endpoint.body.items() if key != name},
                status=400,
                code="invalid-input",
                fields=frozenset({name}),
            )


#: Bodies that are no JSON object of ours at all: status and code.
RAW: Final[dict[str, tuple[bytes, int, str]]] = {
    "nothing": (b"", 400, "invalid-input"),
    "a list": (b"[]", 400, "malformed"),
    "a string": (b'"x"', 400, "malformed"),
    "a number": (b"1", 400, "malformed"),
    "null": (b"null", 400, "malformed"),
    "true": (b"true", 400, "malformed"),
    "an empty object": (b"{}", 400, "invalid-input"),
    "half an object": (b'{"amount": "1', 400, "malformed"),
    "two objects": (b"{}{}", 400, "malformed"),
    "NaN": (b'{"amount": NaN}', 400, "malformed"),
    "Infinity": (b'{"amount": -Infinity}', 400, "malformed"),
    "no UTF-8": (b'{"amount": "\xff\xfe"}', 400, "malformed"),
    "a very long int": (b'{"amount": ' + b"9" * 5000 + b"}", 400, "malformed"),
    "deep lists": (b"[" * 100_000 + b"]" * 100_000, 400, "malformed"),
    "deep objects": (b'{"a":' * 900 + b"1" + b"}" * 900, 400, "malformed"),
    "a deep choice": (b'{"kind":' + b"[" * 900 + b"]" * 900 + b"}", 400, "malformed"),
    "a form": (b"amount=1", 400, "malformed"),
    "two megabytes": (b'{"amount": "' + b"1" * 2_000_000 + b'"}', 413, "too-large"),
}
TYPES: Final = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "x")


def bad_bodies(endpoint: Endpoint) -> Iterator[Bad]:
    """Bodies of the wrong form."""
    for what, (body, status, code) in RAW.items():
        yield Bad(
            what=f"{endpoint.path}: {what}",
            method=endpoint.method,
            path=endpoint.path,
            body=body,
            status=status,
            code=code,
        )
    for kind in TYPES:
        yield Bad(
            what=f"{endpoint.path}: {kind}",
            method=endpoint.method,
            path=endpoint.path,
            body=endpoint.body,
            status=415,
            code="unsupported-media-type",
            headers={"Content_Type": kind},
        )
    for charset in ("utf-16", "base64"):
        yield Bad(
            what=f"{endpoint.path}: {charset}",
            method=endpoint.method,
            path=endpoint.path,
            body=endpoint.body,
            status=400,
            code="malformed",
            headers={"Content_Type": f"application/json; charset={charset}"},
        )


def test_bodies_of_the_account_endpoints(town: Town, subtests: pytest.Subtests) -> None:
    caller, phone = town.newcomer()
    endpoints = account_endpoints(phone)
    count = refuse(subtests, caller, (bad for one in endpoints for bad in bad_fields(one)))
    count += refuse(subtests, caller, (bad for one in endpoints for bad in bad_bodies(one)))
    assert count > 150


def test_bodies_of_the_money_endpoints(house: House, town: Town, subtests: pytest.Subtests) -> None:
    person = house.borrower()
    loan = house.loan(person)
    caller = town.caller(person.id)
    card = pending_card(house, person.id)
    bank = house.bank.books()
    endpoints = money_endpoints(card=card, loan=loan)
    count = refuse(subtests, caller, (bad for one in endpoints for bad in bad_fields(one)))
    count += refuse(subtests, caller, (bad for one in endpoints for bad in bad_bodies(one)))
    assert count > 300
    assert house.bank.books() == bank


def pending_card(house: House, user_id: UUID) -> UUID:
    """A second card whose code was not typed yet."""
    known = get_four_factors(user_id=user_id)
    account = house.bank.create_account(
        name=known.name, id_number=known.id_number, phone=known.phone
    )
    return start_binding(user_id=user_id, card_number=account["pan"], phone=None, now=house.now).pk


def consent_case(what: str, documents: Any, *, field_name: str = "documents") -> Bad:
    return Bad(
        what=f"me/consents: {what}",
        path="me/consents",
        body={"documents": documents},
        status=400,
        code="invalid-input",
        fields=frozenset({field_name}),
    )


def test_agreeing_to_what_was_not_shown(town: Town, subtests: pytest.Subtests) -> None:
    caller, _phone = town.newcomer()
    shown = caller.get("consent-documents")[0]
    good = {"id": shown["id"], "body_hash": shown["body_hash"]}
    cases = [
        consent_case("nothing", []),
        consent_case("null", None),
        consent_case("a text", "all"),
        consent_case("a list of texts", ["all"], field_name="documents.0"),
        consent_case("a thousand", [good] * 1000),
        consent_case("no hash", [{"id": shown["id"]}], field_name="documents.0.body_hash"),
        consent_case("nul", [{**good, "body_hash": "\u0000"}], field_name="documents.0.body_hash"),
        consent_case(
            "surrogate", [good, {**good, "body_hash": "\ud800"}], field_name="documents.1.body_hash"
        ),
        Bad(
            what="me/consents: another hash",
            path="me/consents",
            body={"documents": [{**good, "body_hash": "0" * 64}]},
            status=409,
            code="document-changed",
        ),
        Bad(
            what="me/consents: an unknown text",
            path="me/consents",
            body={"documents": [good, {**good, "id": str(uuid4())}]},
            status=409,
            code="document-changed",
        ),
    ]
    refuse(subtests, caller, cases)


def test_bodies_of_nobody(subtests: pytest.Subtests, db: None) -> None:
    """Without a token a body is not even read."""
    endpoints = money_endpoints(card=uuid4(), loan=uuid4())
    cases = [
        Bad(
            what=f"{one.path}: {what}",
            method=one.method,
            path=one.path,
            body=body,
            status=401,
            code="not-authenticated",
        )
        for one in endpoints
        for what, (body, _status, _code) in RAW.items()
    ]
    refuse(subtests, Caller(), cases)

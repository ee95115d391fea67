"""Who may ask at all: tokens, other people's records, addresses, methods, pages."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.urls import URLPattern
from rest_framework.views import APIView

from config.urls import APPS
from tests.api import ROOT, Caller
from tests.fixtures.house import House
from tests.fixtures.town import Belongings, Town
from tests.refusals import Bad, check_problem, refuse, speaks

pytestmark = pytest.mark.django_db

#: Every address of the API with an id in it: method, path, whose id, body.
OWNED: Final = (
    ("GET", "cards/{}", "card", None),
    ("DELETE", "cards/{}", "card", None),
    ("POST", "cards/{}/confirm", "card", {"code": "123456"}),
    ("POST", "cards/{}/default", "card", None),
    ("POST", "cards/{}/resend", "card", None),
    ("GET", "credit-applications/{}", "application", None),
    ("GET", "quotes/{}", "quote", None),
    ("POST", "quotes/{}/disclosure", "quote", None),
    ("GET", "drawdowns/{}", "drawdown", None),
    ("GET", "loans/{}", "loan", None),
    ("GET", "loans/{}/events", "loan", None),
    ("GET", "loans/{}/repayments", "loan", None),
    ("POST", "loans/{}/repayments", "loan", {"kind": "PAYOFF"}),
    ("POST", "loans/{}/refinancing-quotes", "loan", {"product": "monthly", "instalments": 6}),
    ("GET", "loans/{}/certificate", "loan", None),
    ("GET", "contracts/{}", "contract", None),
    ("GET", "repayments/{}", "repayment", None),
    ("POST", "me/consents/{}/withdraw", "consent", None),
    ("POST", "me/messages/{}/read", "message", None),
)
NO_IDS: Final = ("1", "-1", "null", "mine", "0" * 36, "%00", "..%2F..", "01a2093f", "é", "' OR 1=1")


def addresses() -> Iterator[tuple[URLPattern, type[APIView]]]:
    for app in APPS:
        for pattern in app.api:
            yield pattern, pattern.callback.view_class


def path_of(pattern: URLPattern) -> str:
    """The address with some id in it."""
    route = str(pattern.pattern)
    while "<" in route:
        route = f"{route[: route.index('<')]}{uuid4()}{route[route.index('>') + 1 :]}"
    return route


def missing(method: str, path: str, body: object, what: str) -> Bad:
    return Bad(
        what=f"{method} {path}: {what}",
        method=method,
        path=path,
        body=body,
        status=404,
        code="not-found",
    )


def test_every_address_with_an_id_is_tried_here() -> None:
    wanted = {
        (str(pattern.pattern), method)
        for pattern, view in addresses()
        if "<" in str(pattern.pattern)
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if hasattr(view, method.lower())
    }
    tried = {(path, method) for method, path, _whose, _body in OWNED}
    assert len(wanted) == len(tried)


def test_somebody_elses_records_do_not_exist(
    house: House, town: Town, subtests: pytest.Subtests
) -> None:
    owner, stranger = house.borrower(), house.borrower()
    things: Belongings = town.belongings(owner)
    theirs = town.caller(owner.id)
    mine, loan = town.caller(stranger.id), house.loan(stranger)
    for method, path, whose, _body in OWNED:
        if method == "GET":
            assert theirs.call(method, path.format(getattr(things, whose))).status_code == 200
    bank = house.bank.books()
    cases = [
        missing(method, path.format(one), body, what)
        for method, path, whose, body in OWNED
        for what, one in (("theirs", getattr(things, whose)), ("nobody's", uuid4()))
    ]
    card, quote = str(things.card), str(things.quote)
    asked = {"product": "monthly", "amount": "600", "instalments": 6, "purpose": "CONSUMPTION"}
    cases += [
        missing("POST", "drawdowns", {"quote_id": quote, "confirmed": True}, "their quote"),
        missing("POST", "quotes", {**asked, "card_id": card}, "their card"),
        missing(
            "POST", f"loans/{loan}/repayments", {"kind": "PAYOFF", "card_id": card}, "their card"
        ),
    ]
    refuse(subtests, mine, cases)
    assert house.bank.books() == bank


def test_what_is_no_id_has_no_address(house: House, town: Town, subtests: pytest.Subtests) -> None:
    caller = town.caller(house.person().id)
    cases = [
        missing(method, path.format(text), body, "no id")
        for method, path, _whose, body in OWNED
        for text in NO_IDS
    ]
    cases += [
        missing("GET", path, None, "no address")
        for path in ("", "nothing", "me/", "loans/", "../me", "line?x=1", f"{ROOT}\u4e2d", "/api/")
    ]
    refuse(subtests, caller, cases)


def test_without_a_good_token_nothing_is_told(
    house: House, town: Town, subtests: pytest.Subtests
) -> None:
    person = house.person()
    revoked = town.caller(person.id)
    revoked.ask("DELETE", "auth/tokens/current", status=204)
    good = town.caller(person.id).token
    headers = {
        "none": "",
        "garbage": "Bearer garbage",
        "the right form": f"Bearer kadai_{'A' * 43}",
        "expired": f"Bearer {town.expired(person.id).token}",
        "revoked": f"Bearer {revoked.token}",
        "another scheme": f"Basic {base64.b64encode(b'13800138000:secret').decode()}",
        "no token": "Bearer",
        "two tokens": f"Bearer {good} {good}",
        "cut": f"Bearer {good[:-1]}",
        "longer": f"Bearer {good}A",
        "in capitals": f"Bearer {good.upper()}",
        "a novel": f"Bearer kadai_{'A' * 5000}",
        "chinese": "Bearer kadai_\u4ee4\u724c".encode().decode("latin-1"),
        "quoted": f'Bearer "{good}"',
    }
    closed = [(path_of(p), view) for p, view in addresses() if view.authentication_classes]
    first = [path for path, _view in closed if path == "me"]
    cases = [
        Bad(
            what=f"{method} {path}: {what}",
            method=method,
            path=path,
            status=401,
            code="not-authenticated",
            headers={"Authorization": header},
        )
        for path, view in closed
        for method in ("GET", "POST", "PUT", "DELETE")
        if hasattr(view, method.lower())
        for what, header in headers.items()
        if what == "none" or path in first
    ]
    assert len(cases) > 25
    refuse(subtests, Caller(), cases)
    answer = Caller().call("GET", "me")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_other_methods_are_refused(house: House, town: Town, subtests: pytest.Subtests) -> None:
    caller = town.caller(house.person().id)
    cases = [
        Bad(
            what=f"{method} {path_of(pattern)}",
            method=method,
            path=path_of(pattern),
            body={},
            status=405,
            code="method-not-allowed",
        )
        for pattern, view in addresses()
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW")
        if not hasattr(view, method.lower())
    ]
    assert len(cases) > 80
    refuse(subtests, caller, cases)
    answer = caller.call("DELETE", "me")
    assert answer["Allow"] == "GET, HEAD, OPTIONS"


def test_only_json_is_spoken(house: House, town: Town, subtests: pytest.Subtests) -> None:
    caller = town.caller(house.person().id)
    cases = [
        Bad(
            what=accept,
            method="GET",
            path="me",
            status=406,
            code="not-acceptable",
            headers={"Accept": accept},
        )
        for accept in ("text/html", "application/xml", "image/png;q=0.5")
    ]
    refuse(subtests, caller, cases)


CURSORS: Final = {
    "no text": "/////w==",
    "a nul": base64.b64encode(b"p=\x00").decode(),
    "words": base64.b64encode(b"p=first").decode(),
    "SQL": base64.b64encode(b"p=' OR 1=1--").decode(),
    "a huge offset": base64.b64encode(b"o=99999999999999999999").decode(),
    "a negative offset": base64.b64encode(b"o=-1").decode(),
    "a long number": base64.b64encode(b"p=" + b"9" * 4000).decode(),
    "chinese": "\u4e0b\u4e00\u9875",
}
LISTS: Final = ("loans", "me/messages", "me/consents")


@pytest.mark.parametrize("what", CURSORS)
def test_a_cursor_that_is_not_ours(house: House, town: Town, what: str) -> None:
    caller = town.caller(house.person().id)
    for path in LISTS:
        for caller.language in ("en", "zh-hans"):
            answer = caller.call("GET", f"{path}?{urlencode({'cursor': CURSORS[what]})}")
            if answer.status_code == 200:
                assert "offset" in what
                continue
            texts = check_problem(answer, status=400, code="bad-cursor", fields=["cursor"])
            assert speaks(texts, language=caller.language)


@pytest.mark.parametrize(
    ("size", "count"),
    [("0", 5), ("-1", 5), ("two", 5), ("2", 2), ("1e400", 5), ("9" * 5000, 5), ("１", 1), ("", 5)],
)
def test_a_page_is_never_larger_than_ours(house: House, town: Town, size: str, count: int) -> None:
    caller = town.caller(house.person().id)
    answer = caller.client.get(
        f"{ROOT}me/consents",
        {"page_size": size},
        headers={"Authorization": f"Bearer {caller.token}"},
    )
    assert answer.status_code == 200, answer.content
    assert len(answer.json()["results"]) == count


@pytest.mark.parametrize(
    "charset", ["base64", "rot13", "utf-7", "idna", "klingon", "\x00", "undefined"]
)
def test_an_odd_charset_is_no_defect(house: House, town: Town, charset: str) -> None:
    caller = town.caller(house.person().id)
    kind = f"application/json; charset={charset}"
    for path in ("me/consents?page_size=2&cursor=", "me"):
        assert caller.call("GET", path, Content_Type=kind).status_code < 500


@pytest.mark.parametrize(
    "cookie",
    ['sessionid="aaaaaaaaaaaa\\000"', "sessionid=", "sessionid=\xe4", "django_language=\\000", "="],
)
@pytest.mark.parametrize("path", ["/", "/login/", "/me/", "/api/v1/me"])
def test_an_odd_cookie_is_no_defect(db: None, cookie: str, path: str) -> None:
    answer = Caller().call("GET", path, Cookie=cookie)
    assert answer.status_code < 500

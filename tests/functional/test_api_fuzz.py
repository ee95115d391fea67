"""Whatever is sent as a body, the API answers a document of its own and never fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api import Caller, rows
from tests.fixtures.house import House
from tests.fixtures.town import Town
from tests.functional.test_api_refusals import (
    KINDS,
    Endpoint,
    account_endpoints,
    money_endpoints,
    pending_card,
)
from tests.refusals import undone

pytestmark = pytest.mark.django_db

NASTY: Final = [value for kind in KINDS.values() for value in kind.values()]
SCALARS: Final = (
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.text(alphabet=st.characters(), max_size=40)
    | st.sampled_from(NASTY)
)
VALUES: Final = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)

#: Few and always the same: a quick look in every run, not a search.
quick = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def requests(draw: st.DrawFn, count: int) -> tuple[int, dict[int, Any], Any]:
    """Which endpoint, what is changed in its body, and, now and then, another body altogether."""
    which = draw(st.integers(0, count - 1))
    changes = draw(st.dictionaries(st.integers(0, 6), VALUES, min_size=1, max_size=3))
    whole = draw(st.none() | VALUES)
    return which, changes, whole


def body_of(endpoint: Endpoint, changes: dict[int, Any], whole: Any) -> Any:
    if whole is not None:
        return whole
    names = list(endpoint.kinds)
    return {
        **endpoint.body,
        **{names[index % len(names)]: value for index, value in changes.items()},
    }


def check_answer(caller: Caller, endpoint: Endpoint, body: Any) -> None:
    before = rows()
    with undone():
        answer = caller.call(endpoint.method, endpoint.path, body)
        assert answer.status_code < 500, (endpoint.path, body, answer.content)
        if answer.status_code >= 400:
            assert answer["Content-Type"] == "application/problem+json"
            found = json.loads(answer.content)
            assert found["type"] == f"urn:kadai:problem:{found['code']}"
            after = rows()
            changed = {name for name in before if before[name] != after[name]}
            # Tries are counted, and a card that the bank was asked about is remembered.
            assert changed <= {
                "accounts_smsdevice",
                "accounts_loginthrottle",
                "cards_cardbinding",
                "cards_vaultedcard",
            }, (endpoint.path, body, changed)


def fuzz(caller: Caller, endpoints: list[Endpoint]) -> None:
    @quick
    @given(requests(len(endpoints)))
    def one(request: tuple[int, dict[int, Any], Any]) -> None:
        which, changes, whole = request
        endpoint = endpoints[which]
        check_answer(caller, endpoint, body_of(endpoint, changes, whole))

    run: Callable[[], None] = one
    run()


def test_any_body_of_the_money_endpoints(house: House, town: Town) -> None:
    person = house.borrower()
    loan = house.loan(person)
    caller = town.caller(person.id)
    fuzz(caller, money_endpoints(card=pending_card(house, person.id), loan=loan))


def test_any_body_of_the_account_endpoints(town: Town) -> None:
    caller, phone = town.newcomer()
    fuzz(caller, account_endpoints(phone))


def test_any_bytes(house: House, town: Town) -> None:
    person = house.borrower()
    caller = town.caller(person.id)
    endpoints = money_endpoints(card=pending_card(house, person.id), loan=house.loan(person))

    @quick
    @given(st.integers(0, len(endpoints) - 1), st.binary(max_size=60))
    def one(which: int, raw: bytes) -> None:
        check_answer(caller, endpoints[which], raw)

    one()


def test_any_header(house: House, town: Town) -> None:
    """Keys, languages, cursors and charsets of any kind that a server lets through."""
    caller = town.caller(house.person().id)
    text = st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=70)

    @quick
    @given(text, text, text, text)
    def one(key: str, language: str, charset: str, cursor: str) -> None:
        headers = {
            "Idempotency_Key": key,
            "Accept_Language": language,
            "Content_Type": f"application/json; charset={charset}",
        }
        with undone():
            for method, path in (
                ("POST", "drawdowns"),
                ("GET", f"loans?page_size=5&cursor={cursor}"),
            ):
                answer = caller.call(method, path, {}, **headers)
                assert answer.status_code < 500, (path, headers, answer.content)

    one()

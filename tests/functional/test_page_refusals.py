"""Every form of the borrower's pages with bad input: the form again, a sentence beside the field,
what was typed kept, nothing changed. And the doors: login, CSRF, other people's pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.queries import get_user
from cards.operations import unbind_card
from config.urls import APPS
from tests.api import rows
from tests.fixtures.house import PASSWORD, House, Person
from tests.fixtures.town import Town
from tests.functional.test_api_refusals import pending_card
from tests.refusals import speaks, undone

pytestmark = pytest.mark.django_db

#: Pages that a visitor may see or send to.
OPEN: Final = {
    "core:manifest", "accounts:register", "accounts:login", "accounts:logout",
    "accounts:send-code", "accounts:document", "loans:home",
}  # fmt: skip
_ERRORS: Final = re.compile(
    r'<ul class="errorlist[^"]*" id="id_(\w+)_error"[^>]*>(.*?)</ul>', re.DOTALL
)


def browser(person: Person, *, csrf: bool = False) -> Client:
    """A logged-in browser."""
    client = Client(enforce_csrf_checks=csrf, raise_request_exception=False)
    client.force_login(get_user(user_id=person.id))
    return client


def faults(page: str) -> dict[str, str]:
    """The sentences of a page by the field they stand beside."""
    return {name: re.sub("<[^>]+>", "", text).strip() for name, text in _ERRORS.findall(page)}


def pages() -> Iterator[tuple[str, URLPattern]]:
    for app in APPS:
        for pattern in app.web:
            yield f"{app.app_name}:{pattern.name}", pattern


def address(name: str, pattern: URLPattern) -> str:
    """A page's address with ids of nobody."""
    values: dict[str, Any] = {"step": "BIND_CARD", "kind": "PRIVACY_POLICY", "purpose": "login"}
    names = pattern.pattern.converters
    return reverse(name, kwargs={key: values.get(key, uuid4()) for key in names})


def try_form(
    client: Client,
    path: str,
    good: dict[str, Any],
    bad: dict[str, dict[str, Any]],
    subtests: pytest.Subtests,
    *,
    secret: frozenset[str] = frozenset(),
) -> None:
    """Each field wrong in each way, in both languages."""
    before = rows()
    for name, values in bad.items():
        for what, value in values.items():
            with subtests.test(f"{path} {name}: {what}"), undone():
                for language in ("zh-hans", "en"):
                    typed = {**good, name: value}
                    answer = client.post(path, typed, headers={"Accept-Language": language})
                    page = answer.content.decode()
                    assert answer.status_code == 200, (answer.status_code, page[-500:])
                    found = faults(page)
                    assert name in found, found
                    assert speaks([found[name]], language=language), found
                    for other, text in good.items():
                        if other in secret:
                            assert str(text) not in page, other
                        elif other not in {name, "agreed", "request_key"} and not isinstance(
                            text, bool
                        ):
                            assert str(text) in page, other
                assert rows() == before


TEXTS: Final = {"empty": "", "blank": "   ", "too long": "9" * 5000, "nul": "13\u0000800"}
MONEYS: Final = {
    **TEXTS, "minus one": "-1", "zero": "0", "1e400": "1e400", "NaN": "NaN", "Infinity": "Infinity",
    "full-width digits": "１００", "words": "much", "a third decimal": "1.001", "huge": "9" * 19,
}  # fmt: skip
CHOICES: Final[dict[str, Any]] = {"empty": "", "unknown": "NOPE", "nul": "\u0000"}


def test_registering_and_logging_in(town: Town, subtests: pytest.Subtests) -> None:
    _caller, phone = town.newcomer()
    client = Client(raise_request_exception=False)
    page = client.get("/register/").content.decode()
    agreed = re.findall(r'name="agreed" value="([^"]+)"', page)
    assert len(agreed) == 2
    register = {
        "kind": "PERSON", "phone": phone, "code": "000000", "password": PASSWORD, "agreed": agreed
    }  # fmt: skip
    secret = frozenset({"password"})
    bad: dict[str, dict[str, Any]] = {
        "phone": {**TEXTS, "landline": "02012345678"},
        "code": {**TEXTS, "short": "1", "not sent": "123456"},
        "password": {"empty": "", "digits": "13579246801", "too long": "x1" * 500},
        "agreed": {"none": [], "one": agreed[:1], "another": ["x:y", "z"]},
        "kind": CHOICES,
    }
    try_form(client, "/register/", register, bad, subtests, secret=secret)
    by_code = {"phone": phone, "code": "000000"}
    bad = {"phone": TEXTS, "code": {**TEXTS, "not sent": "123456"}}
    try_form(client, "/login/?by=code", by_code, bad, subtests)
    by_password = {"phone": phone, "password": PASSWORD}
    bad = {"phone": TEXTS, "password": {"empty": "", "too long": "x1" * 500}}
    try_form(client, "/login/", by_password, bad, subtests, secret=secret)


def test_identity_card_and_code(house: House, subtests: pytest.Subtests) -> None:
    person = house.person()
    client = browser(person)
    identity = {"name": "张三丰", "id_number": "11010119900307109X"}
    bad: dict[str, dict[str, Any]] = {
        "name": {**TEXTS, "markup": "<script>"},
        "id_number": {**TEXTS, "check digit": "110101199003071090"},
    }
    try_form(client, "/me/identity/", identity, bad, subtests)
    card = {"card_number": person.pan, "phone": person.phone}
    wrong_digit = person.pan[:-1] + str((int(person.pan[-1]) + 1) % 10)
    bad = {
        "card_number": {**TEXTS, "check digit": wrong_digit, "no bank": "4111111111111111"},
        "phone": {"landline": "02012345678", "too long": "1" * 99},
    }
    try_form(client, "/cards/bind/", card, bad, subtests, secret=frozenset())
    binding = pending_card(house, person.id)
    code = {"code": {**TEXTS, "letters": "abcdef"}}
    try_form(client, f"/cards/{binding}/code/", {"code": ""}, code, subtests)


def test_limit_loan_and_repayment(house: House, subtests: pytest.Subtests) -> None:
    waiting = house.person()
    house.bind(waiting)
    line = {
        "request_key": uuid4(), "requested": "50000", "purpose": "CONSUMPTION",
        "occupation": "EMPLOYED", "monthly_income": "20000",
    }  # fmt: skip
    bad = {
        "requested": MONEYS, "monthly_income": MONEYS, "purpose": CHOICES, "occupation": CHOICES
    }  # fmt: skip
    try_form(browser(waiting), "/limit/", line, bad, subtests)

    person = house.borrower()
    client = browser(person)
    borrow = {
        "amount": "6000", "instalments": "6", "product": "monthly", "purpose": "CONSUMPTION",
        "card": person.binding_id,
    }  # fmt: skip
    bad = {
        "amount": {**MONEYS, "over": "190000"},
        "instalments": {**CHOICES, "seven": "7"},
        "product": {**CHOICES, "a business's": "flexible-business"},
        "purpose": CHOICES,
        "card": {**CHOICES, "nobody's": uuid4()},
    }
    try_form(client, "/borrow/", borrow, bad, subtests)
    loan = house.loan(person)
    repay = {"request_key": uuid4(), "kind": "MANUAL", "amount": "10", "card": person.binding_id}
    bad = {
        "kind": CHOICES,
        "amount": {**MONEYS, "more than owed": "6000.01"},
        "card": {**CHOICES, "nobody's": uuid4()},
    }
    try_form(client, f"/repay/{loan}/", repay, bad, subtests)


def test_a_key_that_is_none_is_no_way_in(house: House) -> None:
    person = house.borrower()
    client, loan = browser(person), house.loan(person)
    before = rows()
    for key in ("", "mine", "\u0000", "x" * 5000):
        body = {"request_key": key, "kind": "MANUAL", "amount": "10", "card": person.binding_id}
        answer = client.post(f"/repay/{loan}/", body)
        assert answer.status_code == 200
        assert rows() == before


def test_visitors_are_sent_to_the_login(db: None, subtests: pytest.Subtests) -> None:
    before = rows()
    for name, pattern in pages():
        if name in OPEN:
            continue
        with subtests.test(name):
            path = address(name, pattern)
            for method in ("get", "post"):
                answer = getattr(Client(raise_request_exception=False), method)(path)
                if answer.status_code == 405:
                    continue
                assert answer.status_code == 302, answer.status_code
                assert answer["Location"].startswith("/login/?next=")
            assert rows() == before


def test_every_form_needs_its_token(house: House, subtests: pytest.Subtests) -> None:
    client = browser(house.person(), csrf=True)
    before = rows()
    for name, pattern in pages():
        with subtests.test(name):
            answer = client.post(address(name, pattern), {"code": "123456"})
            assert answer.status_code in {403, 405}, answer.status_code
            assert rows() == before


def test_ids_of_nobody_are_pages_that_do_not_exist(house: House, subtests: pytest.Subtests) -> None:
    client = browser(house.borrower())
    before = rows()
    for name, pattern in pages():
        if not any(key.endswith("_id") for key in pattern.pattern.converters):
            continue
        with subtests.test(name):
            for method in ("get", "post"):
                answer = getattr(client, method)(address(name, pattern), {"code": "123456"})
                # A certificate that is not issued yet leads back to its loan, which is not there.
                if name == "repayments:certificate" and answer.status_code == 302:
                    answer = client.get(answer["Location"])
                assert answer.status_code in {404, 405}, (method, answer.status_code)
            assert rows() == before


def test_a_card_bound_elsewhere_is_gone_when_the_form_is_sent(house: House) -> None:
    """The page was drawn before the card was unbound."""
    person = house.borrower()
    client = browser(person)
    assert person.binding_id is not None
    quote = house.quote(person)
    unbind_card(user_id=person.id, binding_id=person.binding_id, now=house.now)
    before = rows()
    body = {"request_key": uuid4(), "confirmed": "on"}
    answer = client.post(f"/borrow/{quote}/", body)
    assert answer.status_code in {200, 302}
    assert rows() == before

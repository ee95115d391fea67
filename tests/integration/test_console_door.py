"""The door of the console: two factors for everybody, throttled, and nothing before them."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.domain.states import CodePurpose
from accounts.models import LoginThrottle, SmsDevice, User
from core.models import AuditRecord
from tests.fixtures.accounts import PASSWORD, FakeCarrier, register_person
from tests.fixtures.console import STAFF_PASSWORD, browser, inside, staff

pytestmark = pytest.mark.django_db

PHONE = "13700137000"


def _give_password(client: Client, phone: str = PHONE, password: str = STAFF_PASSWORD) -> object:
    return client.post("/admin/login/", {"phone": phone, "password": password})


def _addresses() -> list[str]:
    """Every address under /admin/, with an id that is nobody's."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> list[str]:
        found: list[str] = []
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                found += walk(pattern.url_patterns, here)
            else:
                found.append(here)
        return found

    console = next(p for p in get_resolver().url_patterns if str(p.pattern) == "admin/")
    assert isinstance(console, URLResolver)
    nobody = "019ac000-0000-7000-8000-000000000000"
    return [
        "/"
        + a.replace("<str:object_id>", nobody)
        .replace("<path:object_id>", nobody)
        .replace("<int:content_type_id>", "1")
        .replace("<path:url>", "x")
        for a in walk(console.url_patterns, "admin/")
        if "(?P" not in a
    ]


def test_password_then_code(carrier: FakeCarrier) -> None:
    user = staff("officer", phone=PHONE)
    client = browser()
    answer = client.get("/admin/risk/review/")
    assert answer.status_code == 302
    assert answer["Location"] == "/admin/login/?next=/admin/risk/review/"
    answer = client.post(
        answer["Location"], {"phone": "+86 137 0013 7000", "password": STAFF_PASSWORD}
    )
    assert answer["Location"] == "/admin/code/?next=%2Fadmin%2Frisk%2Freview%2F"
    page = client.get(answer["Location"]).content.decode()
    assert "137****7000" in page
    answer = client.post(answer["Location"], {"code": carrier.code(to=PHONE)})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/risk/review/")
    assert client.get("/admin/").status_code == 200
    assert client.session.get_expiry_age() <= 8 * 60 * 60
    answer = client.get("/admin/logout/")  # a link must not log anybody out
    assert client.get("/admin/").status_code == 200
    answer = client.post("/admin/logout/", follow=True)
    assert "You are logged out." in answer.content.decode()
    assert client.get("/admin/").status_code == 302
    assert User.objects.get(pk=user.pk).last_login is not None


@pytest.mark.parametrize("superuser", [False, True])
def test_nothing_is_reachable_with_the_password_alone(
    carrier: FakeCarrier, superuser: bool
) -> None:
    user = staff("officer", "auditor", "administrator", phone=PHONE)
    User.objects.filter(pk=user.pk).update(is_superuser=superuser)
    half = browser()
    _give_password(half)
    logged_in = browser()  # through another door of the product: still no second factor
    logged_in.force_login(user, backend="accounts.backends.PhoneBackend")
    addresses = _addresses()
    assert len(addresses) > 40
    for client in (browser(), half, logged_in):
        for address in addresses:
            if address in ("/admin/login/", "/admin/code/", "/admin/code/send/"):
                continue
            for method in (client.get, client.post):
                answer = method(address)
                assert answer.status_code in (302, 404, 405), address
                if answer.status_code == 302:
                    assert answer["Location"].startswith(("/admin/login/", "/admin/code/")) or (
                        address == "/admin/logout/" and answer["Location"] == "/admin/"
                    ), address


def test_a_code_for_another_purpose_opens_nothing(carrier: FakeCarrier) -> None:
    user = staff("officer", phone=PHONE)
    client = inside(user)
    assert client.get("/admin/").status_code == 200
    SmsDevice.objects.filter(user=user).update(purpose=CodePurpose.LOGIN)
    assert client.get("/admin/").status_code == 302


def test_a_borrower_is_told_and_stays_outside(carrier: FakeCarrier) -> None:
    register_person(carrier)
    client = browser()
    answer = client.post("/admin/login/", {"phone": "13800138000", "password": PASSWORD})
    assert answer.status_code == 200
    assert "not for the console" in answer.content.decode()
    assert client.get("/admin/code/").status_code == 302


def test_wrong_passwords_wait(carrier: FakeCarrier) -> None:
    staff("officer", phone=PHONE)
    client = browser()
    for _ in range(5):
        answer = client.post("/admin/login/", {"phone": PHONE, "password": "wrong"})
        assert "password is not right" in answer.content.decode()
    answer = client.post("/admin/login/", {"phone": PHONE, "password": STAFF_PASSWORD})
    assert "Please wait" in answer.content.decode()
    assert LoginThrottle.objects.get().failures == 5
    assert not carrier.requests


def test_wrong_codes_kill_the_code(carrier: FakeCarrier) -> None:
    staff("officer", phone=PHONE)
    client = browser()
    _give_password(client)
    right = carrier.code(to=PHONE)
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        assert "not right" in client.post("/admin/code/", {"code": wrong}).content.decode()
    answer = client.post("/admin/code/", {"code": right})
    assert answer.status_code == 200
    assert client.get("/admin/").status_code == 302


def test_somebody_closed_in_between_starts_anew(carrier: FakeCarrier) -> None:
    user = staff("officer", phone=PHONE)
    client = browser()
    _give_password(client)
    User.objects.filter(pk=user.pk).update(is_active=False)
    answer = client.post("/admin/code/", {"code": carrier.code(to=PHONE)})
    assert answer["Location"] == "/admin/login/"


def test_closing_an_account_ends_the_session() -> None:
    user = staff("officer")
    client = inside(user)
    assert client.get("/admin/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/admin/").status_code == 302


def test_next_leads_only_into_the_console(carrier: FakeCarrier) -> None:
    client = inside(staff("officer"))
    for wanted in ("https://evil.example/", "//evil.example/admin/", "/borrow/", "/admin/login/"):
        assert client.get("/admin/login/", {"next": wanted})["Location"] == "/admin/"


def test_another_code_comes_only_after_a_minute(carrier: FakeCarrier) -> None:
    staff("officer", phone=PHONE)
    client = browser()
    _give_password(client)
    answer = client.post("/admin/code/send/", follow=True)
    assert "Please wait" in answer.content.decode()
    assert len(carrier.texts(to=PHONE)) == 1


def test_the_policy_of_the_pages_is_real() -> None:
    client = inside(staff("officer"))
    for address in ("/admin/", "/admin/risk/review/", "/admin/password_change/"):
        policy = client.get(address)["Content-Security-Policy"]
        script = next(p for p in policy.split("; ") if p.startswith("script-src"))
        assert script == "script-src 'self' 'unsafe-eval'"
        assert "frame-ancestors 'none'" in policy
    policy = browser().get("/admin/login/")["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-eval'" in policy


def test_changing_the_password_leaves_a_line() -> None:
    user = staff("officer")
    client, elsewhere = inside(user), inside(user)
    new = "another phrase for it"
    answer = client.post(
        "/admin/password_change/",
        {"old_password": STAFF_PASSWORD, "new_password1": new, "new_password2": new},
    )
    assert answer.status_code == 302
    assert AuditRecord.objects.get(action="password.changed").actor == str(user.pk)
    assert client.get("/admin/").status_code == 200
    assert elsewhere.get("/admin/").status_code == 302

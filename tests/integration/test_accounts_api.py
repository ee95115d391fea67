"""The accounts' API over HTTP: what a client gets, and that a refusal changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accounts.models import AccessToken, Consent, Identity, InboxMessage, User
from accounts.operations import create_staff, send_message
from core.clock import now
from tests.fixtures.accounts import PASSWORD, PHONE, FakeCarrier, id_number, register_person

pytestmark = pytest.mark.django_db

OTHER_PHONE = "13900139000"


class Api:
    """A client of the API, with or without a token."""

    def __init__(self, token: str = "") -> None:
        self._client = Client()
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._headers["Accept-Language"] = "en"

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        return self._client.generic(
            method,
            f"/api/v1/{path}",
            data="" if body is None else json.dumps(body),
            content_type="application/json",
            headers=self._headers,
        )

    def get(self, path: str) -> Any:
        return self._send("GET", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self._send("POST", path, body)

    def put(self, path: str, body: Any) -> Any:
        return self._send("PUT", path, body)

    def delete(self, path: str) -> Any:
        return self._send("DELETE", path)


def _problem(response: Any, *, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["type"] == f"urn:kadai:problem:{code}"
    assert body["status"] == status
    return body


def _registered(carrier: FakeCarrier, *, phone: str = PHONE) -> Api:
    anybody = Api()
    sent = anybody.post("auth/sms-codes", {"phone": phone, "purpose": "REGISTER"})
    assert sent.status_code == 202
    answer = anybody.post(
        "auth/register", {"phone": phone, "code": carrier.code(to=phone), "password": PASSWORD}
    )
    assert answer.status_code == 201, answer.content
    return Api(answer.json()["token"])


def test_from_a_phone_number_to_a_token_and_out_again(carrier: FakeCarrier) -> None:
    me = _registered(carrier)
    body = me.get("me").json()
    assert body["phone_masked"] == "138****8000"
    assert body["kind"] == "PERSON"
    assert body["identity_state"] is None
    assert body["unread_messages"] == 0
    assert PHONE not in str(body)
    assert me.delete("auth/tokens/current").status_code == 204
    _problem(me.get("me"), status=401, code="not-authenticated")


def test_logging_in_with_password_or_code(carrier: FakeCarrier) -> None:
    _registered(carrier)
    anybody = Api()
    answer = anybody.post("auth/tokens", {"phone": PHONE, "password": PASSWORD})
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    anybody.post("auth/sms-codes", {"phone": PHONE, "purpose": "LOGIN"})
    code = carrier.code(to=PHONE)
    answer = anybody.post("auth/tokens", {"phone": PHONE, "code": code})
    assert Api(answer.json()["token"]).get("me").status_code == 200
    reused = anybody.post("auth/tokens", {"phone": PHONE, "code": code})
    _problem(reused, status=400, code="code-dead")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"phone": PHONE, "password": "a guess"}, "wrong-credentials"),
        ({"phone": OTHER_PHONE, "password": PASSWORD}, "wrong-credentials"),
        ({"phone": "12", "password": PASSWORD}, "invalid-input"),
        ({"phone": PHONE, "code": "000000"}, "code-dead"),
        ({"phone": PHONE}, "invalid-input"),
        ({"phone": PHONE, "code": "1", "password": "2"}, "invalid-input"),
        ({"phone": {"a": 1}, "password": PASSWORD}, "invalid-input"),
        ({"phone": PHONE, "password": "\u0000"}, "invalid-input"),
        ([], "malformed"),
        (None, "invalid-input"),
    ],
)
def test_no_token_for_a_bad_login(carrier: FakeCarrier, body: Any, code: str) -> None:
    _registered(carrier)
    _problem(Api().post("auth/tokens", body), status=400, code=code)
    assert AccessToken.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "000000x"}, "code"),
        ({"password": "short"}, "password"),
        ({"phone": "110"}, "phone"),
        ({"kind": "STAFF"}, "kind"),
        ({"kind": "BUSINESS", "legal_name": "小铺商贸", "uscc": "91350100M000100Y44"}, "uscc"),
        ({"kind": "BUSINESS", "uscc": "91350100M000100Y43"}, "legal_name"),
    ],
)
def test_a_refused_registration_registers_nobody(
    carrier: FakeCarrier, changes: dict[str, str], field: str
) -> None:
    Api().post("auth/sms-codes", {"phone": PHONE, "purpose": "REGISTER"})
    body = {"phone": PHONE, "code": carrier.code(to=PHONE), "password": PASSWORD, **changes}
    problem = _problem(
        Api().post("auth/register", body),
        status=400,
        code="code-wrong" if field == "code" else "invalid-input",
    )
    assert list(problem["errors"]) == [field]
    assert not User.objects.filter(registered_at__isnull=False).exists()
    assert not AccessToken.objects.exists()


def test_codes_are_throttled_and_the_console_has_its_own_door(carrier: FakeCarrier) -> None:
    body = {"phone": PHONE, "purpose": "LOGIN"}
    assert Api().post("auth/sms-codes", body).status_code == 202
    again = Api().post("auth/sms-codes", body)
    _problem(again, status=429, code="too-many-requests")
    assert 1 <= int(again["Retry-After"]) <= 60
    _problem(
        Api().post("auth/sms-codes", {"phone": OTHER_PHONE, "purpose": "CONSOLE"}),
        status=400,
        code="invalid-input",
    )
    assert len(carrier.requests) == 1


def test_a_silent_gateway_is_said_to_be_busy(carrier: FakeCarrier) -> None:
    carrier.status = 500
    answer = Api().post("auth/sms-codes", {"phone": PHONE, "purpose": "LOGIN"})
    _problem(answer, status=503, code="sms-unavailable")


def test_staff_get_no_token(carrier: FakeCarrier) -> None:
    create_staff(phone=PHONE, password=PASSWORD, roles=["officer"], now=now())
    answer = Api().post("auth/tokens", {"phone": PHONE, "password": PASSWORD})
    _problem(answer, status=403, code="forbidden")
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "me"),
        ("PUT", "me/identity"),
        ("GET", "me/consents"),
        ("POST", "me/consents"),
        ("GET", "me/messages"),
        ("DELETE", "auth/tokens/current"),
    ],
)
@pytest.mark.parametrize("token", ["", "made up", "kadai_madeup", "kadai_\u00ff"])
def test_nothing_without_a_good_token(method: str, path: str, token: str) -> None:
    answer = Api(token)._send(method, path, {})
    _problem(answer, status=401, code="not-authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


def test_an_identity_is_put_and_put_right(carrier: FakeCarrier) -> None:
    me = _registered(carrier)
    for name in ("张三", "张四"):
        answer = me.put("me/identity", {"name": name, "id_number": id_number()})
        assert answer.status_code == 200
        assert answer.json()["name_masked"] == "张*"
        assert answer.json()["identity_state"] == "DECLARED"
        assert id_number() not in answer.content.decode()
    assert Identity.objects.get().name == "张四"


@pytest.mark.parametrize(
    ("number", "status", "code"),
    [
        (id_number()[:-1] + "0", 400, "invalid-input"),
        (id_number(birth="20200101"), 422, "under-age"),
    ],
)
def test_a_refused_identity_leaves_nothing(
    carrier: FakeCarrier, number: str, status: int, code: str
) -> None:
    me = _registered(carrier)
    problem = _problem(
        me.put("me/identity", {"name": "张三", "id_number": number}), status=status, code=code
    )
    assert list(problem["errors"]) == ["id_number"]
    assert not Identity.objects.exists()


def test_consents_are_given_listed_and_withdrawn(carrier: FakeCarrier) -> None:
    me = _registered(carrier)
    documents = Api().get("consent-documents").json()
    assert documents[0]["title"] == "Service agreement"
    wanted = {"documents": [{"id": d["id"], "body_hash": d["body_hash"]} for d in documents]}
    given = me.post("me/consents", wanted)
    assert given.status_code == 201
    assert len(given.json()) == len(documents) == 5
    assert len(me.post("me/consents", wanted).json()) == 5
    path = f"me/consents/{given.json()[0]['id']}/withdraw"
    stranger = _registered(carrier, phone=OTHER_PHONE)
    _problem(stranger.post(path), status=404, code="not-found")
    assert not Consent.objects.filter(withdrawn_at__isnull=False).exists()
    assert me.post(path).status_code == 204
    listed = me.get("me/consents?page_size=3").json()
    assert len(listed["results"]) == 3
    assert listed["next"]
    assert sum(c["withdrawn_at"] is not None for c in me.get("me/consents").json()["results"]) == 1


def test_a_changed_text_is_not_agreed_to(carrier: FakeCarrier) -> None:
    me = _registered(carrier)
    document = Api().get("consent-documents").json()[0]
    wrong = {"documents": [{"id": document["id"], "body_hash": "0" * 64}]}
    _problem(me.post("me/consents", wrong), status=409, code="document-changed")
    bad: list[dict[str, Any]] = [
        {},
        {"documents": []},
        {"documents": "all"},
        {"documents": [{"id": 1}]},
    ]
    for body in bad:
        assert me.post("me/consents", body).status_code == 400
    assert not Consent.objects.exists()


def test_messages_are_paged_and_read(carrier: FakeCarrier) -> None:
    me = _registered(carrier)
    user = User.objects.get()
    for i in range(3):
        send_message(user_id=user.pk, kind="line_declined", params={}, key=str(i), now=now())
    page = me.get("me/messages?page_size=2").json()
    newest = page["results"][0]
    assert newest["kind"] == "line_declined"
    assert newest["title"] == "We cannot offer you a limit now"
    assert newest["read_at"] is None
    rest = me.get(page["next"].split("/api/v1/")[1]).json()
    assert len(rest["results"]) == 1
    assert rest["next"] is None
    assert me.post(f"me/messages/{newest['id']}/read").status_code == 204
    assert me.get("me").json()["unread_messages"] == 2


def test_somebody_elses_message_is_not_there(carrier: FakeCarrier) -> None:
    me = _registered(carrier)
    theirs = register_person(carrier, phone=OTHER_PHONE)
    message_id = send_message(user_id=theirs, kind="line_declined", params={}, key="1", now=now())
    _problem(me.post(f"me/messages/{message_id}/read"), status=404, code="not-found")
    assert InboxMessage.objects.get().read_at is None
    assert me.get("me/messages").json()["results"] == []

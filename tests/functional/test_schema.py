"""The API's document: valid, complete, and true of what the API answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from config.urls import APPS
from tests.api import Caller
from tests.fixtures.house import House
from tests.fixtures.town import Town

#: The operations a stranger may call.
OPEN = {
    "auth_sms_codes_create",
    "auth_register_create",
    "auth_tokens_create",
    "consent_documents_list",
}


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("schema") / "openapi.json"
    call_command("spectacular", format="openapi-json", file=str(path))
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def operations(schema: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, verbs in schema["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def test_it_is_valid_and_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, format="openapi-json")
    written = json.loads(capsys.readouterr().out)
    assert written["openapi"].startswith("3.")


def test_every_address_is_in_it(schema: dict[str, Any]) -> None:
    written = {(path, verb) for path, verb, _operation in operations(schema)}
    for app in APPS:
        for pattern in app.api:
            route = str(pattern.pattern).replace("<uuid:", "{").replace(">", "}")
            for verb in ("get", "post", "put", "patch", "delete"):
                if hasattr(pattern.callback.view_class, verb):
                    assert (f"/api/v1/{route}", verb) in written


def test_every_operation_says_how_it_ends(schema: dict[str, Any]) -> None:
    assert len(list(operations(schema))) > 25
    for path, verb, operation in operations(schema):
        at = f"{verb} {path}"
        answers = operation["responses"]
        good = [code for code in answers if code.startswith("2")]
        assert len(good) == 1, at
        assert good == ["204"] or good == ["202"] or "content" in answers[good[0]], at
        assert list(answers["4XX"]["content"]) == ["application/problem+json"], at
        assert operation["tags"], at


def test_every_operation_says_who_may_call_it(schema: dict[str, Any]) -> None:
    assert schema["components"]["securitySchemes"] == {
        "bearer": {"type": "http", "scheme": "bearer"}
    }
    for _path, _verb, operation in operations(schema):
        if operation["operationId"] in OPEN:
            assert "security" not in operation or {} in operation["security"]
        else:
            assert operation["security"] == [{"bearer": []}], operation["operationId"]


def test_names_of_operations_are_their_own(schema: dict[str, Any]) -> None:
    names = [operation["operationId"] for _path, _verb, operation in operations(schema)]
    assert len(names) == len(set(names))
    assert not [name for name in names if name.endswith(("_2", "_3"))]


def test_the_verbs_that_move_money_ask_for_a_key(schema: dict[str, Any]) -> None:
    asking = {
        (verb, path)
        for path, verb, operation in operations(schema)
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "Idempotency-Key" and parameter["required"]
    }
    assert asking == {
        ("post", "/api/v1/cards"),
        ("post", "/api/v1/cards/{binding_id}/resend"),
        ("post", "/api/v1/credit-applications"),
        ("post", "/api/v1/drawdowns"),
        ("post", "/api/v1/loans/{loan_id}/repayments"),
    }


def _fits(schema: dict[str, Any], value: Any, form: dict[str, Any]) -> list[str]:
    """The keys of an answer that the document does not know, or that it promised."""
    if "$ref" in form:
        form = schema["components"]["schemas"][form["$ref"].rsplit("/", 1)[1]]
    if form.get("type") == "array":
        assert isinstance(value, list), form
        return [fault for item in value for fault in _fits(schema, item, form["items"])]
    if form.get("type") != "object" or "properties" not in form:
        return []
    assert isinstance(value, dict), form
    known = form["properties"]
    faults = [name for name in value if name not in known]
    faults += [name for name in form.get("required", ()) if name not in value]
    return faults + [
        fault
        for name, inner in value.items()
        if name in known and inner is not None
        for fault in _fits(schema, inner, known[name])
    ]


@pytest.mark.django_db
def test_answers_have_the_form_that_is_written(
    house: House, town: Town, schema: dict[str, Any]
) -> None:
    person = house.borrower()
    loan_id = house.loan(person)
    caller = town.caller(person.id)
    ids = {"loan_id": str(loan_id), "binding_id": str(person.binding_id)}
    seen = 0
    for path, verb, operation in operations(schema):
        address = path
        for name, value in ids.items():
            address = address.replace(f"{{{name}}}", value)
        if verb != "get" or "{" in address or address.endswith("certificate"):
            continue
        answer = caller.call("GET", address)
        assert answer.status_code == 200, address
        form = operation["responses"]["200"]["content"]["application/json"]["schema"]
        assert _fits(schema, json.loads(answer.content), form) == [], address
        seen += 1
    assert seen >= 10


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["", "application/json", "application/vnd.oai.openapi+json"])
def test_it_is_served_to_anybody(accept: str) -> None:
    answer = Caller().call("GET", "schema/", Accept=accept)
    assert answer.status_code == 200
    assert b"/api/v1/drawdowns" in answer.content


@pytest.mark.django_db
def test_a_problem_has_the_form_that_is_written(schema: dict[str, Any]) -> None:
    answer = Caller().call("POST", "auth/tokens", {})
    form = schema["components"]["schemas"]["Problem"]
    assert answer.status_code == 400
    assert _fits(schema, json.loads(answer.content), form) == []

"""The SMS gateway: an endpoint that takes messages and a page where everybody's phone can be read."""

from __future__ import annotations

import hmac
from typing import Any, Final

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from sandbox.db import Connection, Database, Row
from sandbox.texts import language

blueprint = Blueprint("sms", __name__, url_prefix="/sms")

_PAGE: Final = 50
_MAX_TEXT: Final = 1000


def send(
    *, connection: Connection, sender: str, to: str, text: str, reference: str | None = None
) -> Row:
    """Store a message; one with a known reference is not stored again, the first one is returned."""
    row = connection.execute(
        "INSERT INTO sms (sender, recipient, text, reference) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (reference) DO UPDATE SET reference = excluded.reference RETURNING *",
        (sender, to, text, reference),
    ).fetchone()
    if row is None:
        raise RuntimeError("INSERT returned nothing")
    return row


def latest(*, connection: Connection, to: str = "") -> list[Row]:
    """List the newest messages, newest first, to one phone or to all."""
    return connection.execute(
        "SELECT * FROM sms WHERE %(to)s = '' OR recipient = %(to)s ORDER BY id DESC LIMIT %(limit)s",
        {"to": to, "limit": _PAGE},
    ).fetchall()


def _database() -> Database:
    database: Database = current_app.config["DATABASE"]
    return database


def _as_json(row: Row) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "sender": row["sender"],
        "to": row["recipient"],
        "text": row["text"],
        "reference": row["reference"],
        "created_at": row["created_at"].isoformat(),
    }


@blueprint.post("/messages")
def post_message() -> tuple[Response, int]:
    """Take a message {to, text, reference} from whoever holds the token: 202 {"id"}."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(token.encode(), current_app.config["SMS_TOKEN"].encode()):
        return jsonify(error="unauthorized"), 401
    wanted = request.get_json(silent=True)
    if not isinstance(wanted, dict):
        return jsonify(error="a JSON object is expected"), 400
    to, text = str(wanted.get("to", "")), str(wanted.get("text", ""))
    reference = str(wanted.get("reference") or "") or None
    digits = to.removeprefix("+")
    if not (digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 15):
        return jsonify(error="to is not a phone number"), 400
    if not 1 <= len(text) <= _MAX_TEXT:
        return jsonify(error="text is empty or too long"), 400
    with _database().transaction() as connection:
        row = send(connection=connection, sender="Kadai", to=to, text=text, reference=reference)
    return jsonify(id=str(row["id"])), 202


@blueprint.get("/messages")
def get_messages() -> Response:
    """List messages as JSON, newest first; `?to=` picks a phone."""
    with _database().transaction() as connection:
        rows = latest(connection=connection, to=request.args.get("to", ""))
    return jsonify(messages=[_as_json(row) for row in rows])


@blueprint.get("/")
def page() -> str:
    """Show the messages to a person."""
    to = request.args.get("to", "").strip()
    with _database().transaction() as connection:
        rows = latest(connection=connection, to=to)
    return render_template("sms.html", messages=rows, to=to, **language(request=request))

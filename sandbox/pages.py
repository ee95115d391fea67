"""The pages a person looks at: accounts and movements; and the health check."""

from __future__ import annotations

from typing import Any

import psycopg
from flask import Blueprint, Response, current_app, jsonify, render_template, request

from sandbox import books, issuers
from sandbox.db import Database, Row
from sandbox.texts import language

blueprint = Blueprint("pages", __name__)


def _database() -> Database:
    database: Database = current_app.config["DATABASE"]
    return database


def mask_pan(pan: str) -> str:
    """Show the BIN and the last four digits."""
    return f"{pan[:6]} **** {pan[-4:]}"


def mask_name(name: str) -> str:
    """Show the last character only, as Chinese banks do."""
    return "*" * (len(name) - 1) + name[-1:]


def yuan(amount: int) -> str:
    """Print fen as yuan."""
    sign, amount = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{amount // 100:,}.{amount % 100:02d}"


def _label(code: str) -> str:
    kind, _, rest = code.partition(":")
    return mask_pan(rest) if kind == "card" else kind


def _card_view(row: Row, lang: str) -> dict[str, Any]:
    entry = issuers.find_bin(pan=row["pan"])
    bank = (entry.bank_en if lang == "en" else entry.bank_zh) if entry else row["bank"]
    return row | {"bank": bank}


@blueprint.get("/")
def index() -> str:
    """Accounts, balances and the latest movements."""
    words = language(request=request)
    with _database().transaction() as connection:
        cards = connection.execute(
            "SELECT c.pan, c.bank, c.kind, c.status, h.name, a.balance FROM card c"
            " JOIN holder h ON h.id = c.holder_id JOIN account a ON a.id = c.account_id"
            " ORDER BY a.id LIMIT 200"
        ).fetchall()
        others = connection.execute(
            "SELECT code, kind, balance FROM account WHERE kind <> 'card' ORDER BY id LIMIT 20"
        ).fetchall()
        movements = connection.execute(
            "SELECT m.amount, m.purpose, m.at, s.code AS source, t.code AS target FROM movement m"
            " JOIN account s ON s.id = m.source JOIN account t ON t.id = m.target"
            " ORDER BY m.id DESC LIMIT 50"
        ).fetchall()
        balanced = not books.audit(connection=connection)
    return render_template(
        "index.html",
        cards=[_card_view(row, words["lang"]) for row in cards],
        others=others,
        movements=movements,
        balanced=balanced,
        label=_label,
        **words,
    )


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 while the database answers."""
    try:
        with _database().transaction() as connection:
            connection.execute("SELECT 1")
    except psycopg.Error:
        return jsonify(status="database unavailable"), 503
    return jsonify(status="ok"), 200

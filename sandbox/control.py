"""What a test or a demonstration may arrange: people with cards, faults, and a look at the books.

POST /control/accounts        {name, id_number, phone, balance, bank?, kind?, pan?, credit_limit?, status?,
                              daily_limit?} -> 201 the account
GET  /control/accounts/{pan}  -> balance and movements, newest first
POST /control/accounts/{pan}  {phone?, status?, daily_limit?, deposit?, withdraw?} -> the account, changed
POST /control/faults          {name, txn_type?, card_last4?, order_prefix?, count?, argument?} -> 201
GET  /control/faults          -> the faults not yet spent
DELETE /control/faults        -> no fault is left
GET  /control/books           -> {"balanced": true, "merchants": {merId: fen}, ...}
GET  /control/trades/{orderId}-> the orders the gateway has under this orderId
"""

from __future__ import annotations

from typing import Any

import psycopg
from flask import Blueprint, Response, current_app, jsonify, request

from sandbox import books, faults, issuers
from sandbox.db import Connection, Database, Row

blueprint = Blueprint("control", __name__, url_prefix="/control")

Answer = Response | tuple[Response, int]


def _database() -> Database:
    database: Database = current_app.config["DATABASE"]
    return database


def _wanted() -> dict[str, Any]:
    wanted = request.get_json(silent=True)
    if not isinstance(wanted, dict):
        raise ValueError("a JSON object is expected")
    return wanted


@blueprint.errorhandler(ValueError)
@blueprint.errorhandler(LookupError)
@blueprint.errorhandler(psycopg.IntegrityError)
@blueprint.errorhandler(books.InsufficientFunds)
def refuse(error: Exception) -> Answer:
    """Say what is wrong with the request."""
    return jsonify(error=f"{type(error).__name__}: {error}"), 400


def _describe(connection: Connection, card: Row) -> dict[str, Any]:
    rows = connection.execute(
        "SELECT m.*, t.order_id, t.query_id FROM movement m LEFT JOIN trade t ON t.id = m.trade_id"
        " WHERE %(id)s IN (m.source, m.target) ORDER BY m.id DESC LIMIT 100",
        {"id": card["account_id"]},
    ).fetchall()
    movements = [
        {
            "amount": row["amount"] if row["target"] == card["account_id"] else -row["amount"],
            "purpose": row["purpose"],
            "order_id": row["order_id"],
            "query_id": row["query_id"],
            "at": row["at"].isoformat(),
        }
        for row in rows
    ]
    names = ("pan", "name", "id_number", "phone", "bank", "kind", "status")
    amounts = ("balance", "credit_limit", "daily_limit", "currency")
    return {name: card[name] for name in (*names, *amounts)} | {"movements": movements}


def _card(connection: Connection, pan: str) -> Row:
    card = issuers.find_card(connection=connection, pan=pan)
    if card is None:
        raise LookupError("no such card")
    return card


@blueprint.post("/accounts")
def create_account() -> Answer:
    """Create a holder with a card and money on it."""
    wanted = _wanted()
    bank, kind = str(wanted.get("bank", "ICBC")), str(wanted.get("kind", "debit"))
    missing = [name for name in ("name", "id_number", "phone") if not wanted.get(name)]
    if missing:
        raise ValueError(f"missing: {', '.join(missing)}")
    pan = str(wanted.get("pan") or issuers.random_pan(bank=bank, kind=kind))
    with _database().transaction() as connection:
        card = issuers.issue(
            connection=connection,
            name=str(wanted["name"]),
            id_number=str(wanted["id_number"]).upper(),
            phone=str(wanted["phone"]),
            pan=pan,
            balance=int(wanted.get("balance", 0)),
            credit_limit=int(wanted.get("credit_limit", 0)),
            status=str(wanted.get("status", "normal")),
            daily_limit=int(wanted.get("daily_limit", 20_000_000)),
        )
        return jsonify(_describe(connection, card)), 201


@blueprint.get("/accounts/<pan>")
def get_account(pan: str) -> Answer:
    """Show a card's balance and movements."""
    with _database().transaction() as connection:
        card = issuers.find_card(connection=connection, pan=pan)
        if card is None:
            return jsonify(error="no such card"), 404
        return jsonify(_describe(connection, card))


@blueprint.post("/accounts/<pan>")
def change_account(pan: str) -> Answer:
    """Change a card's phone, status or daily limit, or move money in or out of it."""
    wanted = _wanted()
    with _database().transaction() as connection:
        card = _card(connection, pan)
        connection.execute(
            "UPDATE card SET phone = %s, status = %s, daily_limit = %s WHERE pan = %s",
            (
                str(wanted.get("phone", card["phone"])),
                str(wanted.get("status", card["status"])),
                int(wanted.get("daily_limit", card["daily_limit"]) or 0),
                pan,
            ),
        )
        world = books.open_account(connection=connection, code=books.WORLD, kind="world")
        account = int(card["account_id"])
        for name, source, target in (("deposit", world, account), ("withdraw", account, world)):
            amount = int(str(wanted.get(name, 0)))
            if amount > 0:
                books.move(
                    connection=connection,
                    source=source,
                    target=target,
                    amount=amount,
                    purpose=name,
                )
        return jsonify(_describe(connection, _card(connection, pan)))


@blueprint.post("/faults")
def create_fault() -> Answer:
    """Program a fault."""
    with _database().transaction() as connection:
        row = faults.program(connection=connection, wanted=_wanted())
    return jsonify(id=row["id"], name=row["name"], remaining=row["remaining"]), 201


@blueprint.get("/faults")
def list_faults() -> Answer:
    """List the faults that wait for their message."""
    with _database().transaction() as connection:
        rows = connection.execute(
            "SELECT id, name, txn_type, card_last4, order_prefix, argument, remaining FROM fault"
            " WHERE remaining > 0 ORDER BY id LIMIT 200"
        ).fetchall()
    return jsonify(faults=rows, known=list(faults.FAULTS))


@blueprint.delete("/faults")
def clear_faults() -> Answer:
    """Forget every fault."""
    with _database().transaction() as connection:
        connection.execute("UPDATE fault SET remaining = 0 WHERE remaining > 0")
    return jsonify(faults=[])


@blueprint.get("/books")
def show_books() -> Answer:
    """Prove the books: every balance is the sum of its movements, and all sum to zero."""
    with _database().transaction() as connection:
        try:
            books.check(connection=connection)
            balanced = True
        except books.BooksDoNotBalance:
            balanced = False
        wrong = books.audit(connection=connection)
        rows = connection.execute(
            "SELECT code, balance FROM account WHERE kind = 'merchant'"
        ).fetchall()
    merchants = {row["code"].removeprefix("merchant:"): row["balance"] for row in rows}
    return jsonify(
        balanced=balanced and not wrong,
        wrong_accounts=[row["code"] for row in wrong],
        merchants=merchants,
    )


@blueprint.get("/trades/<order_id>")
def list_trades(order_id: str) -> Answer:
    """List the orders the gateway wrote down under an orderId, with how often each was notified."""
    with _database().transaction() as connection:
        rows = connection.execute(
            "SELECT t.order_id, t.txn_time, t.txn_type, t.query_id, t.amount, t.status, t.resp_code,"
            " t.req_reserved, coalesce(sum(n.sends), 0)::int AS notice_sends,"
            " count(n.id) AS notices, count(n.delivered_at) AS notices_delivered"
            " FROM trade t LEFT JOIN notice n ON n.trade_id = t.id WHERE t.order_id = %s"
            " GROUP BY t.id ORDER BY t.id LIMIT 20",
            (order_id,),
        ).fetchall()
    return jsonify(trades=rows)

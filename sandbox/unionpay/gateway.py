"""The gateway's addresses: `/unionpay/gateway/api/*.do`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from flask import Blueprint, Response, current_app, request

from sandbox import faults
from sandbox.config import Config
from sandbox.db import Connection, Database
from sandbox.unionpay import opening, payments
from sandbox.unionpay.channel import BankKeys, Fields, parse_form
from sandbox.unionpay.message import Refusal, Request, answer, check_form, read_request

blueprint = Blueprint("unionpay", __name__, url_prefix="/unionpay/gateway/api")

OPENING: Final[dict[tuple[str, str], payments.Handler]] = {
    ("77", "00"): opening.send_opening_code,
    ("77", "02"): opening.send_payment_code,
    ("79", "00"): opening.open_card,
    ("78", "02"): opening.query_opening,
    ("74", "01"): opening.delete_token,
}
QUERY: Final[dict[tuple[str, str], payments.Handler]] = {("00", "00"): payments.query}


def _handle(
    handlers: dict[tuple[str, str], payments.Handler], message: Request, connection: Connection
) -> Fields:
    handler = handlers.get(message.kind)
    if handler is None:
        raise Refusal("32")
    if message.exchange.forced_code and message.kind not in payments.HANDLERS:
        raise Refusal(message.exchange.forced_code)
    with connection.transaction():
        result = handler(connection, message)
    if isinstance(result, Refusal):
        raise result
    return result


def _read(fields: Fields, connection: Connection) -> Request:
    """Read a message and let the faults programmed for it bend what follows; these are committed."""
    bank: BankKeys = current_app.config["BANK_KEYS"]
    config: Config = current_app.config["SANDBOX"]
    check_form(fields=fields, bank=bank)
    message = read_request(
        connection=connection,
        fields=fields,
        bank=bank,
        now=datetime.now(UTC),
        settle_seconds=config.settle_seconds,
    )
    with connection.transaction():
        faults.apply_faults(
            connection=connection,
            exchange=message.exchange,
            txn_type=fields["txnType"],
            pan=message.pan,
            order_id=fields["orderId"],
        )
    return message


def _serve(handlers: dict[tuple[str, str], payments.Handler]) -> Response:
    database: Database = current_app.config["DATABASE"]
    bank: BankKeys = current_app.config["BANK_KEYS"]
    fields = parse_form(body=request.get_data())
    hang_after = 0.0
    # One connection with a transaction for each step: a fault stays spent when the message fails.
    with database.standing() as connection:
        try:
            message = _read(fields, connection)
            if message.exchange.hang_before:
                faults.hang(seconds=message.exchange.hang_before)
                return Response(status=504)
            hang_after = message.exchange.hang_after
            more = _handle(handlers, message, connection)
            reply = answer(fields=fields, code="00", more=more)
        except Refusal as refusal:
            reply = answer(fields=fields, code=refusal.code)
    if hang_after:
        faults.hang(seconds=hang_after)
        return Response(status=504)
    return Response(bank.encode(fields=reply), mimetype="application/x-www-form-urlencoded")


@blueprint.post("/backTransReq.do")
def back_transaction() -> Response:
    """Agreements and money orders."""
    return _serve(OPENING | payments.HANDLERS)


@blueprint.post("/cardTransReq.do")
def card_transaction() -> Response:
    """Agreements only."""
    return _serve(OPENING)


@blueprint.post("/queryTrans.do")
def query_transaction() -> Response:
    """Status queries."""
    return _serve(QUERY)

"""Money orders at the gateway: debit (01), payout (12), refund (04), void (31), and their query (00)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sandbox import issuers
from sandbox.books import BEIJING
from sandbox.db import Connection, Row
from sandbox.unionpay.channel import Fields
from sandbox.unionpay.message import (
    Refusal,
    Request,
    check_current,
    message_of,
    trade_fields,
)
from sandbox.unionpay.opening import live_agreement, sms_failure

_INSERT: Final = """
INSERT INTO trade (query_id, mer_id, order_id, txn_time, txn_type, txn_sub_type, biz_type, amount, pan,
    token, back_url, req_reserved, original_id, status, resp_code, settle_at, settle_code, notices,
    created_at)
VALUES (
    to_char(%(now)s AT TIME ZONE 'Asia/Shanghai', 'YYYYMMDDHH24MISS')
        || lpad((nextval('trade_number') %% 10000000)::text, 7, '0'),
    %(mer_id)s, %(order_id)s, %(txn_time)s, %(txn_type)s, %(txn_sub_type)s, %(biz_type)s, %(amount)s,
    %(pan)s, %(token)s, %(back_url)s, %(req_reserved)s, %(original_id)s, %(status)s, %(code)s,
    %(settle_at)s, %(settle_code)s, %(notices)s, %(now)s)
ON CONFLICT (mer_id, order_id, txn_time) DO NOTHING
RETURNING *
"""


def _record(
    connection: Connection, request: Request, *, code: str, original_id: int | None = None
) -> Fields | Refusal:
    """Write the order down: pending if `code` is 00, else failed for good. A repeated one is refused (12)."""
    fields, exchange = request.fields, request.exchange
    mer_id, order_id, txn_time = request.key
    if code == "61":
        # No such card: there is nothing to hang a row on, and nothing to query later.
        raise Refusal(code)
    trade = connection.execute(
        _INSERT,
        {
            "now": request.now,
            "mer_id": mer_id,
            "order_id": order_id,
            "txn_time": txn_time,
            "txn_type": fields["txnType"],
            "txn_sub_type": fields["txnSubType"],
            "biz_type": fields["bizType"],
            "amount": request.amount,
            "pan": request.pan,
            "token": request.token_data.get("token", ""),
            "back_url": fields.get("backUrl", ""),
            "req_reserved": fields.get("reqReserved", ""),
            "original_id": original_id,
            "status": "pending" if code == "00" else "failed",
            "code": code,
            "settle_at": exchange.settle_at,
            "settle_code": exchange.settle_code,
            "notices": exchange.notices,
        },
    ).fetchone()
    if trade is None:
        return Refusal("12")
    return {"queryId": trade["query_id"]} if code == "00" else Refusal(code)


def _find(connection: Connection, request: Request) -> Row | None:
    return connection.execute(
        "SELECT * FROM trade WHERE (mer_id, order_id, txn_time) = (%s, %s, %s)", request.key
    ).fetchone()


def _check_order(connection: Connection, request: Request) -> None:
    # First of all: a repeated order must never be told that it failed for some other reason.
    if _find(connection, request) is not None:
        raise Refusal("12")
    check_current(request=request)
    if not request.fields.get("backUrl", "").startswith(("http://", "https://")):
        raise Refusal("13")
    if request.amount <= 0:
        raise Refusal("10")


def debit(connection: Connection, request: Request) -> Fields | Refusal:
    """01/01: take money from the card under its token; the SMS code is checked if there is one."""
    _check_order(connection, request)
    if request.exchange.forced_code:
        return _record(connection, request, code=request.exchange.forced_code)
    live_agreement(connection, request)
    if request.customer.get("smsCode"):
        code = sms_failure(connection, request)
        if code != "00":
            return Refusal(code)
    card = issuers.find_card(connection=connection, pan=request.pan)
    code = issuers.debit_code(
        connection=connection, card=card, amount=request.amount, now=request.now
    )
    return _record(connection, request, code=code)


def payout(connection: Connection, request: Request) -> Fields | Refusal:
    """12/00: pay to the card in `accNo`, whose holder must have the name given."""
    _check_order(connection, request)
    if request.fields["bizType"] != "000401" or not request.customer.get("customerNm"):
        raise Refusal("13")
    if request.exchange.forced_code:
        return _record(connection, request, code=request.exchange.forced_code)
    card = issuers.find_card(connection=connection, pan=request.pan)
    code = issuers.usable_code(card=card)
    if card is not None and code == "00" and card["name"] != request.customer["customerNm"]:
        code = "66"
    return _record(connection, request, code=code)


def _original(connection: Connection, request: Request) -> tuple[Row, int]:
    """Find and lock the debit a refund or void is about, and what of it has been given back."""
    original = connection.execute(
        "SELECT * FROM trade WHERE query_id = %s AND mer_id = %s FOR UPDATE",
        (request.fields.get("origQryId", ""), request.fields["merId"]),
    ).fetchone()
    if original is None or original["txn_type"] != "01" or original["status"] != "succeeded":
        raise Refusal("35")
    row = connection.execute(
        "SELECT coalesce(sum(amount), 0)::bigint AS returned FROM trade"
        " WHERE original_id = %s AND status <> 'failed'",
        (original["id"],),
    ).fetchone()
    return original, int(row["returned"]) if row else 0


def refund(connection: Connection, request: Request) -> Fields | Refusal:
    """04/00: give back a settled debit in part or in full, never more than it was."""
    _check_order(connection, request)
    original, returned = _original(connection, request)
    code = "00" if returned + request.amount <= original["amount"] else "36"
    code = request.exchange.forced_code or code
    return _record(connection, request, code=code, original_id=original["id"])


def void(connection: Connection, request: Request) -> Fields | Refusal:
    """31/00: give back a debit of the same day in full."""
    _check_order(connection, request)
    original, returned = _original(connection, request)
    today = request.now.astimezone(BEIJING).date()
    same_day = original["settled_at"].astimezone(BEIJING).date() == today
    code = "00" if same_day and not returned and request.amount == original["amount"] else "36"
    code = request.exchange.forced_code or code
    return _record(connection, request, code=code, original_id=original["id"])


def query(connection: Connection, request: Request) -> Fields:
    """00/00: what became of an order: respCode is the query's own fate, origRespCode the order's."""
    trade = _find(connection, request)
    if trade is None:
        raise Refusal("34")
    code = "05" if trade["status"] == "pending" else trade["resp_code"]
    return trade_fields(trade=trade) | {
        "txnAmt": str(trade["amount"]),
        "currencyCode": "156",
        "origRespCode": code,
        "origRespMsg": "交易已受理" if code == "05" else message_of(code),
    }


Handler = Callable[[Connection, Request], Fields | Refusal]
HANDLERS: Final[dict[tuple[str, str], Handler]] = {
    ("01", "01"): debit,
    ("12", "00"): payout,
    ("04", "00"): refund,
    ("31", "00"): void,
}

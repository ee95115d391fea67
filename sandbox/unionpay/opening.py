"""Agreements on cards: SMS codes (77), opening (79), query of an opening (78), deleting a token (74)."""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from sandbox import issuers, sms
from sandbox.books import BEIJING
from sandbox.db import Connection, Row
from sandbox.unionpay.channel import Fields, print_group
from sandbox.unionpay.message import Refusal, Request, check_current

_CODE_MINUTES: Final = 5
_MAX_SENDS: Final = 5
_MAX_TRIES: Final = 3
_AGREEMENT_DAYS: Final = 365 * 5


def _factors(request: Request) -> dict[str, str]:
    """What an opening must say of the holder: all four factors. Raises Refusal."""
    if any(not request.customer.get(name) for name in ("customerNm", "certifId", "phoneNo")):
        raise Refusal("13")
    if request.customer.get("certifTp") != "01":
        raise Refusal("10")
    return request.customer


def _send_code(connection: Connection, request: Request, card: Row, purpose: str) -> Fields:
    code = f"{secrets.randbelow(10**6):06d}"
    row = connection.execute(
        "INSERT INTO sms_code (mer_id, order_id, txn_time, pan, code, expires_at)"
        " VALUES (%s, %s, %s, %s, %s, %s)"
        " ON CONFLICT (mer_id, order_id, txn_time) DO UPDATE SET code = excluded.code,"
        "   sends = sms_code.sends + 1, tries = 0, expires_at = excluded.expires_at"
        "   WHERE sms_code.sends < %s AND sms_code.used_at IS NULL AND sms_code.pan = excluded.pan"
        " RETURNING sends",
        (
            *request.key,
            card["pan"],
            code,
            request.now + timedelta(minutes=_CODE_MINUTES),
            _MAX_SENDS,
        ),
    ).fetchone()
    if row is None:
        raise Refusal("60")
    text = (
        f"【银联】验证码{code}，您正在为尾号{card['pan'][-4:]}的银行卡{purpose}，"
        f"{_CODE_MINUTES}分钟内有效，请勿泄露。"
    )
    sms.send(connection=connection, sender="UnionPay", to=card["phone"], text=text)
    return {}


def send_opening_code(connection: Connection, request: Request) -> Fields:
    """77/00: check the four factors and send a code to the phone the issuer knows."""
    check_current(request=request)
    if _find_opening(connection, request) is not None:
        raise Refusal("12")
    card = issuers.find_card(connection=connection, pan=request.pan)
    code = issuers.verify_code(card=card, factors=_factors(request))
    if card is None or code != "00":
        raise Refusal(code)
    return _send_code(connection, request, card, "开通支付协议")


def send_payment_code(connection: Connection, request: Request) -> Fields:
    """77/02: send a code for a debit under a token."""
    check_current(request=request)
    agreement = live_agreement(connection, request)
    card = issuers.find_card(connection=connection, pan=agreement["pan"])
    code = issuers.usable_code(card=card)
    if card is None or code != "00":
        raise Refusal(code)
    return _send_code(
        connection, request, card, f"支付{request.amount // 100}.{request.amount % 100:02d}元"
    )


def sms_failure(connection: Connection, request: Request) -> str:
    """Check the code of the message against the one sent for its order: "00" or "71"."""
    sent = connection.execute(
        "SELECT * FROM sms_code WHERE (mer_id, order_id, txn_time) = (%s, %s, %s) FOR UPDATE",
        request.key,
    ).fetchone()
    given = request.customer.get("smsCode", "").encode()
    if (
        sent is None
        or sent["used_at"] is not None
        or sent["tries"] >= _MAX_TRIES
        or sent["expires_at"] < request.now
        or sent["pan"] != request.pan
    ):
        return "71"
    if not hmac.compare_digest(sent["code"].encode(), given):
        connection.execute(
            "UPDATE sms_code SET tries = tries + 1"
            " WHERE (mer_id, order_id, txn_time) = (%s, %s, %s)",
            request.key,
        )
        return "71"
    connection.execute(
        "UPDATE sms_code SET used_at = %s WHERE (mer_id, order_id, txn_time) = (%s, %s, %s)",
        (request.now, *request.key),
    )
    return "00"


def _token_fields(agreement: Row) -> Fields:
    def stamp(moment: datetime) -> str:
        return f"{moment.astimezone(BEIJING):%Y%m%d%H%M%S}"

    group = {
        "token": agreement["token"],
        "trId": agreement["tr_id"],
        "tokenLevel": "80",
        "tokenBegin": stamp(agreement["valid_from"]),
        "tokenEnd": stamp(agreement["valid_until"]),
        "tokenType": "01",
    }
    return {"tokenPayData": print_group(fields=group), "activateStatus": "1"}


def _find_opening(connection: Connection, request: Request) -> Row | None:
    return connection.execute(
        "SELECT * FROM agreement WHERE (mer_id, order_id, txn_time) = (%s, %s, %s)", request.key
    ).fetchone()


def open_card(connection: Connection, request: Request) -> Fields | Refusal:
    """79/00: open the agreement of the order whose code the holder typed; answers with the token.

    A refusal is returned, not raised, where the wrong try itself must be remembered.
    """
    if _find_opening(connection, request) is not None:
        raise Refusal("12")
    check_current(request=request)
    if request.fields["bizType"] != "000902" or not request.token_data.get("trId"):
        raise Refusal("13")
    card = issuers.find_card(connection=connection, pan=request.pan)
    code = issuers.verify_code(card=card, factors=_factors(request))
    if code != "00":
        raise Refusal(code)
    code = sms_failure(connection, request)
    if code != "00":
        return Refusal(code)
    agreement = connection.execute(
        "INSERT INTO agreement (token, mer_id, order_id, txn_time, tr_id, pan, valid_from, valid_until)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING *",
        (
            # Tokens look like card numbers of their own range and are none.
            f"62352{secrets.randbelow(10**14):014d}",
            *request.key,
            request.token_data["trId"],
            request.pan,
            request.now,
            request.now + timedelta(days=_AGREEMENT_DAYS),
        ),
    ).fetchone()
    if agreement is None:
        raise RuntimeError("INSERT returned nothing")
    return _token_fields(agreement)


def query_opening(connection: Connection, request: Request) -> Fields:
    """78/02: the token of an earlier opening, by orderId."""
    agreement = _find_opening(connection, request)
    if agreement is None:
        raise Refusal("34")
    if agreement["deleted_at"] is not None:
        raise Refusal("40")
    return _token_fields(agreement)


def live_agreement(connection: Connection, request: Request) -> Row:
    """Find the agreement a message's token stands for. Raises Refusal (40 gone, 80 expired)."""
    agreement = connection.execute(
        "SELECT * FROM agreement WHERE token = %s AND mer_id = %s AND tr_id = %s",
        (
            request.token_data.get("token", ""),
            request.fields["merId"],
            request.token_data.get("trId", ""),
        ),
    ).fetchone()
    if agreement is None or agreement["deleted_at"] is not None:
        raise Refusal("40")
    if agreement["valid_until"] < request.now:
        raise Refusal("80")
    return agreement


def delete_token(connection: Connection, request: Request) -> Fields:
    """74/01: end an agreement; one that has ended is refused with 40."""
    agreement = live_agreement(connection, request)
    connection.execute(
        "UPDATE agreement SET deleted_at = %s WHERE token = %s",
        (request.now, agreement["token"]),
    )
    return {}

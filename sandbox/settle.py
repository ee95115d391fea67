"""What happens after a request was accepted: settlement, then the notification.

Both are rows first and threads second. A thread claims one due row with SKIP LOCKED, so that several
processes never take the same one; a killed process leaves the row to the next.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Final

import psycopg
import requests

from sandbox import books, issuers
from sandbox.config import Config
from sandbox.db import Connection, Database, Row
from sandbox.seed import merchant_code
from sandbox.unionpay.channel import BankKeys, print_group
from sandbox.unionpay.message import CNY, message_of, trade_fields

_log = logging.getLogger(__name__)

_POLL_SECONDS: Final = 0.1
_PAUSE_AFTER_ERROR_SECONDS: Final = 1.0
_MAX_SENDS: Final = 5
_ANSWER_SECONDS: Final = 10
_SENDERS: Final = 2


def settle_one(*, connection: Connection, bank: BankKeys, now: datetime) -> bool:
    """Settle one due trade and queue its notifications; False if none is due.

    Only what succeeded is notified: the gateway never tells of failures.
    """
    with connection.transaction():
        trade = connection.execute(
            "SELECT * FROM trade WHERE status = 'pending' AND settle_at <= %s"
            " ORDER BY settle_at LIMIT 1 FOR UPDATE SKIP LOCKED",
            (now,),
        ).fetchone()
        if trade is None:
            return False
        code = _settle(connection, trade, now)
        settled = connection.execute(
            "UPDATE trade SET status = %s, resp_code = %s, settled_at = %s WHERE id = %s RETURNING *",
            ("succeeded" if code == "00" else "failed", code, now, trade["id"]),
        ).fetchone()
        if settled is not None and code == "00":
            body = notification(trade=settled, bank=bank)
            for _ in range(settled["notices"]):
                connection.execute(
                    "INSERT INTO notice (trade_id, url, body, next_at) VALUES (%s, %s, %s, %s)",
                    (settled["id"], settled["back_url"], body, now),
                )
    return True


def _settle(connection: Connection, trade: Row, now: datetime) -> str:
    if trade["settle_code"] != "00":
        return str(trade["settle_code"])
    code = merchant_code(mer_id=trade["mer_id"])
    merchant = books.open_account(connection=connection, code=code, kind="merchant")
    card = issuers.find_card(connection=connection, pan=trade["pan"])
    if card is None:
        return "61"
    account = int(card["account_id"])
    is_debit = trade["txn_type"] == "01"
    # Locked before the daily limit is read: two debits of one card are judged one after the other.
    books.lock(connection=connection, ids=[account, merchant])
    if is_debit:
        card = issuers.find_card(connection=connection, pan=trade["pan"])
        code = issuers.debit_code(connection=connection, card=card, amount=trade["amount"], now=now)
    else:
        code = issuers.usable_code(card=card)
    if code != "00":
        return code
    try:
        books.move(
            connection=connection,
            source=account if is_debit else merchant,
            target=merchant if is_debit else account,
            amount=trade["amount"],
            purpose=f"{trade['txn_type']}/{trade['txn_sub_type']}",
            trade_id=trade["id"],
        )
    except books.InsufficientFunds:
        return "64"
    return "00"


def notification(*, trade: Row, bank: BankKeys) -> str:
    """The signed message that tells of a settled trade, as a form."""
    fields = {
        "version": "5.1.0",
        "encoding": "UTF-8",
        "txnType": trade["txn_type"],
        "txnSubType": trade["txn_sub_type"],
        "bizType": trade["biz_type"],
        "accessType": "0",
        "merId": trade["mer_id"],
        "orderId": trade["order_id"],
        "txnTime": trade["txn_time"],
        "txnAmt": str(trade["amount"]),
        "currencyCode": CNY,
        "reqReserved": trade["req_reserved"],
        "accNo": f"{trade['pan'][:4]}****{trade['pan'][-4:]}",
        "tokenPayData": print_group(fields={"token": trade["token"]}) if trade["token"] else "",
        "respCode": "00",
        "respMsg": message_of("00"),
    }
    return bank.encode(fields=fields | trade_fields(trade=trade))


def send_one(*, connection: Connection, now: datetime, gap_seconds: float) -> bool:
    """Send one due notification; False if none is due. Anything but 200 means: again later."""
    with connection.transaction():
        # The row is promised to this thread for a while; if the process dies, it comes due again.
        lease = now + timedelta(seconds=_ANSWER_SECONDS + gap_seconds)
        notice = connection.execute(
            "UPDATE notice SET sends = sends + 1, next_at = %s WHERE id = ("
            "  SELECT id FROM notice WHERE delivered_at IS NULL AND sends < %s AND next_at <= %s"
            "  ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING *",
            (lease, _MAX_SENDS, now),
        ).fetchone()
    if notice is None:
        return False
    if _post(url=notice["url"], body=notice["body"]):
        connection.execute(
            "UPDATE notice SET delivered_at = %s WHERE id = %s", (datetime.now(UTC), notice["id"])
        )
    else:
        gap = timedelta(seconds=gap_seconds * 2 ** (notice["sends"] - 1))
        connection.execute(
            "UPDATE notice SET next_at = %s WHERE id = %s", (datetime.now(UTC) + gap, notice["id"])
        )
    return True


def _post(*, url: str, body: str) -> bool:
    session = requests.Session()
    session.trust_env = False
    headers = {"Content-Type": "application/x-www-form-urlencoded;charset=UTF-8"}
    try:
        answer = session.post(
            url,
            data=body.encode(),
            headers=headers,
            timeout=_ANSWER_SECONDS,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        _log.info("notification not delivered: %s", type(error).__name__)
        return False
    finally:
        session.close()
    return answer.status_code == HTTPStatus.OK


class Workers:
    """The threads that settle and notify, for as long as the process lives."""

    def __init__(self, *, database: Database, bank: BankKeys, config: Config) -> None:
        self._database = database
        self._bank = bank
        self._gap = config.notify_gap_seconds
        self._stop = threading.Event()

    def start(self) -> None:
        """Start the threads; they end with the process."""
        for work in (self._settle, *(self._send,) * _SENDERS):
            threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def stop(self) -> None:
        """Ask the threads to end."""
        self._stop.set()

    def _settle(self, connection: Connection) -> bool:
        return settle_one(connection=connection, bank=self._bank, now=datetime.now(UTC))

    def _send(self, connection: Connection) -> bool:
        return send_one(connection=connection, now=datetime.now(UTC), gap_seconds=self._gap)

    def _run(self, work: Callable[[Connection], bool]) -> None:
        while not self._stop.is_set():
            try:
                with self._database.standing() as connection:
                    while not self._stop.is_set():
                        if not work(connection):
                            self._stop.wait(_POLL_SECONDS)
            except (psycopg.Error, books.BooksDoNotBalance):
                _log.exception("settlement interrupted; trying again")
                self._stop.wait(_PAUSE_AFTER_ERROR_SECONDS)

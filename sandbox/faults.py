"""Programmable faults: a fault is one row in a table and one small function here.

A row says which fault, for which messages (transaction type, last four digits of the card, beginning
of the orderId; what is empty matches anything) and how many times. A message takes at most one row of
each fault, oldest first, in a transaction of its own: a fault stays spent whatever becomes of the
message.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from psycopg.types.json import Jsonb

from sandbox.db import Connection, Row

#: Longer than any sensible client waits, shorter than for ever.
_HANG_SECONDS: Final = 12.0


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What faults may bend about one message: the plan of its answer and of what follows it."""

    now: datetime
    settle_at: datetime
    notices: int = 1
    settle_code: str = "00"
    forced_code: str = ""
    hang_before: float = 0.0
    hang_after: float = 0.0
    spent: list[str] = field(default_factory=list)


Fault = Callable[[Exchange, dict[str, Any]], None]


def timeout_before_effect(exchange: Exchange, argument: dict[str, Any]) -> None:
    """The message arrives, nothing happens, nobody answers (`seconds`)."""
    exchange.hang_before = float(argument.get("seconds", _HANG_SECONDS))


def timeout_after_effect(exchange: Exchange, argument: dict[str, Any]) -> None:
    """The message takes effect, then nobody answers (`seconds`)."""
    exchange.hang_after = float(argument.get("seconds", _HANG_SECONDS))


def respond_code(exchange: Exchange, argument: dict[str, Any]) -> None:
    """The message is refused with `code`."""
    exchange.forced_code = str(argument["code"])


def fail_settlement(exchange: Exchange, argument: dict[str, Any]) -> None:
    """The payment is accepted and fails with `code` when it should settle."""
    exchange.settle_code = str(argument["code"])


def delay_settlement(exchange: Exchange, argument: dict[str, Any]) -> None:
    """The payment settles `seconds` later than usual."""
    exchange.settle_at += timedelta(seconds=float(argument.get("seconds", 60)))


def no_notification(exchange: Exchange, argument: dict[str, Any]) -> None:
    """The payment settles and nobody is told."""
    del argument
    exchange.notices = 0


def duplicate_notification(exchange: Exchange, argument: dict[str, Any]) -> None:
    """The payment settles and the notification comes `times` times."""
    exchange.notices = int(argument.get("times", 2))


FAULTS: Final[dict[str, Fault]] = {
    fault.__name__: fault
    for fault in (
        timeout_before_effect,
        timeout_after_effect,
        respond_code,
        fail_settlement,
        delay_settlement,
        no_notification,
        duplicate_notification,
    )
}

_TAKE: Final = """
UPDATE fault SET remaining = remaining - 1 WHERE id IN (
    SELECT DISTINCT ON (name) id FROM fault
    WHERE remaining > 0
      AND coalesce(txn_type, %(txn_type)s) = %(txn_type)s
      AND coalesce(card_last4, %(card_last4)s) = %(card_last4)s
      AND starts_with(%(order_id)s, coalesce(order_prefix, ''))
    ORDER BY name, id)
  AND remaining > 0
RETURNING name, argument
"""


def apply_faults(
    *, connection: Connection, exchange: Exchange, txn_type: str, pan: str, order_id: str
) -> None:
    """Spend the faults that match a message and let them bend its exchange."""
    facts = {"txn_type": txn_type, "card_last4": pan[-4:], "order_id": order_id}
    for row in connection.execute(_TAKE, facts).fetchall():
        FAULTS[row["name"]](exchange, row["argument"])
        exchange.spent.append(row["name"])


def program(*, connection: Connection, wanted: dict[str, Any]) -> Row:
    """Store one fault. Raises ValueError for an unknown name or a missing argument."""
    name, argument = str(wanted.get("name", "")), dict(wanted.get("argument") or {})
    count = int(wanted.get("count", 1))
    if name not in FAULTS:
        raise ValueError(f"unknown fault; there are {', '.join(FAULTS)}")
    if name in ("respond_code", "fail_settlement") and "code" not in argument:
        raise ValueError("argument.code is missing")
    if not 1 <= count <= 1000:
        raise ValueError("count is 1 to 1000")
    row = connection.execute(
        "INSERT INTO fault (name, txn_type, card_last4, order_prefix, argument, remaining)"
        " VALUES (%s, %s, %s, %s, %s, %s) RETURNING *",
        (
            name,
            wanted.get("txn_type"),
            wanted.get("card_last4"),
            wanted.get("order_prefix"),
            Jsonb(argument),
            count,
        ),
    ).fetchone()
    if row is None:
        raise RuntimeError("INSERT returned nothing")
    return row


def hang(*, seconds: float) -> None:
    """Keep the client waiting."""
    time.sleep(seconds)

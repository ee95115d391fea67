"""The bank's books: money moves from one account to another or not at all, and always sums to zero."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from sandbox.db import Connection, Row

WORLD = "world"
BEIJING = ZoneInfo("Asia/Shanghai")


class InsufficientFunds(Exception):
    """The source account has not got that much, credit limit included."""


class BooksDoNotBalance(Exception):
    """Money appeared or vanished: a bug of the sandbox; the transaction that found it is rolled back."""


def open_account(
    *, connection: Connection, code: str, kind: str, currency: str = "CNY", credit_limit: int = 0
) -> int:
    """Return the id of the account with this code, opening it with a zero balance if need be."""
    connection.execute(
        "INSERT INTO account (code, kind, currency, credit_limit) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (code) DO NOTHING",
        (code, kind, currency, credit_limit),
    )
    return int(get_account(connection=connection, code=code)["id"])


def get_account(*, connection: Connection, code: str) -> Row:
    """Read one account by its code. Raises LookupError."""
    row = connection.execute("SELECT * FROM account WHERE code = %s", (code,)).fetchone()
    if row is None:
        raise LookupError(code)
    return row


def lock(*, connection: Connection, ids: list[int]) -> dict[int, Row]:
    """Lock accounts, always in the same order, and read what each can pay."""
    rows = connection.execute(
        "SELECT id, kind, currency, balance + credit_limit AS available FROM account"
        " WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        (ids,),
    ).fetchall()
    return {row["id"]: row for row in rows}


def move(
    *,
    connection: Connection,
    source: int,
    target: int,
    amount: int,
    purpose: str,
    trade_id: int | None = None,
) -> None:
    """Move `amount` fen between two accounts.

    Raises:
        InsufficientFunds: nothing was moved.
        BooksDoNotBalance: the caller must roll back.
    """
    accounts = lock(connection=connection, ids=[source, target])
    if accounts[source]["currency"] != accounts[target]["currency"]:
        raise ValueError("accounts of two currencies")
    if accounts[source]["kind"] != "world" and accounts[source]["available"] < amount:
        raise InsufficientFunds
    connection.execute("UPDATE account SET balance = balance - %s WHERE id = %s", (amount, source))
    connection.execute("UPDATE account SET balance = balance + %s WHERE id = %s", (amount, target))
    connection.execute(
        "INSERT INTO movement (source, target, amount, trade_id, purpose)"
        " VALUES (%s, %s, %s, %s, %s)",
        (source, target, amount, trade_id, purpose),
    )
    check(connection=connection)


def check(*, connection: Connection) -> None:
    """Prove that all balances of each currency sum to zero. Raises BooksDoNotBalance."""
    wrong = connection.execute(
        "SELECT currency, sum(balance) AS total FROM account GROUP BY currency HAVING sum(balance) <> 0"
    ).fetchall()
    if wrong:
        raise BooksDoNotBalance(wrong)


def audit(*, connection: Connection) -> list[Row]:
    """List the accounts whose balance is not the sum of their movements; there should be none."""
    return connection.execute(
        "SELECT a.code, a.balance, coalesce(sum(m.change), 0) AS moved FROM account a LEFT JOIN ("
        "  SELECT target AS id, amount AS change FROM movement"
        "  UNION ALL SELECT source, -amount FROM movement) m USING (id)"
        " GROUP BY a.id, a.code, a.balance HAVING a.balance <> coalesce(sum(m.change), 0)"
    ).fetchall()


def spent_on_day(*, connection: Connection, account_id: int, now: datetime) -> int:
    """Sum what left an account through debits (01) since midnight in Beijing, in fen."""
    midnight = now.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
    row = connection.execute(
        "SELECT coalesce(sum(m.amount), 0)::bigint AS spent FROM movement m JOIN trade t"
        " ON t.id = m.trade_id WHERE m.source = %s AND m.at >= %s AND t.txn_type = '01'",
        (account_id, midnight),
    ).fetchone()
    return int(row["spent"]) if row else 0

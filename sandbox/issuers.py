"""The issuing banks: BIN table, card holders, cards, and what an issuer answers about a card."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sandbox import books
from sandbox.db import Connection, Row


@dataclass(frozen=True, slots=True)
class Bin:
    """One range of card numbers."""

    prefix: str
    length: int
    bank: str
    kind: str
    bank_zh: str
    bank_en: str


BINS: Final = (
    Bin("622202", 19, "ICBC", "debit", "工商银行", "ICBC"),
    Bin("625330", 16, "ICBC", "credit", "工商银行", "ICBC"),
    Bin("621700", 19, "CCB", "debit", "建设银行", "China Construction Bank"),
    Bin("625955", 16, "CCB", "credit", "建设银行", "China Construction Bank"),
    Bin("622848", 19, "ABC", "debit", "农业银行", "Agricultural Bank of China"),
    Bin("621661", 19, "BOC", "debit", "中国银行", "Bank of China"),
    Bin("622588", 16, "CMB", "debit", "招商银行", "China Merchants Bank"),
    Bin("622575", 16, "CMB", "credit", "招商银行", "China Merchants Bank"),
    Bin("622260", 19, "COMM", "debit", "交通银行", "Bank of Communications"),
    Bin("622188", 19, "PSBC", "debit", "邮储银行", "Postal Savings Bank"),
    Bin("622690", 16, "CITIC", "debit", "中信银行", "China CITIC Bank"),
    Bin("622155", 16, "PAB", "credit", "平安银行", "Ping An Bank"),
)

#: What a status says to a merchant, as UnionPay response codes.
STATUS_CODES: Final = {"lost": "63", "closed": "61", "expired": "73", "not_enabled": "77"}


def check_digit(*, digits: str) -> str:
    """Return the Luhn digit that completes a card number (ISO/IEC 7812-1, annex B)."""
    total = 0
    for place, character in enumerate(reversed(digits)):
        value = int(character) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return str(-total % 10)


def is_luhn(*, pan: str) -> bool:
    """Tell whether a card number's last digit is right."""
    return pan.isdigit() and len(pan) > 1 and check_digit(digits=pan[:-1]) == pan[-1]


def find_bin(*, pan: str) -> Bin | None:
    """Find the issuer of a card number."""
    return next((b for b in BINS if pan.startswith(b.prefix) and len(pan) == b.length), None)


def make_pan(*, bank: str, kind: str, serial: str) -> str:
    """Make the card number with this serial. Raises LookupError if the bank issues no such cards."""
    for entry in BINS:
        if (entry.bank, entry.kind) == (bank, kind):
            body = entry.prefix + serial.zfill(entry.length - len(entry.prefix) - 1)
            return body + check_digit(digits=body)
    raise LookupError(f"{bank} {kind}")


def random_pan(*, bank: str, kind: str) -> str:
    """Make a card number nobody has."""
    return make_pan(bank=bank, kind=kind, serial=f"9{secrets.randbelow(10**8):08d}")


def issue(
    *,
    connection: Connection,
    name: str,
    id_number: str,
    phone: str,
    pan: str,
    balance: int,
    credit_limit: int = 0,
    status: str = "normal",
    daily_limit: int = 20_000_000,
) -> Row:
    """Issue a card to a holder (found by ID number, or new) with money on it; amounts in fen.

    Issuing a card number again changes nothing. Raises ValueError for a number outside the BIN table
    and for an ID number that is somebody else's.
    """
    entry = find_bin(pan=pan)
    if entry is None or not is_luhn(pan=pan):
        raise ValueError("card number outside the BIN table or with a wrong check digit")
    if balance < 0:
        raise ValueError("a new card's balance is not negative")
    existing = find_card(connection=connection, pan=pan)
    if existing is not None:
        return existing
    connection.execute(
        "INSERT INTO holder (name, id_number) VALUES (%s, %s) ON CONFLICT (id_number) DO NOTHING",
        (name, id_number),
    )
    holder = connection.execute(
        "SELECT name FROM holder WHERE id_number = %s", (id_number,)
    ).fetchone()
    if holder is None or holder["name"] != name:
        raise ValueError("this ID number belongs to somebody else")
    limit = credit_limit if entry.kind == "credit" else 0
    code = f"card:{pan}"
    account = books.open_account(connection=connection, code=code, kind="card", credit_limit=limit)
    connection.execute(
        "INSERT INTO card (pan, holder_id, account_id, bank, kind, phone, status, daily_limit)"
        " SELECT %s, id, %s, %s, %s, %s, %s, %s FROM holder WHERE id_number = %s",
        (pan, account, entry.bank, entry.kind, phone, status, daily_limit, id_number),
    )
    if balance:
        world = books.open_account(connection=connection, code=books.WORLD, kind="world")
        books.move(
            connection=connection,
            source=world,
            target=account,
            amount=balance,
            purpose="opening balance",
        )
    card = find_card(connection=connection, pan=pan)
    if card is None:
        raise RuntimeError("the card just issued is not there")
    return card


def find_card(*, connection: Connection, pan: str) -> Row | None:
    """Read a card with its holder's name and ID number and its account's balance."""
    return connection.execute(
        "SELECT c.*, h.name, h.id_number, a.balance, a.credit_limit, a.currency FROM card c"
        " JOIN holder h ON h.id = c.holder_id JOIN account a ON a.id = c.account_id"
        " WHERE c.pan = %s",
        (pan,),
    ).fetchone()


def usable_code(*, card: Row | None) -> str:
    """Answer whether a card may be used at all: a response code."""
    if card is None:
        return "61"
    return STATUS_CODES.get(card["status"], "00")


def verify_code(*, card: Row | None, factors: dict[str, str]) -> str:
    """Compare what a merchant says of the holder with what the issuer knows: a response code.

    Name, ID number and phone are compared if given; the phone always has to be.
    """
    code = usable_code(card=card)
    if card is None or code != "00":
        return code
    given = {
        "name": factors.get("customerNm", card["name"]),
        "id_number": str(factors.get("certifId", card["id_number"])).upper(),
        "phone": factors.get("phoneNo", ""),
    }
    return "00" if all(card[name] == value for name, value in given.items()) else "66"


def debit_code(*, connection: Connection, card: Row | None, amount: int, now: datetime) -> str:
    """Answer whether a card could be debited by this much now: a response code."""
    code = usable_code(card=card)
    if card is None or code != "00":
        return code
    if card["balance"] + card["credit_limit"] < amount:
        return "64"
    spent = books.spent_on_day(connection=connection, account_id=card["account_id"], now=now)
    return "33" if spent + amount > card["daily_limit"] else "00"

"""The people of the demonstration: the same at every start, each with one thing to show.

Names are common ones, ID numbers carry a right check digit (GB 11643) over made-up birth dates, phone
numbers are made up. Amounts in fen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sandbox import books, issuers
from sandbox.db import Connection
from sandbox.keys import MERCHANT_ID

#: What the lender starts with at the bank: ¥100 million.
MERCHANT_FLOAT: Final = 10_000_000_000

_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def id_number(*, body: str) -> str:
    """Complete the first 17 characters of a resident ID number (GB 11643-1999, MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return body + "10X98765432"[total % 11]


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One person with one card. `shows` says what the card is for in the demonstration."""

    name: str
    id_body: str
    phone: str
    bank: str
    kind: str = "debit"
    serial: str
    balance: int
    credit_limit: int = 0
    status: str = "normal"
    daily_limit: int = 20_000_000
    shows: str

    @property
    def id_number(self) -> str:
        return id_number(body=self.id_body)

    @property
    def pan(self) -> str:
        return issuers.make_pan(bank=self.bank, kind=self.kind, serial=self.serial)


PEOPLE: Final = (
    Person(
        name="张伟",
        id_body="11010119900307451",
        phone="13800010001",
        bank="ICBC",
        serial="100000001",
        balance=5_000_000,
        shows="everything works",
    ),
    Person(
        name="王芳",
        id_body="31010419880512302",
        phone="13800010002",
        bank="CCB",
        serial="100000002",
        balance=3_200_000,
        shows="everything works",
    ),
    Person(
        name="李娜",
        id_body="44030519850921486",
        phone="13800010003",
        bank="CMB",
        serial="100000003",
        balance=12_800_000,
        shows="small-business owner",
    ),
    Person(
        name="刘洋",
        id_body="51010719930115637",
        phone="13800010004",
        bank="ABC",
        serial="100000004",
        balance=50,
        shows="insufficient funds: 64 on any debit above half a yuan",
    ),
    Person(
        name="陈静",
        id_body="33010619910830724",
        phone="13900010005",
        bank="BOC",
        serial="100000005",
        balance=1_500_000,
        shows="the issuer has another phone (13900010005) than the person gives (13800010005): 66",
    ),
    Person(
        name="杨帆",
        id_body="42010619870404219",
        phone="13800010006",
        bank="ICBC",
        serial="100000006",
        balance=900_000,
        status="lost",
        shows="card reported lost: 63",
    ),
    Person(
        name="赵磊",
        id_body="12010119820618831",
        phone="13800010007",
        bank="CMB",
        kind="credit",
        serial="100000007",
        balance=0,
        credit_limit=5_000_000,
        shows="credit card with a limit of ¥50,000",
    ),
    Person(
        name="黄敏",
        id_body="35020319951102548",
        phone="13800010008",
        bank="COMM",
        serial="100000008",
        balance=700_000,
        status="expired",
        shows="card expired: 73",
    ),
    Person(
        name="周强",
        id_body="32010619800223353",
        phone="13800010009",
        bank="CITIC",
        serial="100000009",
        balance=2_400_000,
        status="not_enabled",
        shows="card not enabled for online payment: 77",
    ),
    Person(
        name="吴秀英",
        id_body="37010219760715966",
        phone="13800010010",
        bank="PSBC",
        serial="100000010",
        balance=1_000_000,
        daily_limit=10_000,
        shows="daily limit of ¥100: 33 above it",
    ),
    Person(
        name="徐丽",
        id_body="61010319980809127",
        phone="13800010011",
        bank="PSBC",
        serial="100000011",
        balance=860_000,
        shows="everything works",
    ),
    Person(
        name="孙浩",
        id_body="21010219890127693",
        phone="13800010012",
        bank="COMM",
        serial="100000012",
        balance=640_000,
        shows="two cards: the first",
    ),
    Person(
        name="孙浩",
        id_body="21010219890127693",
        phone="13800010012",
        bank="CITIC",
        serial="100000013",
        balance=310_000,
        shows="two cards: the second",
    ),
)


def plant(*, connection: Connection) -> None:
    """Put the people, their cards and the lender's account there; what is there stays as it is."""
    world = books.open_account(connection=connection, code=books.WORLD, kind="world")
    code = merchant_code(mer_id=MERCHANT_ID)
    merchant = books.open_account(connection=connection, code=code, kind="merchant")
    funded = connection.execute(
        "SELECT 1 FROM movement WHERE target = %s LIMIT 1", (merchant,)
    ).fetchone()
    if funded is None:
        books.move(
            connection=connection,
            source=world,
            target=merchant,
            amount=MERCHANT_FLOAT,
            purpose="opening balance",
        )
    for person in PEOPLE:
        issuers.issue(
            connection=connection,
            name=person.name,
            id_number=person.id_number,
            phone=person.phone,
            pan=person.pan,
            balance=person.balance,
            credit_limit=person.credit_limit,
            status=person.status,
            daily_limit=person.daily_limit,
        )


def merchant_code(*, mer_id: str) -> str:
    """Name the settlement account of a merchant."""
    return f"merchant:{mer_id}"

"""(c) Postings: one by one against django-hordak and TPC-B, in batches against INSERT…SELECT."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from statistics import median
from typing import Any, Final

from django.db import connection
from django.utils.module_loading import import_string

from bench.book import noon
from bench.report import Goal, Row, median_rate, per_second, seconds
from core.businessday import get_business_date
from core.ids import uuid7
from core.money import Money
from lending.ledger.domain import AccountCode, credit, debit
from lending.ledger.operations import post_entry

_CALLS: Final = 500
#: A batch is what one slice of the day close posts.
_BATCH: Final = 2000
_BATCHES: Final = 25


def measure_single(*, rounds: int, tpcb: float) -> list[Row]:
    """One entry of two lines per call and transaction, theirs and ours."""
    today = get_business_date()
    ours = median_rate(lambda _number: _post(today), calls=_CALLS, rounds=rounds)
    theirs = median_rate(_hordak(), calls=_CALLS, rounds=rounds)
    return [
        Row(
            what="one posting (post_entry)",
            ours=per_second(ours),
            reference=f"{per_second(theirs)} django-hordak",
            ratio=ours / theirs,
            goal=Goal(least=1.5),
        ),
        Row(
            what="one posting (post_entry)",
            ours=per_second(ours),
            reference=f"{per_second(tpcb)} TPC-B",
            ratio=ours / tpcb,
            goal=Goal(least=0.15),
        ),
    ]


def _post(today: date) -> None:
    loan = uuid7()
    amount = Money(100_000, "CNY")
    post_entry(
        source_type="bench",
        source_id=loan,
        event="posted",
        business_date=today,
        postings=[
            debit(account=AccountCode.INTEREST_RECEIVABLE, amount=amount, loan_id=loan),
            credit(account=AccountCode.INTEREST_INCOME, amount=amount, loan_id=loan),
        ],
        now=noon(today),
    )


def _hordak() -> Callable[[int], object]:
    accounts: Any = import_string("hordak.models.Account").objects
    asset = accounts.create(name="receivable", code="1", type="AS", currencies=["CNY"])
    income = accounts.create(name="income", code="2", type="IN", currencies=["CNY"])
    amount = import_string("moneyed.Money")(1000, "CNY")
    return lambda _number: income.transfer_to(asset, amount)


def measure_batches(*, rounds: int) -> Row:
    """Entries of _BATCH subjects, two lines each, with and without the ledger around them.

    The reference writes the same rows into tables with the same columns, checks and indexes and
    without triggers: `LIKE … INCLUDING ALL`, and a sequence of its own.
    """
    with connection.cursor() as cursor:
        for table in ("entry", "line"):
            cursor.execute(
                f"CREATE TABLE bench_{table} (LIKE ledger_{table} INCLUDING ALL EXCLUDING IDENTITY)"
            )
        cursor.execute("CREATE SEQUENCE bench_line_id")
        cursor.execute(
            "CREATE TABLE bench_subject AS SELECT n, uuidv7() AS id, 1 + n %% 997 AS amount"
            " FROM generate_series(0, %s) n",
            [_BATCH * _BATCHES - 1],
        )
        cursor.execute("CREATE INDEX ON bench_subject (n)")
        cursor.execute("ANALYZE bench_subject")
    ours, raw = [], []
    for _round in range(rounds):
        raw.append(seconds(lambda: _batches(_RAW)))
        ours.append(seconds(lambda: _batches(_OURS)))
    lines = 2 * _BATCH * _BATCHES
    return Row(
        what=f"batch posting ({_BATCHES} x {_BATCH:,} loans)",
        ours=f"{per_second(lines / median(ours))} lines",
        reference=f"{per_second(lines / median(raw))} lines by INSERT…SELECT",
        ratio=median(raw) / median(ours),
        goal=Goal(least=0.6),
    )


_OURS: Final = """
SELECT ledger_post_batch('bench', %(source)s::uuid, 'batch', %(day)s::date, now(), '', 'CNY',
    'INTEREST_RECEIVABLE', 'INTEREST_INCOME', array_agg(id ORDER BY n), array_agg(amount ORDER BY n))
FROM bench_subject WHERE n >= %(first)s AND n < %(end)s"""
_RAW: Final = """
WITH entry AS (
    INSERT INTO bench_entry (id, source_type, source_id, event, business_date, created_at, note,
        book, line_count)
    VALUES (%(source)s, 'bench', %(source)s, 'batch', %(day)s, now(), '', '', %(lines)s)
    RETURNING id
)
INSERT INTO bench_line (id, entry_id, account_id, amount, currency, subject)
SELECT nextval('bench_line_id'), entry.id, side.account, side.sign * n.amount, 'CNY', n.id
FROM bench_subject n CROSS JOIN entry CROSS JOIN (
    SELECT id AS account, CASE code WHEN 'INTEREST_RECEIVABLE' THEN 1 ELSE -1 END AS sign
    FROM ledger_account
    WHERE currency = 'CNY' AND code IN ('INTEREST_RECEIVABLE', 'INTEREST_INCOME')
) side
WHERE n.n >= %(first)s AND n.n < %(end)s ORDER BY n.n"""


def _batches(statement: str) -> None:
    """Each batch is a transaction."""
    today = get_business_date()
    for number in range(_BATCHES):
        facts: dict[str, Any] = {
            "source": uuid7(),
            "day": today,
            "first": number * _BATCH,
            "end": (number + 1) * _BATCH,
            "lines": 2 * _BATCH,
        }
        with connection.cursor() as cursor:
            cursor.execute(statement, facts)

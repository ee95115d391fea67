"""A book of loans of any size: some that were really lived through, and copies of them in SQL.

Templates are lent, closed day by day and paid on their due dates by the product's operations. A
copy has a quote, drawdown, history, schedule and lines of its own, so that `verify_loans` and
`verify_ledger` hold for it like for any other loan.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection, models, transaction
from psycopg import sql

from bench.lender import PRODUCT, Borrower, lend, make_borrower
from cards.domain.states import PaymentState
from cards.models import Payment
from core.businessday import get_business_date, open_business_date
from core.ids import uuid7
from core.money import Money
from lending.loans.domain import DayCount, LoanTerms, Method
from lending.loans.models import Contract, Drawdown, Loan, LoanHistory, LoanInstalment, Quote
from lending.repayments.domain.states import RepaymentState
from lending.repayments.models import Repayment
from lending.repayments.operations import close_day, record_collection

START: Final = date(2027, 1, 4)
#: Two waves of loans, one loan a day. After DAYS the first has paid an instalment, and for QUIET
#: days no instalment falls due and no notice goes out: what is measured is accruing and ageing.
WAVE: Final = 14
SECOND: Final = 29
DAYS: Final = 46
QUIET: Final = 10
INSTALMENTS: Final = 6
#: Copies whose opening lines are one entry.
_CHUNK: Final = 5000

_KINDS: Final = (
    (Method.EQUAL_INSTALMENTS, DayCount.THIRTY_360, Decimal("0.12")),
    (Method.EQUAL_PRINCIPAL, DayCount.ACTUAL_365, Decimal("0.0913")),
    (Method.EQUAL_INSTALMENTS, DayCount.ACTUAL_360, Decimal("0.1425")),
    (Method.INTEREST_ONLY, DayCount.ACTUAL_365, Decimal("0.1")),
)


def noon(day: date) -> datetime:
    """A time of that day."""
    return datetime.combine(day, time(4), tzinfo=UTC)


def make_templates() -> Borrower:
    """Live DAYS days from START; the business date is the next one then."""
    open_business_date(now=noon(START))
    borrower = make_borrower(now=noon(START), today=START)
    for passed in range(DAYS):
        day = START + timedelta(days=passed)
        if passed % SECOND < WAVE:
            lend(borrower, terms=_terms(passed, day), now=noon(day))
        _collect(noon(day))
        close_day(day=day, now=noon(day))
    _prepare()
    return borrower


def _collect(now: datetime) -> None:
    """The bank pays what the last close asked for."""
    for row in Repayment.objects.filter(state=RepaymentState.COLLECTING):
        answer_payment(row.payment_id, now=now)
        record_collection(payment_id=row.payment_id, now=now)


def answer_payment(payment_id: UUID, *, now: datetime) -> None:
    """What the bank's answer leaves on a payment; that exchange is not measured."""
    Payment.objects.filter(pk=payment_id).update(
        state=PaymentState.SUCCEEDED, sent_at=now, settled_at=now
    )


def _terms(number: int, day: date) -> LoanTerms:
    method, day_count, rate = _KINDS[number % len(_KINDS)]
    return LoanTerms(
        principal=Money(1_200_000 + 12_345 * number, "CNY"),
        method=method,
        annual_rate=rate,
        instalments=INSTALMENTS,
        disbursed_on=day,
        day_count=day_count,
    )


def _prepare() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TABLE bench_template AS SELECT row_number() OVER (ORDER BY l.id) - 1 AS place,"
            " l.id AS loan, l.drawdown_id AS drawdown, d.quote_id AS quote"
            " FROM loans_loan l JOIN loans_drawdown d ON d.id = l.drawdown_id"
        )
        cursor.execute(
            "CREATE TABLE bench_copy (number bigint PRIMARY KEY, loan uuid, drawdown uuid,"
            " quote uuid, of_loan uuid, of_drawdown uuid, of_quote uuid)"
        )


def grow(*, to: int) -> None:
    """Copy until the book has `to` active loans; tables are vacuumed then."""
    held = Loan.objects.count()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("TRUNCATE bench_copy")
        cursor.execute(
            "INSERT INTO bench_copy SELECT n, uuidv7(), uuidv7(), uuidv7(), loan, drawdown, quote"
            " FROM generate_series(%s::bigint, %s) n JOIN bench_template"
            " ON place = n %% (SELECT count(*) FROM bench_template)",
            [held, to - 1],
        )
        cursor.execute("ANALYZE bench_copy")
    _copy(Quote, "quote", id="c.quote")
    _copy(Drawdown, "drawdown", id="c.drawdown", quote_id="c.quote", key="'bench-' || c.number")
    _copy(
        Contract,
        "drawdown",
        on="drawdown_id",
        id="uuidv7()",
        drawdown_id="c.drawdown",
        number="'B' || c.number",
    )
    _copy(Loan, "loan", id="c.loan", drawdown_id="c.drawdown", number="'B' || c.number")
    _copy(LoanHistory, "loan", on="loan_id", id="uuidv7()", loan_id="c.loan")
    _copy(LoanInstalment, "loan", on="loan_id", id="uuidv7()", loan_id="c.loan")
    for first in range(held, to, _CHUNK):
        _post(first, min(first + _CHUNK, to))
    tidy()


def tidy() -> None:
    """What autovacuum does in its own time."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _copy(model: type[models.Model], kind: str, *, on: str = "id", **changes: str) -> None:
    """Rows of the templates again for each copy; `changes` are SQL by column."""
    columns = [str(field.column) for field in model._meta.concrete_fields]
    values = [
        sql.SQL(changes[column]) if column in changes else sql.Identifier("t", column)
        for column in columns
    ]
    statement = sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {values} FROM bench_copy c"
        " JOIN {table} t ON {key} = {original} ORDER BY c.number"
    ).format(
        table=sql.Identifier(model._meta.db_table),
        columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
        values=sql.SQL(", ").join(values),
        key=sql.Identifier("t", on),
        original=sql.Identifier("c", f"of_{kind}"),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)


_LINES: Final = """
WITH held AS (
    SELECT subject, account_id, currency, sum(amount) AS amount FROM ledger_line
    WHERE subject IN (SELECT loan FROM bench_template)
    GROUP BY subject, account_id, currency HAVING sum(amount) <> 0
), wanted AS (
    SELECT held.account_id, held.amount, held.currency, c.loan AS subject
    FROM bench_copy c JOIN held ON held.subject = c.of_loan
    WHERE c.number >= %(first)s AND c.number < %(end)s
), lines AS (
    SELECT * FROM wanted UNION ALL
    SELECT account.id, -sum(wanted.amount), account.currency, NULL
    FROM wanted JOIN ledger_account account
        ON account.currency = wanted.currency AND account.code = 'BANK_CASH'
    GROUP BY account.id, account.currency
), entry AS (
    INSERT INTO ledger_entry (id, source_type, source_id, event, business_date, created_at, note,
        book, line_count)
    SELECT %(entry)s, 'bench', %(entry)s, 'taken-over', %(day)s, %(now)s, '', %(book)s, count(*)
    FROM lines RETURNING id
)
INSERT INTO ledger_line (entry_id, account_id, amount, currency, subject)
SELECT entry.id, lines.account_id, lines.amount, lines.currency, lines.subject FROM lines, entry"""


def _post(first: int, end: int) -> None:
    """The balances of the templates again for copies `first` to `end`, as one entry."""
    day = get_business_date()
    facts: dict[str, Any] = {
        "first": first,
        "end": end,
        "entry": uuid7(),
        "day": day,
        "now": noon(day),
        "book": PRODUCT,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LINES, facts)

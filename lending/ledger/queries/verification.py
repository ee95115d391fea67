"""Proving the books: what Postgres enforces is checked again, row by row, and so are its guards.

Each check is one statement, so it sees one state of the database however busy that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lending.ledger.domain import CHART

#: Reported per check; a broken ledger is not printed whole.
MAX_VIOLATIONS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One statement that returns a row (subject, detail) for each violation."""

    code: str
    title: Promise
    sql: str
    parameters: tuple[list[str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """`subject` names the row or object that is wrong, `detail` what was found there."""

    check: str
    subject: str
    detail: str


_APPEND_ONLY: Final = "kadai_append_only"
_BALANCED: Final = "ledger_entry_balanced"
_GUARDED: Final = "ledger_lines_guarded"
#: Each trigger of migrations 0001 and 0003, its table and its function.
_TRIGGERS: Final = (
    ("ledger_account_rows_append_only", "ledger_account", _APPEND_ONLY),
    ("ledger_account_append_only", "ledger_account", _APPEND_ONLY),
    ("ledger_entry_rows_append_only", "ledger_entry", _APPEND_ONLY),
    ("ledger_entry_append_only", "ledger_entry", _APPEND_ONLY),
    ("ledger_line_rows_append_only", "ledger_line", _APPEND_ONLY),
    ("ledger_line_append_only", "ledger_line", _APPEND_ONLY),
    ("ledger_entry_balanced", "ledger_entry", _BALANCED),
    ("ledger_line_guarded", "ledger_line", _GUARDED),
)
CHECKS: Final = (
    Check(
        code="lines",
        title=_("Every entry has all its lines"),
        sql="""
            SELECT e.id::text, count(l.id) || ' <> ' || e.line_count
            FROM ledger_entry e LEFT JOIN ledger_line l ON l.entry_id = e.id
            GROUP BY e.id HAVING count(l.id) <> e.line_count OR count(l.id) < 2
            ORDER BY e.id""",
    ),
    Check(
        code="unbalanced",
        title=_("Debits equal credits in every entry and currency"),
        sql="""
            SELECT entry_id::text, currency || ' ' || sum(amount)
            FROM ledger_line GROUP BY entry_id, currency HAVING sum(amount) <> 0
            ORDER BY entry_id, currency""",
    ),
    Check(
        code="amount",
        title=_("No line is zero"),
        sql="SELECT id::text, amount::text FROM ledger_line WHERE amount = 0 ORDER BY id",
    ),
    Check(
        code="currency",
        title=_("Every line has the currency of its account"),
        sql="""
            SELECT l.id::text, l.currency || ' <> ' || a.currency
            FROM ledger_line l JOIN ledger_account a ON a.id = l.account_id
            WHERE l.currency <> a.currency ORDER BY l.id""",
    ),
    Check(
        code="orphan",
        title=_("Every line has its entry and its account"),
        sql="""
            SELECT l.id::text,
                   concat_ws(' ', CASE WHEN e.id IS NULL THEN 'entry ' || l.entry_id END,
                             CASE WHEN a.id IS NULL THEN 'account ' || l.account_id END)
            FROM ledger_line l
            LEFT JOIN ledger_entry e ON e.id = l.entry_id
            LEFT JOIN ledger_account a ON a.id = l.account_id
            WHERE e.id IS NULL OR a.id IS NULL ORDER BY l.id""",
    ),
    Check(
        code="chart",
        title=_("Every account is one of the chart"),
        sql="""
            SELECT a.id::text, a.code || ' ' || a.type
            FROM ledger_account a
            LEFT JOIN unnest(%s::text[], %s::text[]) c (code, type)
                ON c.code = a.code AND c.type = a.type
            WHERE c.code IS NULL ORDER BY a.id""",
        parameters=([str(code) for code in CHART], [str(row.type) for row in CHART.values()]),
    ),
    Check(
        code="reversal",
        title=_("Every reversal is the mirror of its entry"),
        sql="""
            SELECT r.id::text, 'account ' || d.account_id || ' ' || d.amount
            FROM ledger_entry r
            CROSS JOIN LATERAL (
                SELECT account_id, sum(amount) AS amount FROM ledger_line
                WHERE entry_id IN (r.id, r.reverses_id)
                GROUP BY account_id, subject HAVING sum(amount) <> 0
            ) d
            WHERE r.reverses_id IS NOT NULL ORDER BY r.id""",
    ),
    Check(
        code="trial-balance",
        title=_("The trial balance is zero in every currency"),
        sql="""
            SELECT currency, sum(amount)::text FROM ledger_line
            GROUP BY currency HAVING sum(amount) <> 0 ORDER BY currency""",
    ),
    Check(
        code="roll-up",
        title=_("The sums by day and product are those of the lines"),
        sql="""
            SELECT COALESCE(s.business_date, d.business_date)::text,
                   concat_ws(' ', COALESCE(s.book, d.book), COALESCE(s.account_id, d.account_id),
                             COALESCE(d.debits, 0) || ' <> ' || COALESCE(s.debits, 0),
                             COALESCE(d.credits, 0) || ' <> ' || COALESCE(s.credits, 0))
            FROM (SELECT e.business_date, e.book, l.account_id,
                         COALESCE(sum(l.amount) FILTER (WHERE l.amount > 0), 0) AS debits,
                         COALESCE(-sum(l.amount) FILTER (WHERE l.amount < 0), 0) AS credits
                  FROM ledger_entry e JOIN ledger_line l ON l.entry_id = e.id
                  WHERE e.business_date <= (SELECT max(business_date) FROM ledger_daybalance)
                  GROUP BY e.business_date, e.book, l.account_id) s
            FULL JOIN ledger_daybalance d ON d.business_date = s.business_date
                AND d.book = s.book AND d.account_id = s.account_id
            WHERE d.debits IS DISTINCT FROM s.debits OR d.credits IS DISTINCT FROM s.credits
            ORDER BY 1, 2""",
    ),
    Check(
        code="trigger",
        title=_("The guards of the tables are there and always on"),
        sql="""
            SELECT w.name, CASE WHEN t.oid IS NULL THEN 'missing' ELSE 'not always on' END
            FROM unnest(%s::text[], %s::text[], %s::text[]) w (name, tab, func)
            LEFT JOIN pg_trigger t ON t.tgname = w.name AND t.tgrelid = to_regclass(w.tab)
                AND t.tgfoid = to_regproc(w.func)
            WHERE t.oid IS NULL OR t.tgenabled <> 'A' ORDER BY w.name""",
        parameters=tuple([row[i] for row in _TRIGGERS] for i in range(3)),
    ),
    Check(
        code="constraint",
        title=_("The constraints of the tables are valid"),
        sql="""
            SELECT w.name, CASE WHEN c.oid IS NULL THEN 'missing' ELSE 'not valid' END
            FROM (VALUES ('ledger_line', 'ledger_line_amount'),
                         ('ledger_entry', 'ledger_entry_once')) w (tab, name)
            LEFT JOIN pg_constraint c ON c.conname = w.name AND c.conrelid = to_regclass(w.tab)
            WHERE c.oid IS NULL OR NOT c.convalidated ORDER BY w.name""",
    ),
)


def run_check(*, check: Check) -> tuple[Violation, ...]:
    """Run one of CHECKS over the whole ledger: at most MAX_VIOLATIONS of what is wrong."""
    with connection.cursor() as cursor:
        cursor.execute(check.sql, check.parameters)
        rows = cursor.fetchmany(MAX_VIOLATIONS)
    return tuple(
        Violation(check=check.code, subject=str(subject), detail=str(detail))
        for subject, detail in rows
    )

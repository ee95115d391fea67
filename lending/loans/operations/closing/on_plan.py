"""The close of a day for loans on plan: a few statements per slice, whatever their number.

A slice is a range of loan ids. Its loans are locked in key order and written once; a borrower who
pays meanwhile waits for one slice at most, and the slice waits for him. What SQL cannot decide to
the last cent (an amount at the half of a unit that is not exact) it leaves to the replay.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from lending.ledger.domain import AccountCode
from lending.loans.domain.on_plan import DOUBT
from lending.loans.operations.closing.slices import Slice

#: Loans of one slice: what a paying borrower may have to wait for.
SLICE: Final = 5000

# Ready is who is on plan for one more day: nothing is late, every day before is closed.
# Numerics multiply exactly. A half that is one to the last digit rounds to the even unit, as long
# as the engine's 19 digits hold it too; a half that is one but for the rounding of the rate is
# left out.
_EARN: Final = """
WITH picked AS MATERIALIZED (
    SELECT id, product_version_id, currency, interest_posted, plan_earned,
           COALESCE(plan_due_on = %(day)s, FALSE) AS falls_due,
           COALESCE(plan_opening * plan_factor, 0) AS whole,
           COALESCE(%(day)s - plan_starts_on, 0) AS days,
           COALESCE(plan_due_on - plan_starts_on, 1) AS length
    FROM loans_loan
    WHERE status = 'ACTIVE' AND on_plan AND closed_through = %(day)s - 1
        AND (due_since IS NULL OR due_since >= %(day)s)
        AND id > %(after)s AND id <= %(last)s
        AND (plan_due_on IS NULL OR (plan_due_on >= %(day)s AND plan_starts_on <= %(day)s))
    ORDER BY id LIMIT %(size)s FOR NO KEY UPDATE
), divided AS MATERIALIZED (
    SELECT *, div(whole * days, length) AS units FROM picked WHERE NOT falls_due
), weighed AS MATERIALIZED (
    SELECT *, 2 * (whole * days - units * length) - length AS above_half FROM divided
), earned AS MATERIALIZED (
    SELECT id, product_version_id, currency, interest_posted, plan_earned + CASE
        WHEN above_half > whole * days * %(doubt)s THEN units + 1
        WHEN above_half < -whole * days * %(doubt)s THEN units
        WHEN above_half = 0 AND whole = round(whole, 4) AND whole < 1e14 THEN units + mod(units, 2)
        END AS total
    FROM weighed
), closed AS (
    UPDATE loans_loan SET interest_posted = total, closed_through = %(day)s
    FROM earned WHERE loans_loan.id = earned.id AND total IS NOT NULL
    RETURNING loans_loan.id, earned.product_version_id, earned.currency,
              (total - earned.interest_posted)::bigint AS amount
)
"""
# One entry in the books for each product and currency of the slice.
_POST: Final = """
, summed AS (
    SELECT COALESCE(%(books)s::jsonb ->> product_version_id::text, '') AS book, currency,
           count(*) AS loans,
           COALESCE(array_agg(id ORDER BY id) FILTER (WHERE amount <> 0), '{}') AS ids,
           COALESCE(array_agg(amount ORDER BY id) FILTER (WHERE amount <> 0), '{}') AS amounts
    FROM closed GROUP BY 1, 2
), posted AS MATERIALIZED (
    SELECT loans, ledger_post_batch('day-close', %(part)s,
        %(event)s || '.' || book || '.' || currency, %(day)s, %(now)s, book, currency,
        %(debit)s, %(credit)s, ids, amounts) AS entry
    FROM summed
)
"""
_LOOKED_AT: Final = """
SELECT (SELECT id FROM picked ORDER BY id DESC LIMIT 1),
       ARRAY(SELECT id FROM picked WHERE falls_due ORDER BY id),
       (SELECT COALESCE(sum(loans), 0) FROM posted), (SELECT count(entry) FROM posted)"""
_CLOSED: Final = "SELECT COALESCE(sum(loans), 0), count(entry) FROM posted"

# The instalment falls due, and the next period runs from today.
_FALL_DUE: Final = """
WITH fallen AS (
    UPDATE loans_loaninstalment row SET status = 'DUE'
    FROM loans_loan loan
    WHERE row.loan_id = ANY(%(ids)s) AND loan.id = row.loan_id AND row.number = loan.plan_number
        AND row.status = 'UPCOMING'
    RETURNING row.loan_id, row.number, row.interest
), following AS (
    SELECT fallen.*, next.number AS next_number, next.starts_on, next.due_on, next.opening,
           next.rate_factor, loan.interest_posted AS posted, loan.plan_earned + fallen.interest AS total,
           (SELECT min(later.due_on) FROM loans_loaninstalment later
            WHERE later.loan_id = fallen.loan_id AND later.due_on > %(day)s
                AND later.principal + later.interest > 0) AS asks_next
    FROM fallen JOIN loans_loan loan ON loan.id = fallen.loan_id
    LEFT JOIN loans_loaninstalment next
        ON next.loan_id = fallen.loan_id AND next.number = fallen.number + 1
), closed AS (
    UPDATE loans_loan SET interest_posted = total, plan_earned = total, closed_through = %(day)s,
        due_since = %(day)s, next_due_on = asks_next, plan_number = next_number,
        plan_starts_on = starts_on, plan_due_on = due_on, plan_opening = COALESCE(opening, 0),
        plan_factor = COALESCE(rate_factor, 0)
    FROM following WHERE loans_loan.id = ANY(%(ids)s) AND loans_loan.id = loan_id
    RETURNING loans_loan.id, product_version_id, currency, total - posted AS amount
)
"""


def close_plan_slice(
    *,
    day: date,
    after: UUID,
    last: UUID,
    key: tuple[UUID, int],
    books: Mapping[str, str],
    now: datetime,
) -> Slice:
    """Close `day` for the next SLICE loans on plan after `after`, up to `last`.

    `key` names the slice in the books (a part of the day close and the slice's number), so that it
    is posted once; `books` are `product_books`. Call it in order, in the transaction that notes how
    far the range is closed; the range is done when a slice finds nobody.
    """
    part, number = key
    facts: dict[str, Any] = {
        "day": day,
        "after": after,
        "last": last,
        "size": SLICE,
        "doubt": DOUBT,
        "part": part,
        "event": f"accrued.{day.isoformat()}.{number}",
        "now": now,
        "books": json.dumps(dict(books)),
        "debit": AccountCode.INTEREST_RECEIVABLE.value,
        "credit": AccountCode.INTEREST_INCOME.value,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_EARN + _POST + _LOOKED_AT, facts)
        upto, falling_due, done, _entries = cursor.fetchone()
        if falling_due:
            facts |= {"ids": falling_due, "event": f"accrued.{day.isoformat()}.{number}d"}
            cursor.execute(_FALL_DUE + _POST + _CLOSED, facts)
            done += cursor.fetchone()[0]
    return Slice(upto=upto, done=int(done))

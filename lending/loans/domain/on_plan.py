"""Loans on plan: those whose next day's interest is one multiplication, so that SQL can close it.

On plan is who has paid every instalment on time, nothing early, and had nothing happen but
payments. Between two due dates such a loan earns `opening x rate_factor x d / days`; that, and
nothing else, is what `operations/closing/plan.py` computes in SQL. Whoever is not certainly on plan is
replayed: being off plan costs time, never a cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from lending.loans.domain.events import BORROWER_KINDS, Disbursed, LoanEvent, Paid
from lending.loans.domain.position import InstalmentState, LoanState

#: The engine works to 19 digits. Closer to a half than this part of the amount, its rounding and
#: an exact one could differ: such a day is replayed.
DOUBT: Final = Decimal("1e-15")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the close of the coming days needs. `earned` is the interest (minor units) of all
    periods that ended; `running` is None after the last due date."""

    earned: int
    running: InstalmentState | None


def due_since(*, state: LoanState) -> date | None:
    """The due date of the oldest instalment that has fallen due and is not paid."""
    return next((r.due_on for r in state.rows if r.due_on <= state.as_of and r.open.total), None)


def is_plain(*, events: Iterable[LoanEvent]) -> bool:
    """Whether nothing happened but the disbursement and the borrower's own payments."""
    return all(
        isinstance(event, Disbursed) or (isinstance(event, Paid) and event.kind in BORROWER_KINDS)
        for event in events
    )


def plan_of(*, state: LoanState) -> Plan | None:
    """The plan of a loan with plain events at the end of `state.as_of`; None if it is off plan."""
    fallen = [row for row in state.rows if row.due_on <= state.as_of]
    coming = _without_empty_end([row for row in state.rows if row.due_on > state.as_of])
    if state.is_settled or any(r.open.total for r in fallen if r.due_on < state.as_of):
        return None
    if not all(_is_untouched(row) for row in coming) or not _is_chain(coming):
        return None
    plan = Plan(
        earned=sum(row.asked.interest.minor for row in fallen),
        running=coming[0] if coming else None,
    )
    return plan if _agrees(plan, state) else None


def _without_empty_end(rows: list[InstalmentState]) -> list[InstalmentState]:
    """Rows up to the last that asks for something: an early repayment may leave empty ones."""
    while rows and not rows[-1].asked.total and not rows[-1].paid.total:
        rows.pop()
    return rows


def _is_untouched(row: InstalmentState) -> bool:
    """Nothing paid on it, nothing asked but principal and a whole period's interest."""
    length = (row.due_on - row.starts_on).days
    plain = row.asked.principal + row.asked.interest
    return (
        not row.paid.total
        and row.asked.total == plain
        and bool(plain)
        and length > 0
        and _is_nearest(row, amount=row.asked.interest.minor, days=length)
    )


def _is_chain(rows: Sequence[InstalmentState]) -> bool:
    """Each period starts where the one before it ends, with the principal that it leaves; so an
    early payment, which lowers the principal within a period, shows as a gap."""
    if not rows:
        return True
    left = sum(row.asked.principal.minor for row in rows)
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        if row.opening.minor != left:
            return False
        left -= row.asked.principal.minor
        if following is not None and following.starts_on != row.due_on:
            return False
    return True


def _agrees(plan: Plan, state: LoanState) -> bool:
    """Today's interest by the plan is what the replay says."""
    running, accrued = plan.running, state.accrued_interest.minor - plan.earned
    if running is None:
        return accrued == 0
    days = (state.as_of - running.starts_on).days
    return days >= 0 and _is_nearest(running, amount=accrued, days=days)


def _is_nearest(row: InstalmentState, *, amount: int, days: int) -> bool:
    """Whether `amount` is the interest of the first `days` rounded to a whole unit, either way
    where it is in doubt."""
    length = (row.due_on - row.starts_on).days
    exact = row.opening.minor * row.rate_factor * days
    return abs(2 * (amount * length - exact)) <= length + exact * DOUBT

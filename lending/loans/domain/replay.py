"""The fold of a loan: terms + events + a day give schedule, balances and days past due.

The rules, each stated once:

- Interest counts the first day and not the last: money lent on Monday and back on Tuesday bears
  one day, money back the same day none. It runs on the principal that has not fallen due.
- From its due date an instalment's unpaid principal bears penalty interest instead: contract rate
  x (1 + uplift), a day being 1/360 (1/365 under ACTUAL_365). The days of grace are free: paid
  within them, nothing is asked; later, penalty counts the days after them, and a late fee is asked
  where the terms have one. Unpaid interest bears nothing unless the terms say so (复利); penalty
  never does.
- Days past due count from the oldest due date with interest or principal open, grace or not.
- A payment meets what has fallen due, oldest instalment first. Other payments than DUE then
  meet the running period's claims to that day, then principal not due yet. What no claim asks
  for is `unapplied`, never a negative balance. A PAYOFF that is too small is an early repayment.
- After early principal the due dates and their number stay; the principal left is divided anew
  over the running and the later periods by the loan's method, as if it were lent for all of the
  running period. The interest of that period follows the real balances by day. So it is after
  every change of terms: days that have passed keep the rate and the day count they had.
- What else can happen is told by each event (`events`) and done in `fold.servicing`. A history
  that money makes impossible there is none: an event that finds less than it was meant for (a
  waiver of what was paid meanwhile) does less; a refund of credit that a later entry leaves
  nothing of is principal owed from its day.
- Charges of periods that have not begun end with a settlement or a write-off. What is charged to
  a settled loan is asked at once.
- Nothing is earned after a write-off and nothing but money moves; the claims stand as they were,
  and what comes in is recovery.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.money import Money
from lending.loans.domain.events import InterestPaused, LoanEvent
from lending.loans.domain.fold.book import Fold
from lending.loans.domain.fold.result import state_of
from lending.loans.domain.fold.servicing import happen
from lending.loans.domain.history import overtaken_refunds, standing_events
from lending.loans.domain.position import LoanState
from lending.loans.domain.terms import LoanTerms


def replay(*, terms: LoanTerms, events: Sequence[LoanEvent], as_of: date) -> LoanState:
    """The loan at the end of `as_of`; later events are not known yet. Raises InvalidEventsError.

    Before its disbursement the loan shows the agreed rows and owes nothing.
    """
    disbursed, standing = standing_events(terms=terms, events=events, as_of=as_of)
    fold = Fold(
        terms,
        pauses=[e for e in standing if isinstance(e, InterestPaused)],
        overtaken=overtaken_refunds(events=events, as_of=as_of),
    )
    if disbursed is None:
        return state_of(fold, as_of=as_of, drawn=Money.zero(terms.principal.currency))
    for event in standing:
        fold.advance(event.on)
        happen(fold, event)
    fold.advance(as_of)
    return state_of(fold, as_of=as_of, drawn=terms.principal)

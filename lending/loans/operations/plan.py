"""Keeping on the loan what the day close needs to know of it."""

from __future__ import annotations

from lending.loans.domain import LoanState
from lending.loans.domain.classification import Thresholds, asset_class, is_watched, stage
from lending.loans.domain.on_plan import due_since, plan_of
from lending.loans.domain.states import LoanStatus
from lending.loans.models import Loan


def follow_plan(loan: Loan, *, state: LoanState, plain: bool) -> None:
    """Put the running period on the loan (saved by the caller), or take it off plan.

    `plain`: nothing happened to it but its disbursement and the borrower's own payments.
    """
    loan.due_since = due_since(state=state)
    plan = plan_of(state=state) if plain and loan.status == LoanStatus.ACTIVE else None
    loan.on_plan = plan is not None
    running = None if plan is None else plan.running
    loan.plan_earned = 0 if plan is None else plan.earned
    loan.plan_number = None if running is None else running.number
    loan.plan_starts_on = None if running is None else running.starts_on
    loan.plan_due_on = None if running is None else running.due_on
    loan.plan_opening = 0 if running is None else running.opening.minor
    loan.plan_factor = running.rate_factor if running is not None else 0


def classify(loan: Loan, *, state: LoanState, limits: Thresholds) -> None:
    """Put lateness, asset class and stage on the loan (saved by the caller)."""
    loan.days_past_due = state.days_past_due
    loan.worst_days_past_due = max(loan.worst_days_past_due, state.days_past_due)
    watched = is_watched(
        restructured_on=state.restructured_on, as_of=state.as_of, thresholds=limits
    )
    loan.asset_class = asset_class(
        days_past_due=state.days_past_due, thresholds=limits, watched=watched
    )
    loan.stage = stage(days_past_due=state.days_past_due, thresholds=limits, watched=watched)

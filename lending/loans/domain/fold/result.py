"""The fold on a day as others see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.money import Money
from lending.loans.domain.allocation import Bucket, Component
from lending.loans.domain.fold.book import Fold, sum_claims
from lending.loans.domain.fold.row import Row, no_claims
from lending.loans.domain.position import Amounts, InstalmentState, InstalmentStatus, LoanState


def state_of(fold: Fold, *, as_of: date, drawn: Money) -> LoanState:
    """Where the loan stands at the end of `as_of`; `drawn` is zero before the disbursement."""
    currency = fold.currency
    zero = Money.zero(currency)
    paid = sum((p.amounts for p in fold.payments), Amounts.zero(currency))
    earned = sum_claims(
        [fold.earned_elsewhere, *(row.earned() for row in fold.rows[: fold.fallen + 1])]
    )
    due, ahead = fold.due_buckets(), fold.advance_buckets()
    after_write_off = fold.payments[fold.paid_before_write_off :]
    return LoanState(
        as_of=as_of,
        rows=_row_states(fold, as_of),
        payments=tuple(fold.payments),
        drawn=drawn,
        paid=paid,
        early_principal=Money(fold.early_principal, currency),
        outstanding_principal=_principal(fold) if drawn else zero,
        overdue_principal=Money(
            sum(r.open_principal for r in fold.due_rows() if r.period.due_on < as_of), currency
        ),
        accrued_interest=Money(earned[Component.INTEREST], currency),
        accrued_penalty=Money(earned[Component.PENALTY], currency),
        accrued_fee=Money(earned[Component.FEE], currency),
        charged_back=Amounts.of(fold.charged_back, currency),
        credit_taken=Money(fold.credit_taken, currency),
        waived=Amounts.of(fold.waived, currency),
        refunded=Money(fold.refunded, currency),
        refunded_beyond=Money(fold.refunded_beyond, currency),
        written_off=None if fold.written_off is None else Amounts.of(fold.written_off, currency),
        recovered=zero
        if fold.written_off is None
        else sum((p.amounts.total for p in after_write_off), zero),
        restructured_on=fold.restructured_on,
        annual_rate=fold.terms.annual_rate,
        due_now=_sum(due, currency),
        payoff=_sum([*due, *ahead], currency) if drawn else Amounts.zero(currency),
        unapplied=Money(fold.credit, currency),
        days_past_due=_days_past_due(fold, as_of),
        settled_on=fold.settled_on,
    )


def _principal(fold: Fold) -> Money:
    fallen = sum(row.open_principal for row in fold.due_rows())
    return Money(fold.not_due + fallen, fold.currency)


def _sum(buckets: Sequence[Bucket], currency: str) -> Amounts:
    sums = no_claims()
    for bucket in buckets:
        sums[bucket.component] += bucket.amount.minor
    return Amounts.of(sums, currency)


def _days_past_due(fold: Fold, as_of: date) -> int:
    oldest = next((row for row in fold.due_rows() if row.is_behind()), None)
    return (as_of - oldest.period.due_on).days if oldest is not None else 0


def _row_states(fold: Fold, as_of: date) -> tuple[InstalmentState, ...]:
    states: list[InstalmentState] = []
    balance, currency = fold.not_due, fold.currency
    for index, row in enumerate(fold.rows):
        opening, parts = row.opening, row.asked()
        if index >= fold.fallen:
            opening = opening if index == fold.fallen else balance
            parts[Component.INTEREST] += fold.expected_interest(row, balance) - row.metered()
            balance -= row.principal
        is_paid = parts == row.paid
        states.append(
            InstalmentState(
                number=row.period.number,
                starts_on=row.period.starts_on,
                due_on=row.period.due_on,
                opening=Money(opening, currency),
                rate_factor=row.period.rate_factor(annual_rate=fold.terms.annual_rate),
                asked=Amounts.of(parts, currency),
                paid=Amounts.of(row.paid, currency),
                status=_status(row, as_of, has_fallen_due=index < fold.fallen, is_paid=is_paid),
                settled_on=row.last_paid_on if is_paid else None,
            )
        )
    return tuple(states)


def _status(row: Row, as_of: date, *, has_fallen_due: bool, is_paid: bool) -> InstalmentStatus:
    if is_paid:
        return InstalmentStatus.PAID
    if has_fallen_due and row.period.due_on < as_of and row.is_behind():
        return InstalmentStatus.OVERDUE
    if any(row.paid.values()):
        return InstalmentStatus.PARTLY_PAID
    return InstalmentStatus.DUE if has_fallen_due else InstalmentStatus.UPCOMING

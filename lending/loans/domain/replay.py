"""The fold of a loan: terms + events + a day give schedule, balances and days past due.

The rules, each stated once:

- Interest counts the first day and not the last: money lent on Monday and back on Tuesday bears
  one day, money back the same day none. It runs on the principal that has not fallen due.
- From its due date an instalment's unpaid principal bears penalty interest instead: contract rate
  x (1 + uplift), a day being 1/360 (1/365 under ACTUAL_365). The days of grace are free: paid
  within them, nothing is asked; later, penalty counts the days after them. Unpaid interest and
  penalty bear nothing (no 复利).
- Days past due count from the oldest due date with interest or principal open, grace or not.
- A payment meets what has fallen due, oldest instalment first. A MANUAL or PAYOFF payment then
  meets the running period's interest to that day, then principal not due yet. What no claim asks
  for is `unapplied`, never a negative balance. A PAYOFF that is too small is an early repayment.
- After early principal the due dates and their number stay; the principal left is divided anew
  over the running and the later periods by the loan's method, as if it were lent for all of the
  running period. The interest of that period follows the real balances by day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from core.money import Money, total
from lending.loans.domain.allocation import Allocation, Bucket, Component, Timing, allocate
from lending.loans.domain.arithmetic import accrued_minor
from lending.loans.domain.calendar import Period, interest_periods
from lending.loans.domain.events import LoanEvent, Paid, PaymentKind, effective_events
from lending.loans.domain.position import (
    Amounts,
    AppliedPayment,
    InstalmentState,
    InstalmentStatus,
    LoanState,
)
from lending.loans.domain.schedule import interest_base, plan_principal
from lending.loans.domain.terms import LoanTerms


def replay(*, terms: LoanTerms, events: Sequence[LoanEvent], as_of: date) -> LoanState:
    """The loan at the end of `as_of`; later events are not known yet. Raises InvalidEventsError.

    Before its disbursement the loan shows the agreed rows and owes nothing.
    """
    disbursed, payments = effective_events(terms=terms, events=events, as_of=as_of)
    fold = _Fold(terms)
    if disbursed is not None:
        for payment in payments:
            fold.advance(payment.on)
            fold.pay(payment)
        fold.advance(as_of)
    return fold.state(as_of=as_of, is_disbursed=disbursed is not None)


class _Row:
    """An instalment while folding. Minor units; balance-days are exact sums."""

    def __init__(self, period: Period, principal: int) -> None:
        self.period = period
        self.principal = principal
        self.opening = 0
        self.interest_balance_days = 0
        self.penalty_balance_days = 0
        self.paid = dict.fromkeys(Component, 0)
        self.last_paid_on: date | None = None

    @property
    def open_principal(self) -> int:
        return self.principal - self.paid[Component.PRINCIPAL]


class _Fold:
    """The moving state: a cursor day, the principal not due yet, and the rows."""

    def __init__(self, terms: LoanTerms) -> None:
        self.terms = terms
        self.currency = terms.principal.currency
        self.periods = interest_periods(terms=terms)
        self.not_due = terms.principal.minor
        plan = plan_principal(balance=self.not_due, periods=self.periods, terms=terms)
        self.rows = [_Row(p, part) for p, part in zip(self.periods, plan, strict=True)]
        self.rows[0].opening = self.not_due
        self.cursor = terms.disbursed_on
        self.fallen = 0
        self.closed = 0
        self.early_principal = 0
        self.payments: list[AppliedPayment] = []
        self.settled_on: date | None = None

    # --- time -------------------------------------------------------------------------------

    def advance(self, to: date) -> None:
        """Let days pass up to `to`; instalments due on the way, `to` included, fall due."""
        while self.cursor < to:
            running = self.running
            stop = to if running is None else min(to, running.period.due_on)
            if running is not None:
                base = interest_base(balance=self.not_due, terms=self.terms)
                running.interest_balance_days += base * (stop - self.cursor).days
            for row in self._due_rows():
                row.penalty_balance_days += row.open_principal * self._penalty_days(row, stop)
            self.cursor = stop
            if running is not None and stop == running.period.due_on:
                self.not_due -= running.principal
                self.fallen += 1
                if self.running is not None:
                    self.running.opening = self.not_due

    @property
    def running(self) -> _Row | None:
        """The row whose period the cursor is in; None after maturity."""
        return self.rows[self.fallen] if self.fallen < len(self.rows) else None

    def _penalty_days(self, row: _Row, stop: date) -> int:
        free_until = row.period.due_on + timedelta(days=self.terms.grace_days)
        return max((stop - max(self.cursor, free_until)).days, 0)

    # --- claims -----------------------------------------------------------------------------

    def _interest(self, row: _Row) -> int:
        """Earned by the row's period so far."""
        return accrued_minor(
            balance_days=row.interest_balance_days,
            annual_rate=self.terms.annual_rate,
            year_days=row.period.year_days,
        )

    def _penalty(self, row: _Row) -> int:
        return accrued_minor(
            balance_days=row.penalty_balance_days,
            annual_rate=self.terms.penalty_rate,
            year_days=self.terms.day_count.year_days,
        )

    def _asked(self, row: _Row) -> dict[Component, int]:
        return {
            Component.PENALTY: self._penalty(row),
            Component.INTEREST: self._interest(row),
            Component.PRINCIPAL: row.principal,
        }

    def _due_rows(self) -> list[_Row]:
        """Rows fallen due, without the leading ones that are paid: those never ask again."""
        while self.closed < self.fallen:
            row = self.rows[self.closed]
            if self._asked(row) != row.paid:
                break
            self.closed += 1
        return self.rows[self.closed : self.fallen]

    def _due_buckets(self) -> list[Bucket]:
        return [
            self._bucket(Timing.DUE, row, component, asked)
            for row in self._due_rows()
            for component, asked in self._asked(row).items()
        ]

    def _advance_buckets(self) -> list[Bucket]:
        row = self.running
        if row is None:
            return []
        # The running row's own principal is unpaid; paid early, it leaves the row altogether.
        return [
            self._bucket(Timing.IN_ADVANCE, row, Component.INTEREST, self._interest(row)),
            self._bucket(Timing.IN_ADVANCE, row, Component.PRINCIPAL, self.not_due),
        ]

    def _bucket(self, timing: Timing, row: _Row, component: Component, asked: int) -> Bucket:
        return Bucket(
            timing=timing,
            number=row.period.number,
            component=component,
            amount=self._money(asked - row.paid[component]),
        )

    # --- payments ---------------------------------------------------------------------------

    def pay(self, payment: Paid) -> None:
        """Spend a payment on the cursor's day."""
        buckets = self._due_buckets()
        if payment.kind is not PaymentKind.DUE:
            buckets += self._advance_buckets()
        allocations, left = allocate(
            amount=payment.amount, buckets=buckets, order=self.terms.allocation_order
        )
        for part in allocations:
            self._apply(part)
        self.payments.append(
            AppliedPayment(
                on=payment.on,
                reference=payment.reference,
                kind=payment.kind,
                allocations=allocations,
                unapplied=left,
            )
        )
        if self.settled_on is None and not self.not_due and not self._payoff().total:
            self.settled_on = payment.on

    def _apply(self, part: Allocation) -> None:
        row = self.rows[part.number - 1]
        row.last_paid_on = self.cursor
        if part.timing is Timing.IN_ADVANCE and part.component is Component.PRINCIPAL:
            self.early_principal += part.amount.minor
            self.not_due -= part.amount.minor
            self._divide_anew()
        else:
            row.paid[part.component] += part.amount.minor

    def _divide_anew(self) -> None:
        plan = plan_principal(
            balance=self.not_due, periods=self.periods[self.fallen :], terms=self.terms
        )
        for row, principal in zip(self.rows[self.fallen :], plan, strict=True):
            row.principal = principal

    # --- the result -------------------------------------------------------------------------

    def state(self, *, as_of: date, is_disbursed: bool) -> LoanState:
        paid = sum((p.amounts for p in self.payments), Amounts.zero(self.currency))
        earned = self.rows[: self.fallen + 1]
        drawn = self.terms.principal if is_disbursed else self._money(0)
        return LoanState(
            as_of=as_of,
            rows=self._row_states(as_of),
            payments=tuple(self.payments),
            drawn=drawn,
            paid=paid,
            early_principal=self._money(self.early_principal),
            outstanding_principal=drawn - paid.principal,
            overdue_principal=self._money(
                sum(r.open_principal for r in self._due_rows() if r.period.due_on < as_of)
            ),
            accrued_interest=self._money(sum(self._interest(row) for row in earned)),
            accrued_penalty=self._money(sum(self._penalty(row) for row in earned)),
            due_now=self._sum(self._due_buckets()),
            payoff=self._payoff() if is_disbursed else Amounts.zero(self.currency),
            unapplied=total([p.unapplied for p in self.payments], self.currency),
            days_past_due=self._days_past_due(as_of),
            settled_on=self.settled_on,
        )

    def _payoff(self) -> Amounts:
        return self._sum(self._due_buckets() + self._advance_buckets())

    def _sum(self, buckets: Sequence[Bucket]) -> Amounts:
        sums = {component: Money.zero(self.currency) for component in Component}
        for bucket in buckets:
            sums[bucket.component] += bucket.amount
        return self._amounts({component: amount.minor for component, amount in sums.items()})

    def _days_past_due(self, as_of: date) -> int:
        late = (row for row in self._due_rows() if self._is_behind(row))
        oldest = next(late, None)
        return (as_of - oldest.period.due_on).days if oldest is not None else 0

    def _is_behind(self, row: _Row) -> bool:
        return row.open_principal > 0 or self._interest(row) > row.paid[Component.INTEREST]

    def _row_states(self, as_of: date) -> tuple[InstalmentState, ...]:
        states: list[InstalmentState] = []
        balance = self.not_due
        for index, row in enumerate(self.rows):
            opening = row.opening
            parts = self._asked(row)
            if index >= self.fallen:
                opening = opening if index == self.fallen else balance
                parts[Component.INTEREST] = self._expected_interest(row, balance)
                balance -= row.principal
            asked = self._amounts(parts)
            paid = self._amounts(row.paid)
            is_paid = asked == paid
            states.append(
                InstalmentState(
                    number=row.period.number,
                    starts_on=row.period.starts_on,
                    due_on=row.period.due_on,
                    opening=self._money(opening),
                    rate_factor=row.period.rate_factor(annual_rate=self.terms.annual_rate),
                    asked=asked,
                    paid=paid,
                    status=self._status(index, as_of, is_paid=is_paid),
                    settled_on=row.last_paid_on if is_paid else None,
                )
            )
        return tuple(states)

    def _expected_interest(self, row: _Row, balance: int) -> int:
        """Interest of a period not over yet, if nothing else is paid early."""
        days_left = (row.period.due_on - max(self.cursor, row.period.starts_on)).days
        return accrued_minor(
            balance_days=row.interest_balance_days
            + interest_base(balance=balance, terms=self.terms) * days_left,
            annual_rate=self.terms.annual_rate,
            year_days=row.period.year_days,
        )

    def _status(self, index: int, as_of: date, *, is_paid: bool) -> InstalmentStatus:
        row, has_fallen_due = self.rows[index], index < self.fallen
        if is_paid:
            return InstalmentStatus.PAID
        if has_fallen_due and row.period.due_on < as_of and self._is_behind(row):
            return InstalmentStatus.OVERDUE
        if any(row.paid.values()):
            return InstalmentStatus.PARTLY_PAID
        return InstalmentStatus.DUE if has_fallen_due else InstalmentStatus.UPCOMING

    def _amounts(self, parts: dict[Component, int]) -> Amounts:
        return Amounts(
            penalty=self._money(parts[Component.PENALTY]),
            interest=self._money(parts[Component.INTEREST]),
            principal=self._money(parts[Component.PRINCIPAL]),
        )

    def _money(self, minor: int) -> Money:
        return Money(minor, self.currency)

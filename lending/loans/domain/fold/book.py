"""The fold's moving state: a cursor day, the principal not due yet, the rows, and their claims."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from core.money import Money
from lending.loans.domain.allocation import Allocation, Bucket, Component, Timing, allocate
from lending.loans.domain.calendar import agreed_cadence, interest_periods
from lending.loans.domain.events import InterestPaused, InvalidEventsError, Paid, PaymentKind
from lending.loans.domain.fold.row import EXTRAS, Claims, Meter, Row, no_claims
from lending.loans.domain.position import AppliedPayment
from lending.loans.domain.schedule import interest_base, plan_principal
from lending.loans.domain.terms import InvalidTermsError, LoanTerms

_DAY: Final = timedelta(days=1)


class Fold:
    """Amounts in minor units. `terms` are those in force: a new rate replaces them."""

    def __init__(
        self,
        terms: LoanTerms,
        *,
        pauses: Iterable[InterestPaused] = (),
        overtaken: frozenset[str] = frozenset(),
    ) -> None:
        self.terms = terms
        self.currency = terms.principal.currency
        self.not_due = terms.principal.minor
        periods = interest_periods(terms=terms)
        plan = plan_principal(balance=self.not_due, periods=periods, terms=terms)
        self.rows = [Row(p, part) for p, part in zip(periods, plan, strict=True)]
        self.rows[0].opening = self.not_due
        # The rhythm of the due dates, and its step after the last row's.
        self.cadence, first = agreed_cadence(terms=terms)
        self.next_step = first + terms.instalments
        # Where the rows of the plan in force begin.
        self.plan_from = 0
        self.cursor = terms.disbursed_on
        self.fallen = 0
        self.leading_paid = 0
        self.free_days = _merged(pauses)
        self.early_principal = 0
        self.payments: list[AppliedPayment] = []
        # What of each payment was not charged back, as it was spent; None is credit.
        self.paid_parts: dict[str, list[tuple[Component | None, int]]] = {}
        self.earned_elsewhere = no_claims()
        self.charged_back = no_claims()
        self.waived = no_claims()
        self.credit = 0
        self.credit_taken = 0
        self.refunded = 0
        self.refunded_beyond = 0
        self.overtaken = overtaken
        self.written_off: Claims | None = None
        self.paid_before_write_off = 0
        self.restructured_on: date | None = None
        self.settled_on: date | None = None

    # --- time -------------------------------------------------------------------------------

    def advance(self, to: date) -> None:
        """Let days pass up to `to`; instalments due on the way, `to` included, fall due."""
        while self.cursor < to:
            running = self.running
            stop = to if running is None else min(to, running.period.due_on)
            if running is not None and self.written_off is None:
                base = interest_base(balance=self.not_due, terms=self.terms)
                _add(running.meter, self._key(running), base * self.bearing_days(self.cursor, stop))
            for row in self.due_rows():
                self._lateness(row, stop)
            self.cursor = stop
            if running is not None and stop == running.period.due_on:
                self.not_due -= running.principal
                self.fallen += 1
                if self.running is not None:
                    self.running.opening = self.not_due

    def _lateness(self, row: Row, stop: date) -> None:
        """Penalty interest of an instalment that has fallen due, and its late fee."""
        free_until = row.period.due_on + self.terms.grace_days * _DAY
        if stop <= free_until or self.written_off is not None:
            return
        base = row.open_principal
        if self.terms.interest_compounds:
            base += row.open_interest()
        if base:
            days = self.bearing_days(max(self.cursor, free_until), stop)
            key = (self.terms.penalty_rate, self.terms.day_count.year_days)
            _add(row.penalty_meter, key, base * days)
        if self.terms.late_fee and not row.has_late_fee and row.is_behind():
            row.has_late_fee = True
            row.charged[Component.PENALTY] += self.terms.late_fee

    def _key(self, row: Row) -> tuple[Decimal, int | Fraction]:
        return (self.terms.annual_rate, row.period.year_days)

    def bearing_days(self, start: date, end: date) -> int:
        """Days from `start` to before `end` that bear interest: those no pause frees."""
        days = (end - start).days
        for first, after in self.free_days:
            days -= max((min(end, after) - max(start, first)).days, 0)
        return days

    @property
    def running(self) -> Row | None:
        """The row whose period the cursor is in; None after maturity."""
        return self.rows[self.fallen] if self.fallen < len(self.rows) else None

    def due_rows(self) -> list[Row]:
        """Rows fallen due, without the leading ones that are paid."""
        while self.leading_paid < self.fallen:
            row = self.rows[self.leading_paid]
            if row.asked() != row.paid:
                break
            self.leading_paid += 1
        return self.rows[self.leading_paid : self.fallen]

    # --- claims -----------------------------------------------------------------------------

    def due_buckets(self) -> list[Bucket]:
        """What has fallen due and is open."""
        return [
            self._bucket(Timing.DUE, row, part, amount)
            for row in self.due_rows()
            for part, amount in row.open().items()
        ]

    def advance_buckets(self) -> list[Bucket]:
        """What settles the loan besides: the running period's claims to this day, what later rows
        ask instead of earlier ones, and the principal not due."""
        row = self.running
        if row is None:
            return []
        still_open = row.open()
        # The running row's own principal is unpaid; paid early, it leaves the row altogether.
        still_open[Component.PRINCIPAL] = self.not_due
        buckets = [
            self._bucket(Timing.IN_ADVANCE, row, part, amount)
            for part, amount in still_open.items()
        ]
        for later in self.rows[self.fallen + 1 :]:
            for part in EXTRAS:
                left = later.carried[part] - later.paid[part] - later.waived[part]
                if left > 0:
                    buckets.append(self._bucket(Timing.IN_ADVANCE, later, part, left))
        return buckets

    def _bucket(self, timing: Timing, row: Row, component: Component, amount: int) -> Bucket:
        return Bucket(
            timing=timing,
            number=row.period.number,
            component=component,
            amount=Money(amount, self.currency),
        )

    def owed(self) -> int:
        """What would settle the loan now."""
        return sum(b.amount.minor for b in (*self.due_buckets(), *self.advance_buckets()))

    # --- payments ---------------------------------------------------------------------------

    def pay(self, payment: Paid) -> None:
        """Spend a payment on the cursor's day."""
        buckets = self.due_buckets()
        if payment.kind is not PaymentKind.DUE:
            buckets += self.advance_buckets()
        allocations, left = allocate(
            amount=payment.amount, buckets=buckets, order=self.terms.allocation_order
        )
        for part in allocations:
            self._apply(part)
        self.credit += left.minor
        self.paid_parts[payment.reference] = [
            *((part.component, part.amount.minor) for part in allocations),
            (None, left.minor),
        ]
        self.payments.append(
            AppliedPayment(
                on=payment.on,
                reference=payment.reference,
                kind=payment.kind,
                allocations=allocations,
                unapplied=left,
            )
        )

    def _apply(self, part: Allocation) -> None:
        row = self.rows[part.number - 1]
        row.last_paid_on = self.cursor
        if part.timing is Timing.IN_ADVANCE and part.component is Component.PRINCIPAL:
            self.early_principal += part.amount.minor
            self.take_early(part.amount.minor)
        else:
            row.paid[part.component] += part.amount.minor

    def take_early(self, principal: int) -> None:
        """Lessen the principal not due, and divide the rest anew."""
        self.not_due -= principal
        self.divide_anew()

    # --- the plan ---------------------------------------------------------------------------

    def divide_anew(self) -> None:
        """Divide the principal not due over the running and the later periods."""
        coming = self.rows[self.fallen :]
        if not coming:
            return
        plan = plan_principal(
            balance=self.not_due, periods=[row.period for row in coming], terms=self.terms
        )
        for row, principal in zip(coming, plan, strict=True):
            row.principal = principal

    def set_rate(self, annual_rate: Decimal) -> None:
        """Interest and penalty interest of the days to come."""
        try:
            self.terms = replace(self.terms, annual_rate=annual_rate)
        except InvalidTermsError as error:
            raise InvalidEventsError(f"no loan can have the rate {annual_rate}") from error

    def settle(self) -> None:
        """Note whether anything is owed after what has just happened."""
        if self.not_due or self.owed():
            self.settled_on = None
        elif self.settled_on is None:
            self.settled_on = self.cursor
            self.drop_later_charges()

    def drop_later_charges(self) -> None:
        """Charges of periods that have not begun are asked of a loan that goes on only."""
        for row in self.rows[self.fallen + 1 :]:
            row.charged = no_claims()

    def expected_interest(self, row: Row, balance: int) -> int:
        """Interest of a period not over yet, if nothing else is paid early."""
        start = max(self.cursor, row.period.starts_on)
        days = 0 if self.written_off is not None else self.bearing_days(start, row.period.due_on)
        more: Meter = {}
        _add(more, self._key(row), interest_base(balance=balance, terms=self.terms) * days)
        return row.metered(more)


def _add(meter: Meter, key: tuple[Decimal, int | Fraction], balance_days: int) -> None:
    if balance_days:
        meter[key] = meter.get(key, 0) + balance_days


def _merged(pauses: Iterable[InterestPaused]) -> tuple[tuple[date, date], ...]:
    """The days without interest as ranges that do not touch: first day, day after the last."""
    ranges: list[tuple[date, date]] = []
    for first, after in sorted((p.starts_on, p.ends_on + _DAY) for p in pauses):
        if ranges and first <= ranges[-1][1]:
            ranges[-1] = (ranges[-1][0], max(after, ranges[-1][1]))
        else:
            ranges.append((first, after))
    return tuple(ranges)


def sum_claims(claims: Sequence[Claims]) -> Claims:
    """Claims added up by kind."""
    return {part: sum(one[part] for one in claims) for part in Component}

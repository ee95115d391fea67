"""A period of the plan, and the segments of it in which the balance does not change.

Amounts are whole minor units. What a period asks follows from its instalment (`emi`), what is paid
of it, and the interest its segments bear; `compute` derives it once after each change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from lending.loans.domain.arithmetic import MATH, to_minor
from lending.loans.domain.engine.conditions import InterestMethod


@dataclass(slots=True, eq=False)
class Segment:
    """Days of one period on one balance.

    `factor` is of its own days, `factor_to_due` of the days from its start to the period's due
    date. `drawn`, `credited_*` and `correction` change the balance at its end: money lent, money
    owed again, and (below zero) principal paid.
    """

    start: date
    end: date
    factor: Decimal = Decimal(0)
    factor_to_due: Decimal = Decimal(0)
    credited_principal: int = 0
    credited_interest: int = 0
    drawn: int = 0
    correction: int = 0
    balance: int = 0
    is_paused: bool = False

    @property
    def closing(self) -> int:
        """The balance that the next segment begins with."""
        return self.balance + self.drawn + self.correction


@dataclass(slots=True, eq=False)
class Period:
    """From one due date to the next. `emi` is the equal instalment, `agreed_emi` the one last
    agreed, before it was bent by payments.

    `drawn_before` is what was disbursed by its first day. `carried_in` is interest of later
    periods that is asked here because all later ones are paid. `fixed_interest` is asked whatever
    the segments bear. Flags: `is_silent` periods bear no interest of their own, `is_level` ones
    were planned anew with a fixed division, `holds_early_payments` ones only show what had been
    paid ahead when the plan was made anew.
    """

    start: date
    due: date
    segments: list[Segment]
    emi: int = 0
    agreed_emi: int = 0
    paid_principal: int = 0
    paid_interest: int = 0
    carried_in: int = 0
    fixed_interest: int = 0
    drawn_before: int = 0
    moved_principal: int = 0
    moved_interest: int = 0
    is_after_carried: bool = False
    is_silent: bool = False
    is_level: bool = False
    holds_early_payments: bool = False
    has_interest_grace: bool = False
    has_principal_grace: bool = False
    #: Derived by `compute`.
    full: int = 0
    earned_interest: int = 0
    due_interest: int = 0
    due_principal: int = 0
    unrecognised: int = 0

    @classmethod
    def empty(cls, *, start: date, due: date) -> Period:
        return cls(start, due, [Segment(start, due)])

    def copy(self) -> Period:
        return replace(self, segments=[replace(segment) for segment in self.segments])

    # --- what its segments add up to ----------------------------------------------------------

    @property
    def credited_principal(self) -> int:
        return max(sum(s.credited_principal for s in self.segments), 0)

    @property
    def credited_interest(self) -> int:
        return max(sum(s.credited_interest for s in self.segments), 0)

    @property
    def credited(self) -> int:
        """Owed again in this period and not moved to a plan made anew."""
        return (
            self.credited_principal
            + self.credited_interest
            - self.moved_principal
            - self.moved_interest
        )

    @property
    def drawn(self) -> int:
        return sum(s.drawn for s in self.segments)

    @property
    def growth(self) -> Decimal:
        """1 + the sum of the segments' factors."""
        return sum((s.factor for s in self.segments), Decimal(1))

    def drawn_until(self, segment: Segment | None) -> int:
        """All that was lent before the segment begins (None: by the end of the period)."""
        total = self.drawn_before
        for one in self.segments:
            if one is segment:
                break
            if one.end != self.start:
                total += one.drawn
        return total

    # --- what it asks --------------------------------------------------------------------------

    def compute(self, *, before: Period | None, method: InterestMethod) -> None:
        """Derive what is asked, given the period before it."""
        self.full = self.emi + self.credited + self.carried_in
        interest = self.fixed_interest + self.carried_in
        if not self.is_after_carried and not self.is_silent:
            interest += to_minor(self._borne(method))
        if before is not None:
            interest += before.unrecognised
        self.earned_interest = max(interest, 0)
        self.due_interest = self._interest_asked()
        self.due_principal = max(self.full - self.due_interest, 0, self.paid_principal)
        self.unrecognised = max(self.earned_interest - self.due_interest, 0)

    def _interest_asked(self) -> int:
        if self.has_interest_grace:
            return self.paid_interest
        if self.paid_principal > max(self.full - self.earned_interest, 0):
            return self.paid_interest
        return max(min(self.earned_interest, self.full), self.paid_interest)

    def _borne(self, method: InterestMethod) -> Decimal:
        """Interest of the segments, not rounded."""
        total = Decimal(0)
        for segment in self.segments:
            total += self._segment_interest(segment, method)
        return total

    def _segment_interest(self, segment: Segment, method: InterestMethod) -> Decimal:
        if segment.is_paused or self.is_level:
            return Decimal(segment.credited_interest)
        days_to_due = (self.due - segment.start).days
        if not days_to_due:
            return Decimal(max(segment.credited_interest, 0))
        flat = method is InterestMethod.FLAT
        base = self.drawn_until(segment) if flat else segment.balance
        interest = MATH.multiply(
            MATH.divide(MATH.multiply(base, segment.factor_to_due), days_to_due),
            (segment.end - segment.start).days,
        )
        return max(MATH.add(interest, segment.credited_interest), Decimal(0))

    # --- what is left of it ---------------------------------------------------------------------

    @property
    def paid(self) -> int:
        return self.paid_principal + self.paid_interest

    @property
    def is_paid(self) -> bool:
        return self.full == self.paid

    @property
    def open_principal(self) -> int:
        return max(self.due_principal - self.paid_principal, 0)

    @property
    def open_interest(self) -> int:
        return max(self.due_interest - self.paid_interest, 0)

    @property
    def closing(self) -> int:
        """The balance after it, if what it asks is paid. Payments of it stand in corrections."""
        if not self.segments:
            return 0
        return max(self.segments[-1].closing + self.paid_principal - self.due_principal, 0)

"""The book of one loan while it is folded: its plan, its rows, and what was lent and paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from lending.loans.domain.allocation import Component
from lending.loans.domain.engine.buckets import TransactionKind
from lending.loans.domain.engine.conditions import Conditions
from lending.loans.domain.engine.movements import accrue_overdue
from lending.loans.domain.engine.periods import Period
from lending.loans.domain.engine.plan import Plan
from lending.loans.domain.engine.rows import CHARGES, Row, nothing


@dataclass(slots=True, kw_only=True)
class Counted:
    """A payment as it was counted: what it paid, what of that was charged back, what was left."""

    on: date
    amount: int
    kind: TransactionKind
    number: int
    spent: dict[Component, int] = field(default_factory=nothing)
    charged_back: dict[Component, int] = field(default_factory=nothing)
    over: int = 0


@dataclass(frozen=True, slots=True)
class Charge:
    """A charge that falls due on a day of its own."""

    due: date
    component: Component
    amount: int


def row_of(rows: Sequence[Row], day: date) -> Row:
    """The row whose days a day is one of, else the last."""
    return next((row for row in rows if day <= row.due), rows[-1])


class Book:
    """The moving state of a loan. Steps come in the order of their days; amounts are minor units.

    `over` is money no claim asked for. Where interest follows the balances, the plan says what the
    rows ask; otherwise the rows stand as agreed and payments only mark them.
    """

    def __init__(self, *, conditions: Conditions, due_dates: tuple[date, ...]) -> None:
        self.conditions = conditions
        starts = (conditions.starts_on, *due_dates[:-1])
        self.plan = Plan(
            conditions=conditions,
            periods=[Period.empty(start=a, due=b) for a, b in zip(starts, due_dates, strict=True)],
        )
        self.rows = [Row(start=a, due=b) for a, b in zip(starts, due_dates, strict=True)]
        self.counted: list[Counted] = []
        self.charges: list[Charge] = []
        self.lent: list[int] = []
        self.over = 0
        self.interest_refunded = 0
        #: The rows were divided without the plan: later disbursements are as well.
        self.is_divided_by_hand = False
        self.is_written_off = False

    @property
    def follows_balance(self) -> bool:
        """Interest is recalculated on the real balances."""
        return (
            self.conditions.recalculation is not None
            and self.conditions.annual_rate_ever_above_zero(self.plan.rates)
            and not self.is_written_off
        )

    @property
    def recalculates(self) -> bool:
        """Amounts owed again go through the plan, whether or not it bears interest, while the rows
        are those of the plan."""
        return self.conditions.recalculation is not None and not self.is_divided_by_hand

    def take_over_all(self) -> None:
        """Bring every row up to what the plan asks."""
        rows = {(r.start, r.due): r for r in reversed(self.rows) if not r.is_down_payment}
        for period in self.plan.fresh():
            row = rows.get((period.start, period.due))
            if row is not None:
                row.asked[Component.PRINCIPAL] = period.due_principal
                row.asked[Component.INTEREST] = period.due_interest

    # --- rows ----------------------------------------------------------------------------------

    @property
    def regular(self) -> list[Row]:
        """Rows of the plan: no down payment, none added after maturity."""
        return [r for r in self.rows if not r.is_down_payment and not r.is_additional]

    def add_row(self, on: date, *, start: date | None = None) -> Row:
        """The one instalment after maturity; its due date moves on with what is added to it."""
        extra = next((row for row in self.rows if row.is_additional), None)
        if extra is None:
            extra = Row(start=start or self.rows[-1].due, due=on, is_additional=True)
        extra.due = max(extra.due, on)
        self.rows = [*(row for row in self.rows if row is not extra), extra]
        return extra

    def absorb_additional(self) -> None:
        """The instalment after maturity, where the last one is now due later, gives it its
        charges; else it begins where the last one ends."""
        last = self.regular[-1]
        for extra in [row for row in self.rows if row.is_additional]:
            extra.start = last.due
            if extra.due < last.due and not extra.asks_more_than_charges:
                self.rows = [row for row in self.rows if row is not extra]
                for component in CHARGES:
                    last.asked[component] += extra.asked[component]
                    last.paid[component] += extra.paid[component]

    def match_rows(self, since: date | None = None) -> None:
        """A row for each period of the plan; rows of days that are no more (and all that begin on
        `since` or later) give what was paid of them to the row that now ends the kept part."""
        gone = [r for r in self.regular if since is not None and r.start >= since]
        free = [r for r in self.regular if since is None or r.start < since]
        others = [r for r in self.rows if r.is_down_payment or r.is_additional]
        used: list[Row] = []
        for period in self.plan.periods:
            row = next((r for r in free if r.start == period.start), None)
            if row is None:
                row = Row(start=period.start, due=period.due, is_replanned=True)
            else:
                free = [r for r in free if r is not row]
            row.due = period.due
            used.append(row)
        kept = reversed(list(zip(used, self.plan.periods, strict=True)))
        holder = next((row for row, period in kept if period.holds_early_payments), None)
        for row in [*free, *gone]:
            if holder is not None:
                holder.ahead += row.ahead
                holder.late += row.late
                for component in Component:
                    holder.paid[component] += row.paid[component]
                for component in CHARGES:
                    holder.asked[component] += row.paid[component]
                    row.asked[component] -= row.paid[component]
                    row.paid[component] = 0
            self._charge_again(row, used)
        others = [r for r in others if not (r.is_additional and self._charge_again(r, used))]
        self.rows = sorted(
            [*others, *used],
            key=lambda r: (r.due, not r.is_down_payment, r.start, r.is_additional),
        )
        previous = None
        for row in self.rows:
            if row.is_additional and previous is not None:
                row.start = previous.due
            if not row.is_down_payment:
                previous = row

    def _charge_again(self, gone: Row, rows: Sequence[Row]) -> bool:
        """Charges of a row that is no more fall due with the rows of their days. False for the one
        after maturity while the rows do not reach its day, or while it asks for more."""
        if gone.is_additional and (gone.due > rows[-1].due or gone.asks_more_than_charges):
            return False
        for component in CHARGES:
            left = gone.open(component)
            for charge in reversed(self.charges):
                if charge.component is component and gone.start < charge.due <= gone.due:
                    part = min(charge.amount, left)
                    row_of(rows, charge.due).asked[component] += part
                    left -= part
            row_of(rows, gone.due).asked[component] += left
        return True

    def take_over_open(self, since: date) -> None:
        """Bring rows that are not met, due then or later, up to what the plan asks."""
        rows = {(r.start, r.due): r for r in self.regular if not r.is_met}
        for period in self.plan.fresh():
            row = rows.get((period.start, period.due))
            if row is not None and row.due >= since:
                row.asked[Component.PRINCIPAL] = period.due_principal
                row.asked[Component.INTEREST] = period.due_interest

    def take_over_replanned(self, on: date) -> None:
        """Bring all rows up to a plan made anew; an instalment of nothing asks nothing."""
        for row, period in zip(self.regular, self.plan.fresh(), strict=True):
            row.asked[Component.PRINCIPAL] = period.due_principal if period.emi else 0
            row.asked[Component.INTEREST] = period.due_interest if period.emi else 0
            row.credited[Component.PRINCIPAL] = period.credited_principal
            row.credited[Component.INTEREST] = period.credited_interest
            row.review(on)

    # --- time ------------------------------------------------------------------------------------

    def accrue(self, day: date, *, settles_all: bool = False) -> None:
        """Let overdue principal bear interest up to the day."""
        rule = self.conditions.recalculation
        if not self.follows_balance or rule is None or not rule.past_due:
            return
        if accrue_overdue(self.plan, day, settles_all=settles_all):
            self.take_over_all()

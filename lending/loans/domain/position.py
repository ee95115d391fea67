"""Where a loan stands on a day: the result of a replay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.money import Money
from lending.loans.domain.allocation import Allocation, Component
from lending.loans.domain.events import PaymentKind


class InstalmentStatus(StrEnum):
    """UPCOMING: not due yet. DUE: due today or asking penalty only. OVERDUE: the due day has
    passed and interest or principal is open. PARTLY_PAID: something paid, not overdue. PAID:
    nothing left to pay, also where an early repayment left nothing to ask."""

    UPCOMING = "UPCOMING"
    DUE = "DUE"
    PARTLY_PAID = "PARTLY_PAID"
    OVERDUE = "OVERDUE"
    PAID = "PAID"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Money by component."""

    penalty: Money
    fee: Money
    interest: Money
    principal: Money

    @property
    def total(self) -> Money:
        return self.penalty + self.fee + self.interest + self.principal

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            penalty=self.penalty + other.penalty,
            fee=self.fee + other.fee,
            interest=self.interest + other.interest,
            principal=self.principal + other.principal,
        )

    def __sub__(self, other: Amounts) -> Amounts:
        return Amounts(
            penalty=self.penalty - other.penalty,
            fee=self.fee - other.fee,
            interest=self.interest - other.interest,
            principal=self.principal - other.principal,
        )

    @classmethod
    def of(cls, parts: Mapping[Component, int], currency: str) -> Amounts:
        """Minor units by component."""
        return cls(
            penalty=Money(parts[Component.PENALTY], currency),
            fee=Money(parts[Component.FEE], currency),
            interest=Money(parts[Component.INTEREST], currency),
            principal=Money(parts[Component.PRINCIPAL], currency),
        )

    @classmethod
    def zero(cls, currency: str) -> Amounts:
        return cls.of(dict.fromkeys(Component, 0), currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalmentState:
    """One instalment on a day. For a period still running `asked.interest` is what it will be at
    the due date if nothing else is paid early; `opening` is the balance that bears interest at
    the period's start. `rate_factor` is the whole period's share of the annual rate: on an unchanged
    balance the first d of its days earn opening x rate_factor x d / days, rounded once.
    `settled_on` is the day its last part was paid."""

    number: int
    starts_on: date
    due_on: date
    opening: Money
    rate_factor: Decimal
    asked: Amounts
    paid: Amounts
    status: InstalmentStatus
    settled_on: date | None

    @property
    def open(self) -> Amounts:
        """What is still to be paid of it."""
        return self.asked - self.paid


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedPayment:
    """What one standing payment paid. `unapplied` is the borrower's and goes back."""

    on: date
    reference: str
    kind: PaymentKind
    allocations: tuple[Allocation, ...]
    unapplied: Money

    @property
    def amounts(self) -> Amounts:
        """The parts by component, for the ledger."""
        sums = dict.fromkeys(Component, 0)
        for part in self.allocations:
            sums[part.component] += part.amount.minor
        return Amounts.of(sums, self.unapplied.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanState:
    """A loan at the end of the day `as_of`.

    `accrued_interest`, `accrued_penalty` and `accrued_fee` are earned since disbursement and never
    fall while events stand; a close of day posts accrued minus what it has posted so far.
    `due_now` has fallen due (today included) and is open; `payoff` settles the loan today (民法典
    677). `early_principal` was paid before it fell due and stands in no instalment:
    drawn + charged_back.principal = asked principal of all rows + early_principal + waived.principal.
    `paid` is gross: `charged_back` of it is owed again, `credit_taken` of the `unapplied` went
    back to the bank and `refunded` to the borrower; where the past changed after a refund, what no
    credit covers of it, `refunded_beyond`, is owed again and part of `charged_back`. `written_off`
    was open on that day, or refunded beyond since.
    """

    as_of: date
    rows: tuple[InstalmentState, ...]
    payments: tuple[AppliedPayment, ...]
    drawn: Money
    paid: Amounts
    early_principal: Money
    outstanding_principal: Money
    overdue_principal: Money
    accrued_interest: Money
    accrued_penalty: Money
    accrued_fee: Money
    charged_back: Amounts
    credit_taken: Money
    waived: Amounts
    refunded: Money
    refunded_beyond: Money
    written_off: Amounts | None
    recovered: Money
    restructured_on: date | None
    annual_rate: Decimal
    due_now: Amounts
    payoff: Amounts
    unapplied: Money
    days_past_due: int
    settled_on: date | None

    @property
    def is_settled(self) -> bool:
        """Disbursed, and nothing is owed any more."""
        return self.settled_on is not None

    @property
    def next_instalment(self) -> InstalmentState | None:
        """The first instalment after today that will ask for something."""
        return next((r for r in self.rows if r.due_on > self.as_of and r.open.total), None)

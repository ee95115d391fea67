"""What happened to a loan. A loan is the fold of these; rows in a table are their source."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from core.money import Money
from lending.loans.domain.allocation import Component
from lending.products.domain.methods import Unit


class PaymentKind(StrEnum):
    """Why money came. DUE pays only what has fallen due; the others may pay in advance.

    REFUND and PAYOUT_REFUND come from the seller or the bank, GOODWILL from the lender (no cash),
    RECOVERY after a write-off, REFINANCE from the loan that replaces this one.
    """

    DUE = "DUE"
    MANUAL = "MANUAL"
    PAYOFF = "PAYOFF"
    REFUND = "REFUND"
    PAYOUT_REFUND = "PAYOUT_REFUND"
    GOODWILL = "GOODWILL"
    RECOVERY = "RECOVERY"
    REFINANCE = "REFINANCE"


#: What a borrower's own repayment may be.
BORROWER_KINDS: Final = (PaymentKind.DUE, PaymentKind.MANUAL, PaymentKind.PAYOFF)


class ChargeKind(StrEnum):
    """A fee is a price of the loan; a penalty (违约金) answers a breach of it."""

    FEE = "FEE"
    PENALTY = "PENALTY"


class OpenInterest(StrEnum):
    """What becomes of interest owed when a plan is made anew: asked at once in the first new
    instalment, or divided equally over all of them, or left out of the plan made anew."""

    FIRST = "FIRST"
    SPLIT = "SPLIT"
    WAIVED = "WAIVED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disbursed:
    """The money reached the borrower. Exactly the agreed amount on the agreed day."""

    on: date
    amount: Money
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """The borrower's money counts from the day `on`. `reference` names this payment alone."""

    on: date
    amount: Money
    kind: PaymentKind
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reversed:
    """The event `reference` is undone: from the day `on` the loan is as if it never was."""

    on: date
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedBack:
    """The bank took a payment back (拒付): `amount` of the payment `payment` is owed again, with
    the instalment that is running, and bears interest from `on` only."""

    on: date
    amount: Money
    payment: str
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditRefunded:
    """Money no claim asked for went back to the borrower."""

    on: date
    amount: Money
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Charged:
    """A charge asked with the first instalment due on or after `due_on` (the last one after
    maturity), or with every instalment not due yet where that is None."""

    on: date
    amount: Money
    kind: ChargeKind
    due_on: date | None
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """The lender gives up `amount` of what is owed now for `component`, oldest instalment first."""

    on: date
    amount: Money
    component: Component
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChanged:
    """From `on` the annual rate (a fraction) is another one."""

    on: date
    annual_rate: Decimal
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DueDateMoved:
    """The instalment due on `due_on` moves to `moved_to`; the later ones follow from there in the
    rhythm of the plan."""

    on: date
    due_on: date
    moved_to: date
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """`instalments` more instalments (展期), the balance divided anew; a loan that falls due all
    at once falls due as many months later."""

    on: date
    instalments: int
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReAged:
    """All that is owed is planned anew: `instalments` of them, the first one step after
    `starts_on`. Nothing is overdue then."""

    on: date
    starts_on: date
    every: int
    unit: Unit
    instalments: int
    interest: OpenInterest
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReAmortised:
    """What is overdue is divided over the instalments not due yet."""

    on: date
    interest: OpenInterest
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class InterestPaused:
    """Neither interest nor penalty interest for the days from `starts_on` to `ends_on`, both
    included."""

    on: date
    starts_on: date
    ends_on: date
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restructured:
    """A re-ageing at another annual rate, agreed in difficulty (重组): the asset class knows."""

    on: date
    annual_rate: Decimal
    starts_on: date
    every: int
    unit: Unit
    instalments: int
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOff:
    """The lender gives the claim up in its books (核销); what still comes in is a recovery."""

    on: date
    reference: str
    sequence: int = 0


LoanEvent = (
    Disbursed
    | Paid
    | Reversed
    | ChargedBack
    | CreditRefunded
    | Charged
    | Waived
    | RateChanged
    | DueDateMoved
    | Extended
    | ReAged
    | ReAmortised
    | InterestPaused
    | Restructured
    | WrittenOff
)


class InvalidEventsError(ValueError):
    """A history no loan can have: unknown or repeated reference, wrong currency, wrong order."""

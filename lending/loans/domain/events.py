"""What happened to a loan. A loan is the fold of these; rows in a table are their source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from core.money import Money
from lending.loans.domain.allocation import Component
from lending.loans.domain.terms import LoanTerms
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
    """The payment `reference` is undone: from the day `on` the loan is as if it never came."""

    on: date
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargedBack:
    """The bank took a payment back (拒付): `amount` of the payment `payment` is owed again."""

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
    """A charge falls due on `due_on`, or with every instalment not paid yet where that is None."""

    on: date
    amount: Money
    kind: ChargeKind
    due_on: date | None
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Waived:
    """The lender gives up `amount` of what is asked for `component`, oldest instalment first."""

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
    """The instalment due on `due_on`, and all later ones with it, moves to `moved_to`."""

    on: date
    due_on: date
    moved_to: date
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Extended:
    """`instalments` more instalments (展期), the balance divided anew."""

    on: date
    instalments: int
    reference: str
    sequence: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReAged:
    """What is outstanding is planned anew: `instalments` of them from `starts_on` on."""

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
    """No interest for the days from `starts_on` to `ends_on`, both included."""

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


def effective_events(
    *, terms: LoanTerms, events: Sequence[LoanEvent], as_of: date
) -> tuple[Disbursed | None, tuple[Paid, ...]]:
    """The disbursement and the payments that stand on `as_of`, in (on, sequence) order.

    Events after `as_of` are not known yet. Equal keys keep the order given. Raises InvalidEventsError.
    """
    known = sorted((e for e in events if e.on <= as_of), key=lambda e: (e.on, e.sequence))
    disbursed: Disbursed | None = None
    paid: dict[str, Paid] = {}
    undone: set[str] = set()
    for event in known:
        match event:
            case Disbursed():
                _check_disbursed(terms, disbursed, event)
                disbursed = event
            case Paid():
                _check_paid(terms, disbursed, paid, event)
                paid[event.reference] = event
            case Reversed():
                if event.reference not in paid or event.reference in undone:
                    raise InvalidEventsError(
                        f"no payment {event.reference!r} stands to be reversed"
                    )
                undone.add(event.reference)
            case _:
                raise InvalidEventsError(f"no rule for {type(event).__name__}")
    return disbursed, tuple(p for p in paid.values() if p.reference not in undone)


def _check_disbursed(terms: LoanTerms, before: Disbursed | None, event: Disbursed) -> None:
    if before is not None:
        raise InvalidEventsError("disbursed twice")
    if event.amount != terms.principal or event.on != terms.disbursed_on:
        raise InvalidEventsError("the disbursement is not the agreed amount on the agreed day")


def _check_paid(
    terms: LoanTerms, disbursed: Disbursed | None, paid: dict[str, Paid], event: Paid
) -> None:
    if disbursed is None:
        raise InvalidEventsError("paid before it was disbursed")
    if event.reference in paid:
        raise InvalidEventsError(f"payment {event.reference!r} came twice")
    if event.amount.currency != terms.principal.currency or event.amount.minor <= 0:
        raise InvalidEventsError("a payment is above zero in the loan's currency")

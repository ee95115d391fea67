"""What happened to a loan. A loan is the fold of these; rows in a table are their source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.money import Money
from lending.loans.domain.terms import LoanTerms


class PaymentKind(StrEnum):
    """Why money came. DUE pays only what has fallen due; the others may pay in advance."""

    DUE = "DUE"
    MANUAL = "MANUAL"
    PAYOFF = "PAYOFF"


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


LoanEvent = Disbursed | Paid | Reversed


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

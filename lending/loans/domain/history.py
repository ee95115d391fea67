"""Which of a loan's events stand on a day, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lending.loans.domain.events import (
    Charged,
    ChargedBack,
    CreditRefunded,
    Disbursed,
    InterestPaused,
    InvalidEventsError,
    LoanEvent,
    Paid,
    Reversed,
    Waived,
    WrittenOff,
)
from lending.loans.domain.terms import LoanTerms

#: Events that carry an amount, which is above zero and in the loan's currency.
_WITH_AMOUNT = (Paid, Charged, ChargedBack, CreditRefunded, Waived)


def standing_events(
    *, terms: LoanTerms, events: Sequence[LoanEvent], as_of: date
) -> tuple[Disbursed | None, tuple[LoanEvent, ...]]:
    """The disbursement, and what stands of all else by (on, sequence).

    An undone event is left out, and so is its undoing. Events after `as_of` are not known yet.
    Equal keys keep the order given. Raises InvalidEventsError.
    """
    known = sorted((e for e in events if e.on <= as_of), key=lambda e: (e.on, e.sequence))
    disbursed: Disbursed | None = None
    found: dict[str, LoanEvent] = {}
    undone: set[str] = set()
    for event in known:
        if isinstance(event, Disbursed):
            _check_disbursed(terms, disbursed, event)
            disbursed = event
            continue
        if disbursed is None:
            raise InvalidEventsError(f"{type(event).__name__} before the loan was disbursed")
        if isinstance(event, Reversed):
            if event.reference not in found or event.reference in undone:
                raise InvalidEventsError(f"no event {event.reference!r} stands to be undone")
            undone.add(event.reference)
            continue
        if event.reference in found:
            raise InvalidEventsError(f"event {event.reference!r} came twice")
        _check_amount(terms, event)
        _check_pause(event)
        found[event.reference] = event
    standing = {name: event for name, event in found.items() if name not in undone}
    _check_together(standing)
    return disbursed, tuple(standing.values())


def overtaken_refunds(*, events: Sequence[LoanEvent], as_of: date) -> frozenset[str]:
    """Refunds after whose entry (`sequence`) their past changed: the credit that was there then
    may be less now, but the money has gone."""
    known = [event for event in events if event.on <= as_of]
    refunds = [event for event in known if isinstance(event, CreditRefunded)]
    return frozenset(
        refund.reference
        for refund in refunds
        if any(
            other.sequence > refund.sequence
            and (other.on < refund.on or isinstance(other, Reversed | InterestPaused))
            for other in known
        )
    )


def _check_disbursed(terms: LoanTerms, before: Disbursed | None, event: Disbursed) -> None:
    if before is not None:
        raise InvalidEventsError("disbursed twice")
    if event.amount != terms.principal or event.on != terms.disbursed_on:
        raise InvalidEventsError("the disbursement is not the agreed amount on the agreed day")


def _check_amount(terms: LoanTerms, event: LoanEvent) -> None:
    if not isinstance(event, _WITH_AMOUNT):
        return
    if event.amount.currency != terms.principal.currency or event.amount.minor <= 0:
        raise InvalidEventsError("an amount is above zero in the loan's currency")


def _check_pause(event: LoanEvent) -> None:
    if isinstance(event, InterestPaused) and event.ends_on < event.starts_on:
        raise InvalidEventsError("interest cannot be paused until before its pause begins")


def _check_together(standing: dict[str, LoanEvent]) -> None:
    """What refers to another event needs that one."""
    taken: dict[str, int] = {}
    payments: dict[str, Paid] = {}
    for event in standing.values():
        if isinstance(event, Paid):
            payments[event.reference] = event
        if not isinstance(event, ChargedBack):
            continue
        payment = payments.get(event.payment)
        if payment is None:
            raise InvalidEventsError(f"no payment {event.payment!r} stands to be charged back")
        taken[event.payment] = taken.get(event.payment, 0) + event.amount.minor
        if taken[event.payment] > payment.amount.minor:
            raise InvalidEventsError(f"more than payment {event.payment!r} was charged back")
    if sum(isinstance(event, WrittenOff) for event in standing.values()) > 1:
        raise InvalidEventsError("written off twice")

"""Terms and events as JSON and back, exactly: what a loan was agreed to be, and what happened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final, get_type_hints

from core.money import Money
from lending.loans.domain.allocation import Component
from lending.loans.domain.events import (
    Charged,
    ChargedBack,
    ChargeKind,
    CreditRefunded,
    Disbursed,
    DueDateMoved,
    Extended,
    InterestPaused,
    LoanEvent,
    OpenInterest,
    Paid,
    PaymentKind,
    RateChanged,
    ReAged,
    ReAmortised,
    Restructured,
    Reversed,
    Waived,
    WrittenOff,
)
from lending.loans.domain.terms import LoanTerms
from lending.products.domain.methods import DayCount, Method, Unit


class EventKind(StrEnum):
    """An event's name in storage. A stored name never changes its meaning."""

    DISBURSED = "DISBURSED"
    PAID = "PAID"
    REVERSED = "REVERSED"
    CHARGED_BACK = "CHARGED_BACK"
    CREDIT_REFUNDED = "CREDIT_REFUNDED"
    CHARGED = "CHARGED"
    WAIVED = "WAIVED"
    RATE_CHANGED = "RATE_CHANGED"
    DUE_DATE_MOVED = "DUE_DATE_MOVED"
    EXTENDED = "EXTENDED"
    RE_AGED = "RE_AGED"
    RE_AMORTISED = "RE_AMORTISED"
    INTEREST_PAUSED = "INTEREST_PAUSED"
    RESTRUCTURED = "RESTRUCTURED"
    WRITTEN_OFF = "WRITTEN_OFF"


_CLASSES: Final[Mapping[EventKind, type[LoanEvent]]] = {
    EventKind.DISBURSED: Disbursed,
    EventKind.PAID: Paid,
    EventKind.REVERSED: Reversed,
    EventKind.CHARGED_BACK: ChargedBack,
    EventKind.CREDIT_REFUNDED: CreditRefunded,
    EventKind.CHARGED: Charged,
    EventKind.WAIVED: Waived,
    EventKind.RATE_CHANGED: RateChanged,
    EventKind.DUE_DATE_MOVED: DueDateMoved,
    EventKind.EXTENDED: Extended,
    EventKind.RE_AGED: ReAged,
    EventKind.RE_AMORTISED: ReAmortised,
    EventKind.INTEREST_PAUSED: InterestPaused,
    EventKind.RESTRUCTURED: Restructured,
    EventKind.WRITTEN_OFF: WrittenOff,
}
_KINDS: Final = {of: kind for kind, of in _CLASSES.items()}

#: From JSON, by the type of the field.
_READERS: Final[Mapping[object, Callable[[Any], Any]]] = {
    int: int,
    str: str,
    date: date.fromisoformat,
    date | None: lambda text: None if text is None else date.fromisoformat(text),
    Decimal: Decimal,
    **{of: of for of in (Component, ChargeKind, OpenInterest, PaymentKind, Unit)},
}


def event_kind(*, event: LoanEvent) -> EventKind:
    """The name an event is stored under."""
    return _KINDS[type(event)]


def _field_types(of: type[LoanEvent]) -> Mapping[str, object]:
    hints = get_type_hints(of)
    return {field.name: hints[field.name] for field in fields(of)}


_FIELDS: Final = {of: _field_types(of) for of in _KINDS}


def event_fields(*, kind: EventKind) -> frozenset[str]:
    """What an event has to say."""
    return frozenset(_FIELDS[_CLASSES[kind]])


def _plain(value: object) -> object:
    """A field in JSON types: decimals and dates as text."""
    match value:
        case StrEnum():
            return value.value
        case None | int() | str():
            return value
        case date():
            return value.isoformat()
        case Decimal():
            return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def event_to_json(*, event: LoanEvent) -> dict[str, Any]:
    """JSON types only. `event` names the kind; money is in minor units, its currency beside it."""
    body: dict[str, Any] = {"event": event_kind(event=event).value}
    for name in _FIELDS[type(event)]:
        value = getattr(event, name)
        if isinstance(value, Money):
            body[name], body["currency"] = value.minor, value.currency
        else:
            body[name] = _plain(value)
    return body


def event_from_json(*, body: Mapping[str, Any]) -> LoanEvent:
    """The reverse. Raises KeyError, ValueError or TypeError for what was never written."""
    of = _CLASSES[EventKind(body["event"])]
    values: dict[str, Any] = {
        name: Money(body[name], body["currency"]) if kind is Money else _READERS[kind](body[name])
        for name, kind in _FIELDS[of].items()
    }
    return of(**values)


def terms_to_json(*, terms: LoanTerms) -> dict[str, Any]:
    """JSON types only: decimals and dates as text, money in minor units."""
    return {
        "principal": terms.principal.minor,
        "currency": terms.principal.currency,
        "method": terms.method.value,
        "annual_rate": str(terms.annual_rate),
        "instalments": terms.instalments,
        "disbursed_on": terms.disbursed_on.isoformat(),
        "day_count": terms.day_count.value,
        "due_day": terms.due_day,
        "first_period_min_days": terms.first_period_min_days,
        "penalty_uplift": str(terms.penalty_uplift),
        "grace_days": terms.grace_days,
        "allocation_order": [part.value for part in terms.allocation_order],
        "late_fee": terms.late_fee,
        "interest_compounds": terms.interest_compounds,
        "due_dates": None if terms.due_dates is None else [d.isoformat() for d in terms.due_dates],
    }


def terms_from_json(*, body: Mapping[str, Any]) -> LoanTerms:
    """The reverse. Raises InvalidTermsError or KeyError for what `terms_to_json` never wrote.

    Loans made before due dates, fees and compound interest existed have none.
    """
    dates = body.get("due_dates")
    order = tuple(Component(part) for part in body["allocation_order"])
    if Component.FEE not in order:
        place = order.index(Component.PENALTY) + 1
        order = (*order[:place], Component.FEE, *order[place:])
    return LoanTerms(
        principal=Money(body["principal"], body["currency"]),
        method=Method(body["method"]),
        annual_rate=Decimal(body["annual_rate"]),
        instalments=body["instalments"],
        disbursed_on=date.fromisoformat(body["disbursed_on"]),
        day_count=DayCount(body["day_count"]),
        due_day=body["due_day"],
        first_period_min_days=body["first_period_min_days"],
        penalty_uplift=Decimal(body["penalty_uplift"]),
        grace_days=body["grace_days"],
        allocation_order=order,
        late_fee=body.get("late_fee", 0),
        interest_compounds=body.get("interest_compounds", False),
        due_dates=None if dates is None else tuple(date.fromisoformat(text) for text in dates),
    )

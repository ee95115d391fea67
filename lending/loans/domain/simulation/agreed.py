"""Cases with `terms`: a loan as it would run here, folded by `replay`.

`terms` has the fields of `LoanTerms`, money and rates as decimal text ("annual_rate": "0.12"); the
disbursement happens by itself. `events` are those of `events.py`, in JSON as `codec` writes them,
except that money is decimal text: {"event": "PAID", "on": "2026-02-15", "kind": "DUE", "amount": "100.00"}.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from datetime import date
from typing import Any, Final

from core.money import Money, MoneyError
from lending.loans.domain.allocation import Component, Timing
from lending.loans.domain.checks import Case, faults
from lending.loans.domain.codec import EventKind, event_fields, event_from_json, terms_from_json
from lending.loans.domain.events import Disbursed, InvalidEventsError, LoanEvent
from lending.loans.domain.position import InstalmentState, LoanState
from lending.loans.domain.replay import replay
from lending.loans.domain.simulation.reading import CaseError, read_choice, read_day, read_number
from lending.loans.domain.simulation.report import Printed, disbursement_row
from lending.loans.domain.terms import InvalidTermsError, LoanTerms
from lending.products.domain.methods import DayCount, Method

MAX_EVENTS: Final = 1000
_OPTIONAL: Final = frozenset(
    field.name for field in fields(LoanTerms) if field.default is not MISSING
)
_MONEY: Final = frozenset({"principal", "late_fee"})
_RATES: Final = frozenset({"annual_rate", "penalty_uplift"})


def simulate_agreed(*, case: Mapping[str, Any]) -> list[Printed]:
    """The rows of a case with `terms`. Raises CaseError, its text beginning with the field."""
    terms = _terms(case["terms"])
    events: list[LoanEvent] = [Disbursed(on=terms.disbursed_on, amount=terms.principal)]
    found = case.get("events") or []
    if not isinstance(found, list) or len(found) > MAX_EVENTS:
        raise CaseError(f"events: a list of at most {MAX_EVENTS} is needed")
    for number, body in enumerate(found, start=1):
        event = _event(body, number, terms)
        _check(event, number, events, terms)
        events.append(replace(event, sequence=number))
    as_of = case.get("as_of")
    day = max(event.on for event in events) if as_of is None else read_day(as_of, "as_of")
    return _print(replay(terms=terms, events=events, as_of=day))


# --- reading ------------------------------------------------------------------------------------


def _terms(found: Any) -> LoanTerms:
    if not isinstance(found, dict):
        raise CaseError("terms: an object is needed")
    body = {"currency": "CNY", **found}
    names = {field.name for field in fields(LoanTerms)} | {"currency"}
    for name in sorted(set(body) - names):
        raise CaseError(f"terms.{name}: there is no such term")
    for name in sorted(names - _OPTIONAL - set(body)):
        raise CaseError(f"terms.{name}: is missing")
    read_day(body["disbursed_on"], "terms.disbursed_on")
    body["method"] = read_choice(Method, body["method"], "terms.method")
    body["day_count"] = read_choice(DayCount, body["day_count"], "terms.day_count")
    for name in sorted(_RATES & set(body)):
        body[name] = read_number(body[name], f"terms.{name}")
    for name in sorted(_MONEY & set(body)):
        body[name] = _minor(body[name], body["currency"], f"terms.{name}")
    defaults = {f.name: f.default for f in fields(LoanTerms) if f.default is not MISSING}
    try:
        return terms_from_json(body={**defaults, **body})
    except InvalidTermsError as error:
        raise CaseError(f"terms.{error.field}: {error.message}") from error
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise CaseError(f"terms: a value has not its form ({error})") from error


def _minor(value: Any, currency: Any, field: str) -> int:
    try:
        return Money.parse(str(value), str(currency)).minor
    except MoneyError as error:
        raise CaseError(f"{field}: {value!r} is no amount of {currency}") from error


def _event(body: Any, number: int, terms: LoanTerms) -> LoanEvent:
    field = f"events[{number}]"
    if not isinstance(body, dict):
        raise CaseError(f"{field}: an object is needed")
    kinds = set(EventKind) - {EventKind.DISBURSED}
    if body.get("event") not in kinds:
        raise CaseError(f"{field}.event: is one of {', '.join(sorted(kinds))}")
    currency = terms.principal.currency
    full = {"sequence": 0, "reference": str(number), "currency": currency, **body}
    for name in sorted(event_fields(kind=EventKind(body["event"])) - set(full)):
        raise CaseError(f"{field}.{name}: is missing")
    if "amount" in full:
        full["amount"] = _minor(full["amount"], currency, f"{field}.amount")
    read_day(full["on"], f"{field}.on")
    try:
        return event_from_json(body=full)
    except (ValueError, TypeError, KeyError, ArithmeticError) as error:
        raise CaseError(f"{field}: a value has not its form ({error})") from error


def _check(event: LoanEvent, number: int, before: list[LoanEvent], terms: LoanTerms) -> None:
    """What a colleague who proposes the event would be told."""
    try:
        state = replay(terms=terms, events=before, as_of=max(event.on, terms.disbursed_on))
        case = Case(disbursed_on=terms.disbursed_on, history=before, state=state)
        for name, (message, params) in faults(event=event, case=case).items():
            raise CaseError(f"events[{number}].{name}: {message % params}")
        last = max(event.on, max(e.on for e in before))
        replay(terms=terms, events=[*before, replace(event, sequence=number)], as_of=last)
    except InvalidEventsError as error:
        raise CaseError(f"events[{number}]: {error}") from error


# --- printing -----------------------------------------------------------------------------------


def _print(state: LoanState) -> list[Printed]:
    zero = Money.zero(state.drawn.currency)
    rows = [
        disbursement_row(
            on=state.rows[0].starts_on, amount=state.drawn.text, zero=zero.text, is_lent=True
        )
    ]
    early, late = _paid_off_their_day(state)
    left = sum((row.asked.principal for row in state.rows), zero)
    for row in state.rows:
        left -= row.asked.principal
        rows.append(_row(row, left, early.get(row.number, zero), late.get(row.number, zero)))
    return rows


def _paid_off_their_day(state: LoanState) -> tuple[dict[int, Money], dict[int, Money]]:
    """What was paid of each row before its due date, and after it. Early principal is of none."""
    due: dict[int, date] = {row.number: row.due_on for row in state.rows}
    early: dict[int, Money] = {}
    late: dict[int, Money] = {}
    for payment in state.payments:
        for part in payment.allocations:
            if part.timing is Timing.IN_ADVANCE and part.component is Component.PRINCIPAL:
                continue
            if payment.on != due[part.number]:
                side = early if payment.on < due[part.number] else late
                zero = Money.zero(part.amount.currency)
                side[part.number] = side.get(part.number, zero) + part.amount
    return early, late


def _row(row: InstalmentState, left: Money, early: Money, late: Money) -> Printed:
    amounts = {
        "balance": left,
        "principal": row.asked.principal,
        "interest": row.asked.interest,
        "fees": row.asked.fee,
        "penalties": row.asked.penalty,
        "due": row.asked.total,
        "paid": row.paid.total,
        "in_advance": early,
        "late": late,
        "outstanding": row.open.total,
    }
    return {
        "nr": row.number,
        "days": (row.due_on - row.starts_on).days,
        "from_date": row.starts_on.isoformat(),
        "due_date": row.due_on.isoformat(),
        "paid_date": None if row.settled_on is None else row.settled_on.isoformat(),
        **{name: amount.text for name, amount in amounts.items()},
    }

"""Events survive storage: every kind, every field, to the last digit."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from lending.loans.domain import (
    ChargeKind,
    Component,
    LoanEvent,
    LoanTerms,
    OpenInterest,
    Paid,
    PaymentKind,
)
from lending.loans.domain.calendar import due_dates
from lending.loans.domain.codec import (
    EventKind,
    event_from_json,
    event_kind,
    event_to_json,
    terms_from_json,
    terms_to_json,
)
from lending.products.domain.methods import Unit
from tests.unit.lending.loan_builders import loan_terms, make_terms

EVENT_CLASSES = get_args(LoanEvent)

days = st.dates(date(2000, 1, 1), date(9000, 12, 31))
VALUES: dict[object, st.SearchStrategy[Any]] = {
    int: st.integers(-(10**9), 10**9),
    str: st.text(max_size=40),
    date: days,
    date | None: days | st.none(),
    Decimal: st.decimals(allow_nan=False, allow_infinity=False),
    Money: st.builds(Money, st.integers(-(10**15), 10**15), st.sampled_from(["CNY", "EUR", "JPY"])),
    **{of: st.sampled_from(of) for of in (Component, ChargeKind, OpenInterest, PaymentKind, Unit)},
}


def build(of: type[LoanEvent]) -> st.SearchStrategy[LoanEvent]:
    hints = get_type_hints(of)
    return st.builds(of, **{field.name: VALUES[hints[field.name]] for field in fields(of)})


events = st.one_of([build(of) for of in EVENT_CLASSES])


@given(event=events)
def test_an_event_comes_back_as_it_went(event: LoanEvent) -> None:
    body = json.loads(json.dumps(event_to_json(event=event)))
    back = event_from_json(body=body)
    assert back == event
    assert repr(back) == repr(event)  # 1.10 stays 1.10


@given(terms=loan_terms(), are_fixed=st.booleans())
def test_terms_come_back_as_they_went(terms: LoanTerms, are_fixed: bool) -> None:
    agreed = replace(terms, due_dates=due_dates(terms=terms)) if are_fixed else terms
    body = json.loads(json.dumps(terms_to_json(terms=agreed)))
    assert terms_from_json(body=body) == agreed


def test_terms_from_before_due_dates_were_kept_have_none() -> None:
    body = terms_to_json(terms=make_terms())
    del body["due_dates"]
    assert terms_from_json(body=body) == make_terms()


def test_every_kind_of_event_has_a_name_of_its_own() -> None:
    sample = date(2026, 1, 1)
    assert len(EVENT_CLASSES) == len(EventKind)
    paid = Paid(on=sample, amount=Money(1), kind=PaymentKind.DUE, reference="a")
    assert event_kind(event=paid) is EventKind.PAID


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"event": "STOLEN"}, ValueError),
        ({"kind": "GIFT"}, ValueError),
        ({"on": "yesterday"}, ValueError),
        ({"on": None}, TypeError),
    ],
)
def test_what_was_never_written_is_refused(change: dict[str, Any], error: type[Exception]) -> None:
    paid = Paid(on=date(2026, 1, 1), amount=Money(1), kind=PaymentKind.DUE, reference="a")
    with pytest.raises(error):
        event_from_json(body=event_to_json(event=paid) | change)
    body = event_to_json(event=paid)
    del body["reference"]
    with pytest.raises(KeyError):
        event_from_json(body=body)

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.money import Money
from lending.loans.domain import Component, DayCount, InvalidTermsError, Method
from tests.unit.lending.loan_builders import make_terms

#: How the sentence calls a field, where not by its name.
WORDS = {
    "principal": "amount",
    "method": "methods",
    "instalments": "number of instalments",
    "penalty_uplift": "uplift",
    "grace_days": "days of grace",
    "first_period_min_days": "first period",
    "disbursed_on": "payout",
    "allocation_order": "order of allocation",
    "due_dates": "due date",
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("principal", Money(0, "CNY")),
        ("principal", Money(-1, "CNY")),
        ("method", "EQUAL_INSTALMENTS"),
        ("day_count", "ACTUAL_360"),
        ("instalments", 0),
        ("instalments", 361),
        ("instalments", True),
        ("annual_rate", Decimal("-0.01")),
        ("annual_rate", Decimal("10.01")),
        ("annual_rate", Decimal("NaN")),
        ("annual_rate", 0.12),
        ("annual_rate", Decimal("0.12345678901")),
        ("penalty_uplift", Decimal("-0.5")),
        ("grace_days", -1),
        ("due_day", 0),
        ("due_day", 32),
        ("first_period_min_days", 0),
        ("disbursed_on", date(9950, 1, 1)),
        ("allocation_order", (Component.INTEREST, Component.PRINCIPAL)),
        ("allocation_order", (Component.INTEREST,) * 3),
        ("due_dates", ()),
        ("due_dates", (date(2026, 2, 15), date(2026, 3, 15))),  # three instalments
        ("due_dates", (date(2026, 2, 15), date(2026, 3, 15), date(2026, 3, 15))),
        ("due_dates", (date(2026, 3, 15), date(2026, 2, 15), date(2026, 4, 15))),
        ("due_dates", (date(2026, 1, 15), date(2026, 2, 15), date(2026, 3, 15))),  # the payout's
    ],
)
def test_terms_no_loan_can_have_name_their_field(field: str, value: object) -> None:
    with pytest.raises(InvalidTermsError) as caught:
        make_terms(**{field: value})
    assert caught.value.field == field
    assert WORDS.get(field, field.replace("_", " ")) in caught.value.message
    assert caught.value.message.endswith(".")


def test_interest_by_the_day_refuses_thirty_day_months() -> None:
    with pytest.raises(InvalidTermsError) as caught:
        make_terms(method=Method.DAILY_FLEXIBLE, day_count=DayCount.THIRTY_360)
    assert caught.value.field == "day_count"


def test_a_bullet_loan_has_one_due_date() -> None:
    assert make_terms(method=Method.BULLET, due_dates=(date(2026, 4, 15),)).row_count == 1
    with pytest.raises(InvalidTermsError):
        make_terms(method=Method.BULLET, due_dates=(date(2026, 3, 15), date(2026, 4, 15)))


def test_penalty_rate_replaces_the_contract_rate() -> None:
    assert make_terms(penalty_uplift=Decimal("0.5")).penalty_rate == Decimal("0.18")

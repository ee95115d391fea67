"""Which terms may be published."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from lending.products.domain import (
    PURPOSES,
    DayCount,
    Method,
    NonworkingRule,
    Purpose,
    body_hash,
    check_terms,
    least_annual_cost,
    regimes_of,
    shown_cost,
)
from tests.products import LIMITS, terms

D = Decimal


def fields_of(kind: str = "PERSON", currency: str = "CNY", **changes: Any) -> set[str]:
    problems = check_terms(
        terms=terms(**changes), borrower_kind=kind, currency=currency, limits=LIMITS
    )
    for problem in problems:
        assert problem.message.format(**problem.figures)
    return {problem.field for problem in problems}


def test_good_terms() -> None:
    assert fields_of() == set()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"min_amount": Money(0)}, "min_amount"),
        ({"min_amount": Money(-1)}, "min_amount"),
        ({"min_amount": Money(50_000_01)}, "max_amount"),
        ({"max_line": Money(49_999_99)}, "max_line"),
        ({"max_line": Money(200_000_01)}, "max_line"),
        ({"instalment_options": ()}, "instalment_options"),
        ({"instalment_options": (0,)}, "instalment_options"),
        ({"instalment_options": (-3, 3)}, "instalment_options"),
        ({"instalment_options": (361,)}, "instalment_options"),
        ({"instalment_options": (3, 3)}, "instalment_options"),
        ({"instalment_options": (True,)}, "instalment_options"),
        ({"annual_rate_floor": D("0.21")}, "annual_rate_ceiling"),
        ({"annual_rate_ceiling": D("0.240001")}, "annual_rate_ceiling"),
        ({"annual_rate_ceiling": D("NaN")}, "annual_rate_ceiling"),
        ({"annual_rate_ceiling": D("Infinity")}, "annual_rate_ceiling"),
        ({"annual_rate_floor": D("-0.01")}, "annual_rate_floor"),
        ({"annual_rate_floor": D("0.0000001")}, "annual_rate_floor"),
        ({"penalty_uplift": D("0.29")}, "penalty_uplift"),
        ({"penalty_uplift": D("0.51")}, "penalty_uplift"),
        ({"late_fee": -1}, "late_fee"),
        ({"late_fee": 500_01}, "late_fee"),
        ({"grace_days": -1}, "grace_days"),
        ({"grace_days": 61}, "grace_days"),
        ({"cooling_off_days": -1}, "cooling_off_days"),
        ({"line_validity_months": 0}, "line_validity_months"),
        ({"first_period_min_days": 0}, "first_period_min_days"),
        ({"due_days": (29,)}, "due_days"),
        ({"due_days": (5, 5)}, "due_days"),
        ({"purposes": ()}, "purposes"),
        ({"purposes": (Purpose.BUSINESS_TURNOVER,)}, "purposes"),
        ({"purposes": ("SECURITIES",)}, "purposes"),
        ({"method": Method.DAILY_FLEXIBLE}, "day_count"),
        (
            {
                "method": Method.DAILY_FLEXIBLE,
                "day_count": DayCount.ACTUAL_365,
                "instalment_options": (13,),
            },
            "instalment_options",
        ),
    ],
)
def test_bad_terms_name_their_field(changes: dict[str, Any], field: str) -> None:
    assert fields_of(**changes) == {field}


def test_the_ceiling_itself_is_allowed_but_not_as_360_days() -> None:
    assert fields_of(annual_rate_ceiling=D("0.24")) == set()
    assert fields_of(annual_rate_ceiling=D("0.24"), day_count=DayCount.ACTUAL_365) == set()
    assert fields_of(annual_rate_ceiling=D("0.24"), day_count=DayCount.ACTUAL_360) == {
        "annual_rate_ceiling"
    }
    assert fields_of(annual_rate_ceiling=D("0.236712"), day_count=DayCount.ACTUAL_360) == set()


def test_flat_interest_is_measured_by_what_it_costs() -> None:
    flat: dict[str, Any] = {"method": Method.FLAT, "annual_rate_floor": D("0.05")}
    # 12 instalments at 13 % flat cost 23.19 % a year, at 14 % 24.91 %.
    assert fields_of(**flat, annual_rate_ceiling=D("0.13")) == set()
    assert fields_of(**flat, annual_rate_ceiling=D("0.14")) == {"annual_rate_ceiling"}
    # The dearest number of instalments counts, wherever it stands in the list.
    assert fields_of(**flat, annual_rate_ceiling=D("0.14"), instalment_options=(12, 1)) != set()
    assert fields_of(**flat, annual_rate_ceiling=D("0.24"), instalment_options=(1,)) == set()


def test_a_rate_above_the_ceiling_is_refused_with_the_figures_and_the_source() -> None:
    limits = replace(LIMITS, annual_cost_source="Notice 9")
    offer = terms(method=Method.FLAT, annual_rate_ceiling=D("0.14"))
    (problem,) = check_terms(terms=offer, borrower_kind="PERSON", currency="CNY", limits=limits)
    assert problem.message.format(**problem.figures) == (
        "At this rate the annual cost is 24.91 % or more; regulation allows at most 24 %"
        " (Notice 9)."
    )


def test_a_cost_is_shown_rounded_up() -> None:
    assert shown_cost(rate=D("0.240001")) == "24.01"
    assert shown_cost(rate=D("0.24")) == "24.00"


@given(rate=st.integers(1, 100_000).map(lambda n: D(n) / 100_000), instalments=st.integers(1, 120))
def test_the_peer_agrees_on_the_cost_of_flat_interest(rate: Decimal, instalments: int) -> None:
    offer = terms(method=Method.FLAT, annual_rate_ceiling=rate, instalment_options=(instalments,))
    instalment = 1 / instalments + float(rate) / 12
    monthly = pyxirr.irr([1.0, *[-instalment] * instalments])
    assert monthly is not None
    assert float(least_annual_cost(terms=offer)) == pytest.approx(12 * monthly, abs=1e-7)


@pytest.mark.parametrize("method", [Method.INTEREST_ONLY, Method.BULLET, Method.DAILY_FLEXIBLE])
def test_principal_due_at_once_is_bounded_by_the_regulation(method: Method) -> None:
    kind: dict[str, Any] = {"method": method, "day_count": DayCount.ACTUAL_365}
    assert fields_of(**kind, instalment_options=(12,)) == set()
    assert fields_of(**kind, instalment_options=(12, 13)) == {"instalment_options"}


def test_amounts_in_another_currency() -> None:
    assert fields_of(currency="EUR") == {"min_amount", "max_amount", "max_line"}
    assert fields_of(max_line=Money(200_000_00, "EUR")) == {"max_line"}


def test_purposes_by_kind() -> None:
    assert fields_of(kind="BUSINESS", purposes=PURPOSES["BUSINESS"]) == set()
    assert fields_of(kind="BUSINESS") == {"purposes"}
    assert fields_of(kind="STAFF") == {"purposes"}


def test_a_regime_without_limits() -> None:
    free = replace(
        LIMITS,
        annual_cost_ceiling=None,
        overdue_uplift_min=None,
        overdue_uplift_max=None,
        credit_max=None,
        bullet_term_max_months=None,
        cooling_off_min_days=None,
    )
    offer = terms(annual_rate_ceiling=D("0.9"), penalty_uplift=D(0), max_line=Money(10**12))
    assert check_terms(terms=offer, borrower_kind="PERSON", currency="CNY", limits=free) == ()


def test_a_cooling_off_period_that_the_law_asks_for() -> None:
    asked = replace(LIMITS, cooling_off_min_days=14)
    problems = check_terms(terms=terms(), borrower_kind="PERSON", currency="CNY", limits=asked)
    assert [problem.field for problem in problems] == ["cooling_off_days"]


def test_the_hash_does_not_depend_on_how_a_decimal_is_written() -> None:
    def hashed(**changes: Any) -> str:
        return body_hash(code="x", borrower_kind="PERSON", version=1, terms=terms(**changes))

    assert hashed() == hashed(annual_rate_ceiling=D("0.200000"))
    assert hashed() != hashed(annual_rate_ceiling=D("0.200001"))
    assert len(hashed()) == 64


def test_terms_that_came_later_do_not_change_the_hash_of_older_versions() -> None:
    def hashed(**changes: Any) -> str:
        return body_hash(code="x", borrower_kind="PERSON", version=1, terms=terms(**changes))

    # As it was before there was a rule for weekends.
    assert hashed() == "e815b1afaf97679663ceed98cd0113103068fdf52700c6a3b13c3b80597426da"
    assert hashed(nonworking_rule=NonworkingRule.NONE) == hashed()
    assert hashed(nonworking_rule=NonworkingRule.FOLLOWING) != hashed()


@given(
    rate=st.decimals(min_value=0, max_value=1, places=6),
    day_count=st.sampled_from([DayCount.ACTUAL_360, DayCount.ACTUAL_365]),
)
def test_no_published_ceiling_costs_more_in_a_year_than_the_law_allows(
    rate: Decimal, day_count: DayCount
) -> None:
    bad = fields_of(annual_rate_floor=D(0), annual_rate_ceiling=rate, day_count=day_count)
    year = 1_000_000_00 * rate * 365 / (360 if day_count is DayCount.ACTUAL_360 else 365)
    assert ("annual_rate_ceiling" in bad) == (year > 1_000_000_00 * D("0.24"))


def test_a_regime_falls_back_on_its_country() -> None:
    assert regimes_of(regime="CN-BANK") == ("CN-BANK", "CN")
    assert regimes_of(regime="CN") == ("CN",)

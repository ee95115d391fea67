from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal

import pytest
import pyxirr
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money, MoneyError
from lending.loans.domain import (
    LoanTerms,
    NoAnnualCostError,
    annual_cost,
    nominal_annual_cost,
    quote,
    total_cost,
)
from tests.unit.lending.loan_builders import cny, loan_terms, make_terms

DAY = date(2026, 1, 1)


def test_one_year_at_ten_percent_is_ten_percent() -> None:
    flows = [(DAY, cny("1000")), (DAY + timedelta(days=365), -cny("1100"))]
    assert annual_cost(cash_flows=flows) == Decimal("0.10000000")
    assert annual_cost(cash_flows=[(day, -flow) for day, flow in flows]) == Decimal("0.10000000")
    assert total_cost(cash_flows=flows) == cny("100")


def test_twelve_times_the_monthly_rate() -> None:
    # 1000 back as 1010 after one month: 1 % a month; 1000 back as 1020.10 after two: the same.
    for flows in ([cny("1000"), -cny("1010")], [cny("1000"), cny("0"), -cny("1020.10")]):
        assert nominal_annual_cost(cash_flows=flows) == Decimal("0.12000000")


def test_no_cost_and_a_gain_are_rates_too() -> None:
    later = DAY + timedelta(days=365)
    assert annual_cost(cash_flows=[(DAY, cny("1000")), (later, -cny("1000"))]) == 0
    assert annual_cost(cash_flows=[(DAY, cny("1000")), (later, -cny("500"))]) == Decimal("-0.5")


@pytest.mark.parametrize(
    "flows",
    [
        [],
        [(DAY, cny("0"))],
        [(DAY, cny("100"))],
        [(DAY, cny("100")), (DAY, -cny("110"))],  # no time between: no rate
    ],
)
def test_flows_without_a_rate_are_refused(flows: list[tuple[date, Money]]) -> None:
    with pytest.raises(NoAnnualCostError):
        annual_cost(cash_flows=flows)


def test_two_currencies_do_not_mix() -> None:
    with pytest.raises(MoneyError):
        annual_cost(cash_flows=[(DAY, cny("100")), (DAY, Money(-1, "USD"))])


def test_the_peer_s_figure_for_an_ordinary_loan() -> None:
    figures = quote(terms=make_terms(principal=cny("12000"), instalments=12))
    flows = [
        (date(2026, 1, 15), 12000.0),
        *((r.due_on, -float(r.total.amount)) for r in figures.schedule),
    ]
    expected = pyxirr.xirr([d for d, _ in flows], [a for _, a in flows])
    assert float(figures.annual_cost) == pytest.approx(expected, abs=2e-8)
    monthly = [cny("12000"), *(-r.total for r in figures.schedule)]
    assert nominal_annual_cost(cash_flows=monthly) == pytest.approx(
        Decimal("0.12"), abs=Decimal("1E-5")
    )


@given(loan_terms().filter(lambda t: t.principal.minor > 10_000))
def test_the_peer_agrees_on_any_loan(terms: LoanTerms) -> None:
    figures = quote(terms=terms)
    flows = [(terms.disbursed_on, float(terms.principal.amount))]
    flows += [(r.due_on, -float(r.total.amount)) for r in figures.schedule]
    expected = pyxirr.xirr([d for d, _ in flows], [a for _, a in flows])
    assert float(figures.annual_cost) == pytest.approx(expected, abs=5e-7)


@given(
    st.lists(st.tuples(st.integers(1, 3650), st.integers(1, 10**9)), min_size=1, max_size=20),
    st.integers(10**6, 10**9),
)
def test_any_repayments_give_a_rate_that_discounts_to_nought_or_are_refused(
    repayments: list[tuple[int, int]], lent: int
) -> None:
    flows = [(DAY, Money(lent, "CNY"))]
    flows += [(DAY + timedelta(days=d), Money(-m, "CNY")) for d, m in repayments]
    try:
        rate = annual_cost(cash_flows=flows)
    except NoAnnualCostError:
        return
    if not Decimal("-0.99") < rate < Decimal(100):
        return

    def value(at: float) -> float:
        return lent - sum(m * math.pow(1 + at, -d / 365) for d, m in repayments)

    assert value(float(rate) - 1.5e-8) <= 0 <= value(float(rate) + 1.5e-8)

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given

from core.money import Money
from lending.loans.domain import DayCount, LoanTerms, Method, build_schedule, quote
from tests.unit.lending.loan_builders import cny, loan_terms, make_terms


def figures(terms: LoanTerms) -> list[tuple[str, str, str]]:
    rows = build_schedule(terms=terms)
    return [(r.principal.text, r.interest.text, r.total.text) for r in rows]


def test_equal_instalments_by_the_annuity() -> None:
    # 3000 at 1 % a month, 3 months: 3000 x 0.01 x 1.030301 / 0.030301 = 1020.0663 -> 1020.07
    # 3000.00 x 1 % = 30.00; 2009.93 x 1 % = 20.0993; 1009.96 x 1 % = 10.0996; the last: the rest
    assert figures(make_terms()) == [
        ("990.07", "30.00", "1020.07"),
        ("999.97", "20.10", "1020.07"),
        ("1009.96", "10.10", "1020.06"),
    ]


def test_equal_instalments_by_the_day_use_each_period_s_own_factor() -> None:
    # A golden loan of this shape: 1500 at 7 %, 30/360, 31 + 28 + 31 days.
    terms = make_terms(
        principal=cny("1500"), annual_rate=Decimal("0.07"), disbursed_on=date(2026, 1, 1)
    )
    assert figures(terms) == [
        ("497.09", "8.75", "505.84"),
        ("499.99", "5.85", "505.84"),
        ("502.92", "2.93", "505.85"),
    ]
    # By real days, 1500 at 36 %/360 = 0.1 % a day: factors 0.031, 0.028, 0.031
    # F = 1.031 x 1.028 x 1.031 = 1.092723908; fn = (1 x 1.028 + 1) x 1.031 + 1 = 3.090868
    # 1500 x F / fn = 530.3000...
    by_day = make_terms(
        principal=cny("1500"),
        annual_rate=Decimal("0.36"),
        disbursed_on=date(2026, 1, 1),
        day_count=DayCount.ACTUAL_360,
    )
    assert figures(by_day) == [
        ("483.80", "46.50", "530.30"),
        ("501.85", "28.45", "530.30"),
        ("514.35", "15.94", "530.29"),
    ]


def test_an_odd_first_period_enters_the_annuity() -> None:
    # 5 March to 20 March: 15 days at 1/360; then two whole months at a twelfth.
    # F = 1.005 x 1.01 x 1.01 = 1.0252005; fn = (1 x 1.01 + 1) x 1.01 + 1 = 3.0301
    # 3000 x F / fn = 1015.01...; interest 15.00, then 1 % of 1999.99 and of 1004.98...
    terms = make_terms(disbursed_on=date(2026, 3, 5), due_day=20)
    assert figures(terms) == [
        ("1000.02", "15.00", "1015.02"),
        ("995.02", "20.00", "1015.02"),
        ("1004.96", "10.05", "1015.01"),
    ]


def test_equal_principal_and_the_last_takes_the_rest() -> None:
    # 1000 / 3 = 333.33; 9 % by real days: 30, 31, 30 of 360
    terms = make_terms(
        principal=cny("1000"),
        method=Method.EQUAL_PRINCIPAL,
        annual_rate=Decimal("0.09"),
        disbursed_on=date(2026, 3, 31),
        day_count=DayCount.ACTUAL_360,
    )
    assert figures(terms) == [
        ("333.33", "7.50", "340.83"),
        ("333.33", "5.17", "338.50"),
        ("333.34", "2.50", "335.84"),
    ]


def test_daily_flexible_pays_interest_monthly_and_principal_at_maturity() -> None:
    # 5000 at 0.05 % a day = 2.50 a day: 19 days to 20 June, 30 to 20 July
    terms = make_terms(
        principal=cny("5000"),
        method=Method.DAILY_FLEXIBLE,
        annual_rate=Decimal("0.18"),
        disbursed_on=date(2026, 6, 1),
        day_count=DayCount.ACTUAL_360,
        due_day=20,
        instalments=2,
    )
    assert figures(terms) == [("0.00", "47.50", "47.50"), ("5000.00", "75.00", "5075.00")]


def test_interest_first_and_the_principal_with_the_last_instalment() -> None:
    # 3000 at 1 % a month
    assert figures(make_terms(method=Method.INTEREST_ONLY)) == [
        ("0.00", "30.00", "30.00"),
        ("0.00", "30.00", "30.00"),
        ("3000.00", "30.00", "3030.00"),
    ]


def test_a_bullet_loan_falls_due_once_with_the_interest_of_all_its_months() -> None:
    terms = make_terms(method=Method.BULLET, instalments=5)
    (row,) = build_schedule(terms=terms)
    assert (row.number, row.starts_on, row.due_on) == (1, date(2026, 1, 15), date(2026, 6, 15))
    assert figures(terms) == [("3000.00", "150.00", "3150.00")]  # five twelfths of 12 %
    # 151 days of 365: 3000 x 12 % x 151 / 365 = 148.931...
    by_day = make_terms(method=Method.BULLET, instalments=5, day_count=DayCount.ACTUAL_365)
    assert figures(by_day) == [("3000.00", "148.93", "3148.93")]


def test_five_twelfths_are_exact_to_half_a_cent() -> None:
    # 1.20 at 1 %: 0.5 cent is even at nought; 3.60: 1.5 cents are even at two.
    kind = {"method": Method.BULLET, "instalments": 5, "annual_rate": Decimal("0.01")}
    assert figures(make_terms(principal=cny("1.20"), **kind)) == [("1.20", "0.00", "1.20")]
    assert figures(make_terms(principal=cny("3.60"), **kind)) == [("3.60", "0.02", "3.62")]


def test_flat_interest_is_on_the_first_amount_to_the_end_and_costs_what_it_costs() -> None:
    terms = make_terms(method=Method.FLAT)
    assert figures(terms) == [("1000.00", "30.00", "1030.00")] * 3
    # 3000 = 1030 x (1 - v^3) / i at i = 1.4916 % a month, 17.90 % a year and not 12 %:
    # 1030 x (0.985303 + 0.970822 + 0.956554) = 3000.0; over 31, 28 and 31 days by IRR
    # (365-day year) a month's 1.4916 % is 19.7 %.
    assert Decimal("0.196") < quote(terms=terms).annual_cost < Decimal("0.199")


def test_an_actual_year_has_the_days_of_the_year_the_period_begins_in() -> None:
    # 3000 x 12 % x 31 / 366 = 30.491..., / 365 = 30.575...
    count = {"day_count": DayCount.ACTUAL_ACTUAL, "method": Method.INTEREST_ONLY, "instalments": 1}
    leap = make_terms(disbursed_on=date(2028, 1, 15), **count)
    assert figures(leap) == [("3000.00", "30.49", "3030.49")]
    assert figures(make_terms(**count)) == [("3000.00", "30.58", "3030.58")]


def test_due_dates_given_move_days_and_keep_a_thirty_day_month_s_interest() -> None:
    # 15 February 2026 is a Sunday in the Spring Festival: the first working day is the 24th.
    moved = (date(2026, 2, 24), date(2026, 3, 16), date(2026, 4, 15))
    terms = make_terms(method=Method.INTEREST_ONLY, due_dates=moved)
    rows = build_schedule(terms=terms)
    assert tuple(r.due_on for r in rows) == moved
    assert [r.starts_on for r in rows] == [date(2026, 1, 15), *moved[:2]]
    assert [r.interest.text for r in rows] == ["30.00"] * 3
    # By the day: 40, 20 and 30 days at 1.00 each
    by_day = make_terms(method=Method.INTEREST_ONLY, due_dates=moved, day_count=DayCount.ACTUAL_360)
    assert [r.interest.text for r in build_schedule(terms=by_day)] == ["40.00", "20.00", "30.00"]


def test_a_rate_of_nought_divides_the_principal() -> None:
    assert figures(make_terms(annual_rate=Decimal(0), principal=cny("100"))) == [
        ("33.33", "0.00", "33.33"),
        ("33.33", "0.00", "33.33"),
        ("33.34", "0.00", "33.34"),
    ]


@pytest.mark.parametrize("method", [Method.EQUAL_INSTALMENTS, Method.EQUAL_PRINCIPAL])
def test_a_loan_of_one_cent_has_no_negative_row(method: Method) -> None:
    rows = build_schedule(terms=make_terms(principal=Money(1, "CNY"), method=method))
    assert [r.principal.minor for r in rows] == [0, 0, 1]


def test_yen_are_rounded_to_whole_yen() -> None:
    rows = build_schedule(terms=make_terms(principal=Money(3000, "JPY")))
    assert [r.total.minor for r in rows] == [1020, 1020, 1020]


@given(loan_terms())
def test_parts_sum_to_the_whole_and_nothing_is_below_zero(terms: LoanTerms) -> None:
    rows = build_schedule(terms=terms)
    assert sum(r.principal.minor for r in rows) == terms.principal.minor
    assert all(r.principal.minor >= 0 and r.interest.minor >= 0 for r in rows)
    assert rows[0].opening == terms.principal
    assert all(a.opening - a.principal == b.opening for a, b in pairwise(rows))
    if terms.method is Method.EQUAL_INSTALMENTS and terms.principal.minor > 10_000:
        assert len({r.total for r in rows[:-1]}) <= 1
        assert abs(rows[-1].total.minor - rows[0].total.minor) <= 2 * len(rows)


def test_a_quote_counts_charges_into_the_cost_and_not_into_the_repayment() -> None:
    plain = quote(terms=make_terms())
    assert plain.total_interest == plain.total_cost == cny("60.20")
    assert plain.total_repayment == cny("3060.20")
    assert plain.instalment_amount == cny("1020.07")
    assert (plain.first_due_on, plain.last_due_on) == (date(2026, 2, 15), date(2026, 4, 15))
    charged = quote(terms=make_terms(), charges=[(date(2026, 1, 15), cny("30"))])
    assert charged.total_cost == cny("90.20")
    assert charged.total_repayment == plain.total_repayment
    assert charged.annual_cost > plain.annual_cost + Decimal("0.06")

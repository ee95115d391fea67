from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given

from lending.loans.domain import DayCount, LoanTerms, Method
from lending.loans.domain.calendar import agreed_dates, due_dates, interest_periods
from tests.unit.lending.loan_builders import loan_terms, make_terms


def test_due_dates_given_are_the_due_dates() -> None:
    given_dates = (date(2026, 2, 16), date(2026, 3, 16), date(2026, 4, 15))
    terms = make_terms(due_dates=given_dates)
    assert due_dates(terms=terms) == given_dates
    assert agreed_dates(terms=terms) == (date(2026, 2, 15), date(2026, 3, 15), date(2026, 4, 15))


def test_a_bullet_loan_is_due_after_its_months() -> None:
    terms = make_terms(method=Method.BULLET, disbursed_on=date(2026, 8, 31), instalments=6)
    assert due_dates(terms=terms) == (date(2027, 2, 28),)


def test_due_dates_count_from_the_original_day_and_do_not_drift() -> None:
    terms = make_terms(disbursed_on=date(2025, 10, 31), instalments=5)
    assert due_dates(terms=terms) == (
        date(2025, 11, 30),
        date(2025, 12, 31),
        date(2026, 1, 31),
        date(2026, 2, 28),
        date(2026, 3, 31),
    )


@pytest.mark.parametrize(
    ("disbursed_on", "due_day", "first"),
    [
        (date(2026, 3, 5), 20, date(2026, 3, 20)),  # exactly 15 days away
        (date(2026, 3, 6), 20, date(2026, 4, 20)),  # 14 days: the next one
        (date(2026, 3, 25), 20, date(2026, 4, 20)),
        (date(2026, 12, 10), 5, date(2027, 1, 5)),
        (date(2026, 1, 20), 31, date(2026, 2, 28)),  # 31 January is 11 days away
    ],
)
def test_a_due_day_first_falls_at_least_fifteen_days_away(
    disbursed_on: date, due_day: int, first: date
) -> None:
    assert due_dates(terms=make_terms(disbursed_on=disbursed_on, due_day=due_day))[0] == first


def test_a_due_day_of_31_means_the_last_day_of_shorter_months() -> None:
    terms = make_terms(disbursed_on=date(2026, 1, 1), due_day=31)
    assert due_dates(terms=terms) == (date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31))


def test_thirty_day_months_bear_a_twelfth_and_odd_days_a_360th() -> None:
    terms = make_terms(disbursed_on=date(2026, 3, 5), due_day=20)
    periods = interest_periods(terms=terms)
    assert [(p.days, p.year_days) for p in periods] == [(15, 360), (31, 372), (30, 360)]
    month_ends = make_terms(disbursed_on=date(2026, 1, 1), due_day=31)
    assert [p.year_days for p in interest_periods(terms=month_ends)] == [360, 12 * 28, 12 * 31]
    actual = make_terms(disbursed_on=date(2026, 3, 5), day_count=DayCount.ACTUAL_365)
    assert {p.year_days for p in interest_periods(terms=actual)} == {365}


@given(loan_terms())
def test_periods_join_without_gaps_and_the_first_is_neither_too_short_nor_too_long(
    terms: LoanTerms,
) -> None:
    periods = interest_periods(terms=terms)
    assert periods[0].starts_on == terms.disbursed_on
    assert all(a.due_on == b.starts_on for a, b in pairwise(periods))
    assert all(28 <= p.days <= 31 for p in periods[1:])
    if terms.due_day is not None and terms.method is not Method.BULLET:
        shortest = timedelta(days=terms.first_period_min_days)
        assert shortest <= periods[0].due_on - terms.disbursed_on < shortest + timedelta(days=32)

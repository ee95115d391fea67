"""Due dates off weekends and holidays."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.workcalendar import Outside, OutsideCalendarError, WorkCalendar
from lending.loans.domain import InvalidTermsError, LoanTerms, Method
from lending.loans.domain.calendar import agreed_dates, due_dates
from lending.loans.domain.workdays import MAX_DAYS_OFF, move_date, move_dates, on_working_days
from lending.products.domain import NonworkingRule
from tests.unit.lending.loan_builders import loan_terms, make_terms

RULE = NonworkingRule
#: Spring Festival 2026: Sunday 15 to Monday 23 February off; Saturdays 14 and 28 worked for it.
SPRING = WorkCalendar(
    days_off=frozenset(date(2026, 2, day) for day in range(15, 24)),
    days_worked=frozenset({date(2026, 2, 14), date(2026, 2, 28)}),
    yearly_off=frozenset({(1, 1), (10, 1), (10, 2), (10, 3)}),
    years=frozenset({2026}),
    outside=Outside.WEEKENDS,
)


@pytest.mark.parametrize(
    ("day", "following", "preceding", "modified"),
    [
        ((2026, 2, 11), (2026, 2, 11), (2026, 2, 11), (2026, 2, 11)),  # a Wednesday
        ((2026, 2, 7), (2026, 2, 9), (2026, 2, 6), (2026, 2, 9)),  # a Saturday
        ((2026, 2, 17), (2026, 2, 24), (2026, 2, 14), (2026, 2, 24)),  # in the festival
        ((2026, 2, 28), (2026, 2, 28), (2026, 2, 28), (2026, 2, 28)),  # a Saturday worked for it
        ((2026, 5, 31), (2026, 6, 1), (2026, 5, 29), (2026, 5, 29)),  # the Sunday that ends May
        ((2027, 10, 1), (2027, 10, 4), (2027, 9, 30), (2027, 10, 4)),  # off every year
        ((2027, 1, 1), (2027, 1, 4), (2026, 12, 31), (2027, 1, 4)),
    ],
)
def test_where_a_due_date_goes(
    day: tuple[int, int, int],
    following: tuple[int, int, int],
    preceding: tuple[int, int, int],
    modified: tuple[int, int, int],
) -> None:
    wanted = {
        RULE.NONE: day,
        RULE.FOLLOWING: following,
        RULE.PRECEDING: preceding,
        RULE.MODIFIED_FOLLOWING: modified,
    }
    for rule, place in wanted.items():
        assert move_date(day=date(*day), rule=rule, calendar=SPRING) == date(*place)


def test_month_ends_do_not_drift() -> None:
    # 31 January 2026 is a Saturday, 28 February is worked, 31 March a Tuesday.
    terms = make_terms(disbursed_on=date(2025, 12, 31))
    for rule, january in ((RULE.FOLLOWING, date(2026, 2, 2)), (RULE.PRECEDING, date(2026, 1, 30))):
        fixed = on_working_days(terms=terms, rule=rule, calendar=SPRING)
        assert due_dates(terms=fixed) == (january, date(2026, 2, 28), date(2026, 3, 31))


def test_no_rule_fixes_nothing() -> None:
    fixed = make_terms(due_dates=(date(2026, 2, 24), date(2026, 3, 16), date(2026, 4, 15)))
    assert on_working_days(terms=fixed, rule=RULE.NONE, calendar=SPRING) == make_terms()


def test_weekly_instalments_of_a_festival_do_not_meet_on_one_day() -> None:
    days = [date(2026, 2, 16) + timedelta(days=number) for number in range(3)]
    after = date(2026, 2, 9)
    moved = move_dates(dates=days, after=after, rule=RULE.FOLLOWING, calendar=SPRING)
    assert moved == (date(2026, 2, 24), date(2026, 2, 25), date(2026, 2, 26))
    # Back to Saturday the 14th, which is worked; the others go on after the festival.
    moved = move_dates(dates=days, after=after, rule=RULE.PRECEDING, calendar=SPRING)
    assert moved == (date(2026, 2, 14), date(2026, 2, 24), date(2026, 2, 25))
    # Paid out on that Saturday, the first cannot be due the same day.
    moved = move_dates(
        dates=days[:1], after=date(2026, 2, 14), rule=RULE.PRECEDING, calendar=SPRING
    )
    assert moved == (date(2026, 2, 24),)


def test_a_year_that_nobody_entered_is_refused_by_its_field_or_has_weekends() -> None:
    strict = WorkCalendar(years=frozenset({2026}))
    late = make_terms(disbursed_on=date(2026, 11, 15))
    with pytest.raises(InvalidTermsError) as caught:
        on_working_days(terms=late, rule=RULE.FOLLOWING, calendar=strict)
    assert caught.value.field == "due_dates"
    assert "holidays" in caught.value.message
    with pytest.raises(OutsideCalendarError) as outside:
        strict.is_worked(day=date(2027, 1, 15))
    assert outside.value.day == date(2027, 1, 15)
    lenient = WorkCalendar(years=frozenset({2026}), outside=Outside.WEEKENDS)
    dates = on_working_days(terms=late, rule=RULE.FOLLOWING, calendar=lenient).due_dates
    # Tuesday 15 December; Friday 15 January; Monday 15 February
    assert dates == (date(2026, 12, 15), date(2027, 1, 15), date(2027, 2, 15))


def test_a_calendar_without_work_is_refused() -> None:
    idle = WorkCalendar(
        days_off=frozenset(date(2026, 2, 1) + timedelta(days=n) for n in range(MAX_DAYS_OFF + 40)),
        outside=Outside.WEEKENDS,
    )
    with pytest.raises(InvalidTermsError) as caught:
        on_working_days(terms=make_terms(), rule=RULE.FOLLOWING, calendar=idle)
    assert caught.value.field == "due_dates"


days = st.dates(date(2023, 1, 1), date(2033, 12, 31))
calendars = st.builds(
    WorkCalendar,
    days_off=st.frozensets(days, max_size=60),
    days_worked=st.frozensets(days, max_size=20),
    yearly_off=st.just(frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})),
    outside=st.just(Outside.WEEKENDS),
)
rules = st.sampled_from(NonworkingRule)


@given(terms=loan_terms(), rule=rules, calendar=calendars)
def test_order_is_kept_on_days_of_their_own(
    terms: LoanTerms, rule: NonworkingRule, calendar: WorkCalendar
) -> None:
    fixed = on_working_days(terms=terms, rule=rule, calendar=calendar)
    dates = due_dates(terms=fixed)
    assert all(a < b for a, b in pairwise((terms.disbursed_on, *dates)))
    if rule is not RULE.NONE:
        assert all(calendar.is_worked(day=day) for day in dates)
    assert agreed_dates(terms=fixed) == agreed_dates(terms=terms)
    if terms.method is not Method.BULLET:
        # A move is forgotten by the next date: each stays near where it was agreed.
        near = zip(dates, agreed_dates(terms=terms), strict=True)
        assert all(abs((moved - agreed).days) <= MAX_DAYS_OFF for moved, agreed in near)


@given(
    start=days,
    every=st.integers(1, 9),
    count=st.integers(1, 30),
    rule=rules.filter(lambda rule: rule is not RULE.NONE),
    calendar=calendars,
)
def test_close_instalments_keep_their_order_too(
    start: date, every: int, count: int, rule: NonworkingRule, calendar: WorkCalendar
) -> None:
    agreed = [start + timedelta(days=every * number) for number in range(1, count + 1)]
    dates = move_dates(dates=agreed, after=start, rule=rule, calendar=calendar)
    assert all(a < b for a, b in pairwise((start, *dates)))
    assert all(calendar.is_worked(day=day) for day in dates)

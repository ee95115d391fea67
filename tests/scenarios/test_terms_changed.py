"""New rates, dates and lengths (LPR repricing, 变更还款日, 展期, interest paused), by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from lending.loans.domain import DayCount, InvalidEventsError, Method, PaymentKind
from lending.loans.domain.events import DueDateMoved, Extended, InterestPaused, RateChanged
from tests.scenarios.worked import (
    FIRST,
    HALF,
    SECOND,
    amounts,
    at,
    check_undo,
    due_dates,
    equal_principal,
    rows,
)
from tests.unit.lending.loan_builders import cny, make_terms, paid

FEB_20 = date(2026, 2, 20)


def rate(on: date, annual: str) -> RateChanged:
    return RateChanged(on=on, annual_rate=Decimal(annual), reference="rate")


def moved(on: date, due_on: date, moved_to: date) -> DueDateMoved:
    return DueDateMoved(on=on, due_on=due_on, moved_to=moved_to, reference="moved")


def extended(on: date, instalments: int) -> Extended:
    return Extended(on=on, instalments=instalments, reference="extended")


def paused(on: date, starts_on: date, ends_on: date) -> InterestPaused:
    return InterestPaused(on=on, starts_on=starts_on, ends_on=ends_on, reference="pause")


# --- rate -----------------------------------------------------------------------------------------


def test_a_new_rate_counts_from_its_day() -> None:
    # 2000: half of the period at 1 % a month, half at 0.5 %: 10 + 5. Then 1000 x 0.5 %.
    change = rate(HALF, "0.06")
    state = at(HALF, FIRST, change)
    assert rows(state) == [("1000.00", "30.00"), ("1000.00", "15.00"), ("1000.00", "5.00")]
    assert state.payoff.interest == cny("10")
    assert state.annual_rate == Decimal("0.06")
    assert at(date(2026, 3, 10), FIRST, change).due_now == amounts(interest="15", principal="1000")
    check_undo(HALF, FIRST, change, undone="rate")


def test_equal_instalments_are_worked_out_anew_at_a_new_rate() -> None:
    # LPR falls: 9 % instead of 12 % from 1 March, 14 of 28 days after the first due date.
    # 2009.93 is left for two months at 0.75 %: 2009.93 x 1.0075^2 / 2.0075 = 1016.2849 -> 1016.28;
    # less a whole month's 15.07 = 1001.21; 1008.72 is left. Interest: 2009.93 x (1 % + 0.75 %) / 2
    # = 17.5869 -> 17.59; 1008.72 x 0.75 % = 7.5654 -> 7.57.
    terms = make_terms()
    first = paid(date(2026, 2, 15), cny("1020.07"), PaymentKind.DUE)
    state = at(date(2026, 3, 1), first, rate(date(2026, 3, 1), "0.09"), terms=terms)
    assert rows(state) == [("990.07", "30.00"), ("1001.21", "17.59"), ("1008.72", "7.57")]


def test_penalty_follows_a_new_rate_from_its_day() -> None:
    # The first is late: 14 days at 18 % = 7.00, then 9 %: 14 days at 0.25 = 3.50.
    state = at(date(2026, 3, 10), rate(HALF, "0.06"))
    assert state.accrued_penalty == cny("10.50")


def test_parts_of_a_period_at_two_rates_are_rounded_together() -> None:
    # 100 by real days / 360: 14 days at 10 % = 0.38889, 17 at 16 % = 0.75556, together 1.14445 ->
    # 1.14; rounded each they would be 0.39 + 0.76 = 1.15.
    terms = make_terms(
        principal=cny("100"),
        annual_rate=Decimal("0.10"),
        method=Method.INTEREST_ONLY,
        disbursed_on=date(2026, 1, 10),
        day_count=DayCount.ACTUAL_360,
    )
    state = at(date(2026, 2, 10), rate(date(2026, 1, 24), "0.16"), terms=terms)
    assert state.accrued_interest == cny("1.14")


# --- due dates ------------------------------------------------------------------------------------


def test_a_moved_due_date_takes_the_later_ones_along() -> None:
    # 10 March becomes 25 March. A moved period is no whole month: its days are 1/360 each, those
    # that passed before 20 February stay 1/28 of a month. 2000 x 12 % = 240 a year:
    # 240 x (10/336 + 33/360) = 7.142857 + 22 = 29.14. Then a month from 25 March to 25 April.
    change = moved(FEB_20, date(2026, 3, 10), date(2026, 3, 25))
    state = at(FEB_20, FIRST, change)
    assert due_dates(state) == [date(2026, 2, 10), date(2026, 3, 25), date(2026, 4, 25)]
    assert rows(state) == [("1000.00", "30.00"), ("1000.00", "29.14"), ("1000.00", "10.00")]
    assert not at(date(2026, 3, 24), FIRST, change).due_now.total
    assert at(date(2026, 3, 25), FIRST, change).due_now.total == cny("1029.14")
    assert at(date(2026, 3, 26), FIRST, change).days_past_due == 1
    check_undo(FEB_20, FIRST, change, undone="moved")


def test_a_date_moved_on_the_first_day_of_its_period_counts_all_days_alike() -> None:
    # 43 days from 10 February: 240 x 43/360 = 28.67.
    state = at(date(2026, 2, 10), FIRST, moved(FIRST.on, date(2026, 3, 10), date(2026, 3, 25)))
    assert rows(state)[1] == ("1000.00", "28.67")


def test_equal_instalments_are_equal_again_after_a_move() -> None:
    # 2009.93 on 15 February; 43 days to 30 March: 12 % x 43/360 = 1.43333 %; then a month, 1 %.
    # 2009.93 x 1.0143333 x 1.01 / 2.01 = 1024.441 -> 1024.44; less 28.81 of interest = 995.63;
    # 1014.30 is left, x 1 % = 10.14.
    terms = make_terms()
    on = date(2026, 2, 15)
    first = paid(on, cny("1020.07"), PaymentKind.DUE)
    state = at(on, first, moved(on, date(2026, 3, 15), date(2026, 3, 30)), terms=terms)
    assert rows(state)[1:] == [("995.63", "28.81"), ("1014.30", "10.14")]


def test_a_date_moved_in_a_later_period_leaves_the_running_one() -> None:
    # The third: 10 March to 20 April, 41 days: 120 x 41/360 = 13.67.
    change = moved(FEB_20, date(2026, 4, 10), date(2026, 4, 20))
    state = at(FEB_20, FIRST, change)
    assert rows(state) == [("1000.00", "30.00"), ("1000.00", "20.00"), ("1000.00", "13.67")]
    # Moved forward it is shorter: 25 days from 10 March: 120 x 25/360 = 8.33.
    earlier = moved(FEB_20, date(2026, 4, 10), date(2026, 4, 4))
    assert rows(at(FEB_20, FIRST, earlier))[2] == ("1000.00", "8.33")


def test_the_end_of_a_month_does_not_drift_after_a_move() -> None:
    # Moved to 31 March: then 30 April; one more 31 May.
    change = moved(FEB_20, date(2026, 3, 10), date(2026, 3, 31))
    state = at(FEB_20, FIRST, change, extended(FEB_20, 1))
    assert due_dates(state)[1:] == [date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


# --- length ---------------------------------------------------------------------------------------


def test_an_extension_divides_the_balance_over_more_instalments() -> None:
    # 2000 over four: 500 each; 20, 15, 10, 5 of interest.
    change = extended(FEB_20, 2)
    state = at(FEB_20, FIRST, change)
    assert rows(state)[1:] == [
        ("500.00", "20.00"),
        ("500.00", "15.00"),
        ("500.00", "10.00"),
        ("500.00", "5.00"),
    ]
    assert due_dates(state)[1:] == [date(2026, m, 10) for m in (3, 4, 5, 6)]
    check_undo(FEB_20, FIRST, change, undone="extended")


def test_extended_twice_the_rhythm_goes_on() -> None:
    state = at(
        FEB_20, FIRST, extended(FEB_20, 1), Extended(on=FEB_20, instalments=1, reference="x")
    )
    assert due_dates(state)[1:] == [date(2026, m, 10) for m in (3, 4, 5, 6)]


def test_what_is_overdue_stays_so_after_an_extension() -> None:
    state = at(FEB_20, extended(FEB_20, 2))
    assert state.due_now == amounts(penalty="5", interest="30", principal="1000")
    assert rows(state)[1] == ("500.00", "20.00")


def test_a_loan_due_all_at_once_falls_due_later() -> None:
    # 3000 at 12 % / 360 = 1.00 a day: 90 days to 10 April, 120 to 10 May.
    terms = equal_principal()
    terms = make_terms(
        method=Method.BULLET, disbursed_on=terms.disbursed_on, day_count=DayCount.ACTUAL_360
    )
    change = extended(date(2026, 4, 1), 1)
    assert rows(at(date(2026, 4, 1), terms=terms)) == [("3000.00", "90.00")]
    state = at(date(2026, 4, 1), change, terms=terms)
    assert rows(state) == [("3000.00", "120.00")]
    assert due_dates(state) == [date(2026, 5, 10)]
    assert not at(date(2026, 5, 9), change, terms=terms).due_now.total
    check_undo(date(2026, 4, 1), change, undone="extended", terms=terms)


def test_nothing_is_extended_after_the_last_due_date() -> None:
    with pytest.raises(InvalidEventsError, match="the last instalment has fallen due"):
        at(date(2026, 4, 10), FIRST, SECOND, extended(date(2026, 4, 10), 1))


# --- pauses ---------------------------------------------------------------------------------------


def test_paused_days_bear_nothing_whenever_that_was_agreed() -> None:
    # 20 February to 1 March are ten days: 2000 x 1 % x 18/28 = 12.857 -> 12.86. Agreed before,
    # on the way and afterwards alike.
    for on in (date(2026, 2, 12), date(2026, 2, 25), date(2026, 3, 5)):
        change = paused(on, FEB_20, date(2026, 3, 1))
        state = at(date(2026, 3, 10), FIRST, change)
        assert state.due_now == amounts(interest="12.86", principal="1000")
    check_undo(date(2026, 3, 10), FIRST, change, undone="pause")


def test_penalty_rests_on_paused_days_too_and_the_days_past_due_count_on() -> None:
    # 28 days late, 10 of them free: 18 x 0.50.
    state = at(date(2026, 3, 10), paused(FEB_20, FEB_20, date(2026, 3, 1)))
    assert state.rows[0].asked.penalty == cny("9")
    assert state.days_past_due == 28


def test_pauses_that_overlap_free_a_day_once() -> None:
    # 20 February to 1 March and 25 February to 5 March: 14 days free, 14 of 28 left: 10.00.
    pauses = [
        paused(FEB_20, FEB_20, date(2026, 3, 1)),
        InterestPaused(
            on=FEB_20, starts_on=date(2026, 2, 25), ends_on=date(2026, 3, 5), reference="second"
        ),
    ]
    assert at(date(2026, 3, 10), FIRST, *pauses).due_now.interest == cny("10")


def test_a_pause_to_come_shows_in_what_will_be_asked() -> None:
    state = at(FEB_20, FIRST, paused(FEB_20, date(2026, 3, 1), date(2026, 3, 14)))
    # 9 of 28 days of the second, 5 of 31 of the third: 2000 x 1 % x 19/28 = 13.57;
    # 1000 x 1 % x 26/31 = 8.39.
    assert rows(state)[1:] == [("1000.00", "13.57"), ("1000.00", "8.39")]

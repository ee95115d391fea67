"""Loans as they are sold in China, by hand: 10,000 at 7.2 % a year (0.6 % a month), three months
from 10 January 2026, due on the 10th."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from lending.loans.domain import DayCount, LoanTerms, Method, PaymentKind
from lending.loans.domain.allocation import Component
from lending.loans.domain.events import Extended, RateChanged, Waived
from tests.scenarios.worked import amounts, at, due_dates, rows
from tests.unit.lending.loan_builders import cny, make_terms, paid

START = date(2026, 1, 10)
FEB, MARCH, APRIL = (date(2026, month, 10) for month in (2, 3, 4))


def terms(method: Method, **changes: Any) -> LoanTerms:
    usual = {"principal": cny("10000"), "annual_rate": Decimal("0.072"), "disbursed_on": START}
    return make_terms(method=method, **{**usual, **changes})


def test_equal_instalments() -> None:
    # 等额本息: 10000 x 0.006 x 1.006^3 / (1.006^3 - 1), 1.006^3 = 1.018108216:
    # 61.08649296 / 0.018108216 = 3373.413 -> 3373.41.
    # Interest 60.00; (10000 - 3313.41) x 0.6 % = 40.11954 -> 40.12; the last takes the rest:
    # 10000 - 3313.41 - 3333.29 = 3353.30, x 0.6 % = 20.1198 -> 20.12.
    state = at(START, terms=terms(Method.EQUAL_INSTALMENTS))
    assert rows(state) == [("3313.41", "60.00"), ("3333.29", "40.12"), ("3353.30", "20.12")]


def test_equal_principal() -> None:
    # 等额本金: 6666.67 x 0.6 % = 40.00002, 3333.34 x 0.6 % = 20.00004.
    state = at(START, terms=terms(Method.EQUAL_PRINCIPAL))
    assert rows(state) == [("3333.33", "60.00"), ("3333.33", "40.00"), ("3333.34", "20.00")]


def test_interest_first_principal_last() -> None:
    # 先息后本.
    agreed = terms(Method.INTEREST_ONLY)
    assert rows(at(START, terms=agreed)) == [
        ("0.00", "60.00"),
        ("0.00", "60.00"),
        ("10000.00", "60.00"),
    ]
    # Interest not paid makes the loan late; without 复利 it bears nothing.
    late = at(MARCH, terms=agreed)
    assert late.days_past_due == 28
    assert late.due_now == amounts(interest="120")


def test_all_at_maturity() -> None:
    # 到期一次还本付息: three months at 0.6 %.
    agreed = terms(Method.BULLET)
    state = at(START, terms=agreed)
    assert rows(state) == [("10000.00", "180.00")]
    assert due_dates(state) == [APRIL]
    # Half of it early after 45 of the 90 days: 90.00 of interest and 4910 of principal are paid;
    # 5090 for the 45 days left: 5090 x 1.8 % x 45/90 = 45.81.
    half = paid(date(2026, 2, 24), cny("5000"))
    assert rows(at(half.on, half, terms=agreed)) == [("5090.00", "135.81")]


def test_borrowed_and_repaid_by_the_day() -> None:
    # 随借随还, 日息万五 (18 % / 360): 5.00 a day. Seven days later 35.00 and 4000; then 3.00 a
    # day: ten days, and all of it.
    agreed = terms(
        Method.DAILY_FLEXIBLE, annual_rate=Decimal("0.18"), day_count=DayCount.ACTUAL_360
    )
    some = paid(date(2026, 1, 17), cny("4035"))
    assert at(some.on, some, terms=agreed).paid == amounts(interest="35", principal="4000")
    state = at(date(2026, 1, 27), some, terms=agreed)
    assert state.payoff == amounts(interest="30", principal="6000")
    rest = paid(date(2026, 1, 27), cny("6030"), PaymentKind.PAYOFF)
    settled = at(date(2026, 2, 27), some, rest, terms=agreed)
    assert settled.settled_on == date(2026, 1, 27)
    assert settled.accrued_interest == cny("65")


def test_penalty_interest_after_days_of_grace() -> None:
    # 罚息: 7.2 % x 1.5 = 10.8 %, 万三 a day. 3333.33 ten days late with three of grace: seven
    # days: 3333.33 x 0.0003 x 7 = 6.99999 -> 7.00.
    agreed = terms(Method.EQUAL_PRINCIPAL, grace_days=3)
    assert not at(date(2026, 2, 13), terms=agreed).accrued_penalty
    late = at(date(2026, 2, 20), terms=agreed)
    assert late.due_now == amounts(penalty="7.00", interest="60", principal="3333.33")
    # 减免 of the penalty on the day of payment: 60 + 3333.33 settle the instalment.
    waiver = Waived(on=late.as_of, amount=cny("7"), component=Component.PENALTY, reference="waiver")
    rest = paid(late.as_of, cny("3393.33"), PaymentKind.DUE)
    assert at(late.as_of, waiver, rest, terms=agreed).days_past_due == 0
    assert at(MARCH, waiver, rest, terms=agreed).accrued_penalty == cny("7")


def test_compound_interest_late_fee_and_penalty_together() -> None:
    # 罚息 and 复利 on 3333.33 + 60 at 万三 a day: 10 days 10.17999 -> 10.18; 违约金 20.00.
    agreed = terms(Method.EQUAL_PRINCIPAL, late_fee=2000, interest_compounds=True)
    late = at(date(2026, 2, 20), terms=agreed)
    assert late.due_now == amounts(penalty="30.18", interest="60", principal="3333.33")


def test_early_repayment_makes_the_instalments_smaller() -> None:
    # 提前还款, 等额本金: 40 % early on 10 February with the first instalment: 3393.33 + 4000.
    # 2666.67 over two: 1333.335 -> 1333.34 (half to even: 133333.5 -> 133334) and 1333.33.
    # Interest 2666.67 x 0.6 % = 16.00002; 1333.33 x 0.6 % = 7.99998 -> 8.00.
    early = paid(FEB, cny("7393.33"))
    state = at(FEB, early, terms=terms(Method.EQUAL_PRINCIPAL))
    assert state.early_principal == cny("4000")
    assert rows(state) == [("3333.33", "60.00"), ("1333.34", "16.00"), ("1333.33", "8.00")]


def test_a_new_base_rate_and_a_longer_term() -> None:
    # LPR 下调: 6 % from 10 February on, and 展期 by one: 6666.67 over three, 0.5 % a month.
    # 6666.67 / 3 = 2222.22; 33.33335 -> 33.33; 4444.45 x 0.5 % = 22.22225; 2222.23 x 0.5 % = 11.11.
    first = paid(FEB, cny("3393.33"), PaymentKind.DUE)
    rate = RateChanged(on=FEB, annual_rate=Decimal("0.06"), reference="LPR")
    longer = Extended(on=FEB, instalments=1, reference="longer")
    state = at(FEB, first, rate, longer, terms=terms(Method.EQUAL_PRINCIPAL))
    assert rows(state)[1:] == [("2222.22", "33.33"), ("2222.22", "22.22"), ("2222.23", "11.11")]
    assert due_dates(state)[-1] == date(2026, 5, 10)

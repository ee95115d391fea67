"""Worked loans, computed by hand in the comments, from disbursement to the last cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lending.loans.domain import (
    Amounts,
    Component,
    DayCount,
    LoanEvent,
    LoanState,
    LoanTerms,
    Method,
    PaymentKind,
    Reversed,
    replay,
)
from tests.unit.lending.loan_builders import cny, disbursed, make_terms, paid


def amounts(*, penalty: str = "0", interest: str = "0", principal: str = "0") -> Amounts:
    return Amounts(
        penalty=cny(penalty), fee=cny("0"), interest=cny(interest), principal=cny(principal)
    )


def rows(state: LoanState) -> list[tuple[str, str]]:
    return [(r.asked.principal.text, r.asked.interest.text) for r in state.rows]


def test_equal_instalments_paid_once_then_paid_off_early() -> None:
    # 3000 at 1 % a month: 990.07 + 30.00, 999.97 + 20.10, 1009.96 + 10.10.
    terms = make_terms()
    first = paid(date(2026, 2, 15), cny("1020.07"), PaymentKind.DUE, "first")
    history: list[LoanEvent] = [disbursed(terms), first]

    # 1 March is 14 of the period's 28 days: 2009.93 x 1 % x 14/28 = 10.04965 -> 10.05
    march = replay(terms=terms, events=history, as_of=date(2026, 3, 1))
    assert march.payoff == amounts(interest="10.05", principal="2009.93")
    assert march.accrued_interest == cny("40.05")
    assert march.due_now == amounts()
    # Seen on 1 March the running instalment will still ask a whole month's interest.
    assert rows(march)[1] == ("999.97", "20.10")

    payoff = paid(date(2026, 3, 1), cny("2019.98"), PaymentKind.PAYOFF, "payoff")
    settled = replay(terms=terms, events=[*history, payoff], as_of=date(2026, 3, 1))
    assert settled.is_settled
    assert settled.settled_on == date(2026, 3, 1)
    assert settled.early_principal == cny("2009.93")
    assert rows(settled) == [("990.07", "30.00"), ("0.00", "10.05"), ("0.00", "0.00")]
    assert settled.paid == amounts(interest="40.05", principal="3000")

    # The bank takes the payoff back on 20 March: the second instalment is five days late.
    undone = Reversed(on=date(2026, 3, 20), reference="payoff")
    late = replay(terms=terms, events=[*history, payoff, undone], as_of=date(2026, 3, 20))
    # Penalty 999.97 x 18 % / 360 x 5 = 2.499925 -> 2.50
    assert late.days_past_due == 5
    assert late.due_now == amounts(penalty="2.50", interest="20.10", principal="999.97")


def test_equal_instalments_get_smaller_after_an_early_repayment() -> None:
    terms = make_terms()
    first = paid(date(2026, 2, 15), cny("1020.07"), PaymentKind.DUE, "first")
    early = paid(date(2026, 3, 1), cny("1000"), PaymentKind.MANUAL, "early")
    history: list[LoanEvent] = [disbursed(terms), first, early]
    # 10.05 interest as above, 989.95 principal, 1019.98 left over two months at 1 %:
    # 1019.98 x 1.0201 / 2.01 = 517.6525 -> 517.65; less 10.20 of a whole month = 507.45; 512.53.
    # Interest to 15 March: (2009.93 x 14 + 1019.98 x 14) / 28 x 1 % = 15.14955 -> 15.15, 10.05 of
    # it paid; April: 512.53 x 1 % = 5.13.
    state = replay(terms=terms, events=history, as_of=date(2026, 3, 15))
    assert rows(state) == [("990.07", "30.00"), ("507.45", "15.15"), ("512.53", "5.13")]
    assert state.due_now == amounts(interest="5.10", principal="507.45")


def test_equal_principal_with_an_early_repayment() -> None:
    # 1000 at 9 % by real days / 360: 0.00025 a day. Due 30 April, 31 May, 30 June.
    # 333.33 + 7.50, 333.33 + 5.17, 333.34 + 2.50.
    terms = make_terms(
        principal=cny("1000"),
        method=Method.EQUAL_PRINCIPAL,
        annual_rate=Decimal("0.09"),
        disbursed_on=date(2026, 3, 31),
        day_count=DayCount.ACTUAL_360,
    )
    first = paid(date(2026, 4, 30), cny("340.83"), PaymentKind.DUE, "first")
    early = paid(date(2026, 5, 10), cny("200"), PaymentKind.MANUAL, "early")
    history: list[LoanEvent] = [disbursed(terms), first, early]

    # 10 days x 666.67 x 0.00025 = 1.666675 -> 1.67 interest, so 198.33 principal; 468.34 is left
    # and divided over two: 234.17 each. Interest to 31 May: (6666.70 + 21 x 468.34) x 0.00025
    # = 4.12546 -> 4.13, of which 1.67 is paid. June: 234.17 x 30 x 0.00025 = 1.756275 -> 1.76.
    state = replay(terms=terms, events=history, as_of=date(2026, 5, 10))
    assert state.payments[-1].amounts == amounts(interest="1.67", principal="198.33")
    assert rows(state) == [("333.33", "7.50"), ("234.17", "4.13"), ("234.17", "1.76")]
    assert [r.due_on for r in state.rows] == [
        date(2026, 4, 30),
        date(2026, 5, 31),
        date(2026, 6, 30),
    ]
    assert state.early_principal == cny("198.33")

    may = replay(terms=terms, events=history, as_of=date(2026, 5, 31))
    assert may.due_now == amounts(interest="2.46", principal="234.17")
    second = paid(date(2026, 5, 31), cny("236.63"), PaymentKind.DUE, "second")
    third = paid(date(2026, 6, 30), cny("235.93"), PaymentKind.DUE, "third")
    end = replay(terms=terms, events=[*history, second, third], as_of=date(2026, 6, 30))
    assert end.is_settled
    # 7.50 + 4.13 + 1.76
    assert end.accrued_interest == cny("13.39")
    assert not end.unapplied


def test_daily_flexible_repaid_when_the_borrower_likes() -> None:
    # 5000 at 18 %/360 = 0.05 % a day = 2.50. From 1 June with due day 20: 20 June is 19 days away.
    terms = make_terms(
        principal=cny("5000"),
        method=Method.DAILY_FLEXIBLE,
        annual_rate=Decimal("0.18"),
        disbursed_on=date(2026, 6, 1),
        day_count=DayCount.ACTUAL_360,
        due_day=20,
        instalments=2,
    )
    # 11 June: 10 days = 25.00 interest, 1000 principal. Then 2.00 a day: 9 days to 20 June = 18.00.
    some = paid(date(2026, 6, 11), cny("1025"), PaymentKind.MANUAL, "some")
    history: list[LoanEvent] = [disbursed(terms), some]
    due = replay(terms=terms, events=history, as_of=date(2026, 6, 20))
    assert due.due_now == amounts(interest="18.00")
    assert rows(due) == [("0.00", "43.00"), ("4000.00", "60.00")]

    # 1 July: 11 days at 2.00, and everything.
    interest = paid(date(2026, 6, 20), cny("18"), PaymentKind.DUE, "interest")
    july = replay(terms=terms, events=[*history, interest], as_of=date(2026, 7, 1))
    assert july.payoff == amounts(interest="22.00", principal="4000")
    payoff = paid(date(2026, 7, 1), cny("4022"), PaymentKind.PAYOFF, "payoff")
    settled = replay(terms=terms, events=[*history, interest, payoff], as_of=date(2026, 7, 31))
    assert settled.settled_on == date(2026, 7, 1)
    assert settled.accrued_interest == cny("65.00")


def late_terms() -> LoanTerms:
    # 3000 at 12 %, 1000 a month, +50 % penalty, three days of grace. First due 10 February.
    return make_terms(method=Method.EQUAL_PRINCIPAL, disbursed_on=date(2026, 1, 10), grace_days=3)


def test_a_late_loan_bears_penalty_after_grace_and_recovers() -> None:
    terms = late_terms()
    history: list[LoanEvent] = [disbursed(terms)]
    # In grace: late by days, no penalty.
    grace = replay(terms=terms, events=history, as_of=date(2026, 2, 13))
    assert grace.days_past_due == 3
    assert grace.due_now == amounts(interest="30", principal="1000")
    # Then 1000 x 18 % / 360 = 0.50 a day; 20 February is the 7th day after grace.
    assert replay(terms=terms, events=history, as_of=date(2026, 2, 14)).accrued_penalty == cny(
        "0.50"
    )
    part = paid(date(2026, 2, 20), cny("500"), PaymentKind.MANUAL, "part")
    history.append(part)
    after = replay(terms=terms, events=history, as_of=date(2026, 2, 20))
    assert after.payments[0].amounts == amounts(penalty="3.50", interest="30", principal="466.50")
    assert after.overdue_principal == cny("533.50")
    # Five more days on 533.50: 1.33375; together 4.83375 -> 4.83, of which 3.50 is paid.
    state = replay(terms=terms, events=history, as_of=date(2026, 2, 25))
    assert state.days_past_due == 15
    assert state.due_now == amounts(penalty="1.33", principal="533.50")
    rest = paid(date(2026, 2, 25), cny("534.83"), PaymentKind.DUE, "rest")
    current = replay(terms=terms, events=[*history, rest], as_of=date(2026, 2, 25))
    assert current.days_past_due == 0
    assert current.rows[0].settled_on == date(2026, 2, 25)
    # Being late changed nothing for the others: 2000 x 1 %, 1000 x 1 %.
    assert rows(current)[1:] == [("1000.00", "20.00"), ("1000.00", "10.00")]


def test_a_loan_nobody_pays_stops_earning_contract_interest_at_maturity() -> None:
    # On 10 May: dues 10 Feb, 10 Mar, 10 Apr, so 86, 58, 27 days after grace of 0.50 a day.
    state = replay(terms=late_terms(), events=[disbursed(late_terms())], as_of=date(2026, 5, 10))
    assert state.accrued_interest == cny("60")
    assert state.accrued_penalty == cny("85.50")
    assert state.days_past_due == 89
    assert state.overdue_principal == state.outstanding_principal == cny("3000")
    assert state.payoff == state.due_now
    assert [r.paid.principal.text for r in state.rows] == ["0.00"] * 3


def test_a_long_overdue_loan_may_take_principal_first() -> None:
    order = (Component.PRINCIPAL, Component.INTEREST, Component.PENALTY, Component.FEE)
    terms = make_terms(method=Method.EQUAL_PRINCIPAL, allocation_order=order)
    part = paid(date(2026, 3, 1), cny("1010"), PaymentKind.MANUAL, "part")
    state = replay(terms=terms, events=[disbursed(terms), part], as_of=date(2026, 3, 1))
    # 14 days late: penalty 1000 x 0.0005 x 14 = 7.00 stays open with 20 of the interest.
    assert state.paid == amounts(interest="10", principal="1000")
    assert state.due_now == amounts(penalty="7", interest="20")

"""Plans made anew (re-aged, re-amortised, 重组), written off (核销) and recovered, by hand.

Nothing was paid on the loan by 20 March. The first instalment is 38 days late, 19.00 of penalty,
30.00 of interest; the second 10 days, 5.00 and 20.00; of the third period 10 of 31 days have
passed: 1000 x 1 % x 10/31 = 3.23. Together: penalty 24.00, interest 53.23, principal 3000.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from lending.ledger.domain import AccountCode
from lending.loans.domain import (
    Component,
    InvalidEventsError,
    LoanEvent,
    LoanState,
    Method,
    OpenInterest,
    PaymentKind,
)
from lending.loans.domain.books import Earned, balances
from lending.loans.domain.classification import Thresholds, asset_class, is_watched, stage
from lending.loans.domain.events import (
    Charged,
    ChargeKind,
    Extended,
    ReAged,
    ReAmortised,
    Restructured,
    Waived,
    WrittenOff,
)
from lending.loans.domain.states import AssetClass
from lending.products.domain.methods import Unit
from tests.scenarios.worked import (
    FIRST,
    HALF,
    amounts,
    at,
    check_undo,
    due_dates,
    equal_principal,
    rows,
)
from tests.unit.lending.loan_builders import cny, make_terms, paid

FEB_20 = date(2026, 2, 20)
MARCH_20 = date(2026, 3, 20)
RE_AGED = ReAged(
    on=MARCH_20,
    starts_on=MARCH_20,
    every=1,
    unit=Unit.MONTHS,
    instalments=3,
    interest=OpenInterest.FIRST,
    reference="re-aged",
)
WRITTEN_OFF = WrittenOff(on=MARCH_20, reference="written off")


def test_what_the_head_of_this_file_says() -> None:
    state = at(MARCH_20)
    assert state.due_now == amounts(penalty="24", interest="50", principal="2000")
    assert state.payoff == amounts(penalty="24", interest="53.23", principal="3000")


# --- re-amortised ---------------------------------------------------------------------------------


def re_amortised(interest: OpenInterest) -> ReAmortised:
    return ReAmortised(on=FEB_20, interest=interest, reference="re-amortised")


@pytest.mark.parametrize(
    ("interest", "second", "third", "given_up"),
    [
        (OpenInterest.FIRST, "56.43", "15.00", "0"),
        (OpenInterest.SPLIT, "41.43", "30.00", "0"),
        (OpenInterest.WAIVED, "26.43", "15.00", "30"),
    ],
)
def test_what_is_overdue_is_divided_over_the_instalments_to_come(
    interest: OpenInterest, second: str, third: str, given_up: str
) -> None:
    # 20 February: 1000 + 30 + 10 days of penalty are overdue. 3000 over two instalments. The
    # second period: 2000 for 10 days, 3000 for 18: 74000 / 28 x 1 % = 26.43; the third 1500 x 1 %.
    change = re_amortised(interest)
    state = at(FEB_20, change)
    assert rows(state) == [("0.00", "0.00"), ("1500.00", second), ("1500.00", third)]
    assert state.rows[1].asked.penalty == cny("5")
    assert state.days_past_due == 0
    assert not state.due_now.total
    assert state.waived == amounts(interest=given_up)
    # Earned: 30.00 and 2000 x 1 % x 10/28 = 7.14; what is given up was earned.
    assert state.accrued_interest == cny("37.14")
    assert state.accrued_penalty == cny("5")
    check_undo(FEB_20, change, undone="re-amortised")


def test_what_was_paid_of_an_instalment_stays_when_its_rest_is_divided() -> None:
    part = paid(FIRST.on, cny("530"), PaymentKind.DUE)
    # 500 is overdue: 2500 over two. Penalty 10 x 0.25.
    state = at(FEB_20, part, re_amortised(OpenInterest.FIRST))
    assert [r.asked.principal.text for r in state.rows] == ["500.00", "1250.00", "1250.00"]
    assert rows(state)[0] == ("500.00", "30.00")
    assert state.rows[1].asked.penalty == cny("2.50")


def test_what_falls_due_today_is_not_overdue() -> None:
    change = replace(re_amortised(OpenInterest.FIRST), on=FIRST.on)
    assert at(FIRST.on, change).due_now == amounts(interest="30", principal="1000")


def test_after_maturity_nothing_is_to_come() -> None:
    change = replace(re_amortised(OpenInterest.FIRST), on=date(2026, 4, 10))
    with pytest.raises(InvalidEventsError, match="no instalment is to come"):
        at(date(2026, 4, 10), change)


# --- re-aged --------------------------------------------------------------------------------------


def test_all_that_is_owed_is_planned_anew() -> None:
    # 3000 over three months from 20 March: 30, 20, 10; 53.23 and the penalty with the first.
    state = at(MARCH_20, RE_AGED)
    assert due_dates(state) == [date(2026, m, 20) for m in (4, 5, 6)]
    assert rows(state) == [("1000.00", "83.23"), ("1000.00", "20.00"), ("1000.00", "10.00")]
    assert state.rows[0].asked.penalty == cny("24")
    assert state.days_past_due == 0
    assert (state.accrued_interest, state.accrued_penalty) == (cny("53.23"), cny("24"))
    due = at(date(2026, 4, 20), RE_AGED)
    assert due.due_now == amounts(penalty="24", interest="83.23", principal="1000")
    check_undo(MARCH_20, RE_AGED, undone="re-aged")


def test_open_interest_is_split_or_given_up() -> None:
    # 53.23 / 3 = 17.74 and a cent.
    split = at(MARCH_20, replace(RE_AGED, interest=OpenInterest.SPLIT))
    assert [r[1] for r in rows(split)] == ["47.75", "37.74", "27.74"]
    given_up = at(MARCH_20, replace(RE_AGED, interest=OpenInterest.WAIVED))
    assert [r[1] for r in rows(given_up)] == ["30.00", "20.00", "10.00"]
    assert given_up.waived == amounts(interest="53.23")


def test_a_new_plan_may_begin_later_and_its_first_period_is_longer() -> None:
    # To 1 May are 42 days of 1/360: 3000 x 12 % x 42/360 = 42.00; then whole months.
    state = at(MARCH_20, replace(RE_AGED, starts_on=date(2026, 4, 1)))
    assert due_dates(state) == [date(2026, m, 1) for m in (5, 6, 7)]
    assert [r[1] for r in rows(state)] == ["95.23", "20.00", "10.00"]


def test_a_new_plan_may_go_by_weeks() -> None:
    # Two weeks: 14/360 of 12 %: 14.00, 9.33, 4.67.
    state = at(MARCH_20, replace(RE_AGED, every=2, unit=Unit.WEEKS))
    assert due_dates(state) == [date(2026, 4, 3), date(2026, 4, 17), date(2026, 5, 1)]
    assert [r[1] for r in rows(state)] == ["67.23", "9.33", "4.67"]


def test_what_was_paid_before_a_new_plan_stays_where_it_was_paid() -> None:
    # The first is paid; half of the second period has passed: 10.00. 2000 over four.
    change = replace(RE_AGED, on=HALF, starts_on=HALF, instalments=4)
    state = at(HALF, FIRST, change)
    assert rows(state) == [
        ("1000.00", "30.00"),
        ("500.00", "30.00"),
        ("500.00", "15.00"),
        ("500.00", "10.00"),
        ("500.00", "5.00"),
    ]
    # With 400 early: 10 of it interest, 390 principal; the period that ends today keeps the 10.
    early = paid(HALF, cny("400"))
    # 1610 over four: 402.50 each; 16.10, 12.075 -> 12.08 (half to even), 8.05, 4.025 -> 4.02.
    after = at(HALF, FIRST, early, change)
    assert rows(after) == [
        ("1000.00", "30.00"),
        ("0.00", "10.00"),
        ("402.50", "16.10"),
        ("402.50", "12.08"),
        ("402.50", "8.05"),
        ("402.50", "4.02"),
    ]


def test_after_maturity_a_new_plan_is_possible() -> None:
    # 10 April: 59 + 31 days of penalty, 29.50 + 15.50 = 45; interest 60.
    change = replace(RE_AGED, on=date(2026, 4, 10), starts_on=date(2026, 4, 10))
    state = at(date(2026, 4, 10), change)
    assert rows(state) == [("1000.00", "90.00"), ("1000.00", "20.00"), ("1000.00", "10.00")]
    assert state.rows[0].asked.penalty == cny("45")


def test_interest_split_and_paid_early_is_not_asked_again_by_the_next_plan() -> None:
    # On 20 March 53.23 is split: 17.75, 17.74, 17.74. 3100 of the same day pays the 24.00 and
    # 17.75 of the first, all 3000, and the two others: 3077.23 together; 22.77 is credit.
    split = replace(RE_AGED, interest=OpenInterest.SPLIT)
    # 3070 leaves 3070 - 3041.75 = 28.25: 17.74 and 10.51, so 7.23 stays open.
    early = paid(MARCH_20, cny("3070"))
    again = replace(RE_AGED, reference="again", instalments=1)
    state = at(MARCH_20, split, early, again)
    assert state.payoff == at(MARCH_20, split, early).payoff == amounts(interest="7.23")
    assert state.accrued_interest == cny("53.23")
    assert at(MARCH_20, split, paid(MARCH_20, cny("3100")), again).unapplied == cny("22.77")


def test_interest_split_and_given_up_is_not_asked_again_by_the_next_plan() -> None:
    # 40 of the 53.23 are given up: 17.75, 17.74, and 4.51 of the last 17.74.
    split = replace(RE_AGED, interest=OpenInterest.SPLIT)
    given_up = Waived(
        on=MARCH_20, amount=cny("40"), component=Component.INTEREST, reference="given up"
    )
    again = replace(RE_AGED, reference="again")
    state = at(MARCH_20, split, given_up)
    assert state.payoff.interest == cny("13.23")
    # 30, 20, 10 of the plan, and what is left of the 53.23.
    assert [r[1] for r in rows(state)] == ["30.00", "20.00", "23.23"]
    assert [r[1] for r in rows(at(MARCH_20, split, given_up, again))] == ["43.23", "20.00", "10.00"]


def test_fees_and_waivers_before_a_new_plan_count_once() -> None:
    # 12 for each instalment from 20 February: the second period has begun by 24 February, the
    # third has not. 14 days late: 7.00, of which 3.00 are given up.
    fee = Charged(on=FEB_20, amount=cny("12"), kind=ChargeKind.FEE, due_on=None, reference="fee")
    given_up = Waived(on=HALF, amount=cny("3"), component=Component.PENALTY, reference="given up")
    part = paid(FIRST.on, cny("100"), PaymentKind.DUE)
    change = replace(RE_AGED, on=HALF, starts_on=HALF)
    state = at(HALF, part, fee, given_up, change)
    # Paid: 30 and 70 of principal. 930 late bear 0.465 a day: 14 days 6.51, less 3.00.
    assert state.rows[0].asked == state.rows[0].paid == amounts(interest="30", principal="70")
    assert (state.accrued_fee, state.accrued_penalty) == (cny("12"), cny("6.51"))
    assert state.payoff == amounts(penalty="3.51", fee="12", interest="10", principal="2930")
    # The fee of the third is asked with the second new one, as far away as it was.
    assert [row.asked.fee.text for row in state.rows] == ["0.00", "12.00", "12.00", "0.00"]
    assert state.rows[1].opening == cny("2930")


def test_interest_given_up_before_a_new_plan_was_earned_all_the_same() -> None:
    # INTEREST_ONLY: the first instalment asks 30 alone, given up on 11 February.
    terms = equal_principal()
    terms = make_terms(method=Method.INTEREST_ONLY, disbursed_on=terms.disbursed_on)
    waiver = Waived(
        on=date(2026, 2, 11), amount=cny("30"), component=Component.INTEREST, reference="waiver"
    )
    change = replace(RE_AGED, on=FEB_20, starts_on=FEB_20)
    state = at(FEB_20, waiver, change, terms=terms)
    # 30.00 and 3000 x 1 % x 10/28 = 10.71.
    assert state.accrued_interest == cny("40.71")
    assert state.payoff == amounts(interest="10.71", principal="3000")


def test_a_fee_of_an_instalment_partly_paid_counts_once_after_a_new_plan() -> None:
    # 10 of the fee of 12 are paid with the first instalment, which stays for that.
    fee = Charged(
        on=date(2026, 1, 20), amount=cny("12"), kind=ChargeKind.FEE, due_on=FIRST.on, reference="f"
    )
    part = paid(FIRST.on, cny("10"), PaymentKind.DUE)
    state = at(HALF, fee, part, replace(RE_AGED, on=HALF, starts_on=HALF))
    assert state.rows[0].asked == state.rows[0].paid == amounts(fee="10")
    assert (state.accrued_fee, state.payoff.fee) == (cny("12"), cny("2"))


def test_a_bullet_loan_planned_anew_falls_due_later_when_extended() -> None:
    # Whether anything had been paid before the new plan makes no difference to its dates.
    terms = make_terms(method=Method.BULLET, disbursed_on=date(2026, 1, 10))
    change = replace(RE_AGED, instalments=1)
    longer = Extended(on=MARCH_20, instalments=1, reference="longer")
    some = paid(date(2026, 3, 1), cny("60"))
    histories: list[list[LoanEvent]] = [[change, longer], [some, change, longer]]
    for events in histories:
        state = at(MARCH_20, *events, terms=terms)
        assert due_dates(state)[-1] == date(2026, 5, 20)
        assert date(2026, 4, 20) not in due_dates(state)


# --- restructured ---------------------------------------------------------------------------------

LIMITS = Thresholds(
    special_mention=0, substandard=90, doubtful=270, loss=360, stage_2=30, stage_3=90, watch_years=1
)
RESTRUCTURED = Restructured(
    on=MARCH_20,
    annual_rate=Decimal("0.06"),
    starts_on=MARCH_20,
    every=1,
    unit=Unit.MONTHS,
    instalments=3,
    reference="restructured",
)


def classes(state: LoanState, as_of: date) -> tuple[AssetClass, int]:
    watched = is_watched(restructured_on=state.restructured_on, as_of=as_of, thresholds=LIMITS)
    late = state.days_past_due
    return (
        asset_class(days_past_due=late, thresholds=LIMITS, watched=watched),
        stage(days_past_due=late, thresholds=LIMITS, watched=watched),
    )


def test_a_restructured_loan_has_a_new_plan_at_a_new_rate_and_is_watched_for_a_year() -> None:
    # 3000 at 0.5 % a month: 15 + 53.23, 10, 5.
    state = at(MARCH_20, RESTRUCTURED)
    assert rows(state) == [("1000.00", "68.23"), ("1000.00", "10.00"), ("1000.00", "5.00")]
    assert state.rows[0].asked.penalty == cny("24")
    assert state.restructured_on == MARCH_20
    assert classes(state, MARCH_20) == (AssetClass.SPECIAL_MENTION, 2)
    assert classes(state, date(2027, 3, 19)) == (AssetClass.SPECIAL_MENTION, 2)
    assert classes(state, date(2027, 3, 20)) == (AssetClass.PASS, 1)
    # Late on the new plan: 91 days after 20 April.
    assert classes(at(date(2026, 7, 20), RESTRUCTURED), date(2026, 7, 20)) == (
        AssetClass.SUBSTANDARD,
        3,
    )
    undone = check_undo(MARCH_20, RESTRUCTURED, undone="restructured")
    assert undone.restructured_on is None
    # Re-aged without difficulty it is as good as any.
    assert classes(at(MARCH_20, RE_AGED), MARCH_20) == (AssetClass.PASS, 1)


# --- written off ----------------------------------------------------------------------------------


def test_nothing_is_earned_after_a_write_off_and_money_is_recovery() -> None:
    # 100 meets the first instalment: 19 of penalty, 30 of interest, 51 of principal.
    some = paid(date(2026, 4, 1), cny("100"), PaymentKind.RECOVERY)
    state = at(date(2026, 6, 20), WRITTEN_OFF, some)
    assert state.written_off == amounts(penalty="24", interest="53.23", principal="3000")
    assert (state.accrued_interest, state.accrued_penalty) == (cny("53.23"), cny("24"))
    assert state.payments[0].amounts == amounts(penalty="19", interest="30", principal="51")
    assert state.recovered == cny("100")
    assert state.payoff == amounts(penalty="5", interest="23.23", principal="2949")
    assert rows(at(MARCH_20, WRITTEN_OFF)) == [
        ("1000.00", "30.00"),
        ("1000.00", "20.00"),
        ("1000.00", "3.23"),
    ]
    books = balances(state=state, earned=Earned.by(state))
    assert {code: money.text for code, money in books.items() if money} == {
        AccountCode.WRITE_OFF_LOSS: "3077.23",
        AccountCode.RECOVERY_INCOME: "-100.00",
        AccountCode.INTEREST_INCOME: "-53.23",
        AccountCode.PENALTY_INCOME: "-24.00",
        AccountCode.BANK_CASH: "-2900.00",
    }
    # The rest is recovered: 3077.23 - 100 = 2977.23.
    rest = paid(date(2026, 7, 1), cny("3000"), PaymentKind.RECOVERY)
    settled = at(date(2026, 8, 1), WRITTEN_OFF, some, rest)
    assert settled.settled_on == date(2026, 7, 1)
    assert settled.recovered == cny("3077.23")
    assert settled.unapplied == cny("22.77")


def test_an_undone_write_off_earns_what_it_had_not() -> None:
    undone = check_undo(date(2026, 4, 10), WRITTEN_OFF, undone="written off")
    assert undone.accrued_interest == cny("60")
    assert undone.written_off is None


def test_fees_to_come_and_late_fees_are_not_asked_after_a_write_off() -> None:
    fee = Charged(on=FEB_20, amount=cny("12"), kind=ChargeKind.FEE, due_on=None, reference="fee")
    written_off = WrittenOff(on=HALF, reference="written off")
    # The second period's fee is asked, the third's never; 14 days late: 7.00 and 25.00.
    state = at(date(2026, 6, 1), fee, written_off, terms=equal_principal(late_fee=2500))
    assert state.accrued_fee == cny("12")
    assert state.accrued_penalty == cny("32")
    assert state.payoff == state.written_off


def test_only_money_moves_after_a_write_off() -> None:
    late: list[LoanEvent] = [
        Charged(
            on=date(2026, 4, 1),
            amount=cny("1"),
            kind=ChargeKind.FEE,
            due_on=None,
            reference="fee",
        ),
        replace(RE_AGED, on=date(2026, 4, 1), starts_on=date(2026, 4, 1)),
    ]
    for event in late:
        with pytest.raises(InvalidEventsError, match="after a write-off"):
            at(date(2026, 4, 1), WRITTEN_OFF, event)

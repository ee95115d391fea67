"""Fees, 违约金, 复利 and what the lender gives up (减免), by hand."""

from __future__ import annotations

from datetime import date

from lending.loans.domain import Component, LoanEvent, PaymentKind
from lending.loans.domain.events import Charged, ChargeKind, Waived
from tests.scenarios.worked import (
    FIRST,
    HALF,
    SECOND,
    THIRD,
    amounts,
    at,
    check_undo,
    equal_principal,
    rows,
)
from tests.unit.lending.loan_builders import cny, paid


def charged(
    on: date, amount: str, *, due_on: date | None, kind: ChargeKind = ChargeKind.FEE
) -> Charged:
    return Charged(on=on, amount=cny(amount), kind=kind, due_on=due_on, reference="charge")


def waived(on: date, amount: str, component: Component) -> Waived:
    return Waived(on=on, amount=cny(amount), component=component, reference="waiver")


# --- charges --------------------------------------------------------------------------------------


def test_a_fee_is_asked_with_the_first_instalment_due_after_its_day() -> None:
    # Due on or after 1 March: the second instalment, of 10 March. It is income from the day on
    # which that period begins, 10 February, and not before.
    fee = charged(date(2026, 1, 20), "50", due_on=date(2026, 3, 1))
    before = at(date(2026, 2, 9), fee)
    assert [row.asked.fee for row in before.rows] == [cny("0"), cny("50"), cny("0")]
    assert not before.accrued_fee
    assert at(date(2026, 2, 10), fee, FIRST).accrued_fee == cny("50")
    march = at(date(2026, 3, 10), fee, FIRST)
    assert march.due_now == amounts(fee="50", interest="20", principal="1000")
    # On the instalment's very day: still that one.
    exact = charged(date(2026, 1, 20), "50", due_on=date(2026, 3, 10))
    assert at(date(2026, 3, 10), exact, FIRST).due_now == march.due_now
    check_undo(date(2026, 3, 10), fee, FIRST, undone="charge")


def test_a_fee_is_paid_before_interest_and_principal() -> None:
    fee = charged(date(2026, 1, 20), "50", due_on=date(2026, 2, 10))
    part = paid(date(2026, 2, 10), cny("60"), PaymentKind.DUE)
    # 60 = 50 of fee + 10 of interest.
    assert at(date(2026, 2, 10), fee, part).paid == amounts(fee="50", interest="10")


def test_a_fee_of_every_instalment_is_not_asked_for_periods_that_never_begin() -> None:
    fee = charged(date(2026, 2, 20), "12", due_on=None)
    state = at(date(2026, 3, 1), FIRST, fee)
    assert [row.asked.fee.text for row in state.rows] == ["0.00", "12.00", "12.00"]
    # 1 March is 19 of 28 days: 2000 x 1 % x 19/28 = 13.571 -> 13.57.
    assert state.payoff == amounts(fee="12", interest="13.57", principal="2000")
    payoff = paid(date(2026, 3, 1), cny("2025.57"), PaymentKind.PAYOFF)
    later = at(date(2026, 5, 1), FIRST, fee, payoff)
    assert later.is_settled
    assert later.accrued_fee == cny("12")
    assert [row.asked.fee.text for row in later.rows] == ["0.00", "12.00", "0.00"]


def test_what_is_charged_after_maturity_is_due_at_once_with_the_last_instalment() -> None:
    for due_on in (date(2026, 5, 1), None):
        penalty = charged(date(2026, 5, 1), "80", due_on=due_on, kind=ChargeKind.PENALTY)
        state = at(date(2026, 5, 1), FIRST, SECOND, penalty)
        # The third is 21 days late: 21 x 0.50 = 10.50; and 80.
        assert state.due_now == amounts(penalty="90.50", interest="10", principal="1000")


def test_what_is_charged_to_a_settled_loan_is_asked_at_once() -> None:
    # Paid off on 24 February: 2000 + half of 20. A penalty for it on the next day has no later
    # instalment to wait for, and the loan is not settled before it is paid.
    payoff = paid(HALF, cny("2010"), PaymentKind.PAYOFF)
    for due_on in (date(2026, 4, 1), None):
        fee = charged(date(2026, 2, 25), "20", due_on=due_on, kind=ChargeKind.PENALTY)
        state = at(date(2026, 2, 25), FIRST, payoff, fee)
        assert not state.is_settled
        assert state.payoff == amounts(penalty="20")
        last = paid(date(2026, 2, 26), cny("20"))
        assert at(date(2027, 1, 1), FIRST, payoff, fee, last).settled_on == date(2026, 2, 26)


def test_a_late_fee_is_asked_once_after_the_days_of_grace() -> None:
    terms = equal_principal(grace_days=3, late_fee=2500)
    assert not at(date(2026, 2, 13), terms=terms).accrued_penalty
    # 14 February: one day after grace, 0.50, and the fee.
    assert at(date(2026, 2, 14), terms=terms).accrued_penalty == cny("25.50")
    # 14 March: the first 29 days after grace, 14.50; the second one day; and a fee for each.
    assert at(date(2026, 3, 14), terms=terms).accrued_penalty == cny("65")
    in_grace = paid(date(2026, 2, 13), cny("1030"), PaymentKind.DUE)
    assert not at(date(2026, 3, 13), in_grace, terms=terms).accrued_penalty


def test_interest_in_arrears_bears_the_penalty_rate_only_where_it_compounds() -> None:
    terms = equal_principal(interest_compounds=True)
    # (1000 + 30) x 18 % / 360 = 0.515 a day; ten days 5.15. Without 复利 ten days are 5.00.
    assert at(date(2026, 2, 20), terms=terms).due_now == amounts(
        penalty="5.15", interest="30", principal="1000"
    )
    assert at(date(2026, 2, 20)).accrued_penalty == cny("5")
    # Penalty and interest are paid: 5 days on 1000 = 2.50. Penalty itself never bears any.
    part = paid(date(2026, 2, 20), cny("35.15"), PaymentKind.DUE)
    assert at(date(2026, 2, 25), part, terms=terms).due_now == amounts(
        penalty="2.50", principal="1000"
    )
    # Principal paid first: 30 x 18 % / 360 = 0.015 a day on the interest alone, 28 days 0.42.
    order = (Component.PRINCIPAL, Component.INTEREST, Component.PENALTY, Component.FEE)
    principal = paid(date(2026, 2, 10), cny("1000"), PaymentKind.DUE)
    state = at(
        date(2026, 3, 10),
        principal,
        terms=equal_principal(interest_compounds=True, allocation_order=order),
    )
    assert state.accrued_penalty == cny("0.42")


def test_interest_given_up_bears_nothing_where_interest_compounds() -> None:
    # 10 days of 1030: 5.15. Then the 30 is given up: 10 days of 1000: 5.00.
    terms = equal_principal(interest_compounds=True)
    waiver = waived(date(2026, 2, 20), "30", Component.INTEREST)
    state = at(date(2026, 3, 2), waiver, terms=terms)
    assert state.accrued_penalty == cny("10.15")


# --- waivers --------------------------------------------------------------------------------------


def test_penalty_given_up_is_not_asked_and_more_of_it_accrues() -> None:
    # 10 days late: 5.00; 3.00 of it given up. Five days later 7.50 - 3.00.
    waiver = waived(date(2026, 2, 20), "3", Component.PENALTY)
    assert at(date(2026, 2, 20), waiver).due_now.penalty == cny("2")
    later = at(date(2026, 2, 25), waiver)
    assert later.due_now.penalty == cny("4.50")
    assert later.accrued_penalty == cny("7.50")
    assert later.waived == amounts(penalty="3")
    check_undo(date(2026, 2, 25), waiver, undone="waiver")


def test_interest_of_the_running_period_given_up_leaves_the_rest_of_the_period() -> None:
    waiver = waived(HALF, "10", Component.INTEREST)
    assert not at(HALF, FIRST, waiver).payoff.interest
    due = at(date(2026, 3, 10), FIRST, waiver)
    assert rows(due)[1] == ("1000.00", "10.00")
    assert due.accrued_interest == cny("50")


def test_overdue_claims_are_given_up_before_those_of_the_running_period() -> None:
    # 20 February: 30.00 of the first, 2000 x 1 % x 10/28 = 7.14 of the second. 32 given up.
    waiver = waived(date(2026, 2, 20), "32", Component.INTEREST)
    state = at(date(2026, 2, 20), waiver)
    assert not state.due_now.interest
    assert state.payoff.interest == cny("5.14")


def test_overdue_principal_given_up_bears_no_penalty_any_more() -> None:
    waiver = waived(date(2026, 2, 20), "400", Component.PRINCIPAL)
    state = at(date(2026, 3, 2), waiver)
    # 10 days of 1000 and 10 days of 600: 5.00 + 3.00.
    assert state.due_now == amounts(penalty="8", interest="30", principal="600")
    assert state.outstanding_principal == cny("2600")


def test_principal_not_due_given_up_is_like_an_early_repayment() -> None:
    waiver = waived(HALF, "500", Component.PRINCIPAL)
    state = at(HALF, FIRST, waiver)
    # 1500 over two; (2000 + 1500) / 2 x 1 % = 17.50; 750 x 1 %.
    assert rows(state) == [("1000.00", "30.00"), ("750.00", "17.50"), ("750.00", "7.50")]
    assert state.outstanding_principal == cny("1500")
    assert not state.early_principal
    check_undo(HALF, FIRST, waiver, undone="waiver")


def test_a_waiver_finds_less_where_a_payment_comes_to_light() -> None:
    # Given up: 30 + 7.14 of interest on 20 February. Then the bank reports 1030 of 10 February.
    waiver = waived(date(2026, 2, 20), "37.14", Component.INTEREST)
    events: list[LoanEvent] = [waiver]
    assert at(date(2026, 2, 20), *events).waived == amounts(interest="37.14")
    state = at(date(2026, 2, 20), *events, FIRST)
    assert state.waived == amounts(interest="7.14")
    assert state.payoff == amounts(principal="2000")


def test_all_given_up_settles_the_loan() -> None:
    waiver = waived(date(2026, 4, 10), "1010", Component.PRINCIPAL)
    state = at(date(2026, 4, 10), FIRST, SECOND, waiver)
    # More than is owed of it: 1000. The interest stays.
    assert state.waived == amounts(principal="1000")
    assert state.payoff == amounts(interest="10")
    interest = paid(date(2026, 4, 10), cny("10"), PaymentKind.DUE)
    assert at(date(2026, 6, 1), FIRST, SECOND, waiver, interest).is_settled
    assert at(date(2026, 4, 10), FIRST, SECOND, THIRD, waiver).waived == amounts()

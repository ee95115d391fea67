"""Money that goes back: chargebacks (拒付), refunds of credit, undone payments, by hand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.money import Money
from lending.ledger.domain import AccountCode
from lending.loans.domain import (
    InstalmentStatus,
    InvalidEventsError,
    LoanEvent,
    LoanState,
    Method,
    PaymentKind,
    Reversed,
)
from lending.loans.domain.books import Earned, balances
from lending.loans.domain.events import Charged, ChargedBack, ChargeKind, CreditRefunded, WrittenOff
from tests.scenarios.worked import (
    FIRST,
    HALF,
    SECOND,
    THIRD,
    amounts,
    at,
    check_undo,
    due_dates,
    rows,
)
from tests.unit.lending.loan_builders import cny, make_terms, paid

MAY_1 = date(2026, 5, 1)
#: 70 more than the first instalment asks: credit.
TOO_MUCH = paid(FIRST.on, cny("1100"), PaymentKind.DUE, "too much")


def back(on: date, amount: str, payment: str) -> ChargedBack:
    return ChargedBack(on=on, amount=cny(amount), payment=payment, reference="back")


def refunded(on: date, amount: str) -> CreditRefunded:
    return CreditRefunded(on=on, amount=cny(amount), reference="refund")


def booked(state: LoanState) -> dict[AccountCode, str]:
    books = balances(state=state, earned=Earned.by(state))
    assert not sum((money.minor for money in books.values()), 0)
    return {code: money.text for code, money in books.items() if money}


# --- charged back ---------------------------------------------------------------------------------


def test_before_maturity_the_running_instalment_asks_for_what_the_bank_took_back() -> None:
    # The second period: 2000 for 14 days and 3000 for 14: 70000 / 28 x 1 % = 25.00, and the 30.00
    # of the first instalment, which is not overdue again.
    event = back(HALF, "1030", "first")
    state = at(HALF, FIRST, event)
    assert state.charged_back == amounts(interest="30", principal="1000")
    assert state.days_past_due == 0
    assert rows(state) == [("1000.00", "30.00"), ("2000.00", "55.00"), ("1000.00", "10.00")]
    assert state.payoff == amounts(interest="40", principal="3000")
    # Interest earned is what it was: 30 and half of 20.
    assert state.accrued_interest == cny("40")
    assert at(date(2026, 3, 10), FIRST, event).due_now == amounts(interest="55", principal="2000")
    check_undo(HALF, FIRST, event, undone="back")


@pytest.mark.parametrize(
    ("taken", "interest", "principal"),
    [("500", "0", "500"), ("1000", "0", "1000"), ("1010", "10", "1000")],
)
def test_a_part_taken_back_is_what_was_paid_last(taken: str, interest: str, principal: str) -> None:
    state = at(HALF, FIRST, back(HALF, taken, "first"))
    assert state.charged_back == amounts(interest=interest, principal=principal)


def test_two_parts_of_one_payment_are_taken_back_one_after_the_other() -> None:
    again = replace(back(HALF, "500", "first"), reference="again")
    state = at(HALF, FIRST, back(HALF, "520", "first"), again)
    # 520 of principal; then its last 480 and 20 of the interest.
    assert state.charged_back == amounts(interest="20", principal="1000")


def test_after_maturity_it_is_an_instalment_of_its_own_due_that_day() -> None:
    event = back(MAY_1, "1010", "third")
    state = at(MAY_1, FIRST, SECOND, THIRD, event)
    assert rows(state)[3] == ("1000.00", "10.00")
    assert due_dates(state)[3] == MAY_1
    assert [row.opening.text for row in state.rows] == ["3000.00", "2000.00", "1000.00", "0.00"]
    assert state.days_past_due == 0
    assert not state.is_settled
    # No contract interest for the days in between; nine days of penalty later: 4.50.
    late = at(date(2026, 5, 10), FIRST, SECOND, THIRD, event)
    assert late.due_now == amounts(penalty="4.50", interest="10", principal="1000")
    assert late.accrued_interest == cny("60")
    assert late.days_past_due == 9
    assert late.rows[3].status is InstalmentStatus.OVERDUE
    rest = paid(date(2026, 5, 10), cny("1014.50"), PaymentKind.DUE)
    settled = at(date(2027, 1, 1), FIRST, SECOND, THIRD, event, rest)
    assert settled.settled_on == date(2026, 5, 10)
    check_undo(MAY_1, FIRST, SECOND, THIRD, event, undone="back")


def test_on_the_last_due_day_it_goes_with_the_last_instalment() -> None:
    event = back(THIRD.on, "1020", "second")
    state = at(THIRD.on, FIRST, SECOND, event)
    assert len(state.rows) == 3
    assert state.due_now == amounts(interest="30", principal="2000")


def test_a_payoff_taken_back_revives_the_loan() -> None:
    # Paid off on 24 February with 2010; taken back on 27 February, three of 28 days later: the
    # 2000 bear interest for 11 days more: 14 + 11 = 25 of 28 days, 17.857 -> 17.86; 10 asked again.
    payoff = paid(HALF, cny("2010"), PaymentKind.PAYOFF, "payoff")
    event = back(date(2026, 2, 27), "2010", "payoff")
    assert at(HALF, FIRST, payoff).is_settled
    state = at(date(2026, 3, 10), FIRST, payoff, event)
    # All of it is asked with the running instalment, 10 March.
    assert state.due_now == amounts(interest="17.86", principal="2000")
    assert state.settled_on is None


def test_interest_taken_back_and_not_paid_makes_the_loan_late() -> None:
    # INTEREST_ONLY, 30 a month: the first 30 is taken back, the second asks 60 and gets 30.
    terms = make_terms(method=Method.INTEREST_ONLY, disbursed_on=date(2026, 1, 10))
    first = paid(FIRST.on, cny("30"), PaymentKind.DUE, "first")
    second = paid(SECOND.on, cny("30"), PaymentKind.DUE)
    state = at(date(2026, 3, 15), first, back(HALF, "30", "first"), second, terms=terms)
    assert state.days_past_due == 5
    assert state.due_now == amounts(interest="30")


def test_credit_is_taken_back_before_anything_else() -> None:
    event = back(HALF, "100", "too much")
    state = at(HALF, TOO_MUCH, event)
    assert state.credit_taken == cny("70")
    assert state.charged_back == amounts(principal="30")
    assert not state.unapplied
    # Bank: 3000 out, 1100 in, 100 back.
    assert booked(state) == {
        AccountCode.LOAN_PRINCIPAL: "2030.00",
        AccountCode.INTEREST_RECEIVABLE: "10.00",
        AccountCode.INTEREST_INCOME: "-40.00",
        AccountCode.BANK_CASH: "-2000.00",
    }
    check_undo(HALF, TOO_MUCH, event, undone="back")


# --- credit ---------------------------------------------------------------------------------------


def test_credit_goes_back_to_the_borrower() -> None:
    refund = refunded(HALF, "50")
    state = at(HALF, TOO_MUCH, refund)
    assert state.unapplied == cny("20")
    assert state.refunded == cny("50")
    assert booked(state)[AccountCode.PAYOUT_CLEARING] == "-50.00"
    assert booked(state)[AccountCode.BORROWER_CREDIT] == "-20.00"
    check_undo(HALF, TOO_MUCH, refund, undone="refund")
    with pytest.raises(InvalidEventsError, match="more was refunded than the borrower's credit"):
        at(HALF, TOO_MUCH, refunded(HALF, "70.01"))


def test_a_payment_taken_back_after_its_credit_was_refunded_is_owed_as_principal() -> None:
    event = back(HALF, "100", "too much")
    state = at(HALF, TOO_MUCH, refunded(date(2026, 2, 15), "70"), event)
    assert state.charged_back == amounts(principal="100")
    assert not state.credit_taken
    assert state.outstanding_principal == cny("2100")


def test_a_refund_whose_past_changed_is_lent_again_as_far_as_no_credit_covers_it() -> None:
    # 30 more on 12 February are credit, refunded on the 15th. On the 20th the bank undoes the
    # first payment. So the 30 met the first instalment, two days late: 1.00 of penalty and 29.00
    # of interest; the refund is 30 more lent from the 15th, asked with the second instalment.
    more = paid(date(2026, 2, 12), cny("30"), PaymentKind.DUE, "more")
    history: list[LoanEvent] = [FIRST, more, refunded(date(2026, 2, 15), "30")]
    before = at(date(2026, 2, 20), *history)
    assert (before.refunded, before.unapplied) == (cny("30"), cny("0"))
    undo = Reversed(on=date(2026, 2, 20), reference="first")
    state = at(date(2026, 2, 20), *history, undo)
    # Ten days late: 5.00 less 1.00. 2000 for five days, 2030 for five: 20150/28 x 1 % = 7.20.
    assert state.due_now == amounts(penalty="4", interest="1", principal="1000")
    assert state.payoff == amounts(penalty="4", interest="8.20", principal="3030")
    assert rows(state)[1][0] == "1030.00"
    assert (state.refunded, state.refunded_beyond) == (cny("30"), cny("30"))
    # Bank: 3000 out, 30 in. What went back to the borrower waits in the clearing account.
    assert booked(state) == {
        AccountCode.LOAN_PRINCIPAL: "3030.00",
        AccountCode.INTEREST_RECEIVABLE: "8.20",
        AccountCode.PENALTY_RECEIVABLE: "4.00",
        AccountCode.INTEREST_INCOME: "-37.20",
        AccountCode.PENALTY_INCOME: "-5.00",
        AccountCode.BANK_CASH: "-2970.00",
        AccountCode.PAYOUT_CLEARING: "-30.00",
    }


def test_a_refund_beyond_credit_after_a_write_off_is_lost_too() -> None:
    # Written off on 10 March: 3000 less 1000 paid, 20.00 of interest. 70 of credit is refunded on
    # the 12th; then the payment is undone: 28 days of penalty, 14.00, interest 50.00, 3000 were
    # lost, and the 70 that nothing covers.
    lost = WrittenOff(on=date(2026, 3, 10), reference="lost")
    history: list[LoanEvent] = [TOO_MUCH, lost, refunded(date(2026, 3, 12), "70")]
    before = at(date(2026, 3, 20), *history)
    assert before.written_off == amounts(interest="20", principal="2000")
    undo = Reversed(on=date(2026, 3, 20), reference="too much")
    state = at(date(2026, 3, 20), *history, undo)
    assert state.written_off == amounts(penalty="14", interest="50", principal="3070")
    assert booked(state) == {
        AccountCode.WRITE_OFF_LOSS: "3134.00",
        AccountCode.INTEREST_INCOME: "-50.00",
        AccountCode.PENALTY_INCOME: "-14.00",
        AccountCode.BANK_CASH: "-3000.00",
        AccountCode.PAYOUT_CLEARING: "-70.00",
    }


# --- other sources and undone payments -------------------------------------------------------------


def test_goodwill_is_no_money_from_the_bank() -> None:
    goodwill = paid(HALF, cny("110"), PaymentKind.GOODWILL, "goodwill")
    state = at(HALF, FIRST, goodwill)
    # 10 of interest, 100 of principal: 950 and 950 left.
    assert state.outstanding_principal == cny("1900")
    assert booked(state)[AccountCode.GOODWILL_EXPENSE] == "110.00"
    assert booked(state)[AccountCode.BANK_CASH] == "-1970.00"


def test_a_payment_undone_may_have_been_followed_by_anything() -> None:
    # Entered: paid, a fee charged, paid, then the first payment is undone.
    fee = Charged(
        on=date(2026, 2, 12),
        amount=cny("5"),
        kind=ChargeKind.FEE,
        due_on=date(2026, 3, 10),
        reference="fee",
    )
    state = check_undo(date(2026, 3, 10), FIRST, fee, SECOND, undone="first")
    # 1020 meets the first: 14.00 of penalty (28 days), 30.00, 976.00 of principal.
    assert state.paid == amounts(penalty="14", interest="30", principal="976")
    assert state.due_now == amounts(fee="5", interest="20", principal="1024")


def test_one_day_s_interest_of_a_flat_loan_rests_on_all_that_was_lent() -> None:
    # FLAT: 3000 x 1 % a month whatever was paid: 30 each. Charged back, principal is owed again
    # and the interest is the same.
    terms = make_terms(method=Method.FLAT, disbursed_on=date(2026, 1, 10))
    state = at(date(2026, 3, 10), FIRST, back(HALF, "1000", "first"), terms=terms)
    assert state.due_now == amounts(interest="30", principal="2000")
    assert state.accrued_interest == Money(6000, "CNY")

"""Rules of simulated loans: planning anew, charges, money no claim asked for, moved due dates."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from lending.loans.domain.simulation import CaseError, simulate

Event = dict[str, Any]

TIMINGS = ("PAST_DUE", "DUE", "IN_ADVANCE")
ORDERS = {
    "USUAL": [f"{t}_{c}" for t in TIMINGS for c in ("PENALTY", "FEE", "PRINCIPAL", "INTEREST")],
}
RECALCULATION = {"pre_closure": "TILL_PRE_CLOSURE_DATE", "rest_frequency": "DAILY"}


def terms(**changes: Any) -> dict[str, Any]:
    """300.00 in three months from 1 January 2025, without interest."""
    return {
        "currency_decimals": 2,
        "principal": "300",
        "submitted_on": "2025-01-01",
        "first_disbursement": "2025-01-01",
        "number_of_repayments": 3,
        "repay_every": 1,
        "repay_unit": "MONTHS",
        "annual_rate_percent": "0",
        "rate_frequency": "PER_YEAR",
        "interest_method": "DECLINING_BALANCE",
        "interest_calculation": "DAILY",
        "days_in_month": "30",
        "days_in_year": "360",
        **changes,
    }


#: 7 % a year on 100.00 in six months: 17.01 each, the last 17.00.
BEARING: dict[str, Any] = {
    "principal": "100",
    "annual_rate_percent": "7",
    "number_of_repayments": 6,
    "interest_recalculation": RECALCULATION,
}


def run(*events: Event, as_of: str | None = None, **changes: Any) -> list[dict[str, Any]]:
    params = terms(**changes)
    lent = {"type": "disburse", "date": "2025-01-01", "amount": params["principal"]}
    case = {"params": params, "events": [lent, *events], "as_of": as_of}
    return simulate(meta={"allocation_orders": ORDERS}, case=case)


def on(day: str) -> Event:
    return {"type": "set_business_date", "date": day}


def repay(day: str, amount: str) -> Event:
    return {"type": "repayment", "date": day, "amount": amount}


def fee(day: str, amount: str) -> Event:
    return {"type": "charge_due_date", "charge": "LOAN_SNOOZE_FEE", "date": day, "amount": amount}


def re_age(start: str, number: int, interest: str | None = None) -> Event:
    data = {
        "frequencyNumber": 1,
        "frequencyType": "MONTHS",
        "startDate": start,
        "numberOfInstallments": number,
        "reAgeInterestHandling": interest,
    }
    return {"type": "reage", "data": data}


def re_amortise(interest: str | None = None) -> Event:
    return {"type": "reamortize", "interest_handling": interest}


def reschedule(since: str, **data: Any) -> Event:
    return {"type": "reschedule", "data": {"rescheduleFromDate": since, **data}}


def cells(rows: Sequence[dict[str, Any]], *keys: str) -> list[tuple[Any, ...]]:
    """Of the instalments."""
    return [tuple(row[key] for key in keys) for row in rows if row["nr"] is not None]


# --- re-ageing ----------------------------------------------------------------------------------------


def test_a_plan_made_anew_on_a_due_date_adds_no_instalment_without_days() -> None:
    rows = run(on("2025-02-01"), re_age("2025-02-15", 2))
    assert cells(rows, "days", "due_date", "principal") == [
        (31, "2025-02-01", "0.00"),
        (14, "2025-02-15", "150.00"),
        (28, "2025-03-15", "150.00"),
    ]


def test_what_was_paid_ahead_stays_with_the_instalment_that_ends_on_the_day() -> None:
    rows = run(on("2025-02-01"), repay("2025-02-01", "120"), re_age("2025-02-15", 2))
    assert cells(rows, "principal", "paid", "in_advance", "outstanding") == [
        ("120.00", "120.00", "20.00", "0.00"),
        ("90.00", "0.00", "0.00", "90.00"),
        ("90.00", "0.00", "0.00", "90.00"),
    ]


def test_an_equal_division_takes_charges_as_well() -> None:
    # (300 + 10) / 2 = 155 each, of which 5 are the fee
    late = [fee("2025-01-20", "10"), on("2025-02-10")]
    rows = run(*late, re_age("2025-03-01", 2, "EQUAL_AMORTIZATION_FULL_INTEREST"))
    assert cells(rows, "due_date", "principal", "fees", "due") == [
        ("2025-02-01", "0.00", "0.00", "0.00"),
        ("2025-02-10", "0.00", "0.00", "0.00"),
        ("2025-03-01", "150.00", "5.00", "155.00"),
        ("2025-04-01", "150.00", "5.00", "155.00"),
    ]


def test_a_charge_due_later_is_not_lost_when_the_rows_are_planned_anew() -> None:
    rows = run(fee("2025-02-20", "10"), on("2025-02-10"), re_age("2025-03-01", 2))
    assert cells(rows, "due_date", "principal", "fees") == [
        ("2025-02-01", "0.00", "0.00"),
        ("2025-02-10", "0.00", "0.00"),
        ("2025-03-01", "150.00", "10.00"),
        ("2025-04-01", "150.00", "0.00"),
    ]


def test_a_charge_due_later_is_not_lost_when_the_plan_is_made_anew() -> None:
    events = [fee("2025-03-20", "10"), on("2025-02-10"), re_age("2025-03-05", 3)]
    rows = run(*events, **BEARING)
    assert cells(rows, "due_date", "fees") == [
        ("2025-02-01", "0.00"),
        ("2025-02-10", "0.00"),
        ("2025-03-05", "0.00"),
        ("2025-04-05", "10.00"),
        ("2025-05-05", "0.00"),
    ]


def test_equal_divisions_count_each_date_from_the_one_before() -> None:
    rows = run(on("2025-02-10"), re_age("2025-03-31", 3))
    assert [due for (due,) in cells(rows, "due_date")][-3:] == [
        "2025-03-31",
        "2025-04-30",
        "2025-05-30",
    ]


def test_days_without_interest_reach_into_the_new_instalments() -> None:
    pause = {"type": "interest_pause", "start": "2025-02-05", "end": "2025-03-10"}
    events = [pause, on("2025-02-20"), re_age("2025-03-20", 3)]
    with_pause, without = run(*events, **BEARING), run(*events[1:], **BEARING)
    # January 0.58, 19 days of February 0.40, the month to 20 March 0.58
    assert cells(without, "interest")[2] == ("1.56",)
    # January 0.58, 3 days of February 0.06, the last 10 of 28 days to 20 March 0.21
    assert cells(with_pause, "interest")[2] == ("0.85",)


def test_an_extension_after_re_ageing_follows_its_calendar() -> None:
    events = [on("2025-02-10"), re_age("2025-03-05", 3), on("2025-03-06")]
    rows = run(*events, reschedule("2025-03-06", extraTerms=1), **BEARING)
    assert [due for (due,) in cells(rows, "due_date")][-2:] == ["2025-05-05", "2025-06-05"]


# --- re-amortising --------------------------------------------------------------------------------------


def test_nothing_overdue_leaves_the_plan_as_it_is() -> None:
    early = [on("2025-02-01"), repay("2025-02-01", "40"), on("2025-02-15")]
    keys = ("due_date", "principal", "interest")
    agreed = cells(run(*early, **BEARING, as_of="2025-02-15"), *keys)
    assert cells(run(*early, re_amortise(), **BEARING, as_of="2025-02-15"), *keys) == agreed


def test_fees_overdue_are_divided_with_the_interest() -> None:
    events = [fee("2025-01-20", "10"), on("2025-02-10")]
    rows = run(*events, re_amortise("EQUAL_AMORTIZATION_INTEREST_SPLIT"), **BEARING)
    assert [fees for (fees,) in cells(rows, "fees")] == ["0.00", *["2.00"] * 5]


# --- payments ---------------------------------------------------------------------------------------------


def test_money_no_claim_asked_for_meets_a_charge_as_of_its_own_day() -> None:
    rows = run(
        repay("2025-01-10", "310"), on("2025-01-20"), fee("2025-01-20", "5"), number_of_repayments=1
    )
    assert cells(rows, "paid_date", "in_advance", "fees", "outstanding") == [
        ("2025-01-10", "305.00", "5.00", "0.00")
    ]


def test_a_refund_in_two_parts_gives_back_as_much_interest_as_in_one() -> None:
    def refund(amount: str) -> Event:
        day = "2025-02-15"
        return {"type": "transaction", "tx": "PAYOUT_REFUND", "date": day, "amount": amount}

    def owed(*refunds: Event) -> Decimal:
        rows = run(on("2025-02-15"), *refunds, **{**BEARING, "principal": "10000"})
        return sum((Decimal(open) for (open,) in cells(rows, "outstanding")), Decimal(0))

    assert abs(owed(refund("6000")) - owed(refund("3000"), refund("3000"))) <= Decimal("0.02")


def test_credit_given_back_tells_that_refunds_bring_interest() -> None:
    """100.26 settles the loan on 15 January. A refund of 50.00 is over then, and 0.13 of interest
    that it has borne, if refunds bring interest with them: the terms do not say."""
    rule = {"order": "USUAL", "future_installment_rule": "NEXT_INSTALLMENT"}
    silent = {"DEFAULT": rule, "PAYOUT_REFUND": rule}
    refund = {"type": "transaction", "tx": "PAYOUT_REFUND", "date": "2025-01-15", "amount": "50"}
    events = [on("2025-01-15"), repay("2025-01-15", "100.26"), refund]

    def rows(credit: str) -> list[dict[str, Any]]:
        back = {"type": "credit_balance_refund", "date": "2025-01-15", "amount": credit}
        return run(*events, back, payment_allocation=silent, **BEARING)

    assert {open for (open,) in cells(rows("50.00"), "outstanding")} == {"0.00"}
    assert {open for (open,) in cells(rows("50.13"), "outstanding")} == {"0.00"}
    assert {open for (open,) in cells(rows("50.14"), "outstanding")} != {"0.00"}


def test_by_component_each_instalment_in_turn_is_offered_all_that_is_left() -> None:
    rule = {"DEFAULT": {"order": "USUAL", "future_installment_rule": "REAMORTIZATION"}}
    rows = run(
        on("2025-01-15"),
        repay("2025-01-15", "30"),
        schedule_processing="VERTICAL",
        payment_allocation=rule,
        **BEARING,
    )
    # 16.69 of principal with the first instalment, the rest of 30.00 with the second
    assert [paid for (paid,) in cells(rows, "paid")][2:] == ["0.00"] * 4


# --- charges ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("charge", "fees"),
    [
        ("LOAN_INSTALLMENT_FEE_FLAT", ["2.00"] * 3),
        ("LOAN_INSTALLMENT_FEE_PERCENTAGE_AMOUNT", ["2.00"] * 3),
        ("LOAN_INSTALLMENT_FEE_PERCENTAGE_INTEREST", ["0.00"] * 3),
        ("LOAN_INSTALLMENT_FEE_PERCENTAGE_AMOUNT_PLUS_INTEREST", ["2.00"] * 3),
    ],
)
def test_a_charge_with_every_instalment(charge: str, fees: list[str]) -> None:
    rows = run({"type": "installment_charge", "charge": charge, "amount": "2"})
    assert [one for (one,) in cells(rows, "fees")] == fees


# --- moved due dates ----------------------------------------------------------------------------------------


def test_an_instalment_cannot_fall_due_before_it_begins() -> None:
    moved = reschedule("2025-03-01", adjustedDueDate="2025-01-20")
    with pytest.raises(CaseError, match="before it begins"):
        run(on("2025-01-10"), moved)


def test_a_later_maturity_takes_charges_that_lay_after_the_old_one() -> None:
    events = [on("2025-01-10"), fee("2025-04-10", "5")]
    before = run(*events)
    assert cells(before, "due_date")[-1] == ("2025-04-10",)
    rows = run(*events, reschedule("2025-02-01", adjustedDueDate="2025-02-20"))
    assert cells(rows, "due_date", "fees") == [
        ("2025-02-20", "0.00"),
        ("2025-03-20", "0.00"),
        ("2025-04-20", "5.00"),
    ]


def test_terms_change_before_what_else_happens_on_their_day() -> None:
    moved = reschedule("2025-02-01", adjustedDueDate="2025-02-20")
    rows = run(on("2025-02-01"), repay("2025-02-01", "100"), on("2025-02-10"), moved)
    assert cells(rows, "due_date", "in_advance")[0] == ("2025-02-20", "100.00")
    longer = reschedule("2025-02-01", extraTerms=1)
    rows = run(on("2025-02-01"), repay("2025-02-01", "100"), longer)
    assert [principal for (principal,) in cells(rows, "principal")] == ["75.00"] * 4


@pytest.mark.parametrize(
    ("event", "undo"),
    [
        (re_age("2025-03-01", 2), "undo_reage"),
        (re_amortise(), "undo_reamortize"),
        ({"type": "write_off", "date": "2025-02-10"}, "undo_write_off"),
    ],
)
def test_what_is_undone_leaves_no_trace(event: Event, undo: str) -> None:
    late = on("2025-02-10")
    assert run(late, event) != run(late)
    assert run(late, event, {"type": undo}) == run(late)
    with pytest.raises(CaseError, match="stands to be undone"):
        run(late, {"type": undo})


def test_a_loan_taken_back_keeps_its_charges() -> None:
    rows = run(fee("2025-02-20", "5"), repay("2025-02-01", "50"), {"type": "undo_disbursal"})
    assert cells(rows, "fees", "paid") == [("0.00", "0.00"), ("5.00", "0.00"), ("0.00", "0.00")]


@pytest.mark.parametrize("day", ["2025-03-05", "05 March 2025", "5 Mar 2025"])
def test_days_are_read_in_three_forms(day: str) -> None:
    rows = run(on("2025-02-10"), re_age(day, 1))
    assert cells(rows, "due_date")[-1] == ("2025-03-05",)


def test_money_of_a_tranche_counts_from_the_first_day_of_the_period() -> None:
    """Where interest is by the period and parts of one bear none."""
    by_period: dict[str, Any] = {
        "interest_calculation": "SAME_AS_REPAYMENT_PERIOD",
        "full_term_tranche": True,
    }
    later = {"type": "disburse", "date": "2025-01-15", "amount": "100"}
    one, two = run(**BEARING, **by_period), run(later, **BEARING, **by_period)
    assert cells(one, "principal", "interest")[0] == ("16.43", "0.58")
    assert cells(two, "principal", "interest")[0] == ("32.85", "1.17")


def test_money_lent_after_maturity_is_due_at_once() -> None:
    again = {"type": "disburse", "date": "2025-05-10", "amount": "50"}
    rows = run(again, full_term_tranche=True)
    assert cells(rows, "due_date", "principal")[2:] == [
        ("2025-04-01", "100.00"),
        ("2025-05-10", "50.00"),
    ]


def test_the_instalment_after_maturity_stays_the_last() -> None:
    def lend(day: str) -> list[Event]:
        return [on(day), {"type": "disburse", "date": day, "amount": "100"}]

    down = {"percent": 25, "auto": False}
    rows = run(fee("2025-05-03", "10"), *lend("2025-06-12"), *lend("2025-07-07"), down_payment=down)
    assert [(row["due_date"], row["balance"]) for row in rows[5:]] == [
        ("2025-06-12", "100.00"),
        ("2025-06-12", "75.00"),
        ("2025-07-07", "100.00"),
        ("2025-07-07", "150.00"),
        ("2025-07-07", "0.00"),
    ]


# --- time ---------------------------------------------------------------------------------------------------


def test_a_close_each_day_ends_where_one_later_close_ends() -> None:
    days = [f"2025-02-{day:02}" for day in range(2, 27)]
    daily = [event for day in days for event in (on(day), {"type": "inline_cob"})]
    once = [on(days[-1]), {"type": "inline_cob"}]
    assert run(*daily, **BEARING) == run(*once, **BEARING)

"""Rules of simulated loans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from lending.loans.domain.simulation import simulate

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


def cells(rows: Sequence[dict[str, Any]], *keys: str) -> list[tuple[Any, ...]]:
    """Of the instalments."""
    return [tuple(row[key] for key in keys) for row in rows if row["nr"] is not None]


# --- payments ---------------------------------------------------------------------------------------------


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


# --- time ---------------------------------------------------------------------------------------------------


def test_a_close_each_day_ends_where_one_later_close_ends() -> None:
    days = [f"2025-02-{day:02}" for day in range(2, 27)]
    daily = [event for day in days for event in (on(day), {"type": "inline_cob"})]
    once = [on(days[-1]), {"type": "inline_cob"}]
    assert run(*daily, **BEARING) == run(*once, **BEARING)

"""Simulated loans of our own kind: cases with `terms`, folded by the same replay as stored loans."""

from __future__ import annotations

from typing import Any

import pytest

from lending.loans.domain.simulation import CaseError, simulate

TERMS: dict[str, Any] = {
    "principal": "3000.00",
    "method": "EQUAL_INSTALMENTS",
    "annual_rate": "0.12",
    "instalments": 3,
    "disbursed_on": "2026-01-15",
    "day_count": "THIRTY_360",
}


def rows(*events: dict[str, Any], as_of: str | None = None, **terms: Any) -> list[dict[str, Any]]:
    case = {"id": "x", "terms": {**TERMS, **terms}, "events": list(events), "as_of": as_of}
    return simulate(meta={}, case=case)


def paid(on: str, amount: str, kind: str = "MANUAL") -> dict[str, Any]:
    return {"event": "PAID", "on": on, "amount": amount, "kind": kind}


def test_the_agreed_plan_has_all_keys_of_a_row() -> None:
    # 3000 at 1 % a month over 3: 990.07 + 30.00, 999.97 + 20.10, 1009.96 + 10.10.
    lent, first, _second, last = rows()
    assert (lent["nr"], lent["balance"], lent["due_date"]) == (None, "3000.00", "2026-01-15")
    assert first == {
        "nr": 1,
        "days": 31,
        "from_date": "2026-01-15",
        "due_date": "2026-02-15",
        "paid_date": None,
        "balance": "2009.93",
        "principal": "990.07",
        "interest": "30.00",
        "fees": "0.00",
        "penalties": "0.00",
        "due": "1020.07",
        "paid": "0.00",
        "in_advance": "0.00",
        "late": "0.00",
        "outstanding": "1020.07",
    }
    assert (last["due"], last["balance"]) == ("1020.06", "0.00")
    assert set(lent) == set(first)


def test_events_are_told_in_the_order_of_their_days() -> None:
    # A year of 360: penalty interest 18 % on 990.07 for 5 days is 2.475, half-even 2.48.
    found = rows(
        paid("2026-02-20", "1022.55", "DUE"),
        {"event": "CHARGED", "on": "2026-02-21", "amount": "5", "kind": "FEE", "due_on": None},
        as_of="2026-02-22",
    )
    first = found[1]
    assert (first["penalties"], first["late"], first["paid_date"]) == (
        "2.48",
        "1022.55",
        "2026-02-20",
    )
    assert [row["fees"] for row in found[2:]] == ["5.00", "5.00"]


def test_undoing_by_number() -> None:
    events = [
        paid("2026-02-15", "1020.07"),
        {"event": "REVERSED", "on": "2026-02-16", "reference": "1"},
    ]
    assert rows(*events, as_of="2026-02-15")[1]["outstanding"] == "0.00"
    assert rows(*events, as_of="2026-02-16")[1]["paid"] == "0.00"


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"annual_rate": "-0.01"}, "terms.annual_rate: The annual rate must be"),
        ({"annual_rate": "much"}, "terms.annual_rate"),
        ({"instalments": 0}, "terms.instalments: The number of instalments"),
        ({"instalments": "three"}, "terms.instalments"),
        ({"due_day": 32}, "terms.due_day: The due day must be"),
        ({"due_dates": ["2026-02-15"]}, "terms.due_dates: There must be one due date"),
        ({"disbursed_on": "2026-02-30"}, "terms.disbursed_on"),
        ({"disbursed_on": "9999-12-31"}, "terms.disbursed_on: The day of the payout is too far"),
        ({"method": "GENEROUS"}, "terms.method: 'GENEROUS' is none of EQUAL_INSTALMENTS"),
        ({"principal": "-1"}, "terms.principal"),
        ({"principal": "1.234"}, "terms.principal"),
        ({"colour": "red"}, "terms.colour: there is no such term"),
    ],
)
def test_terms_no_loan_can_have_name_their_field(terms: dict[str, Any], said: str) -> None:
    with pytest.raises(CaseError) as caught:
        rows(**terms)
    assert str(caught.value).startswith(said)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([paid("2026-01-14", "10")], "events[1].on: The money was paid out on 2026-01-15"),
        ([paid("2026-02-14", "0")], "events[1].amount: Enter an amount greater than zero"),
        ([paid("2026-02-14", "ten")], "events[1].amount: 'ten' is no amount of CNY"),
        ([paid("2026-02-14", "10", "GIFT")], "events[1]: a value has not its form"),
        ([{"event": "PAID", "on": "2026-02-14"}], "events[1].amount: is missing"),
        ([{"event": "ROBBED"}], "events[1].event: is one of CHARGED"),
        ([{"event": "REVERSED", "on": "2026-02-14", "reference": "7"}], "events[1].reference"),
        (
            [
                paid("2026-02-14", "10"),
                {"event": "REVERSED", "on": "2026-02-14", "reference": "1"},
                {"event": "REVERSED", "on": "2026-02-15", "reference": "1"},
            ],
            "events[3].reference: Choose an entry of this loan that stands",
        ),
        ([{"event": "EXTENDED", "on": "2026-02-14", "instalments": 0}], "events[1].instalments"),
    ],
)
def test_events_that_cannot_be_name_their_field(events: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(CaseError) as caught:
        rows(*events)
    assert str(caught.value).startswith(said)

"""Cases and files that cannot be carried out say in a sentence which field is at fault."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from lending.loans.domain.simulation import CaseError, simulate

PARAMS: dict[str, Any] = {
    "principal": "300",
    "submitted_on": "2025-01-01",
    "first_disbursement": "2025-01-01",
    "number_of_repayments": 3,
    "repay_every": 1,
    "repay_unit": "MONTHS",
    "annual_rate_percent": "12",
    "rate_frequency": "PER_YEAR",
    "interest_method": "DECLINING_BALANCE",
    "interest_calculation": "DAILY",
    "days_in_month": "30",
    "days_in_year": "360",
}
LENT = {"type": "disburse", "date": "2025-01-01", "amount": "300"}
PAID = {"type": "repayment", "date": "2025-02-01", "amount": "50"}
UNDONE = {"type": "undo_transaction", "tx": "Repayment", "date": "2025-02-01", "nth": 1}
RE_AGED = {
    "frequencyNumber": 1,
    "frequencyType": "MONTHS",
    "startDate": "2025-03-01",
    "numberOfInstallments": 2,
}


def refusal(params: dict[str, Any], *events: Any) -> str:
    """What a case with changed terms or other events is refused with."""
    case = {"params": {**PARAMS, **params}, "events": list(events) or [LENT]}
    with pytest.raises(CaseError) as refused:
        simulate(meta={}, case=case)
    text = str(refused.value)
    assert "\n" not in text
    return text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("annual_rate_percent", "-1"),
        ("annual_rate_percent", "1001"),
        ("annual_rate_percent", "NaN"),
        ("annual_rate_percent", "seven"),
        ("annual_rate_percent", None),
        ("number_of_repayments", 0),
        ("number_of_repayments", 2.5),
        ("number_of_repayments", 10**9),
        ("repay_every", 0),
        ("repay_unit", "FORTNIGHTS"),
        ("rate_frequency", "PER_DECADE"),
        ("interest_method", "COMPOUND"),
        ("interest_calculation", "HOURLY"),
        ("amortization", "EQUAL_PRINCIPAL"),
        ("schedule_processing", "DIAGONAL"),
        ("days_in_month", "31"),
        ("days_in_year", "361"),
        ("currency_decimals", 9),
        ("principal", "-5"),
        ("principal", "1e999999"),
        ("principal", "0.001"),
        ("submitted_on", "2023-02-30"),
        ("first_disbursement", "0000-01-01"),
        ("first_disbursement", "10000-01-01"),
        ("first_disbursement", 20250101),
        ("grace_on_principal", 3),
        ("grace_on_interest", 3),
        ("fixed_length", -1),
        ("down_payment", {"percent": 100}),
        ("down_payment", 25),
        ("interest_recalculation", "yes"),
        ("payment_allocation", {"DEFAULT": {"order": "X", "future_installment_rule": "Y"}}),
        ("payment_allocation", {"BRIBE": {}}),
        ("payment_allocation", {"DEFAULT": 1}),
        ("credit_allocation", {"CHARGEBACK": ["TAX"]}),
        ("credit_allocation", 1),
    ],
)
def test_terms_that_cannot_be_are_refused_by_their_field(field: str, value: Any) -> None:
    planned = {"type": "set_business_date", "date": "2025-01-01"}
    text = refusal({field: value}, planned)
    assert text.startswith(f"{field}: ") or (field == "down_payment" and "percent" in text)


@pytest.mark.parametrize("field", sorted(PARAMS))
def test_a_term_left_out_is_named(field: str) -> None:
    params = {name: value for name, value in PARAMS.items() if name != field}
    planned = {"type": "set_business_date", "date": "2025-01-01"}
    with pytest.raises(CaseError, match=f"^{field}: is missing$"):
        simulate(meta={}, case={"params": params, "events": [planned]})


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"type": "bribe"}, "type: no rule for 'bribe'"),
        ({}, "type: is missing"),
        ("repayment", "events: is not an object"),
        ({"type": "repayment", "amount": "5"}, "date: is missing"),
        ({"type": "repayment", "date": "2025-02-01"}, "amount: is missing"),
        ({"type": "repayment", "date": "2025-02-30", "amount": "5"}, "date: '2025-02-30' is not"),
        ({"type": "repayment", "date": "2024-12-31", "amount": "5"}, "date: a payment before"),
        ({"type": "repayment", "date": "2025-02-01", "amount": "-5"}, "amount: '-5' is not"),
        ({"type": "transaction", "tx": "GIFT", "date": "2025-02-01", "amount": "5"}, "tx: 'GIFT'"),
        ({"type": "reage"}, "data: is missing"),
        ({"type": "reage", "data": {}}, "numberOfInstallments: is missing"),
        (
            {"type": "reage", "data": {**RE_AGED, "reAgeInterestHandling": "HALF"}},
            "reAgeInterestHandling: no rule for 'HALF'",
        ),
        ({"type": "reage", "data": {**RE_AGED, "frequencyType": "EONS"}}, "frequencyType: 'EONS'"),
        ({"type": "reschedule", "data": []}, "data: is not an object"),
        ({"type": "interest_pause", "start": "2025-02-05", "end": "2025-02-01"}, "end: the pause"),
        ({"type": "chargeback", "amount": "5"}, "payment_nr: there is no such payment"),
        ({"type": "write_off", "date": "yesterday"}, "date: 'yesterday' is not a date"),
        (
            {"type": "charge_due_date", "charge": "X", "date": "2024-12-01", "amount": "5"},
            "events: a charge falls due before the first period",
        ),
    ],
)
def test_an_event_that_cannot_be_says_why(event: Any, text: str) -> None:
    assert refusal({}, LENT, event).startswith(text)


def test_what_was_undone_cannot_be_undone_again() -> None:
    text = "nth: no Repayment of that day stands to be undone"
    assert refusal({}, LENT, PAID, UNDONE, UNDONE) == text


def test_money_lent_before_the_first_period_is_refused() -> None:
    early = {**LENT, "date": "2024-12-31"}
    text = "events: money is lent before the first period begins"
    assert refusal({"repayment_start": "SUBMITTED_ON_DATE"}, early) == text


@pytest.mark.parametrize("case", [None, [], {"events": []}, {"params": 1, "events": []}])
def test_what_is_no_case_is_refused(case: Any) -> None:
    with pytest.raises(CaseError):
        simulate(meta={}, case=case)


# --- the command ------------------------------------------------------------------------------------------


def printed(path: Path) -> list[dict[str, Any]]:
    out = StringIO()
    call_command("simulate_loan", str(path), stdout=out)
    results: list[dict[str, Any]] = json.loads(out.getvalue())["results"]
    return results


def test_one_case_that_cannot_be_does_not_stop_the_others(tmp_path: Path) -> None:
    good = {"params": PARAMS, "events": [LENT]}
    bad = {"params": {**PARAMS, "number_of_repayments": 0}, "events": [LENT]}
    file = tmp_path / "cases.json"
    cases = [{"id": 1, **good}, {"id": 2, **bad}, "none", {"id": 3, **good}]
    file.write_text(json.dumps({"cases": cases}), encoding="utf-8")
    results = printed(file)
    assert [one["id"] for one in results] == [1, 2, None, 3]
    assert [sorted(one) for one in results] == [
        ["id", "rows"],
        ["error", "id"],
        ["error", "id"],
        ["id", "rows"],
    ]
    assert results[1]["error"].startswith("number_of_repayments: 0 is not")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"cases": {}}',
        '{"cases": [], "meta": 1}',
        '{"cases": [' + "9" * 5000 + "]}",
        "[" * 100_000,
        "\udcff",
    ],
    ids=["nothing", "broken", "list", "object", "no list", "meta", "digits", "deep", "no text"],
)
def test_a_file_that_holds_no_cases_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    file = tmp_path / "cases.json"
    file.write_text(text, encoding="utf-8", errors="surrogateescape")
    with pytest.raises(CommandError) as refused:
        printed(file)
    assert len(str(refused.value).splitlines()) == 1
    assert "cases.json" in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        printed(tmp_path / "none.json")

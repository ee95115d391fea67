from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from core.money import Money
from risk.domain.facts import InvalidFacts, RiskFacts
from risk.domain.reading import MalformedBody
from tests.unit.risk.builders import any_facts, make_facts, yuan


@given(facts=any_facts())
def test_facts_survive_json(facts: RiskFacts) -> None:
    assert RiskFacts.from_json(json.loads(json.dumps(facts.to_json()))) == facts


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("version", 2),
        ("requested", "100"),
        ("requested", None),
        ("requested", 1.5),
        ("verified_cards", True),
        ("identity_verified", 1),
        ("purpose", "GAMBLING"),
        ("subject", None),
        ("currency", None),
    ],
)
def test_a_wrong_member_is_refused_with_its_path(name: str, value: object) -> None:
    with pytest.raises(MalformedBody) as caught:
        RiskFacts.from_json({**make_facts().to_json(), name: value})
    assert caught.value.path == f"facts.{name}"


def test_a_missing_or_unknown_member_is_refused() -> None:
    body = make_facts().to_json()
    with pytest.raises(MalformedBody, match="age"):
        RiskFacts.from_json({k: v for k, v in body.items() if k != "age"})
    with pytest.raises(MalformedBody, match="zodiac"):
        RiskFacts.from_json({**body, "zodiac": "ox"})


@pytest.mark.parametrize(
    "changes",
    [
        {"requested": yuan(0)},
        {"requested": Money(100, "USD")},
        {"outstanding": Money(-1, "CNY")},
        {"age": -1},
        {"overdue_days_now": 3, "worst_overdue_days": 2},
    ],
)
def test_facts_that_cannot_be_true_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidFacts):
        make_facts(**changes)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from core.statemachine import IllegalTransition
from risk.domain.policy import POLICY_CODES, parse_policy
from risk.domain.reading import MalformedBody
from risk.domain.states import DECISION, REVIEW, DecisionState, ReviewEvent, ReviewState
from tests.unit.risk.builders import policy_body


@pytest.mark.parametrize(("kind", "code"), sorted(POLICY_CODES.items()))
def test_the_released_policies_are_valid(kind: tuple[Any, Any], code: str) -> None:
    policy = parse_policy(body=policy_body(code))
    assert (policy.subject, policy.borrower_kind) == kind


def _drop_rule(body: Any) -> None:
    body["rules"] = [rule for rule in body["rules"] if rule["rule"] != "purpose-forbidden"]


def _soften_rule(body: Any) -> None:
    next(r for r in body["rules"] if r["rule"] == "under-age")["effect"] = "REFER"


def _approve_by_rule(body: Any) -> None:
    body["rules"][-1]["effect"] = "APPROVE"


def _repeat_rule(body: Any) -> None:
    body["rules"].append(body["rules"][0])


def _unknown_rule(body: Any) -> None:
    body["rules"].append({"rule": "left-handed", "effect": "DECLINE"})


def _no_figure(body: Any) -> None:
    next(r for r in body["rules"] if r["rule"] == "under-age")["params"] = {}


def _reward_arrears(body: Any) -> None:
    bins = body["scorer"]["characteristics"][0]["bins"]
    bins[0]["points"], bins[-1]["points"] = bins[-1]["points"], bins[0]["points"]


def _bounds_fall(body: Any) -> None:
    bins = body["scorer"]["characteristics"][0]["bins"]
    bins[0]["below"] = 9


def _closed_last_bin(body: Any) -> None:
    body["scorer"]["characteristics"][0]["bins"][-1]["below"] = 999


def _forget_category(body: Any) -> None:
    card = next(c for c in body["scorer"]["characteristics"] if c["feature"] == "card_kind")
    del card["points"]["CREDIT"]


def _no_missing_bin(body: Any) -> None:
    del body["scorer"]["characteristics"][0]["missing"]


def _other_model(body: Any) -> None:
    body["scorer"]["kind"] = "oracle"


def _cross_cutoffs(body: Any) -> None:
    body["cutoffs"] = {"approve": 500, "refer": 501}


def _usury(body: Any) -> None:
    body["offer"]["bands"][-1]["annual_rate"] = "0.240001"


def _float_rate(body: Any) -> None:
    body["offer"]["bands"][0]["annual_rate"] = 0.09


def _worse_pays_less(body: Any) -> None:
    body["offer"]["bands"][-1]["annual_rate"] = "0.01"


def _gap_below(body: Any) -> None:
    body["offer"]["bands"].pop()


def _no_offer(body: Any) -> None:
    del body["offer"]


def _extra(body: Any) -> None:
    body["comment"] = "hello"


@pytest.mark.parametrize(
    ("spoil", "path"),
    [
        (_drop_rule, "rules"),
        (_soften_rule, "rules"),
        (_approve_by_rule, "rules.13.effect"),
        (_repeat_rule, "rules"),
        (_unknown_rule, "rules.14.rule"),
        (_no_figure, "rules.1.params"),
        (_reward_arrears, "scorer.characteristics.0.bins"),
        (_bounds_fall, "scorer.characteristics.0.bins"),
        (_closed_last_bin, "scorer.characteristics.0.bins.3"),
        (_forget_category, "scorer.characteristics.6.points"),
        (_no_missing_bin, "scorer.characteristics.0"),
        (_other_model, "scorer.kind"),
        (_cross_cutoffs, "cutoffs.refer"),
        (_usury, "offer.bands.3.annual_rate"),
        (_float_rate, "offer.bands.0.annual_rate"),
        (_worse_pays_less, "offer.bands"),
        (_gap_below, "offer.bands"),
        (_no_offer, "offer"),
        (_extra, "policy"),
    ],
)
def test_a_spoiled_policy_is_refused(spoil: Callable[[Any], None], path: str) -> None:
    body = policy_body("PERSON_LINE")
    spoil(body)
    with pytest.raises(MalformedBody) as caught:
        parse_policy(body=body)
    assert caught.value.path == path


def test_the_machines_end_where_they_should() -> None:
    assert DECISION.final == {DecisionState.MADE}
    assert REVIEW.final == {ReviewState.DECIDED}
    with pytest.raises(IllegalTransition):
        REVIEW.next(ReviewState.OPEN, ReviewEvent.DECIDE)

from __future__ import annotations

import pytest
from django.utils import translation

from risk.domain.decide import decide
from risk.domain.facts import RiskFacts
from risk.domain.features import FEATURES
from risk.domain.reasons import ReasonCode
from risk.domain.rules import RULES
from risk.queries.labels import FACT_LABELS, FEATURE_LABELS, STEP_LABELS
from risk.queries.texts import BORROWER_TEXTS, OFFICER_TEXTS, Reader, reason_texts
from tests.unit.risk.builders import make_facts, policy_for


def test_every_reason_has_both_sentences() -> None:
    assert set(BORROWER_TEXTS) == set(OFFICER_TEXTS) == set(ReasonCode)


def test_every_reason_can_be_given() -> None:
    given = {spec.reason for spec in RULES.values()}
    given |= {code for f in FEATURES.values() for code in (f.reason, f.reason_missing)}
    offers = {code for code in ReasonCode if code.startswith(("LIMIT_BY", "REQUEST_BELOW"))}
    last = {ReasonCode.SCORE_TOO_LOW, ReasonCode.OFFICER_JUDGEMENT}
    assert given | offers | last == set(ReasonCode)


def test_every_fact_feature_and_step_has_a_label() -> None:
    facts = make_facts()
    assert set(FACT_LABELS) == set(RiskFacts.__dataclass_fields__) - {"currency"}
    assert set(FEATURE_LABELS) == set(FEATURES)
    for income in (facts.monthly_income, None):
        case = make_facts(monthly_income=income)
        offer = decide(facts=case, policy=policy_for(case)).trace.offer
        assert offer is not None
        assert {step.name for step in offer.steps} <= set(STEP_LABELS)


def test_texts_come_in_order_and_know_their_reader() -> None:
    codes = ["OVERDUE_NOW", "STUDENT"]
    with translation.override("en"):
        borrower = reason_texts(codes=codes)
        officer = reason_texts(codes=codes, reader=Reader.OFFICER)
    assert [reason.text for reason in borrower] == [
        "You have an overdue payment with us. Please pay it first.",
        "Regulation does not let us lend to students.",
    ]
    assert [reason.text for reason in officer] == ["Overdue with us now", "Student"]


def test_an_unknown_code_is_a_defect() -> None:
    with pytest.raises(ValueError):
        reason_texts(codes=["LEFT_HANDED"])

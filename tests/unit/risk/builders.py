"""Facts and policies for the tests of risk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

import risk
from core.money import Money
from risk.domain.facts import (
    BorrowerKind,
    CardKind,
    DecisionSubject,
    Occupation,
    Purpose,
    RiskFacts,
)
from risk.domain.policy import POLICY_CODES, Policy, parse_policy

POLICIES = Path(risk.__file__ or "").parent / "policies"
KINDS = sorted(POLICY_CODES)


def policy_body(code: str) -> Any:
    """The first version of a policy as released."""
    return json.loads((POLICIES / f"{code}.1.json").read_text(encoding="utf-8"))


def policy_for(facts: RiskFacts) -> Policy:
    return parse_policy(body=policy_body(POLICY_CODES[facts.subject, facts.borrower_kind]))


def yuan(amount: int) -> Money:
    return Money(amount * 100, "CNY")


def make_facts(**changes: Any) -> RiskFacts:
    """An employed person with one card, no history, asking for a line of 20,000."""
    facts: dict[str, Any] = {
        "subject": DecisionSubject.CREDIT_LINE,
        "borrower_kind": BorrowerKind.PERSON,
        "age": 30,
        "identity_verified": True,
        "occupation": Occupation.EMPLOYED,
        "monthly_income": yuan(8000),
        "card_kind": CardKind.DEBIT,
        "card_bound_days": 0,
        "verified_cards": 1,
        "requested": yuan(20_000),
        "outstanding": yuan(0),
        "line_limit": None,
        "overdue_days_now": 0,
        "worst_overdue_days": 0,
        "closed_loans": 0,
        "applications_30d": 0,
        "purpose": Purpose.CONSUMPTION,
        "years_in_business": None,
        "annual_revenue": None,
        "currency": "CNY",
    }
    return RiskFacts(**{**facts, **changes})


def make_draw(**changes: Any) -> RiskFacts:
    """The same person drawing 5,000 from the line of 20,000."""
    draw = {
        "subject": DecisionSubject.DRAWDOWN,
        "requested": yuan(5000),
        "line_limit": yuan(20_000),
    }
    return make_facts(**{**draw, **changes})


def make_business(**changes: Any) -> RiskFacts:
    """A shop of four years asking for 200,000."""
    business = {
        "borrower_kind": BorrowerKind.BUSINESS,
        "occupation": Occupation.BUSINESS_OWNER,
        "monthly_income": None,
        "requested": yuan(200_000),
        "purpose": Purpose.BUSINESS_TURNOVER,
        "years_in_business": 4,
        "annual_revenue": yuan(3_000_000),
    }
    return make_facts(**{**business, **changes})


def _money(most: int, least: int = 0) -> st.SearchStrategy[Money]:
    return st.builds(Money, st.integers(least, most), st.just("CNY"))


@st.composite
def any_facts(draw: st.DrawFn) -> RiskFacts:
    """Facts of every kind, missing ones among them; half of them harmless to the hard rules."""
    subject, kind = draw(st.sampled_from(KINDS))
    overdue = draw(st.sampled_from([0, 0, 0, 1, 5, 40]))
    return RiskFacts(
        subject=subject,
        borrower_kind=kind,
        age=draw(st.none() | st.integers(18, 65) | st.integers(0, 120)),
        identity_verified=draw(st.sampled_from([True, True, True, False])),
        occupation=draw(st.none() | st.sampled_from(Occupation)),
        monthly_income=draw(st.none() | _money(5_000_000)),
        card_kind=draw(st.none() | st.sampled_from(CardKind)),
        card_bound_days=draw(st.none() | st.integers(0, 1000)),
        verified_cards=draw(st.integers(0, 4)),
        requested=draw(_money(30_000_000, least=1)),
        outstanding=draw(st.just(Money(0, "CNY")) | _money(20_000_000)),
        line_limit=draw(st.none() | _money(50_000_000)),
        overdue_days_now=overdue,
        worst_overdue_days=overdue + draw(st.sampled_from([0, 0, 2, 20, 50, 400])),
        closed_loans=draw(st.integers(0, 5)),
        applications_30d=draw(st.integers(0, 9)),
        purpose=draw(st.none() | st.sampled_from(Purpose)),
        years_in_business=draw(st.none() | st.integers(0, 40)),
        annual_revenue=draw(st.none() | _money(10**10)),
        currency="CNY",
    )

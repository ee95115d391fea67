from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.money import Money
from risk.domain.decide import PolicyMismatch, decide
from risk.domain.facts import CardKind, Occupation, Purpose, RiskFacts
from risk.domain.reasons import MAX_REASONS, ReasonCode
from risk.domain.states import Outcome
from tests.unit.risk.builders import (
    any_facts,
    make_business,
    make_draw,
    make_facts,
    policy_for,
    yuan,
)

RANK = {Outcome.DECLINE: 0, Outcome.REFER: 1, Outcome.APPROVE: 2}


@given(facts=any_facts())
def test_contributions_sum_to_the_score(facts: RiskFacts) -> None:
    verdict = decide(facts=facts, policy=policy_for(facts))
    score = verdict.trace.score
    assert score.base + sum(c.points for c in score.contributions) == score.total == verdict.score
    assert all(c.lost >= 0 for c in score.contributions)


@given(facts=any_facts(), more=st.integers(1, 400), is_now=st.booleans())
def test_more_overdue_never_helps(facts: RiskFacts, more: int, is_now: bool) -> None:
    now = facts.overdue_days_now + (more if is_now else 0)
    worse = replace(
        facts, overdue_days_now=now, worst_overdue_days=max(now, facts.worst_overdue_days + more)
    )
    policy = policy_for(facts)
    before, after = decide(facts=facts, policy=policy), decide(facts=worse, policy=policy)
    assert after.score <= before.score
    assert RANK[after.outcome] <= RANK[before.outcome]
    if before.limit is not None and after.limit is not None:
        assert after.limit <= before.limit


@given(facts=any_facts())
def test_every_verdict_is_explained(facts: RiskFacts) -> None:
    verdict = decide(facts=facts, policy=policy_for(facts))
    assert len(verdict.reasons) <= MAX_REASONS
    assert len(set(verdict.reasons)) == len(verdict.reasons)
    assert all(isinstance(code, ReasonCode) for code in verdict.reasons)
    assert verdict.reasons or verdict.outcome is Outcome.APPROVE
    trace = verdict.trace.to_json()
    assert json.loads(json.dumps(trace)) == trace


@given(facts=any_facts())
def test_an_offer_is_within_all_its_bounds(facts: RiskFacts) -> None:
    policy = policy_for(facts)
    verdict = decide(facts=facts, policy=policy)
    if policy.offer is None or verdict.outcome is Outcome.DECLINE:
        assert verdict.limit is None
        assert verdict.annual_rate is None
        return
    assert verdict.limit is not None
    assert policy.offer.minimum <= verdict.limit <= min(facts.requested, policy.exposure_cap)
    assert verdict.limit.minor % policy.offer.step.minor == 0
    assert verdict.annual_rate is not None
    assert 0 < verdict.annual_rate <= policy.offer.rate_ceiling


@given(facts=any_facts())
def test_the_same_facts_give_the_same_verdict(facts: RiskFacts) -> None:
    again = RiskFacts.from_json(facts.to_json())
    assert decide(facts=facts, policy=policy_for(facts)) == decide(
        facts=again, policy=policy_for(again)
    )


def test_a_new_borrower_in_work_gets_the_line_at_once() -> None:
    verdict = decide(facts=make_facts(), policy=policy_for(make_facts()))
    # 500 + no arrears 60 + no applications 20 + employed 45 + income 25 + request 15
    # + debit card 20 + one card 10
    assert verdict.score == 695
    assert verdict.outcome is Outcome.APPROVE
    assert verdict.limit == yuan(20_000)
    assert verdict.annual_rate == Decimal("0.126")
    assert verdict.reasons == ()


@pytest.mark.parametrize(
    ("changes", "limit", "reason"),
    [
        # Band B lends four months' income: 4 x 8,000. (The instalment could carry 42,628.)
        ({"requested": yuan(33_000)}, 32_000, ReasonCode.LIMIT_BY_INCOME),
        # Band A, six months of 40,000, but never more than the cap.
        (
            {"requested": yuan(100_000), "monthly_income": yuan(12_000), "closed_loans": 3,
             "card_bound_days": 100, "verified_cards": 2, "card_kind": CardKind.CREDIT},
            # 50 % of 12,000 over (1/12 + 0.09/12): 66,055.04 down to a hundred
            66_000,
            ReasonCode.LIMIT_BY_AFFORDABILITY,
        ),
        ({"requested": yuan(60_000), "monthly_income": yuan(40_000),
          "occupation": Occupation.UNEMPLOYED}, 50_000, ReasonCode.LIMIT_BY_SCORE),
    ],
)  # fmt: skip
def test_a_lower_limit_says_why(changes: dict[str, Any], limit: int, reason: ReasonCode) -> None:
    facts = make_facts(**changes)
    verdict = decide(facts=facts, policy=policy_for(facts))
    assert (verdict.outcome, verdict.limit) == (Outcome.APPROVE, yuan(limit))
    assert verdict.reasons == (reason,)


@pytest.mark.parametrize(
    ("facts", "outcome", "reason"),
    [
        (make_facts(age=17), Outcome.DECLINE, ReasonCode.UNDER_AGE),
        (make_facts(age=18), Outcome.APPROVE, None),
        (make_facts(age=65), Outcome.APPROVE, None),
        (make_facts(age=66), Outcome.DECLINE, ReasonCode.OVER_AGE_LIMIT),
        (make_facts(age=None), Outcome.REFER, ReasonCode.AGE_UNKNOWN),
        (make_facts(identity_verified=False), Outcome.DECLINE, ReasonCode.IDENTITY_NOT_VERIFIED),
        (make_facts(occupation=Occupation.STUDENT), Outcome.DECLINE, ReasonCode.STUDENT),
        (make_facts(purpose=Purpose.HOUSING), Outcome.DECLINE, ReasonCode.PURPOSE_FORBIDDEN),
        (make_facts(purpose=Purpose.SECURITIES), Outcome.DECLINE, ReasonCode.PURPOSE_FORBIDDEN),
        (
            make_facts(purpose=Purpose.EQUITY_INVESTMENT),
            Outcome.DECLINE,
            ReasonCode.PURPOSE_FORBIDDEN,
        ),
        (make_facts(purpose=Purpose.RENOVATION), Outcome.APPROVE, None),
        (
            make_facts(overdue_days_now=1, worst_overdue_days=1),
            Outcome.DECLINE,
            ReasonCode.OVERDUE_NOW,
        ),
        (make_facts(worst_overdue_days=61), Outcome.DECLINE, ReasonCode.SERIOUS_ARREARS),
        (
            make_facts(requested=Money(20_000_001, "CNY")),
            Outcome.DECLINE,
            ReasonCode.EXPOSURE_OVER_CAP,
        ),
        (make_facts(requested=yuan(200_000)), Outcome.REFER, ReasonCode.AMOUNT_NEEDS_OFFICER),
        (make_facts(verified_cards=0), Outcome.DECLINE, ReasonCode.NO_VERIFIED_CARD),
        (make_facts(applications_30d=7), Outcome.DECLINE, ReasonCode.TOO_MANY_APPLICATIONS),
        (make_facts(monthly_income=None), Outcome.REFER, ReasonCode.INCOME_UNKNOWN),
        (make_facts(requested=yuan(499)), Outcome.DECLINE, ReasonCode.REQUEST_BELOW_MINIMUM),
        (make_business(), Outcome.APPROVE, None),
        (
            make_business(years_in_business=0),
            Outcome.DECLINE,
            ReasonCode.BUSINESS_TOO_YOUNG,
        ),
        (
            make_business(purpose=Purpose.TRAVEL),
            Outcome.DECLINE,
            ReasonCode.PURPOSE_NOT_OFFERED,
        ),
        (make_business(annual_revenue=None), Outcome.REFER, ReasonCode.REVENUE_UNKNOWN),
        (make_draw(), Outcome.APPROVE, None),
        (make_draw(requested=yuan(20_000)), Outcome.APPROVE, None),
        (make_draw(outstanding=yuan(15_001)), Outcome.DECLINE, ReasonCode.OVER_LINE_LIMIT),
        (make_draw(line_limit=None), Outcome.DECLINE, ReasonCode.OVER_LINE_LIMIT),
        (make_draw(purpose=Purpose.SECURITIES), Outcome.DECLINE, ReasonCode.PURPOSE_FORBIDDEN),
        (make_draw(purpose=None), Outcome.REFER, ReasonCode.PURPOSE_MISSING),
        (
            make_draw(overdue_days_now=1, worst_overdue_days=1),
            Outcome.DECLINE,
            ReasonCode.OVERDUE_NOW,
        ),
        (make_draw(worst_overdue_days=400), Outcome.DECLINE, ReasonCode.PAST_ARREARS),
    ],
)
def test_the_first_policies_case_by_case(
    facts: RiskFacts, outcome: Outcome, reason: ReasonCode | None
) -> None:
    verdict = decide(facts=facts, policy=policy_for(facts))
    assert verdict.outcome is outcome
    assert (verdict.reasons[0] if verdict.reasons else None) is reason


def test_a_score_below_the_line_names_what_cost_most() -> None:
    facts = make_facts(
        occupation=Occupation.UNEMPLOYED, monthly_income=yuan(1000), applications_30d=5
    )
    verdict = decide(facts=facts, policy=policy_for(facts))
    assert verdict.outcome is Outcome.DECLINE
    assert verdict.reasons == (
        ReasonCode.OCCUPATION,  # 110 below the best
        ReasonCode.INCOME_LOW,  # 85
        ReasonCode.RECENT_APPLICATIONS,  # 70
        ReasonCode.REQUEST_HIGH_FOR_INCOME,  # 60
    )


def test_facts_of_another_kind_or_currency_are_not_decided() -> None:
    with pytest.raises(PolicyMismatch):
        decide(facts=make_draw(), policy=policy_for(make_facts()))
    dollars = make_facts(
        currency="USD",
        monthly_income=None,
        requested=Money(100, "USD"),
        outstanding=Money(0, "USD"),
    )
    with pytest.raises(PolicyMismatch):
        decide(facts=dollars, policy=policy_for(dollars))

from __future__ import annotations

from decimal import Decimal

import pytest

from core.errors import Forbidden, Refused
from core.money import Money
from risk.domain.states import Outcome
from risk.operations.rulings import SENIOR_OFFICER, Ruling, check_ruling
from tests.unit.risk.builders import make_business, make_draw, make_facts, policy_for, yuan

SENIOR = frozenset({SENIOR_OFFICER})


def _approve(limit: Money | None = None) -> Ruling:
    return Ruling(
        outcome=Outcome.APPROVE,
        limit=limit,
        annual_rate=None if limit is None else Decimal("0.15"),
        reasons=(),
        note="Seen.",
    )


def test_nobody_approves_above_the_cap_of_the_law() -> None:
    cap = yuan(200_000)
    for over in (make_facts(requested=yuan(200_001)), make_draw(requested=yuan(200_001))):
        ruling = _approve(over.requested if over.line_limit is None else None)
        with pytest.raises(Refused) as caught:
            check_ruling(ruling=ruling, facts=over, policy=policy_for(over), roles=SENIOR)
        assert caught.value.code == "over-exposure-cap"
    at_cap = make_facts(requested=cap)
    check_ruling(ruling=_approve(cap), facts=at_cap, policy=policy_for(at_cap), roles=SENIOR)


def test_the_cap_counts_what_is_owed_already() -> None:
    facts = make_draw(outstanding=yuan(150_000), requested=yuan(50_001), line_limit=yuan(300_000))
    with pytest.raises(Refused):
        check_ruling(ruling=_approve(), facts=facts, policy=policy_for(facts), roles=SENIOR)


def test_an_officer_approves_up_to_the_cap_of_officers() -> None:
    officer = frozenset({"officer"})
    facts = make_business(requested=yuan(2_000_000))
    policy = policy_for(facts)
    check_ruling(ruling=_approve(yuan(1_000_000)), facts=facts, policy=policy, roles=officer)
    with pytest.raises(Forbidden):
        check_ruling(ruling=_approve(yuan(1_000_001)), facts=facts, policy=policy, roles=officer)

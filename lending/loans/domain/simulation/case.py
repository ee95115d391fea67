"""A case of either kind: `params` for the engine of another lender, `terms` for a loan of ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lending.loans.domain.simulation.agreed import simulate_agreed
from lending.loans.domain.simulation.story import simulate_story


def simulate(*, meta: Mapping[str, Any], case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a case. Raises CaseError, its text beginning with the field."""
    if isinstance(case, dict) and "terms" in case:
        return simulate_agreed(case=case)
    return simulate_story(meta=meta, case=case)

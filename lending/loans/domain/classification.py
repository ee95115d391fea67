"""What lateness makes of a loan: its asset class and its stage, by thresholds that are data."""

from __future__ import annotations

from dataclasses import dataclass

from lending.loans.domain.states import AssetClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """More days past due than a number put a loan there: the regulation's figures of one date."""

    special_mention: int
    substandard: int
    doubtful: int
    loss: int
    stage_2: int
    stage_3: int


def asset_class(*, days_past_due: int, thresholds: Thresholds) -> AssetClass:
    """The class by days past due (五级分类); the worst that applies counts."""
    limits = (
        (thresholds.loss, AssetClass.LOSS),
        (thresholds.doubtful, AssetClass.DOUBTFUL),
        (thresholds.substandard, AssetClass.SUBSTANDARD),
        (thresholds.special_mention, AssetClass.SPECIAL_MENTION),
    )
    return next((name for limit, name in limits if days_past_due > limit), AssetClass.PASS)


def stage(*, days_past_due: int, thresholds: Thresholds) -> int:
    """The stage of expected credit loss (CAS 22 / IFRS 9) that the days past due presume: 1 to 3."""
    if days_past_due > thresholds.stage_3:
        return 3
    return 2 if days_past_due > thresholds.stage_2 else 1

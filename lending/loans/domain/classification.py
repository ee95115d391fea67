"""What lateness makes of a loan: its asset class and its stage, by thresholds that are data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from lending.loans.domain.calendar import add_months
from lending.loans.domain.states import AssetClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """More days past due than a number put a loan there, and for how long a restructured one is
    watched: the regulation's figures of one date."""

    special_mention: int
    substandard: int
    doubtful: int
    loss: int
    stage_2: int
    stage_3: int
    watch_years: int


def is_watched(*, restructured_on: date | None, as_of: date, thresholds: Thresholds) -> bool:
    """Whether a restructured loan is still under observation (商业银行金融资产风险分类办法, 2023)."""
    if restructured_on is None:
        return False
    return as_of < add_months(seed=restructured_on, months=12 * thresholds.watch_years)


def asset_class(*, days_past_due: int, thresholds: Thresholds, watched: bool = False) -> AssetClass:
    """The class by days past due (五级分类); the worst that applies counts. A loan under
    observation is no better than SPECIAL_MENTION."""
    limits = (
        (thresholds.loss, AssetClass.LOSS),
        (thresholds.doubtful, AssetClass.DOUBTFUL),
        (thresholds.substandard, AssetClass.SUBSTANDARD),
        (thresholds.special_mention, AssetClass.SPECIAL_MENTION),
    )
    best = AssetClass.SPECIAL_MENTION if watched else AssetClass.PASS
    return next((name for limit, name in limits if days_past_due > limit), best)


def stage(*, days_past_due: int, thresholds: Thresholds, watched: bool = False) -> int:
    """The stage of expected credit loss (CAS 22 / IFRS 9) that the days past due presume: 1 to 3.

    A loan restructured in difficulty has a raised credit risk while it is watched: stage 2."""
    if days_past_due > thresholds.stage_3:
        return 3
    return 2 if watched or days_past_due > thresholds.stage_2 else 1

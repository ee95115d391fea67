"""Thresholds of asset class and stage: dated figures of regulation."""

from __future__ import annotations

from datetime import date

from lending.loans.domain.classification import Thresholds
from lending.products.domain import FigureCode
from lending.products.queries import regulation_values

_CODES = {
    "special_mention": FigureCode.SPECIAL_MENTION_AFTER,
    "substandard": FigureCode.SUBSTANDARD_AFTER,
    "doubtful": FigureCode.DOUBTFUL_AFTER,
    "loss": FigureCode.LOSS_AFTER,
    "stage_2": FigureCode.STAGE_2_AFTER,
    "stage_3": FigureCode.STAGE_3_AFTER,
    "watch_years": FigureCode.RESTRUCTURED_WATCH,
}


def thresholds(*, regime: str, as_of: date) -> Thresholds:
    """What applies to a regime's loans on a date. Raises FigureMissing."""
    values = regulation_values(codes=_CODES.values(), regime=regime, as_of=as_of)
    return Thresholds(**{name: int(values[code]) for name, code in _CODES.items()})

"""Points by bins: base points plus one contribution per characteristic make the score.

`Scorer` is what a policy holds: a trained model will be another kind of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

from risk.domain.features import FEATURES, Direction, Features, FeatureSpec, Value
from risk.domain.reading import MalformedBody, integer, items, members, text
from risk.domain.reasons import ReasonCode

MAX_POINTS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one characteristic gave. `lost` is how far that is below its best bin."""

    feature: str
    value: Value
    bin: str
    points: int
    lost: int
    reason: ReasonCode


@dataclass(frozen=True, slots=True)
class Score:
    """`total` is `base` plus the contributions' points, always."""

    total: int
    base: int
    contributions: tuple[Contribution, ...]

    def list_reasons(self) -> tuple[ReasonCode, ...]:
        """What cost points, dearest first; equals in the scorecard's order."""
        costly = [c for c in self.contributions if c.lost > 0]
        return tuple(dict.fromkeys(c.reason for c in sorted(costly, key=lambda c: -c.lost)))


class Scorer(Protocol):
    """Anything that makes a score of features and can explain it."""

    def score(self, *, features: Features) -> Score: ...


@dataclass(frozen=True, slots=True)
class Bin:
    """Numbers below `below` (and not below an earlier bin); the last bin has no bound."""

    below: int | None
    points: int


@dataclass(frozen=True, slots=True)
class Characteristic:
    """Either `bins` (a number) or `categories`; `missing` is the points for an unknown value."""

    feature: str
    bins: tuple[Bin, ...]
    categories: Mapping[str, int]
    missing: int

    @property
    def best(self) -> int:
        return max(self.missing, *(b.points for b in self.bins), *self.categories.values())

    def contribute(self, *, value: Value) -> Contribution:
        """Find the value's bin."""
        spec = FEATURES[self.feature]
        label, points = self._find(value)
        return Contribution(
            feature=self.feature,
            value=value,
            bin=label,
            points=points,
            lost=self.best - points,
            reason=spec.reason_missing if value is None else spec.reason,
        )

    def _find(self, value: Value) -> tuple[str, int]:
        if value is None:
            return "missing", self.missing
        if isinstance(value, str):
            return value, self.categories[value]
        low: int | None = None
        for bin_ in self.bins:
            if bin_.below is None or value < bin_.below:
                return _label(low, bin_.below), bin_.points
            low = bin_.below
        raise AssertionError("the last bin has no bound")


def _label(low: int | None, below: int | None) -> str:
    """[low, below) in short: "<7", "7..89", ">=90"; "any" for a single bin."""
    if low is None:
        return "any" if below is None else f"<{below}"
    return f">={low}" if below is None else f"{low}..{below - 1}"


@dataclass(frozen=True, slots=True)
class PointsScorecard:
    """The first kind of Scorer: expert points."""

    base: int
    characteristics: tuple[Characteristic, ...]

    def score(self, *, features: Features) -> Score:
        contributions = tuple(c.contribute(value=features[c.feature]) for c in self.characteristics)
        total = self.base + sum(c.points for c in contributions)
        return Score(total=total, base=self.base, contributions=contributions)


def parse_scorer(*, body: object) -> Scorer:
    """Read a policy's scorer by its `kind`. Raises MalformedBody."""
    read = members(body, "scorer", required=["kind", "base", "characteristics"])
    if read["kind"] != "points":
        raise MalformedBody("scorer.kind", "only points scorecards are known")
    entries = items(read["characteristics"], "scorer.characteristics")
    characteristics = tuple(
        _parse(entry, f"scorer.characteristics.{n}") for n, entry in enumerate(entries)
    )
    if len({c.feature for c in characteristics}) != len(characteristics):
        raise MalformedBody("scorer.characteristics", "a feature is listed twice")
    return PointsScorecard(_points(read["base"], "scorer.base"), characteristics)


def _points(value: object, path: str) -> int:
    return integer(value, path, low=-MAX_POINTS, high=MAX_POINTS)


def _parse(entry: object, path: str) -> Characteristic:
    read = members(entry, path, required=["feature", "missing"], optional=["bins", "points"])
    name = text(read["feature"], f"{path}.feature")
    spec = FEATURES.get(name)
    if spec is None:
        raise MalformedBody(f"{path}.feature", f"there is no feature {name!r}")
    if ("bins" in read) == ("points" in read) or ("points" in read) != bool(spec.categories):
        raise MalformedBody(path, "a number has bins, a category has points")
    return Characteristic(
        feature=name,
        bins=_parse_bins(read["bins"], f"{path}.bins", spec) if "bins" in read else (),
        categories=_parse_categories(read.get("points"), f"{path}.points", spec),
        missing=_points(read["missing"], f"{path}.missing"),
    )


def _parse_categories(value: object, path: str, spec: FeatureSpec) -> dict[str, int]:
    """Every category needs its points: a forgotten one would be a silent zero."""
    if spec.categories is None:
        return {}
    names = [category.value for category in spec.categories]
    read = members(value, path, required=names)
    return {name: _points(read[name], f"{path}.{name}") for name in names}


def _parse_bins(value: object, path: str, spec: FeatureSpec) -> tuple[Bin, ...]:
    bins = []
    entries = items(value, path)
    for n, entry in enumerate(entries):
        is_last = n == len(entries) - 1
        read = members(entry, f"{path}.{n}", required=["points"] + ["below"] * (not is_last))
        below = None if is_last else integer(read["below"], f"{path}.{n}.below")
        bins.append(Bin(below=below, points=_points(read["points"], f"{path}.{n}.points")))
    bounds = [b.below for b in bins if b.below is not None]
    if any(left >= right for left, right in pairwise(bounds)):
        raise MalformedBody(path, "bounds must rise")
    sign = -1 if spec.direction is Direction.FALLING else 1
    if any(sign * left.points > sign * right.points for left, right in pairwise(bins)):
        raise MalformedBody(path, f"points must be {spec.direction} with the value")
    return tuple(bins)

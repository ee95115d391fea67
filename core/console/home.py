"""The home page: figures that say what to do next, and work lists. Each app registers its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest

from core.console.columns import Text

#: Counting stops here: "99+" says enough, and no figure of the home page reads a whole table.
MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure; `url` is where to act on it."""

    title: Text
    value: object
    hint: Text = ""
    tone: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A work list on the home page of those with `right`."""

    right: str
    template: str
    context: Callable[[HttpRequest, datetime], dict[str, Any]]


Tiles = Callable[[datetime], Iterable[Tile]]

_tiles: list[tuple[str, Tiles]] = []
_panels: list[Panel] = []


def register_tiles(right: str, build: Tiles) -> None:
    """Add figures for those with `right`; they are not worked out for anybody else."""
    if (right, build) not in _tiles:
        _tiles.append((right, build))


def register_panel(panel: Panel) -> None:
    """Add a work list."""
    if panel not in _panels:
        _panels.append(panel)


def tiles_for(*, rights: frozenset[str], now: datetime) -> tuple[Tile, ...]:
    """The figures this person should see."""
    return tuple(tile for right, build in _tiles if right in rights for tile in build(now))


def panels_for(*, rights: frozenset[str]) -> tuple[Panel, ...]:
    """The work lists this person should see."""
    return tuple(panel for panel in _panels if panel.right in rights)


def at_most(count: int) -> str:
    """A bounded count for the screen."""
    return f"{MOST - 1}+" if count >= MOST else str(count)


def since(moment: datetime) -> UUID:
    """The smallest id (UUID version 7) that can have been made at a moment: ids are by time."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)

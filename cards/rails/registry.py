"""Which rails there are: the built-in ones, and those of installed packages.

A package offers a rail as an entry point of the group "kadai.rails": a callable that takes a mapping of
options (strings) and returns a `Rail`. A built-in name cannot be taken over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.metadata import entry_points
from typing import Final

from cards.rails.base import Rail
from cards.rails.unionpay.rail import UnionPayRail

GROUP: Final = "kadai.rails"

Factory = Callable[[Mapping[str, str]], Rail]

_BUILT_IN: Final[Mapping[str, Factory]] = {UnionPayRail.name: UnionPayRail.from_settings}


def list_rails() -> list[str]:
    """Name every rail that could be built."""
    return sorted({*_BUILT_IN, *(entry.name for entry in entry_points(group=GROUP))})


def get_rail(*, name: str, options: Mapping[str, str]) -> Rail:
    """Return the rail of this name, built from its options; the same options give the same rail.

    Raises:
        LookupError: there is no such rail, or an option is missing.
        OSError, ValueError: a key or certificate cannot be read.
    """
    return _build(name, tuple(sorted(options.items())))


# Reading an RSA key checks it, which takes a while: not once per payment.
@lru_cache(maxsize=32)
def _build(name: str, options: tuple[tuple[str, str], ...]) -> Rail:
    if name in _BUILT_IN:
        return _BUILT_IN[name](dict(options))
    for entry in entry_points(group=GROUP, name=name):
        rail: Rail = entry.load()(dict(options))
        return rail
    raise LookupError(f"no rail named {name!r}")

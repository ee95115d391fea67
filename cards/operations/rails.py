"""The rails this installation uses, made once per process from the settings."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from cards.rails.base import Rail
from cards.rails.registry import get_rail


@lru_cache(maxsize=16)
def rail_named(name: str) -> Rail:
    """A configured rail. Raises LookupError for a name nobody provides."""
    return get_rail(name=name, options=settings.RAILS.get(name, {}))

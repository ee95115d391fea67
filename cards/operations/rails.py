"""The rails this installation uses, as the settings describe them."""

from __future__ import annotations

from django.conf import settings

from cards.rails.base import Rail
from cards.rails.registry import get_rail


def rail_named(name: str) -> Rail:
    """A configured rail. Raises LookupError for a name nobody provides."""
    return get_rail(name=name, options=settings.RAILS.get(name, {}))

"""Words of Unfold's own templates: it brings no translations, so they are in our catalogues."""

from __future__ import annotations

from typing import Final

from core.texts import gettext_noop

WORDS: Final = (
    gettext_noop("Light"),
    gettext_noop("Dark"),
    gettext_noop("System"),
    gettext_noop("Filters"),
    gettext_noop("Type to search"),
    gettext_noop("Select record"),
    gettext_noop("Close"),
)

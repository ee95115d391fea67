"""How the console looks: the settings of django-unfold. Read by settings, so it imports no app."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

#: static/src/app.css: jade for what can be pressed, greenish greys around it.
_JADE: Final = {
    "50": "#eaf5f1",
    "100": "#d2ebe2",
    "200": "#b3dccd",
    "300": "#8fcdb8",
    "400": "#4ea88d",
    "500": "#23917a",
    "600": "#0a6552",
    "700": "#0a6552",
    "800": "#084f41",
    "900": "#063c31",
    "950": "#04261f",
}
_STONE: Final = {
    "50": "#f2f5f3",
    "100": "#e9efeb",
    "200": "#dce4df",
    "300": "#c3cec8",
    "400": "#92a199",
    "500": "#5f6e66",
    "600": "#4a5851",
    "700": "#36433d",
    "800": "#222d28",
    "900": "#14201b",
    "950": "#0c1511",
}

UNFOLD: Final[dict[str, Any]] = {
    "SITE_TITLE": _("Kadai console"),
    "SITE_HEADER": _("Kadai console"),
    "SITE_URL": None,
    "SITE_ICON": "config.console_menu.icon",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.console_menu.icon"}],
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_HISTORY": False,
    "SHOW_LANGUAGES": True,
    "SHOW_BACK_BUTTON": False,
    "ENVIRONMENT": "config.console_menu.environment",
    "BORDER_RADIUS": "8px",
    "COLORS": {"primary": _JADE, "base": _STONE},
    "STYLES": ["config.console_menu.stylesheet"],
    "SIDEBAR": {
        "show_search": False,
        "show_all_applications": False,
        "navigation": "config.console_menu.menu",
    },
}

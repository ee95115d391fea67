"""The language of the console: what `make run` and its helpers print, before Django exists.

The same catalogues as the product, read with the standard library. A terminal set to Chinese
(`LANG=zh_CN.UTF-8`) gets Chinese; any other gets English.
"""

import gettext as _gettext
import os
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def _console_languages() -> list[str]:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if wanted := os.environ.get(name):
            return ["zh_Hans"] if wanted.lower().startswith("zh") else []
    return []


_catalogue = _gettext.translation(
    "django", localedir=BASE_DIR / "locale", languages=_console_languages(), fallback=True
)


def gettext(message: str) -> str:
    """The message in the console's language."""
    return _catalogue.gettext(message)


def say(text: str) -> None:
    """One line for the person at the terminal."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def complain(text: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()

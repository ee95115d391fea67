"""The language of the console: what `make run` and its helpers print, before Django exists.

The same catalogues as the product, read with the standard library. A terminal set to Chinese
(`LANG=zh_CN.UTF-8`) gets Chinese; any other gets English.
"""

import gettext as _gettext
import os
import sys
from pathlib import Path
from typing import TextIO

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
    _write(sys.stdout, text)


def complain(text: str) -> None:
    """One line on standard error."""
    _write(sys.stderr, text)


def _write(stream: TextIO, text: str) -> None:
    """A terminal that has gone away (a closed window, `| head`) must not end what runs here."""
    try:
        stream.write(f"{text}\n")
        stream.flush()
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)

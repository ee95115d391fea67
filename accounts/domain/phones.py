"""Mainland mobile numbers: one spelling for storage and look-ups, one for the screen."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")
_FILLERS: Final = str.maketrans("", "", " -()\u00a0\u2002\u2003\u2009\u202d\u202c\u200b")
_PREFIXES: Final = ("+86", "0086", "86")
_MAX_TYPED: Final = 32


class PhoneError(ValueError):
    """Not a mainland mobile number."""


def parse_phone(text: str) -> str:
    """The eleven digits of a number as people type it. Raises PhoneError.

    Takes +86, 0086 and 86 in front, blanks, hyphens, brackets and full-width digits.
    """
    if len(text) > _MAX_TYPED:
        raise PhoneError
    digits = unicodedata.normalize("NFKC", text).translate(_FILLERS)
    if len(digits) > 11:
        for prefix in _PREFIXES:
            if digits.startswith(prefix):
                digits = digits.removeprefix(prefix)
                break
    if not _MOBILE.fullmatch(digits):
        raise PhoneError
    return digits


def mask_phone(phone: str) -> str:
    """138****8000; an empty text stays empty."""
    return f"{phone[:3]}****{phone[-4:]}" if phone else ""

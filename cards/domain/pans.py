"""Card numbers (PAN): checked, masked, never printed."""

from __future__ import annotations

import re
from typing import Final

_SEPARATORS: Final = re.compile(r"[\s-]")
_DIGITS: Final = re.compile(r"[0-9]{13,19}")


class InvalidPan(ValueError):
    """Not a card number; the number itself is never in the message."""


def passes_luhn(*, digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: the check digit."""
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def normalise_pan(*, text: str) -> str:
    """Digits only. Raises InvalidPan for a wrong length or check digit."""
    digits = _SEPARATORS.sub("", text)
    if not _DIGITS.fullmatch(digits) or not passes_luhn(digits=digits):
        raise InvalidPan("not a card number")
    return digits


def mask_pan(*, last4: str) -> str:
    """What a person sees: no more than the last four (PCI DSS 3.4.1 allows BIN + last 4)."""
    return f"••••\N{NO-BREAK SPACE}{last4}"

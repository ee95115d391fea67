"""What a bank's response code means for us: one table from code to class.

Codes and classes are those of the public UnionPay gateway (domain.md, "UnionPay token flow"). A code
that is not in the table is UNKNOWN, because treating an unheard-of answer as a failure could pay twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ResponseClass(StrEnum):
    """What to do after a response.

    OK             the bank accepted (a request) or completed (a query, a notification) it.
    UNKNOWN        nobody knows yet: query, then reconcile; never send again under a new reference.
    MAYBE_DEBITED  odd answer behind which the money may have moved: treated as unknown.
    LATER          nothing moved; the same thing may work later (limit, balance).
    FIX            nothing moved; the borrower must correct something or bind again.
    STOP           nothing moved and trying again would not help: risk, rights or a malformed message.
    """

    OK = "ok"
    UNKNOWN = "unknown"
    MAYBE_DEBITED = "maybe_debited"
    LATER = "later"
    FIX = "fix"
    STOP = "stop"


_CODES: Final[Mapping[ResponseClass, tuple[str, ...]]] = MappingProxyType(
    {
        ResponseClass.OK: ("00",),
        # 12 is "duplicate": the first message under this reference was received, its fate is not told.
        ResponseClass.UNKNOWN: ("03", "04", "05", "12", "34", "83"),
        ResponseClass.MAYBE_DEBITED: ("42", "74", "75", "A6"),
        ResponseClass.LATER: ("02", "33", "39", "64", "81"),
        ResponseClass.FIX: ("40", "44", "61", "63", "65", "66", "69", "71", "73", "77", "80"),
        ResponseClass.STOP: (
            *("01", "10", "11", "13", "30", "31", "32", "35", "36"),
            *("38", "43", "60", "62", "67", "68", "72", "78"),
        ),
    }
)

RESPONSE_CLASSES: Final[Mapping[str, ResponseClass]] = MappingProxyType(
    {code: response_class for response_class, codes in _CODES.items() for code in codes}
)


def classify_response(*, code: str) -> ResponseClass:
    """Return the class of a response code; no answer (an empty code) and foreign codes are UNKNOWN."""
    return RESPONSE_CLASSES.get(code, ResponseClass.UNKNOWN)


def is_certain_failure(*, code: str) -> bool:
    """Tell whether this code proves that no money moved."""
    return classify_response(code=code) in (
        ResponseClass.LATER,
        ResponseClass.FIX,
        ResponseClass.STOP,
    )

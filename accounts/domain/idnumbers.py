"""Numbers that identify people and businesses in China, with their checksums.

Resident identity number: GB 11643-1999. Unified social credit code (USCC): GB 32100-2015.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

#: The first two digits are a province (GB/T 2260); 81 to 83 are residence permits of people from
#: Hong Kong, Macao and Taiwan.
_ID: Final = re.compile(
    r"(?:1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])[0-9]{15}[0-9X]", re.ASCII
)
_ID_WEIGHTS: Final = tuple(2 ** (17 - i) % 11 for i in range(17))
_ID_CHECKS: Final = "10X98765432"
_OLDEST: Final = 130

#: No I, O, S, V, Z: they are mistaken for digits.
USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC: Final = re.compile(rf"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}")
_USCC_WEIGHTS: Final = tuple(3**i % 31 for i in range(17))


class NumberError(ValueError):
    """The number cannot have been issued."""


@dataclass(frozen=True, slots=True)
class IdNumber:
    """A resident identity number whose form, date and checksum are right."""

    text: str
    birth_date: date


def id_check_digit(body: str) -> str:
    """The 18th character to 17 digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(body, _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11]


def parse_id_number(text: str, *, today: date) -> IdNumber:
    """Check and take apart an 18-character resident identity number. Raises NumberError."""
    number = text.strip().upper()
    if not _ID.fullmatch(number):
        raise NumberError
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise NumberError from None
    if birth > today or today.year - birth.year > _OLDEST:
        raise NumberError
    if id_check_digit(number[:17]) != number[17]:
        raise NumberError
    return IdNumber(text=number, birth_date=birth)


def age_on(*, birth_date: date, as_of: date) -> int:
    """Completed years. Somebody born on 29 February turns older on 1 March of other years."""
    before_birthday = (as_of.month, as_of.day) < (birth_date.month, birth_date.day)
    return as_of.year - birth_date.year - before_birthday


def mask_id_number(number: str) -> str:
    """First and last character only."""
    return number[:1] + "*" * (len(number) - 2) + number[-1:] if len(number) > 2 else ""


def uscc_check_character(body: str) -> str:
    """The 18th character to the first 17."""
    total = sum(
        USCC_ALPHABET.index(character) * weight
        for character, weight in zip(body, _USCC_WEIGHTS, strict=True)
    )
    return USCC_ALPHABET[-total % 31]


def parse_uscc(text: str) -> str:
    """Check an 18-character unified social credit code; gives it in capitals. Raises NumberError."""
    code = text.strip().upper()
    if not _USCC.fullmatch(code) or uscc_check_character(code[:17]) != code[17]:
        raise NumberError
    return code

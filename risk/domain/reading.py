"""Strict readers of JSON values: what is not exactly as expected is refused with its path."""

from __future__ import annotations

import re
from collections.abc import Collection
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from core.money import MAX_MINOR

E = TypeVar("E", bound=StrEnum)

_RATE: Final = re.compile(r"[0-9]{1,2}(\.[0-9]{1,6})?")
_MAX_ITEMS: Final = 100
_MAX_TEXT: Final = 300


class MalformedBody(ValueError):
    """A stored or submitted body that cannot be read. `path` says where ("rules.2.effect")."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}")
        self.path, self.message = path, message


def members(
    value: object, path: str, *, required: Collection[str], optional: Collection[str] = ()
) -> dict[str, object]:
    """An object with all of `required`, perhaps some of `optional`, and nothing else."""
    if not isinstance(value, dict):
        raise MalformedBody(path, "an object is expected")
    missing = set(required) - value.keys()
    unknown = value.keys() - set(required) - set(optional)
    if missing or unknown:
        raise MalformedBody(path, f"missing {sorted(missing)}, unknown {sorted(unknown)}")
    return value


def items(value: object, path: str) -> list[object]:
    """A list of 1 to 100 entries."""
    if not isinstance(value, list) or not 1 <= len(value) <= _MAX_ITEMS:
        raise MalformedBody(path, f"a list of 1 to {_MAX_ITEMS} entries is expected")
    return value


def integer(value: object, path: str, *, low: int = 0, high: int = MAX_MINOR) -> int:
    """A whole number in range; a truth value is none."""
    if type(value) is not int or not low <= value <= high:
        raise MalformedBody(path, f"a whole number from {low} to {high} is expected")
    return value


def flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise MalformedBody(path, "true or false is expected")
    return value


def text(value: object, path: str) -> str:
    """Non-empty text of reasonable length."""
    if not isinstance(value, str) or not 1 <= len(value) <= _MAX_TEXT:
        raise MalformedBody(path, f"a text of 1 to {_MAX_TEXT} characters is expected")
    return value


def choice(value: object, path: str, options: type[E]) -> E:
    """One of an enumeration's values."""
    names = [option.value for option in options]
    if not isinstance(value, str) or value not in names:
        raise MalformedBody(path, f"one of {names} is expected")
    return options(value)


def rate(value: object, path: str) -> Decimal:
    """A fraction written as text, "0.126" for 12.6 % a year; at most six decimals."""
    if not isinstance(value, str) or not _RATE.fullmatch(value):
        raise MalformedBody(path, 'a rate like "0.126" is expected')
    return Decimal(value)

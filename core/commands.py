"""What management commands share: bad input is one line on stderr and a non-zero exit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.core.management.base import CommandError
from django.utils.encoding import force_str

from core.errors import KadaiError


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn a refusal into CommandError, with the sentences of its fields."""
    try:
        yield
    except KadaiError as error:
        texts = [force_str(text) for texts in error.fields.values() for text in texts]
        raise CommandError(" ".join(texts) or force_str(error.message)) from error


def parse_date(text: str) -> date:
    """An ISO date. Raises CommandError."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise CommandError(f"{text!r} is not a date such as 2026-01-31") from None

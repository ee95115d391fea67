"""Running an operation from a form of the console."""

from __future__ import annotations

from collections.abc import Callable

from django import forms

from core.errors import KadaiError
from core.web import apply_error


def carried_out(form: forms.Form, act: Callable[[], None]) -> bool:
    """Whether the operation went through; a refusal stands on the form."""
    try:
        act()
    except KadaiError as error:
        apply_error(form, error)
        return False
    return True

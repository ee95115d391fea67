"""From a typed phone number to the row behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.domain.phones import PhoneError, parse_phone
from accounts.domain.states import UserKind
from accounts.models import User
from accounts.queries import phone_index
from core.errors import InvalidInput
from core.locks import lock_row

PHONE_MESSAGE: Final = _("Enter a mobile number of 11 digits.")


def read_phone(text: str) -> str:
    """The number in its one spelling. Raises InvalidInput (`phone`)."""
    try:
        return parse_phone(text)
    except PhoneError:
        raise InvalidInput.field("phone", PHONE_MESSAGE) from None


def lock_by_phone(*, number: str) -> User | None:
    """The row of a phone, locked; None if nobody ever asked for a code there."""
    key = User.objects.filter(phone_index=phone_index(number)).values_list("pk", flat=True).first()
    return None if key is None else lock_row(User, pk=key)


def ensure_by_phone(*, number: str, now: datetime) -> User:
    """The row of a phone, locked; an unregistered one is made without the number itself."""
    blank = User(phone="", phone_index=phone_index(number), kind=UserKind.PERSON, created_at=now)
    blank.set_unusable_password()
    User.objects.bulk_create([blank], ignore_conflicts=True)
    user = lock_by_phone(number=number)
    if user is None:
        raise RuntimeError("a user row vanished")
    return user

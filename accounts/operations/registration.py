"""Registering a borrower."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.domain.idnumbers import NumberError, parse_uscc
from accounts.domain.states import BorrowerKind, CodePurpose
from accounts.models import Business, User
from accounts.operations.codes import Verdict, refuse, try_code
from accounts.operations.phones import lock_by_phone, read_phone
from core.audit import record
from core.errors import Conflict, InvalidInput, Text
from core.locks import lock_name

#: Hashing a novel costs the server, not the person who sends it.
MAX_PASSWORD: Final = 128
_LEGAL_NAME: Final = range(2, 201)


def password_faults(password: str) -> list[Text]:
    """What the house finds wrong with a new password, as sentences."""
    if len(password) > MAX_PASSWORD:
        return [_("The password is too long.")]
    try:
        validate_password(password)
    except ValidationError as error:
        return list(error.messages)
    return []


def _business_faults(*, legal_name: str, uscc: str) -> dict[str, list[Text]]:
    faults: dict[str, list[Text]] = {}
    if len(legal_name.strip()) not in _LEGAL_NAME:
        faults["legal_name"] = [_("Enter the name of the business as on its licence.")]
    try:
        parse_uscc(uscc)
    except NumberError:
        faults["uscc"] = [_("Check the unified social credit code: 18 characters, as printed.")]
    return faults


def _check(*, password: str, kind: BorrowerKind, legal_name: str, uscc: str) -> None:
    """Raise InvalidInput with a sentence for each field that is wrong."""
    faults: dict[str, list[Text]] = {}
    wrong = password_faults(password)
    if wrong:
        faults["password"] = wrong
    if kind is BorrowerKind.BUSINESS:
        faults |= _business_faults(legal_name=legal_name, uscc=uscc)
    elif legal_name or uscc:
        faults["kind"] = [_("Only a business has a licence.")]
    if faults:
        raise InvalidInput(fields=faults)


def _language() -> str:
    """The language of the request, if it is one of ours."""
    offered: Mapping[str, object] = dict(settings.LANGUAGES)
    active = get_language() or ""
    return active if active in offered else settings.LANGUAGE_CODE


def _add_business(*, user: User, legal_name: str, uscc: str) -> None:
    code = parse_uscc(uscc)
    lock_name(name=f"uscc:{code}")
    if Business.objects.filter(uscc=code).exists():
        raise InvalidInput.field(
            "uscc", _("This business is already registered."), code="uscc-registered"
        )
    Business.objects.create(user=user, legal_name=" ".join(legal_name.split()), uscc=code)


def register(
    *,
    phone: str,
    code: str,
    password: str,
    kind: BorrowerKind,
    now: datetime,
    legal_name: str = "",
    uscc: str = "",
) -> UUID:
    """Open an account for the holder of a phone and return the user's id.

    Raises InvalidInput (`phone`, `code`, `password`, `kind`, `legal_name`, `uscc`), TooManyRequests,
    and Conflict (`phone-registered`) to nobody but the phone's holder. A refusal after a right code
    leaves the code good.
    """
    number = read_phone(phone)
    kind = BorrowerKind(kind)
    _check(password=password, kind=kind, legal_name=legal_name, uscc=uscc)
    hashed = make_password(password)  # slow on purpose, so before the lock
    with transaction.atomic(durable=True):
        user = lock_by_phone(number=number)
        verdict = try_code(user=user, purpose=CodePurpose.REGISTER, code=code, now=now)
        if user is not None and verdict is Verdict.RIGHT:
            if user.registered_at is not None:
                text = _("This phone number is registered already. Please log in.")
                raise Conflict(code="phone-registered", message=text, fields={"phone": [text]})
            user.phone, user.kind, user.language = number, kind, _language()
            user.password, user.registered_at = hashed, now
            user.save()
            if kind is BorrowerKind.BUSINESS:
                _add_business(user=user, legal_name=legal_name, uscc=uscc)
            subject = f"user:{user.pk}"
            record(actor=str(user.pk), action="user.registered", subject=subject, now=now)
            return user.pk
    refuse(verdict)
    raise AssertionError("a right code has a user")

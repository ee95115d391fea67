"""Logging in. Who guesses waits longer and longer, whether the phone is known or not."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain.states import CodePurpose, UserKind
from accounts.domain.throttling import remaining, wait_after, whole_seconds
from accounts.models import LoginThrottle, User
from accounts.operations.codes import Verdict, refuse, too_soon, try_code
from accounts.operations.phones import lock_by_phone, read_phone
from accounts.operations.registration import MAX_PASSWORD
from accounts.queries import phone_index
from core.errors import Conflict, Forbidden, InvalidInput
from core.locks import lock_name


def _count_attempt(*, index: str, now: datetime) -> None:
    """Count a failure before the password is looked at: guesses sent at once all count.

    Raises TooManyRequests while a wait lasts.
    """
    with transaction.atomic(durable=True):
        lock_name(name=f"login:{index}")
        row = LoginThrottle.objects.filter(phone_index=index).first()
        if row is None:
            row = LoginThrottle(phone_index=index)
        wait = remaining(
            since=row.last_failure_at, pause=wait_after(failures=row.failures), now=now
        )
        if wait:
            raise too_soon(seconds=whole_seconds(wait))
        row.failures += 1
        row.last_failure_at = now
        row.save()


def _password_is_right(*, user: User | None, password: str) -> bool:
    """Check with the same work whether or not there is such a user."""
    if len(password) > MAX_PASSWORD:
        return False
    if user is None or not user.has_usable_password():
        make_password(password)
        return False
    return user.check_password(password)


def login_with_password(*, phone: str, password: str, now: datetime) -> UUID:
    """The id of the user with this phone and password.

    Raises InvalidInput (`phone` if it is none; `password` for a wrong pair, an unknown phone or a
    closed account alike) and TooManyRequests.
    """
    index = phone_index(read_phone(phone))
    _count_attempt(index=index, now=now)
    user = User.objects.filter(phone_index=index, registered_at__isnull=False).first()
    right = _password_is_right(user=user, password=password)
    if user is None or not right or not user.is_active:
        raise InvalidInput.field(
            "password",
            _("The phone number or the password is not right."),
            code="wrong-credentials",
        )
    LoginThrottle.objects.filter(phone_index=index).delete()
    return user.pk


def login_with_code(*, phone: str, code: str, now: datetime) -> UUID:
    """The id of the borrower whose phone received this code.

    Raises InvalidInput (`phone`, `code`), TooManyRequests; and to the phone's holder alone Conflict
    (`phone-not-registered`) or Forbidden (closed account; staff need their password).
    """
    number = read_phone(phone)
    with transaction.atomic(durable=True):
        user = lock_by_phone(number=number)
        verdict = try_code(user=user, purpose=CodePurpose.LOGIN, code=code, now=now)
        if user is not None and verdict is Verdict.RIGHT:
            if user.registered_at is None:
                text = _("This phone number is not registered yet. Please register.")
                raise Conflict(code="phone-not-registered", message=text, fields={"phone": [text]})
            if not user.is_active or user.kind == UserKind.STAFF:
                raise Forbidden
            return user.pk
    refuse(verdict)
    raise AssertionError("a right code has a user")

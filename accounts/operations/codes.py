"""Codes by SMS: made, sent, tried. A code is kept as a keyed hash and nowhere in the clear."""

from __future__ import annotations

import secrets
from datetime import datetime
from enum import Enum, auto
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.domain.states import CodePurpose
from accounts.domain.throttling import (
    CODE_COOLDOWN,
    CODE_DIGITS,
    CODE_LIFETIME,
    CODE_TRIES,
    CODES_PER_DAY,
    DAY,
    remaining,
    wait_after,
    whole_seconds,
)
from accounts.gateways import sms_gateway
from accounts.models import SmsDevice, User
from accounts.operations.phones import ensure_by_phone, read_phone
from core.crypto import blind_index
from core.errors import Forbidden, InvalidInput, TooManyRequests, Unavailable
from core.ids import uuid7
from core.locks import lock_row

_TEXTS: Final = {
    CodePurpose.REGISTER: gettext_noop(
        "Your code to register is %(code)s, valid for 5 minutes. Tell it to nobody."
    ),
    CodePurpose.LOGIN: gettext_noop(
        "Your code to log in is %(code)s, valid for 5 minutes. Tell it to nobody."
    ),
    CodePurpose.CONSOLE: gettext_noop(
        "Your code for the console is %(code)s, valid for 5 minutes. Tell it to nobody."
    ),
}


class Verdict(Enum):
    """What came of trying a code."""

    RIGHT = auto()
    WRONG = auto()
    DEAD = auto()


def _hash(*, device: SmsDevice, code: str) -> str:
    return blind_index(text=f"{device.pk}:{code}", purpose=f"sms-code:{device.purpose}")


def too_soon(*, seconds: int) -> TooManyRequests:
    """The refusal that says how long to wait."""
    message = ngettext(
        "Please wait %(seconds)d second and try again.",
        "Please wait %(seconds)d seconds and try again.",
        seconds,
    ) % {"seconds": seconds}
    return TooManyRequests(retry_after=seconds, message=message)


def _check_pace(*, device: SmsDevice, now: datetime) -> None:
    """Raise TooManyRequests if a code was sent just now, or too many today."""
    wait = remaining(since=device.last_generated_timestamp, pause=CODE_COOLDOWN, now=now)
    if wait:
        raise too_soon(seconds=whole_seconds(wait))
    rest_of_day = remaining(since=device.day_started_at, pause=DAY, now=now)
    if not rest_of_day:
        device.day_started_at, device.day_count = now, 0
    elif device.day_count >= CODES_PER_DAY:
        raise TooManyRequests(
            code="too-many-codes",
            message=_("Too many codes were sent to this phone today. Please try again tomorrow."),
            retry_after=whole_seconds(rest_of_day),
        )
    device.day_count += 1


def _renew(*, number: str, purpose: CodePurpose, code: str, now: datetime) -> SmsDevice:
    """Put the code's hash in the place of the one before; committed on return."""
    with transaction.atomic(durable=True):
        user = ensure_by_phone(number=number, now=now)
        SmsDevice.objects.get_or_create(user=user, purpose=purpose, defaults={"name": "sms"})
        device: SmsDevice = SmsDevice.objects.get(user=user, purpose=purpose)
        _check_pace(device=device, now=now)
        device.code_hash = _hash(device=device, code=code)
        device.code_expires_at, device.code_tries = now + CODE_LIFETIME, 0
        device.last_generated_timestamp = now
        device.save()
    return device


def request_sms_code(*, phone: str, purpose: CodePurpose, now: datetime) -> None:
    """Send a code, the same way to registered and unknown phones; the code before it dies.

    Raises InvalidInput (`phone`), TooManyRequests (60 s between codes, 20 a day) and Unavailable;
    after the last another code may be asked for at once.
    """
    number = read_phone(phone)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    device = _renew(number=number, purpose=purpose, code=code, now=now)
    text = gettext(_TEXTS[purpose]) % {"code": code}
    try:
        sms_gateway().send(to=number, text=text, reference=f"code-{uuid7()}")
    except Unavailable:
        # The message may yet arrive, so the code stays good; only the waiting is lifted.
        SmsDevice.objects.filter(pk=device.pk, last_generated_timestamp=now).update(
            last_generated_timestamp=None
        )
        raise


def try_code(*, user: User | None, purpose: CodePurpose, code: str, now: datetime) -> Verdict:
    """Try a code and count the try. The caller holds the user's lock and commits a refusal too.

    Raises TooManyRequests after too many wrong ones in a row.
    """
    device = SmsDevice.objects.filter(user=user, purpose=purpose).first() if user else None
    if device is None:
        return Verdict.DEAD
    pause = wait_after(failures=device.throttling_failure_count)
    wait = remaining(since=device.throttling_failure_timestamp, pause=pause, now=now)
    if wait:
        raise too_soon(seconds=whole_seconds(wait))
    expired = device.code_expires_at is None or device.code_expires_at <= now
    if not device.code_hash or expired or device.code_tries >= CODE_TRIES:
        return Verdict.DEAD
    device.code_tries += 1
    right = constant_time_compare(device.code_hash, _hash(device=device, code=code.strip()))
    if right:
        device.code_hash, device.code_expires_at = "", None
        device.throttle_reset(commit=False)
    else:
        device.throttling_failure_count += 1
        device.throttling_failure_timestamp = now
    device.save()
    return Verdict.RIGHT if right else Verdict.WRONG


def refuse(verdict: Verdict) -> None:
    """Raise InvalidInput (`code`) unless the code was right."""
    if verdict is Verdict.WRONG:
        raise InvalidInput.field("code", _("This code is not right."), code="code-wrong")
    if verdict is Verdict.DEAD:
        raise InvalidInput.field(
            "code", _("This code is no longer valid. Please ask for a new one."), code="code-dead"
        )


def verify_console_code(*, user_id: UUID, code: str, now: datetime) -> SmsDevice:
    """The second factor of the console; the device is what `django_otp.login` takes.

    Raises Forbidden (not staff), InvalidInput (`code`), TooManyRequests, NotFound.
    """
    with transaction.atomic(durable=True):
        user = lock_row(User, pk=user_id)
        if not (user.is_staff and user.is_active):
            raise Forbidden
        verdict = try_code(user=user, purpose=CodePurpose.CONSOLE, code=code, now=now)
    refuse(verdict)
    device: SmsDevice = SmsDevice.objects.get(user_id=user_id, purpose=CodePurpose.CONSOLE)
    return device

"""Idempotency-Key: the same request twice gives the same answer once.

Missing on a money verb: 400. Same key with another body: 422. First one still running: 409.
The lock expires, so a request whose server died may be sent again; the operation beneath is
idempotent under the same key, so that is safe too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from core.crypto import blind_index
from core.errors import Conflict, InvalidInput, KadaiError, Refused
from core.models import IdempotencyRecord
from core.problems import problem_body

HEADER: Final = "Idempotency-Key"
IN_FLIGHT: Final = timedelta(seconds=30)
_KEY: Final = re.compile(r"[A-Za-z0-9_.:-]{8,64}")


@dataclass(frozen=True)
class Answer:
    """What the client gets: an HTTP status and a JSON body."""

    status: int
    body: Any
    replayed: bool = False


def parse_key(*, header: str | None) -> str:
    """The client's key. Raises InvalidInput if it is missing or malformed."""
    if not header:
        raise InvalidInput(
            code="idempotency-key-missing",
            message=_("This request needs an Idempotency-Key header."),
        )
    if not _KEY.fullmatch(header):
        raise InvalidInput(
            code="idempotency-key-malformed",
            message=_("An Idempotency-Key has 8 to 64 letters, digits, or any of _ . : -"),
        )
    return header


def fingerprint(*, method: str, path: str, body: bytes) -> str:
    """What makes two requests the same. Keyed: a body may hold a card number (PCI DSS 3.5.1.1)."""
    text = f"{method} {path}\x00{body.decode('latin-1')}"
    return blind_index(text=text, purpose="idempotency")


def _begin(*, owner: UUID, key: str, print_: str, now: datetime) -> IdempotencyRecord | Answer:
    """Claim the key in a transaction of its own, or return the stored answer."""
    fresh = IdempotencyRecord(
        owner=owner, key=key, fingerprint=print_, created_at=now, locked_until=now + IN_FLIGHT
    )
    try:
        with transaction.atomic():
            fresh.save(force_insert=True)
        return fresh
    except IntegrityError:
        pass
    with transaction.atomic():
        record = IdempotencyRecord.objects.select_for_update().get(owner=owner, key=key)
        if record.fingerprint != print_:
            raise Refused(
                code="idempotency-key-reused",
                message=_("This Idempotency-Key was used with another request."),
            )
        if record.status is not None:
            return Answer(record.status, json.loads(record.body), replayed=True)
        if record.locked_until > now:
            raise Conflict(
                code="idempotency-in-flight",
                message=_("The first request with this Idempotency-Key is still running."),
            )
        record.locked_until = now + IN_FLIGHT
        record.save(update_fields=["locked_until"])
        return record


def _may_change(status: int) -> bool:
    """Whether the same request may get another answer a moment later."""
    return status >= 500 or status == 429


def run_once(
    *, owner: UUID, key: str, print_: str, now: datetime, action: Callable[[], Answer]
) -> Answer:
    """Run `action` once per key and keep its answer, a refusal (4xx) included.

    A defect or an answer of 5xx is not kept: the client may send the request again.
    """
    begun = _begin(owner=owner, key=key, print_=print_, now=now)
    if isinstance(begun, Answer):
        return begun
    try:
        answer = action()
    except KadaiError as error:
        if _may_change(error.status):
            begun.delete()
            raise
        answer = Answer(error.status, problem_body(error=error))
    except BaseException:
        begun.delete()
        raise
    if _may_change(answer.status):
        begun.delete()
        return answer
    begun.status = answer.status
    begun.body = json.dumps(answer.body, cls=DjangoJSONEncoder, ensure_ascii=False)
    begun.save(update_fields=["status", "body"])
    return answer

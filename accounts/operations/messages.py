"""Telling people something: the inbox, and the phone for what must not wait."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import translation

from accounts.domain.messages import BY_SMS, MessageKind, check_params
from accounts.gateways import sms_gateway
from accounts.models import InboxMessage
from accounts.queries import as_message
from core.errors import NotFound
from core.outbox import publish, publish_many


def send_message(
    *, user_id: UUID, kind: str, params: Mapping[str, str], key: str, now: datetime
) -> UUID:
    """Put a message into a person's inbox, once per `key`, and return its id.

    Kinds and parameters: `accounts.domain.messages`. Raises ValueError for an unknown kind or a
    missing parameter: a caller's mistake.
    """
    known = MessageKind(kind)
    check_params(kind=known, params=params)
    with transaction.atomic():
        message, created = InboxMessage.objects.get_or_create(
            user_id=user_id,
            key=key,
            defaults={"kind": known, "params": dict(params), "created_at": now},
        )
        if created and known in BY_SMS:
            publish(
                name="message.sent",
                key=str(message.pk),
                payload={"message_id": str(message.pk)},
                now=now,
            )
    return message.pk


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message to a person, once per (person, `key`). Kinds and parameters: `domain.messages`."""

    user_id: UUID
    kind: MessageKind
    params: Mapping[str, str]
    key: str


def send_messages(
    *, messages: Sequence[Message], now: datetime, sms_after: datetime | None = None
) -> int:
    """Like `send_message` for many in a few statements; no SMS goes out before `sms_after`.

    Returns how many were new. Raises ValueError for a missing parameter: a caller's mistake.
    """
    for message in messages:
        check_params(kind=message.kind, params=message.params)
    rows = [
        InboxMessage(
            user_id=message.user_id,
            kind=message.kind,
            params=dict(message.params),
            key=message.key,
            created_at=now,
        )
        for message in messages
    ]
    with transaction.atomic():
        InboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
        written = InboxMessage.objects.filter(pk__in=[row.pk for row in rows])
        fresh = set(written.values_list("pk", flat=True))
        publish_many(
            name="message.sent",
            payloads={
                str(row.pk): {"message_id": str(row.pk)}
                for row in rows
                if row.pk in fresh and row.kind in BY_SMS
            },
            now=now,
            delay=max(sms_after - now, timedelta(0)) if sms_after else timedelta(0),
        )
    return len(fresh)


def send_sms_notice(*, message_id: UUID, now: datetime) -> None:
    """Send an inbox message to the phone as well, once; the gateway knows its reference.

    Raises Unavailable: the outbox tries again.
    """
    message = InboxMessage.objects.select_related("user").get(pk=message_id)
    if message.sms_sent_at is not None or not message.user.phone:
        return
    with translation.override(message.user.language):
        shown = as_message(message)
    sms_gateway().send(
        to=message.user.phone,
        text=f"{shown.title} {shown.body}",
        reference=f"message-{message_id}",
    )
    InboxMessage.objects.filter(pk=message_id).update(sms_sent_at=now)


def mark_message_read(*, user_id: UUID, message_id: UUID, now: datetime) -> None:
    """Note when a message was first read. Raises NotFound, for somebody else's too."""
    messages = InboxMessage.objects.filter(pk=message_id, user_id=user_id)
    if not messages.filter(read_at__isnull=True).update(read_at=now) and not messages.exists():
        raise NotFound

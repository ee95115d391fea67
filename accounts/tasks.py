"""What the outbox runs for accounts."""

from __future__ import annotations

from uuid import UUID

from accounts import operations
from core.clock import now


def send_sms_notice(payload: dict[str, str]) -> None:
    """`message.sent`: the inbox message goes to the phone as well."""
    operations.send_sms_notice(message_id=UUID(payload["message_id"]), now=now())

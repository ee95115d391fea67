"""Audit lines: written in the transaction of the act they tell of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from core.models import AuditRecord


def record(
    *,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    reason: str = "",
    data: Mapping[str, object] | None = None,
) -> None:
    """Append one line. `actor` is a user id or "system"; `subject` is "table:id"."""
    AuditRecord.objects.create(
        at=now, actor=actor, action=action, subject=subject, reason=reason, data=dict(data or {})
    )

"""Celery's side of the outbox: every asynchronous step of the house runs through these two."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from core.clock import now
from core.outbox import DELIVER_TASK, deliver, sweep


@shared_task(name=DELIVER_TASK)
def deliver_event(delivery_id: str) -> None:
    """Deliver one outbox event to one handler."""
    deliver(delivery_id=UUID(delivery_id), now=now())


@shared_task(name="core.tasks.sweep")
def sweep_outbox() -> None:
    """Hand on again whatever Celery or Redis has lost."""
    sweep(now=now())

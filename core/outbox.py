"""The outbox: the one way work is handed on after a commit.

`publish` writes the event and what it owes to each handler in the caller's transaction, and asks
Celery to deliver after the commit. Delivery is at least once, so every handler is an idempotent
operation. Celery and Redis may lose all they hold: `sweep` finds what is due in the rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache, partial
from importlib import import_module
from typing import Final, cast
from uuid import UUID

from celery import current_app
from django.db import transaction
from django.db.models import F, Q

from core.models import OutboxDelivery, OutboxEvent
from core.subscriptions import list_handlers

logger = logging.getLogger(__name__)

Payload = dict[str, str]
Handler = Callable[[Payload], None]

#: How long a handler may hold a delivery before another worker may try it.
LEASE: Final = timedelta(seconds=45)
#: Pause after the n-th failure, the last one for all that follow.
BACK_OFF: Final = tuple(timedelta(seconds=s) for s in (2, 5, 15, 60, 300, 900))
SWEEP_LIMIT: Final = 500
#: A delivery that was handed to the broker is not handed to it again sooner than this.
RESEND: Final = timedelta(seconds=8)
DELIVER_TASK: Final = "core.tasks.deliver"


def publish(
    *,
    name: str,
    key: str,
    payload: Mapping[str, str],
    now: datetime,
    delay: timedelta = timedelta(0),
) -> None:
    """Record that `name` happened for `key`; the same pair is recorded once.

    Must be called inside the transaction that changes the row. The payload carries ids only.
    With a `delay` the sweep delivers it when it has passed.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("publish needs a transaction")
    event, created = OutboxEvent.objects.get_or_create(
        name=name, key=key, defaults={"payload": dict(payload), "created_at": now}
    )
    if not created:
        return
    deliveries = OutboxDelivery.objects.bulk_create(
        OutboxDelivery(event=event, handler=handler, due_at=now + delay, enqueued_at=now)
        for handler in list_handlers(event=name)
    )
    if not delay:
        for delivery in deliveries:
            transaction.on_commit(partial(enqueue, delivery_id=delivery.pk), robust=True)


def publish_many(
    *,
    name: str,
    payloads: Mapping[str, Mapping[str, str]],
    now: datetime,
    delay: timedelta = timedelta(0),
) -> None:
    """Record that `name` happened for many new keys (payloads by key) in a few statements.

    As `publish`, except that the caller knows that the keys are new, and that the sweep hands
    them on: a flood goes out at its pace.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("publish needs a transaction")
    events = OutboxEvent.objects.bulk_create(
        OutboxEvent(name=name, key=key, payload=dict(payload), created_at=now)
        for key, payload in payloads.items()
    )
    OutboxDelivery.objects.bulk_create(
        OutboxDelivery(event=event, handler=handler, due_at=now + delay, enqueued_at=now - RESEND)
        for event in events
        for handler in list_handlers(event=name)
    )


def enqueue(*, delivery_id: UUID) -> None:
    """Ask Celery to deliver now. A broker that is down costs nothing: the sweep delivers later."""
    try:
        current_app.send_task(DELIVER_TASK, args=[str(delivery_id)])
    except Exception:  # kombu raises many kinds; all mean the same here
        logger.warning("broker unreachable, delivery %s is left to the sweep", delivery_id)


def _claim(*, delivery_id: UUID, now: datetime) -> OutboxDelivery | None:
    """Take the lease. None if it is done, not due, or another worker has it."""
    taken = OutboxDelivery.objects.filter(
        pk=delivery_id, done_at__isnull=True, due_at__lte=now
    ).update(due_at=now + LEASE, attempts=F("attempts") + 1)
    if not taken:
        return None
    return OutboxDelivery.objects.select_related("event").get(pk=delivery_id)


@lru_cache(maxsize=256)
def _resolve(path: str) -> Handler:
    module, _, name = path.rpartition(".")
    return cast(Handler, getattr(import_module(module), name))


def deliver(*, delivery_id: UUID, now: datetime) -> bool:
    """Run one handler under its lease. True if it was run to its end.

    A failing handler is logged and comes due again later; nothing is given up.
    """
    delivery = _claim(delivery_id=delivery_id, now=now)
    if delivery is None:
        return False
    try:
        _resolve(delivery.handler)(delivery.event.payload)
    except Exception as error:
        logger.exception("%s failed on %s", delivery.handler, delivery.event.name)
        pause = BACK_OFF[min(delivery.attempts, len(BACK_OFF)) - 1]
        OutboxDelivery.objects.filter(pk=delivery_id, done_at__isnull=True).update(
            due_at=now + pause, last_error=f"{type(error).__name__}: {error}"[:300]
        )
        return False
    OutboxDelivery.objects.filter(pk=delivery_id).update(done_at=now, last_error="")
    return True


def list_due(*, now: datetime) -> list[UUID]:
    """Ids of deliveries that are owed, oldest first, at most SWEEP_LIMIT."""
    due = OutboxDelivery.objects.filter(done_at__isnull=True, due_at__lte=now)
    return list(due.order_by("due_at").values_list("pk", flat=True)[:SWEEP_LIMIT])


def sweep(*, now: datetime) -> int:
    """Enqueue again what is due and was not handed to the broker just now. Returns how many."""
    lost = OutboxDelivery.objects.filter(
        Q(enqueued_at__lte=now - RESEND) | Q(enqueued_at__lt=F("due_at")),
        done_at__isnull=True,
        due_at__lte=now,
    )
    with transaction.atomic():
        ids = list(
            lost.select_for_update(skip_locked=True)
            .order_by("due_at")
            .values_list("pk", flat=True)[:SWEEP_LIMIT]
        )
        OutboxDelivery.objects.filter(pk__in=ids).update(enqueued_at=now)
    for delivery_id in ids:
        enqueue(delivery_id=delivery_id)
    return len(ids)

"""Deliver outbox events in the test's own process, in order, as the worker would."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.clock import now as wall_clock
from core.outbox import deliver, list_due


def run_outbox(*, now: datetime | None = None, rounds: int = 30) -> int:
    """Deliver all that is due until nothing is. Returns how many handlers ran to their end."""
    done = 0
    for _ in range(rounds):
        moment = now or wall_clock() + timedelta(milliseconds=1)
        due = list_due(now=moment)
        if not due:
            return done
        done += sum(deliver(delivery_id=delivery_id, now=moment) for delivery_id in due)
    raise AssertionError("the outbox does not come to rest")

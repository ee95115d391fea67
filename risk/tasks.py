"""Handlers of the outbox."""

from __future__ import annotations

from uuid import UUID

from core.clock import now
from core.outbox import Payload
from risk.operations import decide_request


def decide_requested(payload: Payload) -> None:
    """decision.requested: decide it."""
    decide_request(decision_id=UUID(payload["decision_id"]), now=now())

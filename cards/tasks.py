"""Outbox handlers: each calls one operation."""

from __future__ import annotations

from uuid import UUID

from cards import operations
from core.clock import now
from core.outbox import Payload


def submit_payment(payload: Payload) -> None:
    operations.submit_payment(payment_id=UUID(payload["payment_id"]), now=now())


def query_payment(payload: Payload) -> None:
    operations.query_payment(
        payment_id=UUID(payload["payment_id"]), asked=int(payload["asked"]), now=now()
    )


def end_agreement(payload: Payload) -> None:
    operations.end_agreement(binding_id=UUID(payload["binding_id"]), now=now())

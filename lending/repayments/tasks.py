"""Outbox handlers and the beat's own work."""

from __future__ import annotations

import time
from datetime import date
from typing import Final
from uuid import UUID

from celery import shared_task

from core.businessday import get_business_date
from core.clock import now
from core.outbox import Payload
from lending.repayments import operations
from lending.repayments.operations.collecting import SOURCE

HELP_SECONDS: Final = 20


def on_payment_settled(payload: Payload) -> None:
    if payload["source_type"] == SOURCE:
        operations.record_collection(payment_id=UUID(payload["payment_id"]), now=now())


def on_payment_failed(payload: Payload) -> None:
    if payload["source_type"] == SOURCE:
        operations.record_refusal(payment_id=UUID(payload["payment_id"]), now=now())


def on_loan_settled(payload: Payload) -> None:
    operations.issue_certificate(loan_id=UUID(payload["loan_id"]), now=now())


def on_day_closing(payload: Payload) -> None:
    """Take part in a day close for less than half of the lease of a delivery."""
    begun = time.monotonic()
    operations.help_close(
        day=date.fromisoformat(payload["day"]),
        turn=payload["turn"],
        until=lambda: time.monotonic() - begun > HELP_SECONDS,
        now=now(),
    )


@shared_task(name="lending.repayments.tasks.debit_due_loans")
def debit_due_loans() -> None:
    """Debits that a killed day close left out; those that exist are not repeated."""
    operations.debit_due_loans(today=get_business_date(), now=now())

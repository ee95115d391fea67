"""Outbox handlers: what risk decided and what the bank did to a payout or a refund."""

from __future__ import annotations

from uuid import UUID

from core.clock import now
from core.outbox import Payload
from lending.loans import operations
from lending.loans.operations.drawdowns import SOURCE
from lending.loans.operations.refunds import SOURCE as REFUND
from risk.domain.facts import DecisionSubject


def on_decision_made(payload: Payload) -> None:
    subject_id = UUID(payload["subject_id"])
    if payload["subject"] == DecisionSubject.CREDIT_LINE:
        operations.settle_application(application_id=subject_id, now=now())
    else:
        operations.settle_check(drawdown_id=subject_id, now=now())


def on_decision_referred(payload: Payload) -> None:
    subject_id = UUID(payload["subject_id"])
    if payload["subject"] == DecisionSubject.CREDIT_LINE:
        operations.refer_application(application_id=subject_id, now=now())
    else:
        operations.refer_drawdown(drawdown_id=subject_id)


def on_payment_settled(payload: Payload) -> None:
    payment_id = UUID(payload["payment_id"])
    if payload["source_type"] == SOURCE:
        operations.record_payout(payment_id=payment_id, now=now())
    elif payload["source_type"] == REFUND:
        operations.record_refund_paid(payment_id=payment_id, now=now())


def on_payment_failed(payload: Payload) -> None:
    payment_id = UUID(payload["payment_id"])
    if payload["source_type"] == SOURCE:
        operations.record_payout_failure(payment_id=payment_id, now=now())
    elif payload["source_type"] == REFUND:
        operations.record_refund_failure(payment_id=payment_id, now=now())

"""Payments: committed before they are sent, asked about when in doubt, never sent twice.

The bank knows an order by its reference and the time it carries. Both are fixed before the first
message, so sending the same order again is harmless: the bank answers "duplicate", which is no news.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.queries import get_four_factors
from cards.domain.states import (
    OPEN_PAYMENTS,
    PAYMENT,
    BindingState,
    Direction,
    PaymentEvent,
    PaymentState,
    query_delay,
)
from cards.models import CardBinding, Payment
from cards.operations.bindings import new_reference
from cards.operations.rails import rail_named
from cards.operations.vault import read_pan
from cards.rails.base import Payee, PaymentOrder, RailOutcome, RailStatus
from core.errors import Conflict
from core.locks import lock_row
from core.money import Money
from core.outbox import publish

#: The bank has not heard of an order: after this long it was never received and is sent again,
#: the same order under the same reference. Longer than any message can be on its way.
NOT_FOUND_CODE: Final = "34"
RESEND_AFTER: Final = timedelta(seconds=15)


def create_payment(
    *,
    key: str,
    direction: Direction,
    source_type: str,
    source_id: UUID,
    binding_id: UUID,
    amount: Money,
    purpose: str,
    now: datetime,
) -> UUID:
    """Commit to one movement of money; it is sent after the caller's transaction commits.

    Idempotent by `key`. Raises Conflict (`card-not-active`).
    """
    existing = Payment.objects.filter(key=key).values_list("pk", flat=True).first()
    if existing is not None:
        return existing
    binding = lock_row(CardBinding, pk=binding_id)
    if binding.state != BindingState.ACTIVE:
        raise Conflict(code="card-not-active", message=_("This card is not active."))
    payment, created = Payment.objects.get_or_create(
        key=key,
        defaults={
            "direction": direction,
            "source_type": source_type,
            "source_id": source_id,
            "user_id": binding.user_id,
            "binding": binding,
            "rail": binding.rail,
            "reference": new_reference(),
            "amount": amount.minor,
            "currency": amount.currency,
            "purpose": purpose,
            "state": PAYMENT.initial,
            "created_at": now,
        },
    )
    if created:
        _tell(payment, "payment.created", now=now)
    return payment.pk


def _tell(payment: Payment, name: str, *, now: datetime) -> None:
    publish(
        name=name,
        key=str(payment.pk),
        payload={
            "payment_id": str(payment.pk),
            "source_type": payment.source_type,
            "source_id": str(payment.source_id),
        },
        now=now,
    )


def _ask(payment: Payment, *, why: str, now: datetime, delay: timedelta) -> None:
    """Order the question that follows `queries` earlier ones; whoever asks it first orders the next."""
    publish(
        name="payment.query_due",
        key=f"{payment.pk}:{payment.queries}:{why}",
        payload={"payment_id": str(payment.pk), "asked": str(payment.queries)},
        now=now,
        delay=delay,
    )


def _ask_later(payment: Payment, *, now: datetime) -> None:
    _ask(payment, why="due", now=now, delay=query_delay(asked=payment.queries))


def _mark_sent(*, payment_id: UUID, now: datetime) -> Payment | None:
    """Commit that the order may be on its way, and that it will be asked about."""
    with transaction.atomic():
        payment = lock_row(Payment, pk=payment_id)
        if payment.state != PaymentState.CREATED:
            return None
        payment.state = PAYMENT.next(PaymentState.CREATED, PaymentEvent.SUBMIT)
        payment.sent_at = now
        payment.save()
        _ask_later(payment, now=now)
        return payment


def _sent_at(payment: Payment) -> datetime:
    if payment.sent_at is None:
        raise RuntimeError("a payment is sent under a committed time")
    return payment.sent_at


def _send(payment: Payment) -> RailOutcome:
    """Put the order on the wire, byte for byte the same each time."""
    binding = CardBinding.objects.select_related("card").get(pk=payment.binding_id)
    rail = rail_named(payment.rail)
    order = PaymentOrder(
        reference=payment.reference,
        agreement_no=binding.agreement_no or "",
        amount=Money(payment.amount, payment.currency),
        sent_at=_sent_at(payment),
        notify_url=settings.RAILS[payment.rail]["notify_url"],
        purpose=payment.purpose,
    )
    if payment.direction == Direction.IN:
        return rail.debit(order=order)
    name = get_four_factors(user_id=payment.user_id).name
    return rail.payout(order=order, payee=Payee(name=name, pan=read_pan(card=binding.card)))


def submit_payment(*, payment_id: UUID, now: datetime) -> None:
    """Send a committed payment. Safe to repeat and to be killed in: what was sent is asked about."""
    payment = _mark_sent(payment_id=payment_id, now=now)
    if payment is None:
        return
    try:
        outcome = _send(payment)
    except ValueError as error:  # not a message at all: proven that nothing was sent
        _settle(payment_id=payment_id, event=PaymentEvent.FAIL, now=now, note=str(error))
        return
    _record(payment_id=payment_id, outcome=outcome, now=now)


def _record(*, payment_id: UUID, outcome: RailOutcome, now: datetime) -> None:
    """Note what the bank said."""
    match outcome.status:
        case RailStatus.SUCCEEDED:
            _settle(payment_id=payment_id, event=PaymentEvent.SUCCEED, now=now, outcome=outcome)
        case RailStatus.FAILED:
            _settle(payment_id=payment_id, event=PaymentEvent.FAIL, now=now, outcome=outcome)
        case RailStatus.UNKNOWN:
            _settle(payment_id=payment_id, event=PaymentEvent.DOUBT, now=now, outcome=outcome)
        case RailStatus.ACCEPTED:
            pass


def _settle(
    *,
    payment_id: UUID,
    event: PaymentEvent,
    now: datetime,
    outcome: RailOutcome | None = None,
    note: str = "",
) -> None:
    """Apply an outcome to an open payment and tell those above of the end of it."""
    with transaction.atomic():
        payment = lock_row(Payment, pk=payment_id)
        if payment.state not in OPEN_PAYMENTS:
            return
        if outcome is not None:
            asked = Money(payment.amount, payment.currency)
            if event is PaymentEvent.SUCCEED and outcome.amount not in (None, asked):
                event, note = PaymentEvent.DOUBT, f"the bank says {outcome.amount}, not {asked}"
            payment.code = outcome.code
            payment.response_class = outcome.response_class
            payment.bank_reference = outcome.bank_reference or payment.bank_reference
        payment.note = note[:200]
        payment.state = PAYMENT.next(PaymentState(payment.state), event)
        if payment.state == PaymentState.SUCCEEDED:
            payment.settled_at = now
        payment.save()
        if payment.state == PaymentState.SUCCEEDED:
            _tell(payment, "payment.settled", now=now)
        elif payment.state == PaymentState.FAILED:
            _tell(payment, "payment.failed", now=now)


def query_payment(*, payment_id: UUID, asked: int, now: datetime) -> None:
    """Ask the bank what became of a payment; ask again later while nobody knows.

    Does nothing unless exactly `asked` questions went before: another one was quicker.
    """
    with transaction.atomic():
        payment = lock_row(Payment, pk=payment_id)
        in_doubt = payment.state in (PaymentState.SUBMITTED, PaymentState.UNKNOWN)
        if not in_doubt or payment.queries != asked:
            return
        payment.queries += 1
        payment.save(update_fields=["queries"])
        _ask_later(payment, now=now)
    sent_at = _sent_at(payment)
    young = now - sent_at < RESEND_AFTER
    outcome = rail_named(payment.rail).query(reference=payment.reference, sent_at=sent_at)
    if outcome.code == NOT_FOUND_CODE and not young:
        outcome = _send(payment)
    if outcome.status is RailStatus.UNKNOWN and outcome.code and young:
        return  # the bank is still working on it: that is not yet doubt
    _record(payment_id=payment_id, outcome=outcome, now=now)


def receive_notification(
    *, rail_name: str, body: bytes, headers: Mapping[str, str], now: datetime
) -> None:
    """A message from the bank: verified, then answered with a query of our own at once.

    The message only says that there is news; the bank's answer to a query settles a payment.
    Raises ForgedNotification; LookupError for a rail we do not have. News about a reference
    nobody knows, or about a payment that has ended, changes nothing.
    """
    notification = rail_named(rail_name).parse_notification(body=body, headers=headers)
    with transaction.atomic():
        payment = Payment.objects.filter(
            rail=rail_name, reference=notification.reference, state__in=OPEN_PAYMENTS
        ).first()
        if payment is not None:
            _ask(payment, why="notified", now=now, delay=timedelta(0))

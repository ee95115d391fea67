"""Cards, their agreements, and the money that moves through them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from cards.domain.states import OPEN_PAYMENTS, BindingState, CardKind, Direction, PaymentState
from core.fields import CurrencyField, EncryptedTextField
from core.ids import uuid7


class CardBin(models.Model):
    """Which bank issues the cards that begin with these digits. Data, not code."""

    prefix = models.CharField(max_length=10, primary_key=True)
    issuer = models.CharField(max_length=12)
    issuer_zh = models.CharField(max_length=40)
    issuer_en = models.CharField(max_length=60)
    kind = models.CharField(max_length=6, choices=[(k, k) for k in CardKind])
    length = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=list(CardKind)), name="card_bin_kind")
        ]


class VaultedCard(models.Model):
    """The vault: the only place a card number exists, once per number, encrypted for its row."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    pan = EncryptedTextField()
    pan_index = models.CharField(max_length=64, unique=True)
    last4 = models.CharField(max_length=4)
    bin = models.ForeignKey(CardBin, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()


class CardBinding(models.Model):
    """A borrower's agreement (协议) to be paid and debited on a card."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    card = models.ForeignKey(VaultedCard, models.PROTECT, related_name="bindings")
    rail = models.CharField(max_length=20)
    phone = EncryptedTextField()
    identity_fingerprint = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=[(s, s) for s in BindingState])
    is_default = models.BooleanField(default=False)
    reference = models.CharField(max_length=40, unique=True)
    sent_at = models.DateTimeField()
    wrong_codes = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=8, blank=True)
    agreement_no = EncryptedTextField(null=True)
    valid_until = models.DateTimeField(null=True)
    bound_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(BindingState)), name="card_binding_state"
            ),
            models.CheckConstraint(
                condition=~Q(state=BindingState.ACTIVE) | Q(agreement_no__isnull=False),
                name="card_binding_active_has_agreement",
            ),
            models.UniqueConstraint(
                fields=["user", "card"],
                condition=Q(state__in=["PENDING_SMS", "ACTIVE", "SUSPENDED"]),
                name="card_binding_once",
            ),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="card_binding_one_default"
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(state=BindingState.ACTIVE),
                name="card_binding_default_active",
            ),
        ]
        indexes = [models.Index(fields=["user", "state"], name="card_binding_user")]


class BindingHold(models.Model):
    """Why a card may not be unbound: somebody above still needs it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    binding = models.ForeignKey(CardBinding, models.PROTECT, related_name="holds")
    source_type = models.CharField(max_length=30)
    source_id = models.UUIDField()
    placed_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["binding", "source_type", "source_id"],
                condition=Q(released_at__isnull=True),
                name="binding_hold_once",
            )
        ]


class Payment(models.Model):
    """One movement of money through a rail, under one reference for ever."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120, unique=True)
    direction = models.CharField(max_length=3, choices=[(d, d) for d in Direction])
    source_type = models.CharField(max_length=30)
    source_id = models.UUIDField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    binding = models.ForeignKey(CardBinding, models.PROTECT, related_name="payments")
    rail = models.CharField(max_length=20)
    reference = models.CharField(max_length=40, unique=True)
    amount = models.BigIntegerField()
    currency = CurrencyField()
    purpose = models.CharField(max_length=60, blank=True)
    state = models.CharField(max_length=10, choices=[(s, s) for s in PaymentState])
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    queries = models.PositiveIntegerField(default=0)
    code = models.CharField(max_length=8, blank=True)
    response_class = models.CharField(max_length=20, blank=True)
    bank_reference = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PaymentState)), name="payment_state"),
            models.CheckConstraint(
                condition=Q(direction__in=list(Direction)), name="payment_direction"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=Q(state=PaymentState.CREATED) | Q(sent_at__isnull=False),
                name="payment_sent_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["source_type", "source_id"], name="payment_source"),
            models.Index(fields=["user", "-id"], name="payment_user"),
            models.Index(
                fields=["created_at"],
                condition=Q(state__in=list(OPEN_PAYMENTS)),
                name="payment_open",
            ),
        ]

"""Tables of the shared kernel."""

from __future__ import annotations

from django.db import models

from core.ids import uuid7


class BusinessDay(models.Model):
    """The lender's business date: one row. It is not the wall clock; the day close moves it."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    today = models.DateField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="business_day_one")]


class Holiday(models.Model):
    """A day unlike others of its weekday: off, or worked to make up for a day off (调休).

    `every_year` rows are off on their day and month in every year.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    day = models.DateField()
    every_year = models.BooleanField(default=False)
    is_working = models.BooleanField(default=False)
    name = models.CharField(max_length=60)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "every_year"], name="holiday_once"),
            models.CheckConstraint(
                condition=models.Q(every_year=False) | models.Q(is_working=False),
                name="holiday_yearly_is_off",
            ),
        ]


class OutboxEvent(models.Model):
    """Something that happened, committed with the change that made it so."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=60)
    key = models.CharField(max_length=120)
    payload = models.JSONField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "key"], name="outbox_event_once")]


class OutboxDelivery(models.Model):
    """One event owed to one handler. Open until the handler has returned."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    event = models.ForeignKey(OutboxEvent, models.PROTECT, related_name="deliveries")
    handler = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    enqueued_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["event", "handler"], name="outbox_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="outbox_delivery_due",
                condition=models.Q(done_at__isnull=True),
            )
        ]


class IdempotencyRecord(models.Model):
    """The stored answer to one request under a client's Idempotency-Key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    owner = models.UUIDField()
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    locked_until = models.DateTimeField()
    created_at = models.DateTimeField()
    status = models.PositiveSmallIntegerField(null=True)
    # Text, not jsonb, which forgets the order of keys: a replay is the answer to the byte.
    body = models.TextField(default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "key"], name="idempotency_key_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="idempotency_created")]


class AuditRecord(models.Model):
    """Who did or saw what, when and why. Append-only (trigger); later issues chain it."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.CharField(max_length=64)
    action = models.CharField(max_length=60)
    subject = models.CharField(max_length=120)
    reason = models.CharField(max_length=300, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject", "at"], name="audit_subject")]

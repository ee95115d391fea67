"""People and businesses, how they log in, what they agreed to and what they were told."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django_otp.models import CooldownMixin, Device, ThrottlingMixin

from accounts.domain.consents import ConsentKind
from accounts.domain.messages import MessageKind
from accounts.domain.states import IDENTITY, CodePurpose, IdentityState, UserKind
from accounts.domain.throttling import CODE_COOLDOWN
from core.fields import EncryptedTextField
from core.ids import uuid7


def _values(kinds: Iterable[StrEnum]) -> list[str]:
    """Plain strings, so that a migration does not hang on an enum of today."""
    return [kind.value for kind in kinds]


class UserManager(BaseUserManager["User"]):
    """Users are made by operations; Django's helpers that know a user name are not offered."""


class User(AbstractBaseUser, PermissionsMixin):
    """Anybody who can log in, borrower or staff. The phone number is the login.

    A row is made as soon as a code is asked for, so that known and unknown phones are treated
    alike; until `registered_at` it holds no more than the phone's index.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone = EncryptedTextField()
    phone_index = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10, default=UserKind.PERSON.value)
    language = models.CharField(max_length=10, default="zh-hans")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "phone_index"

    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=_values(UserKind)), name="user_kind"),
            models.CheckConstraint(
                condition=Q(is_staff=False) | Q(kind=UserKind.STAFF.value), name="user_staff_kind"
            ),
            models.CheckConstraint(
                condition=Q(is_superuser=False) | Q(is_staff=True), name="user_superuser_is_staff"
            ),
        ]


class Identity(models.Model):
    """Who the person says to be, and whether the bank confirmed it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="identity")
    name = EncryptedTextField()
    id_number = EncryptedTextField()
    id_index = models.CharField(max_length=64, db_index=True)
    birth_date = models.DateField()
    state = models.CharField(max_length=10, default=IDENTITY.initial.value)
    declared_at = models.DateTimeField()
    verified_at = models.DateTimeField(null=True)
    evidence = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=_values(IdentityState)), name="identity_state"
            ),
            models.CheckConstraint(
                condition=Q(state=IdentityState.VERIFIED.value, verified_at__isnull=False)
                | (~Q(state=IdentityState.VERIFIED.value) & Q(verified_at__isnull=True)),
                name="identity_verified_at",
            ),
            # One person, one verified login: a stranger's declaration must not block the owner's.
            models.UniqueConstraint(
                fields=["id_index"],
                condition=Q(state=IdentityState.VERIFIED.value),
                name="identity_verified_once",
            ),
        ]


class Business(models.Model):
    """The small business behind a user; the user's Identity is its representative."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="business")
    legal_name = models.CharField(max_length=200)
    uscc = models.CharField(max_length=18, unique=True)
    state = models.CharField(max_length=10, default=IDENTITY.initial.value)
    verified_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=_values(IdentityState)), name="business_state"
            ),
        ]


class SmsDevice(ThrottlingMixin, CooldownMixin, Device):
    """A phone that receives codes for one purpose. Only a keyed hash of the code is kept.

    The key is an integer because django-otp stores it in the session and reads it back as one.
    `verify_token` stays django-otp's refusal: codes are checked by operations alone.
    """

    purpose = models.CharField(max_length=10)
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    day_started_at = models.DateTimeField(null=True)
    day_count = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "purpose"], name="sms_device_once"),
            models.CheckConstraint(
                condition=Q(purpose__in=_values(CodePurpose)), name="sms_device_purpose"
            ),
        ]

    def get_throttle_factor(self) -> int:
        return 1

    def get_cooldown_duration(self) -> int:
        return int(CODE_COOLDOWN.total_seconds())


class LoginThrottle(models.Model):
    """Failed passwords per phone, registered or not."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone_index = models.CharField(max_length=64, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last_failure_at = models.DateTimeField()


class AccessToken(models.Model):
    """A bearer token of an app; the token itself is not kept. Later bound to a device's key."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="tokens")
    token_hash = models.CharField(max_length=64, unique=True)
    device_id = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)


class ConsentDocument(models.Model):
    """One version of a text to agree to, in both languages. Never altered (trigger)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=30)
    version = models.PositiveIntegerField()
    title_zh = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120)
    body_zh = models.TextField()
    body_en = models.TextField()
    body_hash = models.CharField(max_length=64)
    effective_from = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "version"], name="consent_document_version"),
            models.CheckConstraint(
                condition=Q(kind__in=_values(ConsentKind)), name="consent_document_kind"
            ),
        ]


class Consent(models.Model):
    """That a person agreed to one document. Withdrawal sets `withdrawn_at`, once (trigger)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="consents")
    document = models.ForeignKey(ConsentDocument, models.PROTECT)
    granted_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "document"],
                condition=Q(withdrawn_at__isnull=True),
                name="consent_active_once",
            )
        ]


class InboxMessage(models.Model):
    """Something a person was told; rendered in the reader's language when read."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="messages")
    kind = models.CharField(max_length=30)
    params: models.JSONField[dict[str, Any], dict[str, Any]] = models.JSONField(default=dict)
    key = models.CharField(max_length=120)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    sms_sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="inbox_message_once"),
            models.CheckConstraint(
                condition=Q(kind__in=_values(MessageKind)), name="inbox_message_kind"
            ),
        ]
        indexes = [models.Index(fields=["user", "-id"], name="inbox_message_page")]

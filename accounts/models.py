"""People and businesses."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from core.fields import EncryptedTextField
from core.ids import uuid7


class UserManager(BaseUserManager["User"]):
    """Users are made by operations; Django's helpers that know a user name are not offered."""


class User(AbstractBaseUser, PermissionsMixin):
    """Anybody who can log in, borrower or staff. The phone number is the login."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    phone = EncryptedTextField()
    phone_index = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=10)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    registered_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "phone_index"

    objects = UserManager()

"""How Django's `authenticate` knows people: by phone and password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest

from accounts.models import User
from accounts.operations import login_with_password
from core.clock import now
from core.errors import KadaiError


class PhoneBackend(ModelBackend):
    """Phone and password, with the operation's waits; permissions come from groups."""

    def authenticate(
        self,
        request: HttpRequest | None,
        username: str | None = None,
        password: str | None = None,
        phone: str | None = None,
        **kwargs: Any,
    ) -> User | None:
        """The user, or None for a wrong pair, an unknown phone and a wait that lasts, alike.

        `username` is what Django's own forms call the phone.
        """
        number = phone or username
        if not number or password is None:
            return None
        try:
            user_id = login_with_password(phone=number, password=password, now=now())
        except KadaiError:
            return None
        return User.objects.get(pk=user_id)

"""The lender's own people."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain.states import Role, UserKind
from accounts.operations.phones import ensure_by_phone, read_phone
from accounts.operations.registration import password_faults
from core.audit import record
from core.errors import Conflict, InvalidInput


def create_staff(*, phone: str, password: str, roles: Collection[str], now: datetime) -> UUID:
    """Open an account for somebody who works in the console, with these roles.

    Raises InvalidInput (`phone`, `password`, `roles`), Conflict (`phone-registered`).
    """
    number = read_phone(phone)
    faults = password_faults(password)
    if faults:
        raise InvalidInput(fields={"password": faults})
    if not roles or not set(roles) <= set(Role):
        names = ", ".join(Role)
        raise InvalidInput.field("roles", _("Choose from: %(roles)s.") % {"roles": names})
    hashed = make_password(password)
    with transaction.atomic():
        user = ensure_by_phone(number=number, now=now)
        if user.registered_at is not None:
            text = _("This phone number is registered already.")
            raise Conflict(code="phone-registered", message=text, fields={"phone": [text]})
        user.phone, user.kind, user.is_staff = number, UserKind.STAFF, True
        user.password, user.registered_at = hashed, now
        user.save()
        for role in sorted(set(roles)):
            group, _created = Group.objects.get_or_create(name=role)
            user.groups.add(group)
        data = {"roles": sorted(set(roles))}
        subject = f"user:{user.pk}"
        record(actor="system", action="staff.created", subject=subject, now=now, data=data)
    return user.pk

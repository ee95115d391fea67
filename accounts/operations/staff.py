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
from accounts.models import User
from accounts.operations.phones import ensure_by_phone, read_phone
from accounts.operations.registration import password_faults
from core.audit import record
from core.errors import Conflict, Forbidden, InvalidInput, NotFound
from core.locks import lock_row


def _check_roles(roles: Collection[str]) -> None:
    if not roles or not set(roles) <= set(Role):
        names = ", ".join(Role)
        raise InvalidInput.field("roles", _("Choose from: %(roles)s.") % {"roles": names})


def _set_roles(user: User, roles: Collection[str]) -> None:
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in sorted(set(roles))])


def create_staff(
    *,
    phone: str,
    password: str,
    roles: Collection[str],
    now: datetime,
    actor: str = "system",
) -> UUID:
    """Open an account for somebody who works in the console, with these roles.

    `actor` is the id of the administrator who does it, or "system" on the command line.
    Raises InvalidInput (`phone`, `password`, `roles`), Conflict (`phone-registered`).
    """
    number = read_phone(phone)
    faults = password_faults(password)
    if faults:
        raise InvalidInput(fields={"password": faults})
    _check_roles(roles)
    hashed = make_password(password)
    with transaction.atomic():
        user = ensure_by_phone(number=number, now=now)
        if user.registered_at is not None:
            text = _("This phone number is registered already.")
            raise Conflict(code="phone-registered", message=text, fields={"phone": [text]})
        user.phone, user.kind, user.is_staff = number, UserKind.STAFF, True
        user.password, user.registered_at = hashed, now
        user.save()
        _set_roles(user, roles)
        data = {"roles": sorted(set(roles))}
        subject = f"user:{user.pk}"
        record(actor=actor, action="staff.created", subject=subject, now=now, data=data)
    return user.pk


@transaction.atomic
def change_staff(
    *, user_id: UUID, roles: Collection[str], is_active: bool, actor_id: UUID, now: datetime
) -> None:
    """Give a colleague other roles, or close or reopen the account; both hold at once.

    Raises NotFound, InvalidInput (`roles`), Forbidden ("own-account": nobody gives themselves
    rights, or takes away the last administrator by closing their own account).
    """
    _check_roles(roles)
    if user_id == actor_id:
        raise Forbidden(code="own-account", message=_("Nobody changes their own roles."))
    user = lock_row(User, pk=user_id)
    if user.kind != UserKind.STAFF:
        raise NotFound
    before = {
        "roles": sorted(user.groups.values_list("name", flat=True)),
        "is_active": user.is_active,
    }
    after = {"roles": sorted(set(roles)), "is_active": is_active}
    if before == after:
        return
    user.is_active = is_active
    user.save()
    _set_roles(user, roles)
    record(
        actor=str(actor_id),
        action="staff.changed",
        subject=f"user:{user.pk}",
        now=now,
        data={"before": before, "after": after},
    )

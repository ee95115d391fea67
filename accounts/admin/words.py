"""Kinds, states and roles by their names for people."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.domain.roles import ROLE_NAMES
from accounts.domain.states import IdentityState, UserKind
from core.console.columns import State

KINDS: Final = {
    UserKind.PERSON.value: _("Person"),
    UserKind.BUSINESS.value: _("Business"),
    UserKind.STAFF.value: _("Staff"),
}
IDENTITY_STATES: Final = {
    IdentityState.DECLARED.value: State(_("Declared"), "warning"),
    IdentityState.VERIFIED.value: State(_("Verified"), "success"),
    IdentityState.REJECTED.value: State(_("Rejected"), "danger"),
}
#: Roles as Django knows them, by the names of the groups.
ROLE_TEXTS: Final = {role.value: _(name) for role, name in ROLE_NAMES.items()}

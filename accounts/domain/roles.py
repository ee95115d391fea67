"""How the roles of the staff are called: message ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from accounts.domain.states import Role
from core.texts import gettext_noop

ROLE_NAMES: Final[Mapping[Role, str]] = {
    Role.OFFICER: gettext_noop("Credit officer"),
    Role.SENIOR_OFFICER: gettext_noop("Senior credit officer"),
    Role.FINANCE: gettext_noop("Finance"),
    Role.AUDITOR: gettext_noop("Auditor"),
    Role.ADMINISTRATOR: gettext_noop("Administrator"),
}

"""Showing a borrower's data in the clear: rarely, with a reason, and never unseen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain.states import BorrowerKind
from accounts.models import Identity, User
from core import audit
from core.errors import InvalidInput, NotFound

#: Shorter is no reason; longer does not fit the audit line.
MIN_REASON: Final = 8
MAX_REASON: Final = 300


@dataclass(frozen=True, slots=True)
class Revealed:
    """In the clear: show it once, keep it nowhere."""

    name: str
    phone: str
    id_number: str

    def __repr__(self) -> str:
        return "Revealed(…)"


@transaction.atomic
def reveal_borrower(*, user_id: UUID, actor_id: UUID, reason: str, now: datetime) -> Revealed:
    """A borrower's name, phone and ID number, with the audit line that says who saw them and why.

    Raises NotFound, InvalidInput (`reason`: 8 to 300 characters).
    """
    why = " ".join(reason.split())
    if not MIN_REASON <= len(why) <= MAX_REASON:
        raise InvalidInput.field("reason", _("Say in 8 to 300 characters why you need it."))
    user = User.objects.filter(
        pk=user_id, registered_at__isnull=False, kind__in=list(BorrowerKind)
    ).first()
    if user is None:
        raise NotFound
    identity = Identity.objects.filter(user=user).first()
    audit.record(
        actor=str(actor_id),
        action="borrower.revealed",
        subject=f"user:{user.pk}",
        now=now,
        reason=why,
        data={"fields": ["name", "phone", "id_number"] if identity else ["phone"]},
    )
    return Revealed(
        name=(identity.name or "") if identity else "",
        phone=user.phone or "",
        id_number=(identity.id_number or "") if identity else "",
    )

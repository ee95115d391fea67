"""Access tokens of apps."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from accounts.domain.states import UserKind
from accounts.models import AccessToken, User
from core.crypto import token_hash
from core.errors import Forbidden, NotFound
from core.locks import lock_row

LIFETIME: Final = timedelta(days=30)
#: Live tokens of one person; the oldest gives way.
MAX_LIVE: Final = 20
#: The last use is noted no more often than this.
COARSE: Final = timedelta(hours=1)
PREFIX: Final = "kadai_"
_MAX_LENGTH: Final = 100


@dataclass(frozen=True)
class TokenHolder:
    """Whose token it is."""

    user: User
    token_id: UUID


def issue_token(*, user_id: UUID, now: datetime) -> str:
    """A new token for a borrower's app, shown this once. Raises Forbidden for staff, NotFound."""
    token = PREFIX + secrets.token_urlsafe(32)
    with transaction.atomic():
        user = lock_row(User, pk=user_id)
        if user.kind == UserKind.STAFF or not user.is_active or user.registered_at is None:
            raise Forbidden
        live = AccessToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=now)
        surplus = live.order_by("-id").values_list("pk", flat=True)[MAX_LIVE - 1 :]
        AccessToken.objects.filter(pk__in=list(surplus)).update(revoked_at=now)
        AccessToken.objects.create(
            user=user,
            token_hash=token_hash(token=token),
            created_at=now,
            expires_at=now + LIFETIME,
        )
    return token


def use_token(*, token: str, now: datetime) -> TokenHolder | None:
    """Who holds a token; None if it was never issued, has expired, or was revoked."""
    if not token.startswith(PREFIX) or len(token) > _MAX_LENGTH:
        return None
    row = (
        AccessToken.objects.select_related("user")
        .filter(
            token_hash=token_hash(token=token),
            revoked_at__isnull=True,
            expires_at__gt=now,
            user__is_active=True,
        )
        .first()
    )
    if row is None:
        return None
    if row.last_used_at is None or now - row.last_used_at >= COARSE:
        AccessToken.objects.filter(pk=row.pk).update(last_used_at=now)
    return TokenHolder(user=row.user, token_id=row.pk)


def revoke_token(*, user_id: UUID, token_id: UUID, now: datetime) -> None:
    """End one token of a user; ending it again changes nothing. Raises NotFound."""
    tokens = AccessToken.objects.filter(pk=token_id, user_id=user_id)
    if not tokens.filter(revoked_at__isnull=True).update(revoked_at=now) and not tokens.exists():
        raise NotFound

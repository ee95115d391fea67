"""Agreeing to a text, and taking it back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from accounts.domain.consents import LABELS, ConsentKind
from accounts.models import Consent, ConsentDocument, User
from accounts.queries import current_documents, missing_consents
from core.audit import record
from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.locks import lock_row


@dataclass(frozen=True)
class ShownDocument:
    """What was on the screen when the person agreed."""

    document_id: UUID
    body_hash: str


def _check_shown(*, shown: Sequence[ShownDocument], now: datetime) -> list[ConsentDocument]:
    """The rows of what was shown. Raises InvalidInput, Conflict (`document-changed`)."""
    current = {row.pk: row for row in current_documents(now=now).values()}
    if not shown or len(shown) > len(ConsentKind):
        raise InvalidInput.field("documents", _("Choose what you agree to."))
    rows = []
    for item in shown:
        row = current.get(item.document_id)
        if row is None or not constant_time_compare(row.body_hash, item.body_hash):
            raise Conflict(
                code="document-changed",
                message=_("The text has changed. Please read the new one and agree again."),
            )
        rows.append(row)
    return rows


def grant_consents(
    *, user_id: UUID, shown: Sequence[ShownDocument], now: datetime
) -> tuple[UUID, ...]:
    """Record that the person agreed to exactly these texts; returns the consents' ids.

    What stands already stays as it is, so the same call may be repeated. Raises InvalidInput
    (`documents`), Conflict (`document-changed`: not the text in effect), NotFound.
    """
    documents = _check_shown(shown=shown, now=now)
    ids: list[UUID] = []
    with transaction.atomic():
        lock_row(User, pk=user_id)
        for document in documents:
            consent, created = Consent.objects.get_or_create(
                user_id=user_id,
                document=document,
                withdrawn_at=None,
                defaults={"granted_at": now},
            )
            ids.append(consent.pk)
            if created:
                record(
                    actor=str(user_id),
                    action="consent.granted",
                    subject=f"consent:{consent.pk}",
                    now=now,
                    data={"kind": document.kind, "body_hash": document.body_hash},
                )
    return tuple(ids)


def withdraw_consent(*, user_id: UUID, consent_id: UUID, now: datetime) -> None:
    """End a consent from now on; ending it again changes nothing. Raises NotFound."""
    with transaction.atomic():
        consent = Consent.objects.select_for_update().filter(pk=consent_id, user=user_id).first()
        if consent is None:
            raise NotFound
        if consent.withdrawn_at is not None:
            return
        consent.withdrawn_at = now
        consent.save(update_fields=["withdrawn_at"])
        subject = f"consent:{consent_id}"
        record(actor=str(user_id), action="consent.withdrawn", subject=subject, now=now)


def require_consents(*, user_id: UUID, kinds: Iterable[ConsentKind]) -> None:
    """Raise Refused (`consent-missing`, a field per missing kind) unless all of `kinds` stand."""
    missing = missing_consents(user_id=user_id, kinds=kinds)
    if missing:
        raise Refused(
            code="consent-missing",
            message=_("Your consent is needed for this step."),
            fields={kind.value: [_(LABELS[kind])] for kind in missing},
        )

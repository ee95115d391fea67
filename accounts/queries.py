"""What others may know about people. Personal data leaves masked, except the four factors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from accounts.domain.consents import LABELS, ConsentKind
from accounts.domain.idnumbers import age_on
from accounts.domain.messages import TEXTS, MessageKind
from accounts.domain.names import mask_name
from accounts.domain.phones import mask_phone
from accounts.domain.states import BorrowerKind, CodePurpose, IdentityState
from accounts.models import Consent, ConsentDocument, Identity, InboxMessage, SmsDevice, User
from core.crypto import blind_index
from core.errors import NotFound, Refused

PAGE: Final = 20
MAX_PAGE: Final = 100


@dataclass(frozen=True)
class Borrower:
    """A registered borrower, as everybody but the bank sees them."""

    id: UUID
    kind: BorrowerKind
    phone_masked: str
    name_masked: str
    identity_state: IdentityState | None
    birth_date: date | None
    legal_name: str
    created_at: datetime

    def age_on(self, as_of: date) -> int | None:
        """Completed years, None before the identity was declared."""
        if self.birth_date is None:
            return None
        return age_on(birth_date=self.birth_date, as_of=as_of)


@dataclass(frozen=True)
class FourFactors:
    """What the bank compares, in the clear; the fourth is the card. Never log or print it.

    `fingerprint` says which declaration the bank was asked about.
    """

    name: str
    id_number: str
    phone: str
    fingerprint: str

    def __repr__(self) -> str:
        return "FourFactors(…)"


@dataclass(frozen=True)
class Document:
    """A consent text in one language. `body_hash` covers all languages of the version."""

    id: UUID
    kind: ConsentKind
    version: int
    title: str
    body: str
    body_hash: str
    effective_from: datetime


@dataclass(frozen=True)
class ConsentGiven:
    """A consent and, once withdrawn, since when."""

    id: UUID
    kind: ConsentKind
    title: str
    version: int
    document_id: UUID
    granted_at: datetime
    withdrawn_at: datetime | None


@dataclass(frozen=True)
class Message:
    """An inbox message in the reader's language."""

    id: UUID
    kind: MessageKind
    title: str
    body: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True)
class MessagePage:
    """Newest first; `before` fetches the next page, None on the last."""

    items: tuple[Message, ...]
    before: UUID | None


def get_user(*, user_id: UUID) -> User:
    """The row that Django's `login` takes. Raises NotFound for nobody and for the unregistered."""
    user = User.objects.filter(pk=user_id, is_active=True, registered_at__isnull=False).first()
    if user is None:
        raise NotFound
    return user


def phone_index(number: str) -> str:
    """How a phone number (eleven digits) is looked up."""
    return blind_index(text=number, purpose="phone")


def find_user_id(*, phone: str) -> UUID | None:
    """Who registered with a phone number of eleven digits."""
    rows = User.objects.filter(phone_index=phone_index(phone), registered_at__isnull=False)
    return rows.values_list("pk", flat=True).first()


def passed_console(*, user: object) -> bool:
    """Whether the session's second factor (django-otp sets it) is the console's own."""
    device = getattr(user, "otp_device", None)
    return isinstance(device, SmsDevice) and device.purpose == CodePurpose.CONSOLE


def get_borrower(*, user_id: UUID) -> Borrower:
    """One registered borrower. Raises NotFound, for staff too."""
    user = (
        User.objects.select_related("identity", "business")
        .filter(pk=user_id, registered_at__isnull=False, kind__in=list(BorrowerKind))
        .first()
    )
    if user is None:
        raise NotFound
    identity = getattr(user, "identity", None)
    business = getattr(user, "business", None)
    return Borrower(
        id=user.pk,
        kind=BorrowerKind(user.kind),
        phone_masked=mask_phone(user.phone or ""),
        name_masked=mask_name(identity.name) if identity else "",
        identity_state=IdentityState(identity.state) if identity else None,
        birth_date=identity.birth_date if identity else None,
        legal_name=business.legal_name if business else "",
        created_at=user.registered_at or user.created_at,
    )


def identity_fingerprint(*, name: str, id_number: str) -> str:
    """A keyed hash of one declaration."""
    return blind_index(text=f"{name}\x00{id_number}", purpose="identity-fingerprint")


def get_four_factors(*, user_id: UUID) -> FourFactors:
    """Name, number and login phone for the bank. Raises Refused (`identity-missing`)."""
    identity = (
        Identity.objects.select_related("user")
        .filter(user_id=user_id)
        .exclude(state=IdentityState.REJECTED)
        .first()
    )
    if identity is None:
        raise Refused(
            code="identity-missing", message=_("Please tell us your name and ID number first.")
        )
    name, id_number = identity.name or "", identity.id_number or ""
    return FourFactors(
        name=name,
        id_number=id_number,
        phone=identity.user.phone or "",
        fingerprint=identity_fingerprint(name=name, id_number=id_number),
    )


def current_documents(*, now: datetime) -> dict[ConsentKind, ConsentDocument]:
    """The version of each text that is in effect, in the order of the kinds."""
    rows = (
        ConsentDocument.objects.filter(effective_from__lte=now)
        .order_by("kind", "-version")
        .distinct("kind")
    )
    found = {ConsentKind(row.kind): row for row in rows}
    return {kind: found[kind] for kind in ConsentKind if kind in found}


def list_documents(*, language: str, now: datetime) -> tuple[Document, ...]:
    """The texts in effect, in English for "en…" and in Chinese otherwise."""
    english = language.lower().startswith("en")
    return tuple(
        Document(
            id=row.pk,
            kind=kind,
            version=row.version,
            title=row.title_en if english else row.title_zh,
            body=row.body_en if english else row.body_zh,
            body_hash=row.body_hash,
            effective_from=row.effective_from,
        )
        for kind, row in current_documents(now=now).items()
    )


def select_consents(*, user_id: UUID) -> QuerySet[Consent]:
    """Somebody's consents, for a paged list."""
    return Consent.objects.filter(user_id=user_id).select_related("document").order_by("-id")


def as_consent(row: Consent) -> ConsentGiven:
    """A row for showing, in the reader's language."""
    kind = ConsentKind(row.document.kind)
    return ConsentGiven(
        id=row.pk,
        kind=kind,
        title=gettext(LABELS[kind]),
        version=row.document.version,
        document_id=row.document_id,
        granted_at=row.granted_at,
        withdrawn_at=row.withdrawn_at,
    )


def get_consents(*, user_id: UUID, ids: Iterable[UUID]) -> tuple[ConsentGiven, ...]:
    """Those of somebody's consents with these ids, newest first."""
    return tuple(as_consent(row) for row in select_consents(user_id=user_id).filter(pk__in=ids))


def list_consents(*, user_id: UUID) -> tuple[ConsentGiven, ...]:
    """The newest consents, withdrawn ones included; at most MAX_PAGE."""
    return tuple(as_consent(row) for row in select_consents(user_id=user_id)[:MAX_PAGE])


def missing_consents(*, user_id: UUID, kinds: Iterable[ConsentKind]) -> tuple[ConsentKind, ...]:
    """Those of `kinds` that the person has not given, or has withdrawn since.

    A consent stands for the version that was shown; a text of wider scope is another kind.
    """
    given = set(
        Consent.objects.filter(user_id=user_id, withdrawn_at__isnull=True).values_list(
            "document__kind", flat=True
        )
    )
    return tuple(kind for kind in kinds if kind not in given)


def _shown(params: dict[str, str]) -> dict[str, str]:
    """Dates as the reader's language writes them; in English, names that have an English form."""
    english = (get_language() or "").startswith("en")
    return {
        name: date_format(date.fromisoformat(value))
        if name.endswith("_date")
        else (params.get(f"{name}_en", value) if english else value)
        for name, value in params.items()
    }


def as_message(row: InboxMessage) -> Message:
    """A row for showing, in the language that is active now."""
    kind = MessageKind(row.kind)
    words = _shown(row.params)
    return Message(
        id=row.pk,
        kind=kind,
        title=gettext(TEXTS[kind].title) % words,
        body=gettext(TEXTS[kind].body) % words,
        created_at=row.created_at,
        read_at=row.read_at,
    )


def select_messages(*, user_id: UUID) -> QuerySet[InboxMessage]:
    """Somebody's inbox, for a paged list."""
    return InboxMessage.objects.filter(user_id=user_id).order_by("-id")


def list_messages(*, user_id: UUID, before: UUID | None = None, limit: int = PAGE) -> MessagePage:
    """One page of the inbox, newest first; `limit` is at most MAX_PAGE."""
    size = max(1, min(limit, MAX_PAGE))
    rows = select_messages(user_id=user_id)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: size + 1])
    items = tuple(as_message(row) for row in found[:size])
    return MessagePage(items=items, before=items[-1].id if len(found) > size else None)


def unread_count(*, user_id: UUID) -> int:
    """Messages not yet read; counts no further than MAX_PAGE."""
    unread = InboxMessage.objects.filter(user_id=user_id, read_at__isnull=True)
    return unread[:MAX_PAGE].count()

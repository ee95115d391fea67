"""Entries with their lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db.models import Q

from core.errors import NotFound
from core.money import Money
from lending.ledger.domain import AccountCode, Posting
from lending.ledger.models import Entry, Line

MAX_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry as it was posted."""

    id: UUID
    source_type: str
    source_id: UUID
    event: str
    business_date: date
    created_at: datetime
    note: str
    book: str
    reverses: UUID | None
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPage:
    """Newest first. `next` is the `before` of the following page, None on the last."""

    entries: tuple[EntryView, ...]
    next: UUID | None


def get_entry(*, entry_id: UUID) -> EntryView:
    """One entry. Raises NotFound."""
    entry = Entry.objects.filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    return _views([entry])[0]


def find_entry(*, source_type: str, source_id: UUID, event: str) -> EntryView | None:
    """The entry with this key, if it was posted."""
    rows = Entry.objects.filter(source_type=source_type, source_id=source_id, event=event)
    views = _views(list(rows))
    return views[0] if views else None


def list_entries(
    *,
    before: UUID | None = None,
    limit: int = 20,
    source_id: UUID | None = None,
    loan_id: UUID | None = None,
) -> EntryPage:
    """A page of at most MAX_PAGE entries, newest first, older than the entry `before`.

    Narrowed to one source, or to entries with a line of one loan; then they come without the
    lines of other loans: the entry of a day close has thousands.
    """
    size = max(1, min(limit, MAX_PAGE))
    rows = Entry.objects.order_by("-pk")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    if source_id is not None:
        rows = rows.filter(source_id=source_id)
    if loan_id is not None:
        rows = rows.filter(pk__in=Line.objects.filter(subject=loan_id).values("entry"))
    found = list(rows[: size + 1])
    page = found[:size]
    return EntryPage(entries=_views(page, loan_id), next=page[-1].pk if len(found) > size else None)


def get_postings(
    *, entry_ids: Iterable[UUID], loan_id: UUID | None = None
) -> dict[UUID, tuple[Posting, ...]]:
    """The lines of entries, in the order they were posted; without those of other loans."""
    lines = Line.objects.filter(entry__in=list(entry_ids)).order_by("pk")
    if loan_id is not None:
        lines = lines.filter(Q(subject=loan_id) | Q(subject__isnull=True))
    by_entry: defaultdict[UUID, list[Posting]] = defaultdict(list)
    for entry_id, code, amount, currency, subject in lines.values_list(
        "entry_id", "account__code", "amount", "currency", "subject"
    ):
        by_entry[entry_id].append(Posting(AccountCode(code), Money(amount, currency), subject))
    return {entry_id: tuple(postings) for entry_id, postings in by_entry.items()}


def _views(entries: list[Entry], loan_id: UUID | None = None) -> tuple[EntryView, ...]:
    postings = get_postings(entry_ids=[entry.pk for entry in entries], loan_id=loan_id)
    return tuple(
        EntryView(
            id=entry.pk,
            source_type=entry.source_type,
            source_id=entry.source_id,
            event=entry.event,
            business_date=entry.business_date,
            created_at=entry.created_at,
            note=entry.note,
            book=entry.book,
            reverses=entry.reverses_id,
            postings=postings.get(entry.pk, ()),
        )
        for entry in entries
    )

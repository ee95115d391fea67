"""Posting to the books. The only way in; nothing ever leaves.

An entry's key is (source_type, source_id, event). Posting is set-based, takes the keys in one
order and lets the unique index decide races, so it needs no locks and no retries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from core.ids import uuid7
from lending.ledger.domain import (
    CHART,
    AccountCode,
    EntryRequest,
    Posting,
    mirror,
    same_lines,
)
from lending.ledger.models import Account, Entry, Line
from lending.ledger.queries import get_entry, get_postings

#: Entries in one call; a day close posts in slices of this.
MAX_BATCH: Final = 5000
_ROWS_PER_INSERT: Final = 1000
_REVERSED: Final = ".reversed"

Key = tuple[str, UUID, str]


class LedgerConflict(Conflict):
    """The entry exists with other lines, or cannot be reversed."""

    code = "ledger-conflict"
    message = _("This was booked before with different figures.")


def post_entry(
    *,
    source_type: str,
    source_id: UUID,
    event: str,
    business_date: date,
    postings: Sequence[Posting],
    now: datetime,
    note: str = "",
    book: str = "",
) -> UUID:
    """Post one entry and return its id; the same key with the same lines returns the first one's.

    `business_date` is the open business date. Raises LedgerConflict for the key with other lines,
    InvalidPostingsError for lines that are no entry.
    """
    request = EntryRequest(
        source_type=source_type,
        source_id=source_id,
        event=event,
        business_date=business_date,
        postings=tuple(postings),
        note=note,
        book=book,
    )
    request.check()
    return _post_one(request, now=now)


def post_entries(*, entries: Sequence[EntryRequest], now: datetime) -> tuple[UUID, ...]:
    """Post up to MAX_BATCH entries, all or none; their ids in the given order.

    Idempotent entry by entry, like `post_entry`, and raises the same.
    """
    if len(entries) > MAX_BATCH:
        raise ValueError(f"{len(entries)} entries in one batch")
    wanted = _by_key(entries)
    with transaction.atomic():
        known = _insert(wanted, now)
    return tuple(known[entry.key] for entry in entries)


def reverse_entry(*, entry_id: UUID, business_date: date, now: datetime, note: str = "") -> UUID:
    """Post the mirror of an entry on `business_date` and return its id; twice gives the first one.

    Raises NotFound, and LedgerConflict for a reversal: what was reversed wrongly is posted anew.
    """
    original = get_entry(entry_id=entry_id)
    if original.reverses is not None:
        raise LedgerConflict(
            code="ledger-reversal", message=_("A reversal cannot itself be reversed.")
        )
    request = EntryRequest(
        source_type=original.source_type,
        source_id=original.source_id,
        event=original.event + _REVERSED,
        business_date=business_date,
        postings=mirror(postings=original.postings),
        note=note,
        book=original.book,
    )
    request.check()
    return _post_one(request, now=now, reverses=entry_id)


#: What a close of day has moved, by account and book; days before were rolled up in their turn.
_ROLL_UP: Final = """
INSERT INTO ledger_daybalance (business_date, book, account_id, debits, credits)
SELECT entry.business_date, entry.book, line.account_id,
       COALESCE(sum(line.amount) FILTER (WHERE line.amount > 0), 0),
       COALESCE(-sum(line.amount) FILTER (WHERE line.amount < 0), 0)
FROM ledger_entry entry JOIN ledger_line line ON line.entry_id = entry.id
WHERE entry.business_date <= %(day)s
    AND entry.business_date > COALESCE((SELECT max(business_date) FROM ledger_daybalance), '-infinity')
GROUP BY entry.business_date, entry.book, line.account_id
ON CONFLICT DO NOTHING"""


def roll_up(*, through: date) -> int:
    """Sum up every business date that is over, up to `through`. Repeating adds nothing.

    Returns how many sums are new. Call it once the date has moved: nothing is posted to a day then.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ROLL_UP, {"day": through})
        return int(cursor.rowcount)


def _by_key(entries: Iterable[EntryRequest]) -> dict[Key, EntryRequest]:
    """Check the entries and collapse repeats, in key order (two batches cannot deadlock)."""
    wanted: dict[Key, EntryRequest] = {}
    for entry in entries:
        entry.check()
        first = wanted.setdefault(entry.key, entry)
        if not same_lines(one=first.postings, other=entry.postings):
            raise LedgerConflict
    return dict(sorted(wanted.items()))


#: One round trip, and in autocommit one transaction (migration 0004).
_POST_ENTRY: Final = """
SELECT ledger_post_entry(%s, %s, %s, %s, %s, %s, %s, %s, %s,
                         %s::text[], %s::text[], %s::bigint[], %s::uuid[])"""


def _post_one(entry: EntryRequest, *, now: datetime, reverses: UUID | None = None) -> UUID:
    """Insert a checked entry unless its key is there: then compare. Its id."""
    entry_id = uuid7()
    answer = _call_post_entry(entry_id, entry, now, reverses)
    if answer == "accounts":
        _accounts({posting.amount.currency for posting in entry.postings})
        answer = _call_post_entry(entry_id, entry, now, reverses)
    return entry_id if answer == "posted" else _compare({entry.key: entry})[entry.key]


def _call_post_entry(
    entry_id: UUID, entry: EntryRequest, now: datetime, reverses: UUID | None
) -> str:
    head = (*entry.key, entry.business_date, now, entry.note, entry.book, reverses)
    lines = (
        [str(posting.account) for posting in entry.postings],
        [posting.amount.currency for posting in entry.postings],
        [posting.amount.minor for posting in entry.postings],
        [posting.loan_id for posting in entry.postings],
    )
    with connection.cursor() as cursor:
        cursor.execute(_POST_ENTRY, [entry_id, *head, *lines])
        return str(cursor.fetchone()[0])


def _insert(wanted: Mapping[Key, EntryRequest], now: datetime) -> dict[Key, UUID]:
    """Insert what is not there yet, compare what is; ids by key."""
    fresh = {
        key: Entry(
            id=uuid7(),
            source_type=key[0],
            source_id=key[1],
            event=key[2],
            business_date=entry.business_date,
            created_at=now,
            note=entry.note,
            book=entry.book,
            line_count=len(entry.postings),
        )
        for key, entry in wanted.items()
    }
    Entry.objects.bulk_create(fresh.values(), batch_size=_ROWS_PER_INSERT, ignore_conflicts=True)
    ids = [entry.id for entry in fresh.values()]
    posted = set(Entry.objects.filter(pk__in=ids).values_list("pk", flat=True))
    accounts = _accounts({p.amount.currency for e in wanted.values() for p in e.postings})
    Line.objects.bulk_create(
        (
            Line(
                entry_id=entry.id,
                account_id=accounts[posting.account, posting.amount.currency],
                amount=posting.amount.minor,
                currency=posting.amount.currency,
                subject=posting.loan_id,
            )
            for key, entry in fresh.items()
            if entry.id in posted
            for posting in wanted[key].postings
        ),
        batch_size=_ROWS_PER_INSERT,
    )
    known = {key: entry.id for key, entry in fresh.items() if entry.id in posted}
    before = {key: entry for key, entry in wanted.items() if key not in known}
    return known | _compare(before)


def _compare(requests: Mapping[Key, EntryRequest]) -> dict[Key, UUID]:
    """The ids of entries posted before. Raises LedgerConflict when one has other lines."""
    if not requests:
        return {}
    rows = Entry.objects.filter(source_id__in={key[1] for key in requests})
    found = {
        (source_type, source_id, event): entry_id
        for entry_id, source_type, source_id, event in rows.values_list(
            "pk", "source_type", "source_id", "event"
        ).iterator()
        if (source_type, source_id, event) in requests
    }
    lines = get_postings(entry_ids=found.values())
    for key, request in requests.items():
        if key not in found or not same_lines(one=lines[found[key]], other=request.postings):
            raise LedgerConflict
    return found


def _accounts(currencies: set[str]) -> dict[tuple[AccountCode, str], UUID]:
    """Account ids by code and currency; opens the chart of a currency at its first use."""
    accounts = _read_accounts(currencies)
    missing = [
        Account(code=row.code, currency=currency, type=row.type)
        for currency in sorted(currencies)
        for row in CHART.values()
        if (row.code, currency) not in accounts
    ]
    if not missing:
        return accounts
    Account.objects.bulk_create(missing, ignore_conflicts=True)
    return _read_accounts(currencies)


def _read_accounts(currencies: set[str]) -> dict[tuple[AccountCode, str], UUID]:
    rows = Account.objects.filter(currency__in=currencies)
    return {
        (AccountCode(code), currency): account_id
        for account_id, code, currency in rows.values_list("pk", "code", "currency")
    }

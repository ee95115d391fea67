"""The one way to take row locks: whole rows, in primary-key order, inside a transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar
from uuid import UUID

from django.db import connection, models

from core.errors import NotFound

M = TypeVar("M", bound=models.Model)

#: More rows than this in one lock is a design error.
MAX_LOCKED = 1000


def lock_rows(model: type[M], *, ids: Iterable[UUID]) -> dict[UUID, M]:
    """Lock rows in key order and return them by id. Raises NotFound if one is gone.

    FOR NO KEY UPDATE, the lock an UPDATE takes: a row that merely refers to one of these can be
    inserted meanwhile. FOR UPDATE would make every foreign key a lock taken in no order at all.
    """
    wanted = sorted(set(ids))
    if len(wanted) > MAX_LOCKED:
        raise ValueError(f"{len(wanted)} rows in one lock")
    rows = model._default_manager.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted)
    locked = {row.pk: row for row in rows.order_by("pk")}
    if len(locked) != len(wanted):
        raise NotFound
    return locked


def lock_row(model: type[M], *, pk: UUID) -> M:
    """Lock one row. Raises NotFound."""
    return lock_rows(model, ids=[pk])[pk]


def lock_name(*, name: str) -> None:
    """Hold an advisory lock on a name until the transaction ends (for rows not yet there)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


def share_name(*, name: str) -> None:
    """Keep others from `lock_name` of this name until the transaction ends; many may at once.

    First come, first served: who shares after somebody wanted it whole waits for that one. A row
    lock does not queue like this: sharers that overlap keep the other out for ever.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))", [name])

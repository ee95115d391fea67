"""The book cut into ranges of loan ids, and slices of them: pieces that a worker can do at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final
from uuid import UUID

from django.db import connection

#: Before the first id and after the last.
FIRST: Final = UUID(int=0)
LAST: Final = UUID(int=2**128 - 1)

_CUTS: Final = """
SELECT id, number FROM (
    SELECT id, row_number() OVER (ORDER BY id) AS number FROM loans_loan WHERE status = 'ACTIVE'
) numbered WHERE number %% %(size)s = 0 ORDER BY id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """What one slice did. `upto` is the last id it looked at, None once its range is done."""

    upto: UUID | None
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Loans with `after` < id <= `last`."""

    after: UUID
    last: UUID


def cut_book(*, size: int) -> tuple[Range, ...]:
    """Ranges of `size` active loans each, without gaps; the last one takes what is new."""
    with connection.cursor() as cursor:
        cursor.execute(_CUTS, {"size": size})
        cuts = [row[0] for row in cursor.fetchall()]
    ends = [FIRST, *cuts, LAST]
    return tuple(Range(after=after, last=last) for after, last in pairwise(ends))

"""Postgres, plainly: one connection per transaction, rows as dictionaries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

Row = dict[str, Any]
Connection = psycopg.Connection[Row]

# Any number, as long as it is ours: workers starting together take turns at the schema.
_SCHEMA_LOCK: Final = 7_772_900_581
_SCHEMA: Final = Path(__file__).with_name("schema.sql")


class Database:
    """Where the rows are."""

    def __init__(self, *, url: str) -> None:
        self._url = url

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A connection whose work is committed at the end, or rolled back if the block raises."""
        with psycopg.connect(self._url, row_factory=dict_row, connect_timeout=5) as connection:
            yield connection

    @contextmanager
    def standing(self) -> Iterator[Connection]:
        """A connection to keep, without a transaction of its own: for a thread that polls."""
        with psycopg.connect(
            self._url, row_factory=dict_row, connect_timeout=5, autocommit=True
        ) as connection:
            yield connection

    @contextmanager
    def schema_lock(self) -> Iterator[Connection]:
        """A transaction that only one process at a time is in."""
        with self.transaction() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(%s)", (_SCHEMA_LOCK,))
            yield connection


def create_tables(*, connection: Connection) -> None:
    """Create the tables, once. The schema comes in one transaction: if one is there, all are.

    Not by IF NOT EXISTS at every start: CREATE INDEX locks its table before it looks, and another
    process of ours settling meanwhile would deadlock with it.
    """
    row = connection.execute("SELECT to_regclass('account') AS found").fetchone()
    if row is None or row["found"] is None:
        connection.execute(_SCHEMA.read_bytes())

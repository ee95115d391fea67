"""Pieces of SQL that migrations of several apps share."""

from __future__ import annotations

from typing import Final

#: A trigger function that refuses whatever statement it is hung on.
APPEND_ONLY_FUNCTION: Final = """
CREATE OR REPLACE FUNCTION kadai_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'table % is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
"""


def append_only(table: str) -> str:
    """Triggers that refuse UPDATE, DELETE and TRUNCATE on `table`, for its owner too."""
    return f"""
CREATE TRIGGER {table}_rows_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION kadai_append_only();
CREATE TRIGGER {table}_append_only BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION kadai_append_only();
"""


def drop_append_only(table: str) -> str:
    """Undo `append_only`."""
    return f"""
DROP TRIGGER IF EXISTS {table}_rows_append_only ON {table};
DROP TRIGGER IF EXISTS {table}_append_only ON {table};
"""

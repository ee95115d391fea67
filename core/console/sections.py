"""What a detail page shows: rows of facts, and tables. Upper apps add theirs to lower pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.console.columns import EMPTY, Column, Target, Text

NOTHING: Final = _("Nothing yet")
#: Rows of a table on a detail page; a longer list has its own page.
MAX_ROWS: Final = 60


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and its value."""

    label: Text
    value: object
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts under one heading; `kind` "lines" gives each the whole width."""

    title: Text
    rows: tuple[Fact, ...]
    kind: str = "facts"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table."""

    value: object
    kind: str = "text"
    target: Target | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table under one heading. `more` leads to the whole list."""

    title: Text
    headers: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    empty: Text = NOTHING
    more: Target | None = None
    kind: str = "table"


Section = Facts | Table
SubjectSections = Callable[[UUID], Iterable[tuple[str, Section]]]


def facts(title: Text, row: Any, columns: Iterable[Column]) -> Facts:
    """A row of the database as facts."""
    return Facts(
        title,
        tuple(
            Fact(column.short_description, column(row), _target(column, row)) for column in columns
        ),
    )


def table(
    title: Text,
    rows: Iterable[Any],
    columns: Sequence[Column],
    *,
    empty: Text = NOTHING,
    more: Target | None = None,
) -> Table:
    """Rows of the database as a table, at most MAX_ROWS of them."""
    return Table(
        title,
        tuple(Cell(column.short_description, column.kind) for column in columns),
        tuple(
            tuple(Cell(column(row), column.kind, _target(column, row)) for column in columns)
            for row in list(rows)[:MAX_ROWS]
        ),
        empty,
        more,
    )


def without_empty(sections: Iterable[Section]) -> list[Section]:
    """What there is; somebody new is one line and not many empty tables."""
    known = [section for section in sections if section.rows]
    return known or [Facts(_("History with us"), (Fact(_("Loans"), _("None so far")),))]


def _target(column: Column, row: Any) -> Target | None:
    return None if column.target is None or column(row) == EMPTY else column.target(row)


_about: defaultdict[str, list[SubjectSections]] = defaultdict(list)


def register_about(subject: str, build: SubjectSections) -> None:
    """Add sections to every page about a subject ("borrower"): (right, section) pairs."""
    if build not in _about[subject]:
        _about[subject].append(build)


def sections_about(
    subject: str, *, subject_id: UUID, rights: frozenset[str]
) -> tuple[Section, ...]:
    """What all apps know of a subject and this person may see."""
    return tuple(
        section
        for build in _about[subject]
        for right, section in build(subject_id)
        if right in rights
    )

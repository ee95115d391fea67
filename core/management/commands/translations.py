"""`manage.py translations --write | --check`: keep both catalogues complete. Needs no GNU gettext."""

from __future__ import annotations

import io
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

#: Whose texts people read. The sandbox is another party and carries its own.
PACKAGES: Final = ("accounts", "cards", "config", "core", "lending", "risk")
KEYWORDS: Final[dict[str, Any]] = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
COMMENT_TAGS: Final = ("Translators",)
#: Written once into a new catalogue; the text of a catalogue does not depend on the day.
STARTED: Final = datetime(2026, 11, 1, tzinfo=UTC)


def _python_files() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((settings.BASE_DIR / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def _template_files() -> Iterator[Path]:
    for path in sorted((settings.BASE_DIR / "templates").rglob("*")):
        if path.suffix in {".html", ".txt", ".webmanifest"}:
            yield path


def _as_python(path: Path) -> str:
    """A template as calls of gettext, which Babel can read.

    What is left of the markup is indented at will, which Python's tokenizer does not take.
    """
    calls = templatize(path.read_text("utf-8"), origin=str(path))
    return "\n".join(line.strip() for line in calls.splitlines())


def _collect() -> Catalog:
    """Every message of the code and the pages."""
    found = Catalog(project="kadai", creation_date=STARTED)
    sources = [(path, path.read_text("utf-8")) for path in _python_files()]
    sources += [(path, _as_python(path)) for path in _template_files()]
    for path, text in sources:
        name = path.relative_to(settings.BASE_DIR).as_posix()
        messages = extract(
            "python",
            io.BytesIO(text.encode()),
            KEYWORDS,
            COMMENT_TAGS,
            {"encoding": "utf-8"},
            strip_comment_tags=True,
        )
        for line, message, comments, context in messages:
            found.add(
                message, None, [(name, line)], auto_comments=comments, context=context or None
            )
    return found


def _folder(language: str) -> Path:
    folder: Path = settings.BASE_DIR / "locale" / to_locale(language) / "LC_MESSAGES"
    return folder


def _read(language: str) -> Catalog:
    path = _folder(language) / "django.po"
    if not path.exists():
        return Catalog(locale=to_locale(language), project="kadai", creation_date=STARTED)
    with path.open("rb") as source:
        return read_po(source, locale=to_locale(language), domain="django")


def _compiled(catalogue: Catalog) -> bytes:
    target = io.BytesIO()
    write_mo(target, catalogue)
    return target.getvalue()


def _entries(catalogue: Catalog) -> dict[tuple[str, str], Message]:
    """By context and (singular) msgid, without the header."""
    return {
        (message.context or "", _singular(message)): message for message in catalogue if message.id
    }


def _singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _is_translated(message: Message) -> bool:
    texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return all(texts)


def _fill_with_source(catalogue: Catalog) -> None:
    """The messages are written in English: its catalogue repeats them."""
    for message in catalogue:
        if message.id and not _is_translated(message):
            message.string = message.id


def _update(*, language: str, found: Catalog) -> Catalog:
    catalogue = _read(language)
    catalogue.update(found, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    if language == "en":
        _fill_with_source(catalogue)
    return catalogue


def _write(*, language: str, catalogue: Catalog) -> None:
    folder = _folder(language)
    folder.mkdir(parents=True, exist_ok=True)
    catalogue.header_comment = f"# Kadai, {language}. Kept by `manage.py translations --write`."
    with (folder / "django.po").open("wb") as target:
        write_po(target, catalogue, width=100, sort_output=True, include_lineno=False)
    (folder / "django.mo").write_bytes(_compiled(_read(language)))


def _problems(*, language: str, found: Catalog) -> Iterator[str]:
    """What keeps a catalogue from being complete, one line each."""
    catalogue = _read(language)
    wanted, present = _entries(found), _entries(catalogue)
    for key, message in present.items():
        if key not in wanted:
            yield f"{language}: stale: {key[1]!r}"
        elif message.fuzzy:
            yield f"{language}: fuzzy: {key[1]!r}"
        elif _is_translated(message):
            for error in message.check(catalogue):
                yield f"{language}: placeholders: {key[1]!r}: {error}"
    for key in wanted:
        if key not in present or not _is_translated(present[key]):
            yield f"{language}: missing: {key[1]!r}"
    compiled = _folder(language) / "django.mo"
    if not compiled.exists() or compiled.read_bytes() != _compiled(catalogue):
        yield f"{language}: django.mo is not what django.po says; run with --write"


class Command(BaseCommand):
    """Extract, update and compile the catalogues, or prove that they are complete."""

    help = "Update both catalogues (--write) or exit with 1 naming what is missing (--check)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        mode = parser.add_mutually_exclusive_group(required=True)
        mode.add_argument("--write", action="store_true", help="update and compile the catalogues")
        mode.add_argument("--check", action="store_true", help="change nothing; exit 1 if unclean")

    def handle(self, *args: Any, **options: Any) -> None:
        found = _collect()
        languages = [code for code, _name in settings.LANGUAGES]
        if options["write"]:
            for language in languages:
                catalogue = _update(language=language, found=found)
                _write(language=language, catalogue=catalogue)
        problems = [
            line for language in languages for line in _problems(language=language, found=found)
        ]
        for line in problems:
            self.stdout.write(line)
        if options["check"] and problems:
            raise CommandError(f"{len(problems)} problems in the catalogues", returncode=1)
        self.stdout.write(f"{len(_entries(found))} messages, {len(languages)} languages")

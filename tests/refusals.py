"""How a refusal of the API is checked: what it says, in both languages, and that nothing changed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse

from tests.api import PROBLEM, Caller, rows

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES: Final = ("en", "zh-hans")
MEMBERS: Final = {"type", "title", "status", "code"}


@dataclass(frozen=True, kw_only=True)
class Bad:
    """One request that must be refused. `fields` are the inputs a sentence stands beside."""

    what: str
    method: str = "POST"
    path: str
    body: Any = None
    status: int
    code: str
    fields: frozenset[str] = frozenset()
    headers: Mapping[str, str] = field(default_factory=dict)
    #: Tables that count attempts, and may.
    counted: frozenset[str] = frozenset()


def check_problem(
    answer: HttpResponse, *, status: int, code: str, fields: Iterable[str] = ()
) -> list[str]:
    """The document's form; its sentences are returned."""
    assert answer.status_code == status, (answer.status_code, answer.content[:300])
    assert answer["Content-Type"] == PROBLEM
    body = json.loads(answer.content)
    assert body["code"] == code, body
    assert body["type"] == f"{settings.PROBLEM_TYPE_BASE}{code}"
    assert body["status"] == status
    errors = body.get("errors", {})
    assert set(errors) >= set(fields), body
    assert set(body) == MEMBERS | ({"errors"} if errors else set())
    texts = [body["title"], *(text for found in errors.values() for text in found)]
    assert all(isinstance(text, str) and text.strip() for text in texts), body
    return texts


def speaks(texts: Iterable[str], *, language: str) -> bool:
    """Whether every sentence is in the language."""
    return all(bool(_CHINESE.search(text)) == (language == "zh-hans") for text in texts)


@contextmanager
def undone() -> Iterator[None]:
    """Take back what happens inside, also after a failed statement."""
    point = transaction.savepoint()
    try:
        yield
    finally:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(point)


def refuse(subtests: pytest.Subtests, caller: Caller, cases: Iterable[Bad]) -> int:
    """Send each in both languages. Returns how many cases there were."""
    before, count = rows(), 0
    for case in cases:
        count += 1
        # What a case might have done wrongly is not left for the next.
        with subtests.test(case.what), undone():
            spoken = {language: _send(caller, case, language) for language in LANGUAGES}
            after = rows()
            changed = {name for name in before if after[name] != before[name]}
            assert changed <= case.counted, changed
            for language, texts in spoken.items():
                assert speaks(texts, language=language), texts
    return count


def _send(caller: Caller, case: Bad, language: str) -> list[str]:
    caller.language = language
    answer = caller.call(case.method, case.path, case.body, **case.headers)
    return check_problem(answer, status=case.status, code=case.code, fields=case.fields)

"""The public API as a client sees it, in the test's own process; and the rows behind it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import Any, Final, cast

from django.db import connection
from django.http import HttpResponse
from django.test import Client

ROOT: Final = "/api/v1/"
PROBLEM: Final = "application/problem+json"
#: Rows that tell of a request itself, not of what it did.
TRACES: Final = frozenset({"core_idempotencyrecord", "django_session"})


def _raw(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    return b"" if body is None else json.dumps(body).encode()


@dataclass
class Caller:
    """Somebody with an HTTP client and perhaps a token."""

    token: str = ""
    language: str = "en"
    client: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """One request. `body` as bytes is sent as it is; a header given as "" is left out."""
        sent = {
            "Accept-Language": self.language,
            "Idempotency-Key": secrets.token_hex(8),
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.token}" if self.token else "",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        content_type = sent.pop("Content-Type")
        answer = self.client.generic(
            method,
            path if path.startswith("/") else ROOT + path,
            _raw(body),
            content_type,
            headers={name: value for name, value in sent.items() if value},
        )
        return cast(HttpResponse, answer)

    def ask(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """The JSON of an answer with this status."""
        answer = self.call(method, path, body)
        assert answer.status_code == status, (method, path, answer.status_code, answer.content)
        return json.loads(answer.content) if answer.content else None

    def get(self, path: str) -> Any:
        """A read that succeeds."""
        return self.ask("GET", path)


def rows() -> dict[str, str]:
    """A digest of every table but the traces: equal before and after, nothing changed."""
    names = [name for name in connection.introspection.table_names() if name not in TRACES]
    quote = connection.ops.quote_name
    parts = [
        f"SELECT '{name}', md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), ''))"
        f" FROM {quote(name)} t"
        for name in names
    ]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())

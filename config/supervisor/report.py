"""What the person, or the program, that started an instance gets to read."""

import contextlib
import json
import os
import time
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

from config.console import gettext as _
from config.console import say
from config.supervisor.plan import Plan

#: One login of the demo data, as `manage.py load_demo` writes them to `demo.json`.
LOGIN_FIELDS = ("role", "phone", "password", "url")


class Report:
    """Keeps the log of the supervisor; the kinds below say what the terminal gets."""

    def __init__(self, *, plan: Plan) -> None:
        self._plan = plan
        self._begun = time.monotonic()

    def event(self, text: str) -> None:
        """Something happened. Never fails: a full disk must not keep us from stopping cleanly."""
        with (
            contextlib.suppress(OSError),
            open(self._plan.logs / "supervisor.log", "a", encoding="utf-8") as log,
        ):
            log.write(f"{datetime.now(tz=UTC):%Y-%m-%dT%H:%M:%SZ} {text}\n")

    def done(self, name: str, seconds: float) -> None:
        """A step ended well."""
        self.event(f"  {_pad(name, 18)} {seconds:5.1f} s")

    def ready(self, *, logins: list[dict[str, str]]) -> None:
        """Everything runs: where to go and how to log in."""
        self.event(_("Kadai is ready after {seconds:.1f} s.").format(seconds=self.elapsed()))
        self._announce(logins)

    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._begun

    def _announce(self, logins: list[dict[str, str]]) -> None:
        raise NotImplementedError


class ConsoleReport(Report):
    """All of it, for a person."""

    def __init__(self, *, plan: Plan) -> None:
        super().__init__(plan=plan)
        say(_("Kadai starts in {folder}").format(folder=plan.folder))

    def event(self, text: str) -> None:
        """Something happened."""
        super().event(text)
        say(text)

    def _announce(self, logins: list[dict[str, str]]) -> None:
        for line in [*self._addresses(), *_login_lines(logins), _("Ctrl-C stops it.")]:
            say(line)

    def _addresses(self) -> list[str]:
        rows = [
            (_("Web"), self._plan.public_url),
            (_("Console"), f"{self._plan.public_url}/admin/"),
            (_("Sandbox bank"), self._plan.sandbox_url),
            (_("One-time codes"), f"{self._plan.sandbox_url}/sms"),
            (_("Logs"), str(self._plan.logs)),
        ]
        return ["", *(f"  {_pad(name, 18)} {value}" for name, value in rows), ""]


class JsonReport(Report):
    """One line of JSON when ready, for a program."""

    def _announce(self, logins: list[dict[str, str]]) -> None:
        facts = {
            "public_url": self._plan.public_url,
            "sandbox_url": self._plan.sandbox_url,
            "codes_url": f"{self._plan.sandbox_url}/sms",
            "ports": dict(self._plan.ports),
            "data_dir": str(self._plan.folder),
            "environment_file": str(self._plan.environment_file),
            "logs": str(self._plan.logs),
            "pid": os.getpid(),
            "seconds": round(self.elapsed(), 1),
            "logins": logins,
        }
        say(json.dumps(facts, ensure_ascii=False))


def read_logins(*, folder: Path) -> list[dict[str, str]]:
    """The demo logins `load_demo` left in `demo.json`; none when there is no such file."""
    try:
        entries = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
        return [{name: str(entry[name]) for name in LOGIN_FIELDS} for entry in entries]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _login_lines(logins: list[dict[str, str]]) -> list[str]:
    if not logins:
        return []
    heads = (_("Role"), _("Phone"), _("Password"), _("Address"))
    rows = [heads, *(tuple(login[name] for name in LOGIN_FIELDS) for login in logins)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(heads))]
    lines = [
        "  " + "  ".join(_pad(text, width) for text, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return [*(line.rstrip() for line in lines), ""]


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _pad(text: str, width: int) -> str:
    return text + " " * max(width - _width(text), 0)

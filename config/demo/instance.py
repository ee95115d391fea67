"""Where the demo plays: the instance that runs here already, or one of its own on free ports."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests

from config.console import BASE_DIR
from config.console import gettext as _

_STOP_SECONDS: Final = 30


class DemoError(Exception):
    """Something did not hold; the sentence says what."""


@dataclass(frozen=True, kw_only=True)
class Instance:
    """Addresses, and the environment in which `manage.py` reaches the same rows."""

    public_url: str
    sandbox_url: str
    environment: Mapping[str, str]

    def manage(self, *arguments: str) -> str:
        """Run a management command beside the instance. Raises DemoError with its last line."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines()
            raise DemoError(f"manage.py {arguments[0]}: {said[-1] if said else done.returncode}")
        return done.stdout


def _read_environment(path: Path) -> dict[str, str]:
    """The `export NAME=value` lines that an instance leaves for commands beside it."""
    pairs = {}
    for line in path.read_text().splitlines():
        name, _sign, value = line.removeprefix("export ").partition("=")
        pairs[name] = "".join(shlex.split(value))
    return pairs


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def _running() -> Instance | None:
    """The instance of the usual data folder, if it is up."""
    folder = Path(os.environ.get("KADAI_DATA_DIR") or BASE_DIR / ".kadai")
    path = folder / "environment.sh"
    if not path.is_file():
        return None
    environment = _read_environment(path)
    public_url, sandbox_url = environment.get("PUBLIC_URL", ""), environment.get("SANDBOX_URL", "")
    if not (public_url and sandbox_url and _answers(public_url) and _answers(sandbox_url)):
        return None
    return Instance(public_url=public_url, sandbox_url=sandbox_url, environment=environment)


@contextmanager
def own_instance(*, environment: Mapping[str, str]) -> Iterator[Instance]:
    """An instance for the caller alone, gone afterwards with all it held.

    `environment` is the one it is started with; what that replaces (DATABASE_URL, …) is shared.
    Raises DemoError if it does not start.
    """
    with tempfile.TemporaryDirectory(prefix="kadai-demo-") as folder:
        argv = [sys.executable, "-m", "config.run", "--data-dir", folder, "--free-ports", "--json"]
        process = subprocess.Popen(
            argv,
            cwd=BASE_DIR,
            env=dict(environment),
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            line = process.stdout.readline() if process.stdout else ""
            if not line:
                raise DemoError(_("The instance did not start."))
            facts = json.loads(line)
            yield Instance(
                public_url=facts["public_url"],
                sandbox_url=facts["sandbox_url"],
                environment=_read_environment(Path(facts["environment_file"])),
            )
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=_STOP_SECONDS)
            if process.stdout:
                process.stdout.close()


@contextmanager
def find_instance() -> Iterator[tuple[Instance, bool]]:
    """An instance, and whether it was started for us."""
    running = _running()
    if running is not None:
        yield running, False
        return
    with own_instance(environment=os.environ) as instance:
        yield instance, True

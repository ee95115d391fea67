"""A whole instance, as `make run` starts it: up, killed part by part, killed at once, stopped."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import psycopg
import pytest

from config.processes import all_processes, process_variable, wait_until
from config.supervisor.record import MARKER

ROOT = Path(__file__).resolve().parent.parent.parent
PARTS = ("postgres", "redis", "sandbox", "web", "worker", "beat")
REPLACEABLE = ("DATABASE_URL", "SANDBOX_DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")
READY_SECONDS = 60  # what we promise for a first start
STOP_SECONDS = 15


@dataclass
class Instance:
    """A running instance and what it said when it was ready."""

    process: subprocess.Popen[str]
    facts: dict[str, Any]

    @property
    def folder(self) -> Path:
        return Path(self.facts["data_dir"])

    def pids(self) -> dict[str, int]:
        record = json.loads((self.folder / "run.json").read_text())
        return {child["name"]: child["pid"] for child in record["children"]}

    def environment(self) -> dict[str, str]:
        script = f". {self.facts['environment_file']}; exec env -0"
        block = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
        pairs = (entry.partition("=") for entry in block.stdout.split("\0") if entry)
        return {name: value for name, _sign, value in pairs}


@pytest.fixture
def folder() -> Iterator[Path]:
    parent = Path(tempfile.mkdtemp(prefix="kadai-test-"))
    parent.chmod(0o711)
    yield parent / "data"
    for pid in processes_of(parent / "data"):
        os.kill(pid, signal.SIGKILL)
    wait_until(true=lambda: processes_of(parent / "data") == [], seconds=10)
    shutil.rmtree(parent)


def launch(folder: Path) -> Instance:
    """Start it and wait until it says that it is ready."""
    unset = (*REPLACEABLE, "KADAI_KEYS_DIR", "PUBLIC_URL", "SANDBOX_URL")
    inherited = {name: value for name, value in os.environ.items() if name not in unset}
    arguments = ("--data-dir", str(folder), "--free-ports", "--json")
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "config.run", *arguments],
        cwd=ROOT,
        env={**inherited, "KADAI_DEMO": "0", "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, process.communicate()[1]
    assert time.monotonic() - begun < READY_SECONDS
    return Instance(process=process, facts=json.loads(line))


def processes_of(folder: Path) -> list[int]:
    """Everything that lives and carries this instance's mark."""
    mark = str(folder.resolve())
    return [
        facts.pid
        for facts in all_processes()
        if process_variable(pid=facts.pid, name=MARKER) == mark
    ]


def answers(url: str) -> bool:
    try:
        with urlopen(url, timeout=5):
            return True
    except HTTPError as error:
        return error.code < HTTPStatus.INTERNAL_SERVER_ERROR
    except (URLError, OSError):
        return False


def is_whole(instance: Instance) -> bool:
    """Web and sandbox answer, the database takes a query, worker and beat have started."""
    try:
        with psycopg.connect(instance.environment()["DATABASE_URL"], connect_timeout=3):
            pass
    except psycopg.OperationalError:
        return False
    marks = all((instance.folder / f"{name}.ready").exists() for name in ("worker", "beat"))
    urls = (instance.facts["public_url"], instance.facts["sandbox_url"])
    return marks and all(answers(f"{url}/healthz") for url in urls)


def has_another(instance: Instance, part: str, old: int) -> Callable[[], bool]:
    """The part has a process again, and it is not that one."""
    return lambda: instance.pids().get(part, old) != old


def test_an_instance_survives_every_kill_and_stops_cleanly(folder: Path) -> None:
    instance = launch(folder)
    assert set(instance.pids()) == set(PARTS)
    assert is_whole(instance)
    for name in ("field", "index", "secret"):
        key = folder / "keys" / f"{name}.key"
        assert key.stat().st_mode & 0o777 == 0o600
        assert len(bytes.fromhex(key.read_text())) == 32

    for part in PARTS:
        old = instance.pids()[part]
        os.kill(old, signal.SIGKILL)
        assert wait_until(true=has_another(instance, part, old), seconds=15), part
        assert wait_until(true=lambda: is_whole(instance), seconds=30, every=0.5), part

    with psycopg.connect(instance.environment()["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE kept_over_kills AS SELECT 42 AS answer")
    for pid in (instance.process.pid, *instance.pids().values()):
        os.kill(pid, signal.SIGKILL)
    instance.process.communicate()

    again = launch(folder)
    assert is_whole(again)
    with psycopg.connect(again.environment()["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT answer FROM kept_over_kills").fetchone()
        connection.execute("DROP TABLE kept_over_kills")
    assert row == (42,)

    begun = time.monotonic()
    again.process.send_signal(signal.SIGINT)
    _output, errors = again.process.communicate(timeout=STOP_SECONDS + 5)
    assert (again.process.returncode, errors) == (0, "")
    assert time.monotonic() - begun < STOP_SECONDS
    assert processes_of(folder) == []

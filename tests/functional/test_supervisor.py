"""The supervisor with real processes, killed in every way we know."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from config.embedded import postgres
from config.ports import find_free
from config.processes import process_facts, wait_until
from config.supervisor.record import instance_lock

ROOT = Path(__file__).resolve().parent.parent.parent
SMALL = "tests.fixtures.small_instance"
RUN = "config.run"
REPLACEABLE = ("DATABASE_URL", "SANDBOX_DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
SLEEPER: dict[str, Any] = {"name": "sleeper", "argv": ["sleep", "600"]}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A data folder that any account can reach (pytest's own folders are closed)."""
    parent = Path(tempfile.mkdtemp(prefix="kadai-test-"))
    parent.chmod(0o711)
    data = parent / "data"
    data.mkdir()
    yield data.resolve()
    shutil.rmtree(parent)


@pytest.fixture
def launch() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a module of ours; whatever still runs at the end is stopped."""
    started: list[subprocess.Popen[str]] = []

    def start(
        module: str, *arguments: str, more: Mapping[str, str] | None = None
    ) -> subprocess.Popen[str]:
        unset = (*REPLACEABLE, "KADAI_DATA_DIR", "KADAI_KEYS_DIR", "PUBLIC_URL", "SANDBOX_URL")
        inherited = {name: value for name, value in os.environ.items() if name not in unset}
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            env={**inherited, "LC_ALL": "C", **(more or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


Launch = Callable[..., subprocess.Popen[str]]


def small(launch: Launch, folder: Path, *services: Mapping[str, Any]) -> subprocess.Popen[str]:
    """A small instance that is ready."""
    process = launch(SMALL, str(folder), json.dumps(services))
    read_until(process, "ready")
    return process


def read_until(process: subprocess.Popen[str], word: str) -> str:
    """The first line that holds the word."""
    assert process.stdout is not None
    for line in process.stdout:
        if word in line:
            return line
    pytest.fail(f"no {word}: {process.stderr.read() if process.stderr else ''}")


def pids(folder: Path) -> dict[str, int]:
    """Name and pid of each child, as the instance notes them."""
    with suppress(OSError, ValueError):
        record = json.loads((folder / "run.json").read_text())
        return {child["name"]: child["pid"] for child in record["children"]}
    return {}


def is_gone(pid: int) -> bool:
    return process_facts(pid=pid) is None


def all_gone(numbers: Sequence[int], *, seconds: float) -> bool:
    """None of them lives any more, at the latest after so many seconds."""
    return wait_until(true=lambda: all(is_gone(pid) for pid in numbers), seconds=seconds)


def is_new(folder: Path, name: str, old: int) -> Callable[[], bool]:
    return lambda: pids(folder).get(name, old) != old


def test_a_killed_child_is_started_again(launch: Launch, folder: Path) -> None:
    small(launch, folder, SLEEPER)
    for _time in range(2):
        old = pids(folder)["sleeper"]

        os.kill(old, signal.SIGKILL)

        assert wait_until(true=is_new(folder, "sleeper", old), seconds=5)
        assert not is_gone(pids(folder)["sleeper"])


def test_a_killed_childs_own_children_do_not_stay(launch: Launch, folder: Path) -> None:
    """Neither those of its process group nor those that lead a session, as Postgres' do."""
    script = "sleep 600 & echo $! >one; setsid sleep 600 & sleep 0.2; echo $! >two; wait"
    small(launch, folder, {"name": "parent", "argv": ["sh", "-c", script], "ready_file": "two"})
    grandchildren = [int((folder / name).read_text()) for name in ("one", "two")]
    old = pids(folder)["parent"]

    os.kill(old, signal.SIGKILL)

    assert wait_until(true=is_new(folder, "parent", old), seconds=10)
    assert all_gone(grandchildren, seconds=5)


def test_a_child_that_keeps_failing_is_tried_ever_more_slowly(launch: Launch, folder: Path) -> None:
    script = "date +%s.%N >>starts; test -e broken && exit 3; exec sleep 600"
    small(launch, folder, {"name": "weak", "argv": ["sh", "-c", script], "ready_file": "starts"})
    starts = folder / "starts"
    (folder / "broken").touch()

    os.kill(pids(folder)["weak"], signal.SIGKILL)

    assert wait_until(true=lambda: starts.read_text().count("\n") >= 5, seconds=15)
    times = [float(line) for line in starts.read_text().split()[1:5]]
    pauses = [later - earlier for earlier, later in pairwise(times)]
    assert pauses == sorted(pauses)
    assert pauses[-1] > 1.5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_all_in_order_even_the_stubborn(
    launch: Launch, folder: Path, number: signal.Signals
) -> None:
    def polite(name: str, stage: int) -> dict[str, Any]:
        script = f"trap 'echo {name} >>order; exit' TERM; touch {name}; while :; do sleep 0.1; done"
        argv = ["bash", "-c", script]
        return {"name": name, "argv": argv, "stage": stage, "ready_file": name}

    stubborn = {"name": "stubborn", "argv": [sys.executable, "-c", STUBBORN], "stage": 2}
    process = small(
        launch, folder, polite("store", 0), polite("web", 2), polite("bank", 1), stubborn
    )
    children = list(pids(folder).values())
    begun = time.monotonic()

    process.send_signal(number)
    process.communicate(timeout=15)

    assert process.returncode == 0
    assert time.monotonic() - begun < 6
    assert (folder / "order").read_text().split() == ["web", "bank", "store"]
    assert all(is_gone(pid) for pid in children)
    assert not (folder / "run.json").exists()


def test_children_end_with_a_killed_supervisor(launch: Launch, folder: Path) -> None:
    process = small(launch, folder, SLEEPER)
    children = list(pids(folder).values())

    process.kill()

    assert all_gone(children, seconds=5)


def test_the_next_start_stops_what_a_killed_one_left(launch: Launch, folder: Path) -> None:
    """One that ignores its death signal, and a grandchild whose parent is dead already."""
    script = f"{sys.executable} -c '{STUBBORN}' & echo $! >orphan; wait"
    services = (
        {"name": "stubborn", "argv": [sys.executable, "-c", STUBBORN]},
        {"name": "parent", "argv": ["sh", "-c", script], "ready_file": "orphan"},
    )
    process = small(launch, folder, *services)
    time.sleep(0.5)  # until the stubborn ones ignore signals
    left = [pids(folder)["stubborn"], int((folder / "orphan").read_text())]
    process.kill()
    process.wait()
    assert not all_gone(left, seconds=1)

    small(launch, folder, SLEEPER)

    assert all(is_gone(pid) for pid in left)


def test_a_strangers_process_that_has_the_pid_now_is_left_alone(
    launch: Launch, folder: Path
) -> None:
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        child = {"name": "web", "pid": stranger.pid, "started": 1, "death_signal": 15}
        record = {"pid": 1, "boot": boot, "url": "", "children": [child]}
        (folder / "run.json").write_text(json.dumps(record))

        small(launch, folder, SLEEPER)

        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_child_that_cannot_start_gives_one_sentence(launch: Launch, folder: Path) -> None:
    argv = ["sh", "-c", "echo 'first line'; echo 'the reason' >&2; exit 4"]
    services = [SLEEPER, {"name": "weak", "argv": argv, "ready_file": "never"}]

    process = launch(SMALL, str(folder), json.dumps(services))
    _output, errors = process.communicate(timeout=20)

    assert process.returncode == 1
    log = folder / "logs" / "weak.log"
    assert errors == f"weak ended with status 4: the reason (its log is {log}).\n"


def test_a_child_that_never_answers_gives_one_sentence(launch: Launch, folder: Path) -> None:
    service = {**SLEEPER, "ready_file": "never", "start_seconds": 0.5}

    process = launch(SMALL, str(folder), json.dumps([service]))
    _output, errors = process.communicate(timeout=20)

    assert process.returncode == 1
    assert errors.startswith("sleeper did not answer within")
    assert errors.count("\n") == 1


def refused(launch: Launch, *arguments: str, **more: str) -> str:
    """The one sentence with which `config.run` does not start."""
    process = launch(RUN, *arguments, more=more)
    _output, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Traceback" not in errors
    assert errors.count("\n") == 1
    return errors.strip()


def test_a_second_start_says_where_the_first_is(launch: Launch, folder: Path) -> None:
    with instance_lock(folder=folder) as record:
        record.set_url(url="http://127.0.0.1:8123")
        record.write(children=[])

        sentence = refused(launch, "--data-dir", str(folder))

    assert sentence == (
        f"Kadai is already running in {folder} (http://127.0.0.1:8123, process {os.getpid()}): "
        "use it, stop it, or start another one with --data-dir and --free-ports."
    )


@pytest.mark.parametrize("part", ["web", "sandbox", "postgres", "redis"])
def test_a_busy_port_is_named_with_the_way_out(launch: Launch, folder: Path, part: str) -> None:
    variable = f"KADAI_{part.upper()}_PORT"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        sentence = refused(
            launch, "--data-dir", str(folder), "--free-ports", **{variable: str(port)}
        )

    assert sentence.startswith(f"Port {port} ({part}) is already in use: ")
    assert f"for example {variable}=" in sentence


def test_wrong_and_equal_ports_are_refused(launch: Launch, folder: Path) -> None:
    where = ("--data-dir", str(folder), "--free-ports")
    port = str(find_free())

    assert refused(launch, *where, KADAI_WEB_PORT="http") == (
        "KADAI_WEB_PORT is http: a port number from 1 to 65535 is needed."
    )
    assert refused(launch, *where, KADAI_WEB_PORT=port, KADAI_SANDBOX_PORT=port) == (
        f"web and sandbox cannot both have port {port}: change KADAI_WEB_PORT."
    )


def test_a_data_folder_that_is_none_is_refused(launch: Launch, folder: Path) -> None:
    file = folder / "file"
    file.touch()

    assert refused(launch, "--data-dir", str(file)) == (
        f"Kadai cannot start: File exists ({file})."
    )


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("garbage", "is damaged (not a Postgres database)"),
        ("", "is damaged (not a Postgres database)"),
        ("16", "was written by Postgres 16, and this is Postgres 18"),
        ("18", "is damaged (not a Postgres database)"),  # with nothing else in it
    ],
)
def test_a_broken_database_folder_is_refused(
    launch: Launch, folder: Path, version: str, expected: str
) -> None:
    cluster = folder / "postgres" / "data"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text(f"{version}\n")
    make_keys_for(folder)

    sentence = refused(launch, "--data-dir", str(folder), "--free-ports", "--json")

    assert expected in sentence
    assert str(cluster) in sentence


def make_keys_for(folder: Path) -> None:
    (folder / "keys").mkdir()
    for name in ("field", "index"):
        (folder / "keys" / f"{name}.key").write_text("00" * 32)


def test_a_lost_key_is_not_replaced_quietly(launch: Launch, folder: Path) -> None:
    (folder / "postgres" / "data").mkdir(parents=True)
    make_keys_for(folder)
    (folder / "keys" / "field.key").unlink()

    sentence = refused(launch, "--data-dir", str(folder), "--free-ports", "--json")

    assert sentence.startswith(f"The key {folder}/keys/field.key is missing")
    assert not (folder / "keys" / "field.key").exists()


def test_a_full_disk_gives_one_sentence(launch: Launch, folder: Path) -> None:
    """A real one where we may mount it; elsewhere what the system says of a full device."""
    small_disk = ["mount", "-t", "tmpfs", "-o", "size=12m,mode=711", "tmpfs", str(folder)]
    mounted = subprocess.run(small_disk, capture_output=True, check=False).returncode == 0
    if not mounted:
        with pytest.raises(OSError, match="No space left on device") as full:
            Path("/dev/full").write_text("x")
        assert "is full" in postgres.explain(f"FATAL:  {full.value}", folder=folder)
        return
    try:
        sentence = refused(launch, "--data-dir", str(folder), "--free-ports", "--json")
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
    assert sentence == (
        f"The disk that holds {folder}/postgres is full: free some space and start again."
    )

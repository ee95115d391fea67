"""The throw-away servers around a command: real processes, started by the real command line."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from config.embedded.places import SHELF, place_home
from config.processes import process_facts, server_account, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
URLS = ("DATABASE_URL", "SANDBOX_DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")
SHOW_URLS = f"import os, json; print(json.dumps({{name: os.environ[name] for name in {URLS}}}))"


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A folder for temporary files that any account can pass through (pytest's own is closed)."""
    folder = Path(tempfile.mkdtemp(prefix="kadai-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


def clean_environment(temporary: Path, **more: str) -> dict[str, str]:
    """Ours without the servers we run on ourselves."""
    inherited = {name: value for name, value in os.environ.items() if name not in URLS}
    return {**inherited, "TMPDIR": str(temporary), "LC_ALL": "C", **more}


def start(
    *command: str, environment: Mapping[str, str], mode: str = "with"
) -> subprocess.Popen[str]:
    """`python -m config.embedded with -- command`."""
    return subprocess.Popen(
        [sys.executable, "-m", "config.embedded", mode, "--", *command],
        cwd=ROOT,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(*command: str, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Exit status, standard output, standard error."""
    process = start(*command, environment=environment)
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def servers_of(temporary: Path) -> list[int]:
    """Live processes that work in a folder of ours."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and process_facts(pid=int(entry.name)) is not None:
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace")
                folder = os.readlink(entry / "cwd")
            except OSError:
                continue
            if str(temporary) in command or folder.startswith(str(temporary)):
                found.append(int(entry.name))
    return found


def test_command_gets_servers_of_its_own_and_leaves_nothing_behind(temporary: Path) -> None:
    script = """
import os, psycopg, redis
for name in ("DATABASE_URL", "SANDBOX_DATABASE_URL"):
    with psycopg.connect(os.environ[name]) as connection:
        print(*connection.execute("SELECT current_user, current_database(), "
            "current_setting('server_encoding'), current_setting('TimeZone'), "
            "current_setting('listen_addresses'), "
            "current_setting('server_version_num')::int >= 150000").fetchone())
for name in ("REDIS_URL", "CELERY_BROKER_URL"):
    client = redis.Redis.from_url(os.environ[name])
    print(client.ping(), client.connection_pool.connection_kwargs["db"])
    client.close()
"""
    status, output, errors = run(
        sys.executable, "-c", script, environment=clean_environment(temporary)
    )

    assert (status, errors) == (0, "")
    assert output.splitlines() == [
        "kadai kadai UTF8 UTC 127.0.0.1 True",
        "kadai_bank kadai_bank UTF8 UTC 127.0.0.1 True",
        "True 0",
        "True 1",
    ]
    assert list(temporary.iterdir()) == []
    assert servers_of(temporary) == []


def test_neither_role_enters_the_others_database_and_none_without_password(
    temporary: Path,
) -> None:
    script = """
import os, psycopg
ours, banks = os.environ["DATABASE_URL"], os.environ["SANDBOX_DATABASE_URL"]
for url in (ours.rpartition("/")[0] + "/kadai_bank", banks.rpartition("/")[0] + "/kadai",
            "postgres://kadai@" + ours.partition("@")[2]):
    try:
        psycopg.connect(url)
        print("entered")
    except psycopg.OperationalError as error:
        print("password" if "password" in str(error) else "permission denied" in str(error))
"""
    _status, output, errors = run(
        sys.executable, "-c", script, environment=clean_environment(temporary)
    )

    assert (output.split(), errors) == (["True", "True", "password"], "")


def test_servers_listen_on_ports_below_the_ephemeral_range(temporary: Path) -> None:
    _status, output, _errors = run(
        sys.executable, "-c", SHOW_URLS, environment=clean_environment(temporary)
    )

    ports = {int(url.rpartition(":")[2].partition("/")[0]) for url in json.loads(output).values()}
    assert len(ports) == 2
    assert all(1024 < port < 32768 for port in ports)


def test_a_variable_that_is_set_replaces_the_embedded_server(temporary: Path) -> None:
    given = {name: f"given://{name}" for name in URLS}
    environment = clean_environment(temporary, **given)
    begun = time.monotonic()

    _status, output, _errors = run(sys.executable, "-c", SHOW_URLS, environment=environment)

    assert json.loads(output) == given
    assert time.monotonic() - begun < 5  # nothing was started

    del environment["SANDBOX_DATABASE_URL"]
    _status, output, _errors = run(sys.executable, "-c", SHOW_URLS, environment=environment)

    shown = json.loads(output)
    assert shown.pop("SANDBOX_DATABASE_URL").endswith("/kadai_bank")
    assert shown.items() <= given.items()


@pytest.mark.parametrize(
    ("command", "expected"),
    [(("sh", "-c", "exit 7"), 7), (("sh", "-c", "kill -KILL $$"), 128 + 9), (("true",), 0)],
)
def test_exit_status_is_the_commands(
    temporary: Path, command: tuple[str, ...], expected: int
) -> None:
    given = dict.fromkeys(URLS, "given://")

    status, _output, _errors = run(*command, environment=clean_environment(temporary, **given))

    assert status == expected


def test_signals_reach_the_command_and_everything_is_stopped(temporary: Path) -> None:
    process = start(
        *("sh", "-c", "trap 'echo told; exit 5' TERM; echo up; while :; do sleep 0.1; done"),
        environment=clean_environment(temporary),
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    assert servers_of(temporary) != []

    process.send_signal(signal.SIGTERM)
    output, _errors = process.communicate(timeout=30)

    assert (output, process.returncode) == ("told\n", 5)
    assert list(temporary.iterdir()) == []
    assert servers_of(temporary) == []


def test_servers_end_with_a_killed_wrapper_and_the_next_run_clears_its_folder(
    temporary: Path,
) -> None:
    environment = clean_environment(temporary)
    # As a shell starts what it puts into the background.
    before = signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    process = start("sh", "-c", "echo up; exec sleep 600", environment=environment)
    signal.signal(signal.SIGQUIT, before)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"

    process.kill()
    process.communicate(timeout=10)

    assert wait_until(true=lambda: servers_of(temporary) == [], seconds=15)
    (left,) = temporary.iterdir()
    os.utime(left, (time.time() - 3600,) * 2)
    run("true", environment=environment)
    assert list(temporary.iterdir()) == []


def test_wrong_calls_get_one_sentence(temporary: Path) -> None:
    environment = clean_environment(temporary, **dict.fromkeys(URLS, "given://"))

    status, _output, errors = run("no-such-program", environment=environment)

    assert (status, errors) == (1, "There is no command no-such-program.\n")

    process = start("true", environment=environment, mode="without")
    _output, errors = process.communicate(timeout=30)
    assert process.returncode == 2
    assert errors.startswith("Usage: python -m config.embedded")
    assert errors.count("\n") == 1


def test_home_out_of_the_accounts_reach_becomes_a_link(temporary: Path) -> None:
    """Root's servers run as `nobody`, who cannot pass a closed folder; anybody else's are fine."""
    closed = temporary / "closed"
    closed.mkdir(mode=0o700)
    account = server_account()

    home = place_home(wanted=closed / "postgres", account=account)

    again = place_home(wanted=closed / "postgres", account=account)
    try:
        assert again == home
        assert (closed / "postgres").is_symlink() == (account is not None)
        assert home.is_relative_to(SHELF if account else closed)
        assert home.stat().st_mode & 0o777 == 0o700
        assert home.stat().st_uid == (account.uid if account else os.geteuid())
    finally:
        shutil.rmtree(home)
        if account and not list(SHELF.iterdir()):
            SHELF.rmdir()

"""Throw-away servers around one command: `python -m config.embedded with -- CMD…`."""

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from config.console import gettext as _
from config.embedded import postgres, valkey
from config.embedded.places import SHELF, place_home
from config.ports import find_free
from config.processes import (
    Account,
    StartError,
    process_facts,
    server_account,
    spawn,
    stop,
    wait_until,
)

_POSTGRES_URLS = {"DATABASE_URL": "kadai", "SANDBOX_DATABASE_URL": "kadai_bank"}
_REDIS_URLS = {"REDIS_URL": 0, "CELERY_BROKER_URL": 1}
_PREFIX = "kadai-embedded-"
_TRIES = 4  # a neighbour may take the port between our look and the server's bind
_START_SECONDS = 30.0
_FROM_TERMINAL = (signal.SIGINT, signal.SIGQUIT)
_FORWARDED = (*_FROM_TERMINAL, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


@dataclass(frozen=True)
class Installed:
    """Servers this system's packages installed, instead of those of the wheels."""

    postgres: postgres.Release
    redis: Path


def run_command(
    *,
    argv: Sequence[str],
    env: Mapping[str, str],
    installed: Installed | None,
    settings: Mapping[str, str] = postgres.THROWAWAY,
) -> int:
    """Run the command with servers of its own; its exit status (128 + n for signal n).

    `settings` are the Postgres server's. A variable that is already set replaces the embedded
    server of that name. Raises StartError.
    """
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(_throwaway_folder())
        addresses = stack.enter_context(
            _servers(folder=folder, env=env, installed=installed, settings=settings)
        )
        return _run(argv, {**env, **addresses})


@contextlib.contextmanager
def _throwaway_folder() -> Iterator[Path]:
    """A new folder that is gone afterwards; also clears those that killed runs left behind."""
    _sweep()
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
    folder.chmod(0o711)  # the servers' account must be able to pass through
    try:
        with open(folder / "lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    for link in (folder / "postgres", folder / "valkey"):
        if link.is_symlink():
            shutil.rmtree(link.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        SHELF.rmdir()  # only when it is empty


def _sweep() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        with contextlib.suppress(OSError):
            facts = folder.lstat()
            if facts.st_uid != os.geteuid() or time.time() - facts.st_mtime < 60:
                continue
            with open(folder / "lock", encoding="utf-8") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _stop_left_over(folder)
                _remove(folder)


def _stop_left_over(folder: Path) -> None:
    cluster = folder / "postgres" / "data"
    with contextlib.suppress(OSError, ValueError, IndexError):
        pid = int((cluster / "postmaster.pid").read_text().split()[0])
        if Path(os.readlink(f"/proc/{pid}/cwd")) == cluster.resolve():
            os.kill(pid, signal.SIGQUIT)
            wait_until(true=lambda: process_facts(pid=pid) is None, seconds=5)


@contextlib.contextmanager
def _servers(
    *,
    folder: Path,
    env: Mapping[str, str],
    installed: Installed | None,
    settings: Mapping[str, str],
) -> Iterator[dict[str, str]]:
    with contextlib.ExitStack() as stack:
        addresses: dict[str, str] = {}
        account = server_account()
        wanted = {name: key for name, key in _POSTGRES_URLS.items() if not env.get(name)}
        if wanted:
            cluster, port = stack.enter_context(_postgres(folder, account, installed, settings))
            for name, database in wanted.items():
                addresses[name] = cluster.url(port=port, database=database)
        numbers = {name: key for name, key in _REDIS_URLS.items() if not env.get(name)}
        if numbers:
            server = stack.enter_context(_valkey(folder, account, installed))
            for name, number in numbers.items():
                addresses[name] = server.url(database=number)
        yield addresses


@contextlib.contextmanager
def _postgres(
    folder: Path,
    account: Account | None,
    installed: Installed | None,
    settings: Mapping[str, str],
) -> Iterator[tuple[postgres.PostgresHome, int]]:
    place = place_home(wanted=folder / "postgres", account=account)
    home = postgres.prepare(
        home=place,
        secret_file=folder / "passwords.json",
        account=account,
        release=installed.postgres
        if installed
        else postgres.wheel_release(home=place, account=account),
        init_options=("--no-sync",),
    )
    log = folder / "postgres.log"
    for _attempt in range(_TRIES):
        port = find_free()
        process = _start(
            home.command(port=port, settings=settings),
            env=home.environment(),
            cwd=home.data,
            log=log,
            account=account,
        )
        if _came_up(process, partial(postgres.is_ready, home=home, port=port)):
            break
        stop(process=process, steps=postgres.STOP_STEPS)
    else:
        raise StartError(postgres.explain(log.read_text(errors="replace"), folder=place))
    try:
        postgres.create_databases(home=home, port=port)
        yield home, port
    finally:
        # Nothing here is kept: the quickest end is the right one.
        stop(process=process, steps=((signal.SIGQUIT, 5.0),))


@contextlib.contextmanager
def _valkey(
    folder: Path, account: Account | None, installed: Installed | None
) -> Iterator[valkey.ValkeyHome]:
    place = place_home(wanted=folder / "valkey", account=account)
    program = installed.redis if installed else valkey.wheel_program(home=place, account=account)
    log = folder / "valkey.log"
    for _attempt in range(_TRIES):
        home = valkey.prepare(home=place, port=find_free(), account=account, program=program)
        process = _start(
            home.command(),
            env=home.environment(),
            cwd=Path("/"),
            log=log,
            account=account,
        )
        if _came_up(process, partial(valkey.is_ready, home=home)):
            break
        stop(process=process, steps=valkey.STOP_STEPS)
    else:
        raise StartError(valkey.explain(log.read_text(errors="replace"), folder=folder))
    try:
        yield home
    finally:
        stop(process=process, steps=valkey.STOP_STEPS)


def _start(
    argv: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    log: Path,
    account: Account | None,
) -> subprocess.Popen[bytes]:
    with open(log, "ab") as output:
        return spawn(
            argv=argv,
            env=env,
            cwd=cwd,
            output=output.fileno(),
            account=account,
            death_signal=signal.SIGQUIT,
        )


def _came_up(process: subprocess.Popen[bytes], ready: Callable[[], bool]) -> bool:
    def settled() -> bool:
        return process.poll() is not None or ready()

    return wait_until(true=settled, seconds=_START_SECONDS) and process.poll() is None


def _run(argv: Sequence[str], env: Mapping[str, str]) -> int:
    try:
        process = spawn(
            argv=argv,
            env=env,
            cwd=Path.cwd(),
            output=None,
            account=None,
            death_signal=signal.SIGTERM,
        )
    except FileNotFoundError:
        raise StartError(_("There is no command {name}.").format(name=argv[0])) from None

    def forward(number: int, _frame: FrameType | None) -> None:
        if number not in _FROM_TERMINAL or not _in_foreground():
            process.send_signal(number)

    for number in _FORWARDED:
        signal.signal(number, forward)
    status = process.wait()
    return status if status >= 0 else 128 - status


def _in_foreground() -> bool:
    """The terminal itself has sent Ctrl-C to the command too; a second one would cut it short."""
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False

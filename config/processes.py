"""Child processes that never outlive us, and what Linux knows about a process."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.console import gettext as _

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_LINUX = sys.platform == "linux"
_libc = ctypes.CDLL(None, use_errno=True)
_CLOCK_TICKS = os.sysconf("SC_CLK_TCK")


class StartError(Exception):
    """Why something cannot start: one sentence, for the operator, ready to print."""


@dataclass(frozen=True)
class Account:
    """The unprivileged system account our servers run as when we are root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class ProcessFacts:
    """One line of /proc: `started` is in clock ticks since boot and tells a reused pid apart."""

    pid: int
    parent: int
    group: int
    state: str
    started: int


def server_account() -> Account | None:
    """`nobody` when we are root (Postgres refuses root), otherwise None: run as we are."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise StartError(
            _(
                "Postgres refuses to run as root and this system has no user `nobody`: start Kadai "
                "as an ordinary user, or set DATABASE_URL and SANDBOX_DATABASE_URL to a real server."
            )
        ) from None
    return Account(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


def spawn(
    *,
    argv: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    output: int | None,
    account: Account | None,
    death_signal: signal.Signals,
) -> subprocess.Popen[bytes]:
    """Start a child that receives `death_signal` when we die, however we die (Linux).

    `output` is an open file descriptor for both streams, and the child leads a session of its own.
    None is for a command in the foreground: it keeps our streams and our terminal. Call it from
    the main thread: Linux ties the death signal to the thread that forked.
    """
    return subprocess.Popen(
        list(argv),
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL if output is not None else None,
        stdout=output,
        stderr=output,
        start_new_session=output is not None,
        preexec_fn=_die_with(parent=os.getpid(), death_signal=death_signal),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def _die_with(*, parent: int, death_signal: signal.Signals) -> Callable[[], None]:
    def in_child() -> None:
        if _LINUX:
            # A shell starts its background jobs deaf to SIGINT and SIGQUIT.
            signal.signal(death_signal, signal.SIG_DFL)
            _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal))
            if os.getppid() != parent:  # it died before the call above
                os._exit(1)

    return in_child


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies: none gets away (Linux)."""
    if _LINUX:
        _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)


def run_as(
    *, argv: Sequence[str], account: Account | None, env: Mapping[str, str], cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run a short command to its end as that account; both streams come back in `stdout`."""
    return subprocess.run(
        list(argv),
        env=dict(env),
        cwd=cwd,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
        timeout=120,
        preexec_fn=_die_with(parent=os.getpid(), death_signal=signal.SIGTERM),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )


def stop(
    *,
    process: subprocess.Popen[bytes],
    steps: Sequence[tuple[signal.Signals, float]],
) -> None:
    """Send each signal in turn and wait that many seconds for the end; kill its group at last."""
    for number, patience in steps:
        if process.poll() is not None:
            break
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=patience)
    if process.poll() is None:
        process.kill()
        process.wait()


def kill_group(*, group: int, number: signal.Signals) -> None:
    """Signal a whole process group; an empty one is fine."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def process_facts(*, pid: int) -> ProcessFacts | None:
    """What /proc says of a live process; None when there is none (or no /proc)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return None
    # The command name is in parentheses and may itself hold spaces and parentheses.
    fields = stat.rpartition(")")[2].split()
    facts = ProcessFacts(
        pid=pid,
        parent=int(fields[1]),
        group=int(fields[2]),
        state=fields[0],
        started=int(fields[19]),
    )
    # A dead leader whose other threads still end keeps its ports until they have.
    is_dead = facts.state in "ZX" and int(fields[17]) <= 1
    return None if is_dead else facts


def all_processes() -> list[ProcessFacts]:
    """Every live process this system shows us; empty without /proc."""
    with contextlib.suppress(OSError):
        pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
        return [facts for pid in pids if (facts := process_facts(pid=pid)) is not None]
    return []


def process_variable(*, pid: int, name: str) -> str | None:
    """One environment variable another process was started with; None when unknown."""
    try:
        block = Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return None
    prefix = f"{name}=".encode()
    for entry in block.split(b"\0"):
        if entry.startswith(prefix):
            return entry[len(prefix) :].decode(errors="replace")
    return None


def wait_until(*, true: Callable[[], bool], seconds: float, every: float = 0.05) -> bool:
    """Poll until it is true; False when it still is not after so many seconds."""
    limit = time.monotonic() + seconds
    while not true():
        if time.monotonic() > limit:
            return False
        time.sleep(every)
    return True

"""What the supervisor needs to know of a process it keeps alive. Data only."""

import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from config.processes import Account


def _nothing() -> None:
    """No preparation."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A process to keep alive.

    `ready` answers within about three seconds. `prepare` runs before each start. On the way down
    the highest `stage` goes first; each stop step is a signal and the seconds to wait for it.
    `explain` turns what the process logged into the sentence for a failed first start.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    ready: Callable[[], bool]
    stage: int = 0
    account: Account | None = None
    prepare: Callable[[], None] = _nothing
    stop_steps: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 4.0),)
    death_signal: signal.Signals = signal.SIGTERM
    start_seconds: float = 45.0
    start_attempts: int = 1
    explain: Callable[[str], str] | None = None


@dataclass(frozen=True, kw_only=True)
class Step:
    """A command that must end well before we go on."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    cwd: Path
    limit_seconds: float = 300.0

"""Who runs in a data folder: a lock held while we live, and the children to find after a crash."""

import contextlib
import fcntl
import json
import os
import signal
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from config.console import gettext as _
from config.processes import (
    StartError,
    all_processes,
    kill_group,
    process_facts,
    process_variable,
    wait_until,
)

#: Every child carries it, so that one left behind can be told from a stranger.
MARKER = "KADAI_INSTANCE"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, kw_only=True)
class ChildRecord:
    """A child as the file keeps it; `started` is in clock ticks since boot."""

    name: str
    pid: int
    started: int
    death_signal: int


class RunRecord:
    """The file `run.json` of a data folder."""

    def __init__(self, *, folder: Path) -> None:
        self._file = folder / "run.json"
        self._url = ""

    def set_url(self, *, url: str) -> None:
        """The address a second start will point at."""
        self._url = url

    def write(self, *, children: list[ChildRecord]) -> None:
        """Note who is running now."""
        content = {
            "pid": os.getpid(),
            "boot": _boot(),
            "url": self._url,
            "children": [asdict(child) for child in children],
        }
        draft = self._file.with_suffix(".new")
        draft.write_text(json.dumps(content))
        draft.replace(self._file)

    def clear(self) -> None:
        """Nobody runs any more."""
        self._file.unlink(missing_ok=True)

    def read(self) -> tuple[int, str, str, list[ChildRecord]]:
        """Pid, boot, address and children of the last run; zeros when there is no (whole) file."""
        try:
            content = json.loads(self._file.read_text())
            children = [
                ChildRecord(
                    name=str(child["name"]),
                    pid=int(child["pid"]),
                    started=int(child["started"]),
                    death_signal=int(child["death_signal"]),
                )
                for child in content["children"]
            ]
            return int(content["pid"]), str(content["boot"]), str(content["url"]), children
        except (OSError, ValueError, KeyError, TypeError):
            return 0, "", "", []


def _boot() -> str:
    with contextlib.suppress(OSError):
        return _BOOT_ID.read_text().strip()
    return ""


@contextlib.contextmanager
def instance_lock(*, folder: Path) -> Iterator[RunRecord]:
    """Be the only one in this data folder, and stop what a killed run left in it.

    Raises StartError when another instance is running. The lock goes with our life, however it
    ends; children do not inherit it.
    """
    record = RunRecord(folder=folder)
    with open(folder / "run.lock", "a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid, _boot_id, url, _children = record.read()
            raise StartError(
                _(
                    "Kadai is already running in {folder} ({url}, process {pid}): use it, stop it, "
                    "or start another one with --data-dir and --free-ports."
                ).format(folder=folder, url=url or _("still starting"), pid=pid or "?")
            ) from None
        _stop_left_over(record, folder)
        try:
            yield record
        finally:
            record.clear()


def _stop_left_over(record: RunRecord, folder: Path) -> None:
    _pid, boot, _url, children = record.read()
    if not children or boot != _boot():
        return
    for child in children:
        if _is_alive(child):
            with contextlib.suppress(ProcessLookupError):
                os.kill(child.pid, signal.Signals(child.death_signal))
        else:
            _kill_members(child, folder)

    def gone() -> bool:
        return not any(_is_alive(child) or _members(child, folder) for child in children)

    if not wait_until(true=gone, seconds=10.0):
        for child in children:
            if _is_alive(child):
                kill_group(group=child.pid, number=signal.SIGKILL)
            _kill_members(child, folder)
        wait_until(true=gone, seconds=5.0)


def _is_alive(child: ChildRecord) -> bool:
    facts = process_facts(pid=child.pid)
    return facts is not None and facts.started == child.started


def _members(child: ChildRecord, folder: Path) -> list[int]:
    """The child's own children; the marker keeps strangers out."""
    return [
        facts.pid
        for facts in all_processes()
        if facts.group == child.pid
        and facts.pid != child.pid
        and process_variable(pid=facts.pid, name=MARKER) == str(folder)
    ]


def _kill_members(child: ChildRecord, folder: Path) -> None:
    for pid in _members(child, folder):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

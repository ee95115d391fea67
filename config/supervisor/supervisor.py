"""Start processes, keep them alive, stop them in order. Knows nothing of Kadai."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.console import gettext as _
from config.processes import (
    StartError,
    all_processes,
    kill_group,
    process_facts,
    spawn,
    wait_until,
)
from config.supervisor.record import ChildRecord, RunRecord
from config.supervisor.service import Service, Step

#: Pause before the n-th restart in a row, the last one for all that follow (seconds).
BACK_OFF = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
#: A child that lived this long (seconds) starts again from the first pause.
STEADY = 60.0
_TICK = 0.1
_LOG_LIMIT = 20 * 1024 * 1024
_LOG_CHECK = 30.0


class StopRequested(Exception):
    """Somebody asked us to stop while we were starting."""


@dataclass(kw_only=True)
class _Child:
    service: Service
    process: subprocess.Popen[bytes]
    log: Path
    log_offset: int
    since: float
    starts: int = 1
    ready: bool = False
    restart_at: float | None = None


class Supervisor:
    """The processes of one instance. Single-threaded: use it from the main thread only."""

    def __init__(self, *, logs: Path, record: RunRecord, announce: Callable[[str], None]) -> None:
        self._logs = logs
        self._record = record
        self._announce = announce
        self._children: list[_Child] = []
        self._stop_requested = False

    def request_stop(self) -> None:
        """Ask for the end; safe in a signal handler."""
        self._stop_requested = True

    def start(self, *, services: Sequence[Service], report: Callable[[str, float], None]) -> None:
        """Start them all at once and wait until each is ready; `report` gets name and seconds.

        Raises StartError with the sentence for the first that fails, StopRequested.
        """
        begun = time.monotonic()
        fresh = []
        for service in services:
            child = self._launch(service)
            fresh.append(child)
            self._children.append(child)
            self._note()
        while not all(child.ready for child in fresh):
            self._pause()
            for child in fresh:
                if not child.ready and self._has_come_up(child):
                    report(child.service.name, time.monotonic() - begun)

    def run_step(self, *, step: Step) -> float:
        """Run a command to its good end; the seconds it took. Raises StartError, StopRequested."""
        begun = time.monotonic()
        log = self._logs / f"{step.name}.log"
        offset = _size(log)
        with open(log, "ab") as output:
            process = spawn(
                argv=step.argv,
                env=step.env,
                cwd=step.cwd,
                output=output.fileno(),
                account=None,
                death_signal=signal.SIGTERM,
            )
        try:
            while process.poll() is None:
                self._pause()
                if time.monotonic() - begun > step.limit_seconds:
                    raise StartError(
                        _("{name} did not end within {seconds:.0f} s; its log is {log}.").format(
                            name=step.name, seconds=step.limit_seconds, log=log
                        )
                    )
        finally:
            if process.poll() is None:
                kill_group(group=process.pid, number=signal.SIGKILL)
                process.wait()
        if process.returncode != 0:
            raise StartError(_failure(step.name, process.returncode, log, offset))
        return time.monotonic() - begun

    def watch(self) -> None:
        """Keep them alive until somebody asks us to stop."""
        logs_checked = time.monotonic()
        while not self._stop_requested:
            time.sleep(_TICK)
            for child in self._children:
                self._keep_alive(child)
            self._reap_strangers()
            if time.monotonic() - logs_checked > _LOG_CHECK:
                logs_checked = time.monotonic()
                self._trim_logs()

    def stop(self) -> None:
        """Stop everything, highest stage first, each stage together."""
        for stage in sorted({child.service.stage for child in self._children}, reverse=True):
            _stop_together([child for child in self._children if child.service.stage == stage])
        self._clear_strangers(seconds=1.0)
        self._children.clear()

    def _launch(self, service: Service) -> _Child:
        service.prepare()
        log = self._logs / f"{service.name}.log"
        offset = _size(log)
        with open(log, "ab") as output:
            process = spawn(
                argv=service.argv,
                env=service.env,
                cwd=service.cwd,
                output=output.fileno(),
                account=service.account,
                death_signal=service.death_signal,
            )
        return _Child(
            service=service, process=process, log=log, log_offset=offset, since=time.monotonic()
        )

    def _relaunch(self, child: _Child) -> None:
        again = self._launch(child.service)
        child.process, child.log_offset, child.since = again.process, again.log_offset, again.since
        child.starts += 1
        child.ready = False
        child.restart_at = None
        self._note()

    def _has_come_up(self, child: _Child) -> bool:
        service = child.service
        status = child.process.poll()
        if status is None:
            child.ready = service.ready()
            if not child.ready and time.monotonic() - child.since > service.start_seconds:
                raise StartError(
                    _("{name} did not answer within {seconds:.0f} s; its log is {log}.").format(
                        name=service.name, seconds=service.start_seconds, log=child.log
                    )
                )
        elif child.starts < service.start_attempts:
            self._clear_group(child)
            time.sleep(1.0)
            self._relaunch(child)
        elif service.explain:
            raise StartError(service.explain(_tail(child.log, child.log_offset)))
        else:
            raise StartError(_failure(service.name, status, child.log, child.log_offset))
        return child.ready

    def _keep_alive(self, child: _Child) -> None:
        service = child.service
        if child.restart_at is None:
            status = child.process.poll()
            if status is None:
                if not child.ready and service.ready():
                    child.ready = True
                    self._announce(_("{name} runs again.").format(name=service.name))
                return
            self._clear_group(child)
            if time.monotonic() - child.since > STEADY:
                child.starts = 1
            pause = BACK_OFF[min(child.starts, len(BACK_OFF)) - 1]
            child.restart_at = time.monotonic() + pause
            self._announce(
                _(
                    "{name} ended ({status}) and starts again in {pause} s; its log is {log}."
                ).format(name=service.name, status=_status(status), pause=pause, log=child.log)
            )
        elif time.monotonic() >= child.restart_at:
            try:
                self._relaunch(child)
            except (OSError, StartError) as error:
                # A full disk, say: the next try may find it better.
                child.restart_at = time.monotonic() + BACK_OFF[-1]
                self._announce(str(error))

    def _clear_group(self, child: _Child) -> None:
        """A dead child's own children would hold its port and its files."""
        kill_group(group=child.process.pid, number=signal.SIGKILL)
        # Postgres backends lead sessions of their own; they leave when they miss their parent.
        self._clear_strangers(seconds=3.0)

    def _clear_strangers(self, *, seconds: float) -> None:
        """End the orphans that became our children (see `adopt_orphans`)."""

        def gone() -> bool:
            self._reap_strangers()
            return not self._strangers()

        if not wait_until(true=gone, seconds=seconds):
            for pid in self._strangers():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            wait_until(true=gone, seconds=2.0)

    def _strangers(self) -> list[int]:
        known = {child.process.pid for child in self._children}
        return [
            facts.pid
            for facts in all_processes()
            if facts.parent == os.getpid() and facts.pid not in known
        ]

    def _reap_strangers(self) -> None:
        """Collect the exit status of adopted processes, and leave those of our own alone."""
        known = {child.process.pid: child.process for child in self._children}
        with contextlib.suppress(ChildProcessError):
            while found := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                if found.si_pid in known:
                    known[found.si_pid].poll()
                else:
                    os.waitpid(found.si_pid, 0)

    def _pause(self) -> None:
        if self._stop_requested:
            raise StopRequested
        time.sleep(_TICK)

    def _note(self) -> None:
        records = []
        for child in self._children:
            facts = process_facts(pid=child.process.pid)
            if facts is not None:
                records.append(
                    ChildRecord(
                        name=child.service.name,
                        pid=facts.pid,
                        started=facts.started,
                        death_signal=int(child.service.death_signal),
                    )
                )
        with contextlib.suppress(OSError):  # a full disk: what runs goes on without the note
            self._record.write(children=records)

    def _trim_logs(self) -> None:
        """Keep one older piece of each log; the writers append, so cutting theirs short is safe."""
        for log in self._logs.glob("*.log"):
            with contextlib.suppress(OSError):
                if log.stat().st_size > _LOG_LIMIT:
                    shutil.copyfile(log, log.with_suffix(".log.1"))
                    os.truncate(log, 0)


def _stop_together(children: Sequence[_Child]) -> None:
    begun = time.monotonic()
    plans = {id(child): list(child.service.stop_steps) for child in children}
    due = {id(child): begun for child in children}
    alive = list(children)
    while alive:
        for child in alive:
            if child.process.poll() is None and time.monotonic() >= due[id(child)]:
                if plans[id(child)]:
                    number, patience = plans[id(child)].pop(0)
                    child.process.send_signal(number)
                    due[id(child)] = time.monotonic() + patience
                else:
                    kill_group(group=child.process.pid, number=signal.SIGKILL)
                    due[id(child)] = time.monotonic() + 1.0
        alive = [child for child in alive if child.process.poll() is None]
        time.sleep(0.02)
    for child in children:
        kill_group(group=child.process.pid, number=signal.SIGKILL)


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _tail(log: Path, offset: int) -> str:
    with open(log, "rb") as file:
        file.seek(max(offset, _size(log) - 65536))
        return file.read().decode(errors="replace")


def _status(status: int) -> str:
    if status < 0:
        return _("signal {number}").format(number=-status)
    return _("status {number}").format(number=status)


def _failure(name: str, status: int, log: Path, offset: int) -> str:
    text = _tail(log, offset)
    if "No space left on device" in text:
        return _("The disk that holds {folder} is full: free some space and start again.").format(
            folder=log.parent
        )
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return _("{name} ended with {status}: {line} (its log is {log}).").format(
        name=name, status=_status(status), line=lines[-1] if lines else "-", log=log
    )

"""Several things at the same time, each on a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Barrier, BrokenBarrierError, Event
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, connections, models

from core.errors import KadaiError

M = TypeVar("M", bound=models.Model)

#: How long one side of a race waits for the other; under a lock the other cannot come.
PATIENCE = 1.5
_LIMIT = 60


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Start the calls together; what each returned, or the refusal it met.

    Anything else that a call raises, a deadlock say, fails the test.
    """
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(timeout=10)
            return call()
        except KadaiError as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(run, call) for call in calls]
        return [future.result(timeout=_LIMIT) for future in futures]


def refusals(results: Sequence[Any]) -> list[str]:
    """The codes of those that were refused."""
    return sorted(result.code for result in results if isinstance(result, KadaiError))


def winners(results: Sequence[Any]) -> list[Any]:
    """What those that were not refused returned."""
    return [result for result in results if not isinstance(result, KadaiError)]


def plain_get(model: type[M], *, pk: UUID) -> M:
    """`core.locks.lock_row` without the lock: what a race looks like without it."""
    return model._default_manager.get(pk=pk)


class Meeting:
    """A point that all of a race pass together, or alone after PATIENCE where a lock parts them."""

    def __init__(self, *, parties: int = 2) -> None:
        self._barrier = Barrier(parties)

    def wait(self) -> None:
        with suppress(BrokenBarrierError):
            self._barrier.wait(timeout=PATIENCE)

    def after(self, call: Callable[..., Any]) -> Callable[..., Any]:
        """The call, with the meeting behind it."""

        def met(*args: Any, **kwargs: Any) -> Any:
            result = call(*args, **kwargs)
            self.wait()
            return result

        return met


@dataclass
class Pause:
    """A thread stops where it sets `reached`, until `go` is set."""

    reached: Event = field(default_factory=Event)
    go: Event = field(default_factory=Event)

    def here(self) -> None:
        """Stop, once; nobody waits longer than PATIENCE for a lock's sake."""
        if not self.reached.is_set():
            self.reached.set()
            self.go.wait(timeout=PATIENCE)


@contextmanager
def pause_before(*, statement: str, pause: Pause) -> Iterator[None]:
    """Stop this thread before it sends the first statement that holds this text."""

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if statement in sql:
            pause.here()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield


def between(*, first: Callable[[], Any], statement: str, second: Callable[[], Any]) -> list[Any]:
    """Run `first` up to before a statement, then all of `second`, then the rest of `first`.

    Where a lock keeps `second` out, it follows after `first` has gone on.
    """
    pause = Pause()

    def interrupted() -> Any:
        with pause_before(statement=statement, pause=pause):
            return first()

    def intruder() -> Any:
        assert pause.reached.wait(timeout=10), f"no statement holds {statement}"
        try:
            return second()
        finally:
            pause.go.set()

    return at_once(interrupted, intruder)

"""Transition tables: a state machine is one mapping of (state, event) to state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class IllegalTransition(Exception):
    """The machine's table has no row for this state and event."""

    def __init__(self, machine: str, state: str, event: str) -> None:
        self.machine, self.state, self.event = machine, state, event
        super().__init__(f"{machine}: {event} is not possible in state {state}")


@dataclass(frozen=True)
class TransitionTable(Generic[S, E]):
    """All that a machine may do. Any pair that is not in `rows` raises."""

    name: str
    initial: S
    rows: Mapping[tuple[S, E], S]

    def next(self, state: S, event: E) -> S:
        """The state after `event`. Raises IllegalTransition."""
        try:
            return self.rows[state, event]
        except KeyError:
            raise IllegalTransition(self.name, state, event) from None

    def allows(self, state: S, event: E) -> bool:
        return (state, event) in self.rows

    @property
    def final(self) -> frozenset[S]:
        """States that no event leaves."""
        left = {state for state, _ in self.rows}
        states = {self.initial, *self.rows.values()}
        return frozenset(states - left)

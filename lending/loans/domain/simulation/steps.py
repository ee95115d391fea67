"""What happened to a loan, one step each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from lending.loans.domain.engine.book import Book


@dataclass(slots=True, kw_only=True, eq=False)
class Step:
    """Something that happened on a day. `with_step` is undone together with it."""

    on: date
    number: int
    name: str
    run: Callable[[Book], object]
    amount: int = 0
    first: int = 0
    refunds_interest: bool = False
    with_step: Step | None = None
    is_undone: bool = False

    @property
    def stands(self) -> bool:
        return not self.is_undone and (self.with_step is None or self.with_step.stands)

"""The rows a borrower sees: what each instalment asks and what of it is paid."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from lending.loans.domain.allocation import Component

#: What is owed beside principal and interest.
CHARGES: Final = (Component.FEE, Component.PENALTY)


def nothing() -> dict[Component, int]:
    return dict.fromkeys(Component, 0)


@dataclass(slots=True)
class Row:
    """One instalment, or a down payment, or one that was added after maturity. Minor units.

    `ahead` and `late` are the parts that were paid before and after the due date. `met_on` is the
    day on which nothing was left to pay.
    """

    start: date
    due: date
    asked: dict[Component, int] = field(default_factory=nothing)
    paid: dict[Component, int] = field(default_factory=nothing)
    credited: dict[Component, int] = field(default_factory=nothing)
    forgiven: dict[Component, int] = field(default_factory=nothing)
    ahead: int = 0
    late: int = 0
    met_on: date | None = None
    is_down_payment: bool = False
    is_additional: bool = False
    is_replanned: bool = False

    def open(self, component: Component) -> int:
        return self.asked[component] - self.paid[component] - self.forgiven[component]

    @property
    def total_open(self) -> int:
        return sum(self.open(component) for component in Component)

    @property
    def asks_more_than_charges(self) -> bool:
        return any(self.asked[c] or self.paid[c] for c in Component if c not in CHARGES)

    @property
    def is_met(self) -> bool:
        return self.met_on is not None

    def pay(self, component: Component, amount: int, on: date) -> int:
        """Take up to `amount` for one component; returns what was taken."""
        part = min(max(self.open(component), 0), amount)
        self.paid[component] += part
        if on < self.due:
            self.ahead += part
        elif on > self.due:
            self.late += part
        self.met_on = None if self.total_open else on
        return part

    def forgive(self, component: Component, amount: int, on: date) -> int:
        """Give up to `amount` of one component up; returns what was given up."""
        part = min(max(self.open(component), 0), amount)
        self.forgiven[component] += part
        self.review(on)
        return part

    def review(self, on: date) -> None:
        """After a change of what is asked: is it met now, or no longer?"""
        if self.met_on is None and not self.total_open:
            self.met_on = on
        elif self.met_on is not None and self.total_open:
            self.met_on = None

"""An instalment while folding. Minor units; balance-days are exact sums."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Final

from lending.loans.domain.allocation import Component
from lending.loans.domain.arithmetic import earned_minor
from lending.loans.domain.calendar import Period

Meter = dict[tuple[Decimal, int | Fraction], int]
Claims = dict[Component, int]

#: Claims beside principal.
EXTRAS: Final = (Component.PENALTY, Component.FEE, Component.INTEREST)


def no_claims() -> Claims:
    """Zero of each kind."""
    return dict.fromkeys(Component, 0)


class Row:
    """What one instalment asks, and what was paid and given up of it.

    Interest and penalty interest are metered as days pass. `charged` are charges of its own,
    income once its period has begun; `carried` are claims of other rows that it asks instead of
    them: they were earned there.
    """

    def __init__(self, period: Period, principal: int = 0) -> None:
        self.period = period
        self.principal = principal
        self.opening = 0
        self.meter: Meter = {}
        self.penalty_meter: Meter = {}
        self.charged = no_claims()
        self.carried = no_claims()
        self.paid = no_claims()
        self.waived = no_claims()
        self.has_late_fee = False
        self.last_paid_on: date | None = None

    # --- what was earned ----------------------------------------------------------------------

    def metered(self, more: Mapping[tuple[Decimal, int | Fraction], int] | None = None) -> int:
        """Interest of its period so far, or with `more` balance-days to come."""
        if not more:
            return earned_minor(parts=self.meter) if self.meter else 0
        parts = dict(self.meter)
        for key, days in more.items():
            parts[key] = parts.get(key, 0) + days
        return earned_minor(parts=parts)

    def metered_penalty(self) -> int:
        """Penalty interest so far."""
        return earned_minor(parts=self.penalty_meter) if self.penalty_meter else 0

    def earned(self) -> Claims:
        """Its income so far, if its period has begun."""
        return {
            Component.PENALTY: self.metered_penalty() + self.charged[Component.PENALTY],
            Component.FEE: self.charged[Component.FEE],
            Component.INTEREST: self.metered(),
            Component.PRINCIPAL: 0,
        }

    # --- what it asks ------------------------------------------------------------------------

    def asked(self) -> Claims:
        """All that it asks so far, less what was given up."""
        earned, carried, waived = self.earned(), self.carried, self.waived
        parts = {part: earned[part] + carried[part] - waived[part] for part in EXTRAS}
        parts[Component.PRINCIPAL] = self.principal - waived[Component.PRINCIPAL]
        return parts

    def open(self) -> Claims:
        """What is still to be paid of that."""
        asked, paid = self.asked(), self.paid
        return {part: asked[part] - paid[part] for part in Component}

    @property
    def open_principal(self) -> int:
        return self.principal - self.waived[Component.PRINCIPAL] - self.paid[Component.PRINCIPAL]

    def open_interest(self) -> int:
        """Interest that is still to be paid."""
        part = Component.INTEREST
        return self.metered() + self.carried[part] - self.waived[part] - self.paid[part]

    def is_behind(self) -> bool:
        """Whether it makes the loan overdue, once its day has passed."""
        return self.open_principal > 0 or self.open_interest() > 0

    # --- moving claims to other rows ----------------------------------------------------------

    def close(self) -> tuple[Claims, Claims]:
        """Ask no more than what was paid. Returns what was open, and what had been earned."""
        still_open, earned = self.open(), self.earned()
        self.meter, self.penalty_meter, self.charged = {}, {}, no_claims()
        self.waived = no_claims()
        self.carried = {**self.paid, Component.PRINCIPAL: 0}
        self.principal = self.paid[Component.PRINCIPAL]
        return still_open, earned

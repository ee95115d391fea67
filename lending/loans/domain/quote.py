"""The figures a borrower sees before signing (试算, 明示表)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import Money, total
from lending.loans.domain.irr import CashFlow, annual_cost, total_cost
from lending.loans.domain.schedule import Instalment, build_schedule
from lending.loans.domain.terms import LoanTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFigures:
    """A loan in figures if everything is paid on its day.

    `instalment_amount` is the first instalment's total. `total_cost` is interest and charges;
    `annual_cost` is the rate by IRR of them all (fraction).
    """

    schedule: tuple[Instalment, ...]
    total_interest: Money
    total_repayment: Money
    total_cost: Money
    annual_cost: Decimal
    first_due_on: date
    last_due_on: date
    instalment_amount: Money


def quote(*, terms: LoanTerms, charges: Sequence[CashFlow] = ()) -> QuoteFigures:
    """The figures of `terms`. `charges` are what the borrower pays besides, positive, by day;
    they count into the cost, not into the repayment."""
    schedule = build_schedule(terms=terms)
    currency = terms.principal.currency
    flows = [
        (terms.disbursed_on, terms.principal),
        *((row.due_on, -row.total) for row in schedule),
        *((on, -amount) for on, amount in charges),
    ]
    return QuoteFigures(
        schedule=schedule,
        total_interest=total([row.interest for row in schedule], currency),
        total_repayment=total([row.total for row in schedule], currency),
        total_cost=total_cost(cash_flows=flows),
        annual_cost=annual_cost(cash_flows=flows),
        first_due_on=schedule[0].due_on,
        last_due_on=schedule[-1].due_on,
        instalment_amount=schedule[0].total,
    )

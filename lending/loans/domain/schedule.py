"""The repayment schedule (还款计划) as agreed: what falls due when, before anything is paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.money import Money
from lending.loans.domain.arithmetic import MATH, accrued_minor, to_minor
from lending.loans.domain.calendar import Period, interest_periods
from lending.loans.domain.terms import LoanTerms
from lending.products.domain.methods import Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One agreed instalment. `opening` is the principal outstanding over its period."""

    number: int
    starts_on: date
    due_on: date
    opening: Money
    principal: Money
    interest: Money

    @property
    def total(self) -> Money:
        return self.principal + self.interest


def build_schedule(*, terms: LoanTerms) -> tuple[Instalment, ...]:
    """The agreed schedule. Principal sums to the loan; interest is rounded once per instalment."""
    periods = interest_periods(terms=terms)
    plan = plan_principal(balance=terms.principal.minor, periods=periods, terms=terms)
    currency = terms.principal.currency
    rows: list[Instalment] = []
    balance = terms.principal.minor
    for period, principal in zip(periods, plan, strict=True):
        rows.append(
            Instalment(
                number=period.number,
                starts_on=period.starts_on,
                due_on=period.due_on,
                opening=Money(balance, currency),
                principal=Money(principal, currency),
                interest=Money(period_interest(balance, period, terms), currency),
            )
        )
        balance -= principal
    return tuple(rows)


def plan_principal(*, balance: int, periods: Sequence[Period], terms: LoanTerms) -> list[int]:
    """Divide a balance (minor units) over the periods by the loan's method; sums to it exactly.

    EQUAL_INSTALMENTS: an instalment is the annuity over the periods' own rate factors, rounded
    once; its principal is what interest leaves of it. EQUAL_PRINCIPAL: equal parts, rounded once.
    FLAT: the same, and because its interest is equal too the instalments are.
    INTEREST_ONLY, BULLET, DAILY_FLEXIBLE: everything at maturity. The last takes the rest.
    """
    if terms.method.repays_at_once:
        return [0] * (len(periods) - 1) + [balance]
    if terms.method in (Method.EQUAL_PRINCIPAL, Method.FLAT):
        part = to_minor(MATH.divide(balance, len(periods)))
        return _principal_parts(balance, [part] * (len(periods) - 1))
    instalment = _annuity(balance, [p.rate_factor(annual_rate=terms.annual_rate) for p in periods])
    plan: list[int] = []
    left = balance
    for period in periods[:-1]:
        # Neither bound binds for real amounts; a loan of a few cents may reach them by rounding.
        part = min(max(instalment - period_interest(left, period, terms), 0), left)
        plan.append(part)
        left -= part
    return [*plan, left]


def period_interest(balance: int, period: Period, terms: LoanTerms) -> int:
    """Interest (minor units) of a whole period on an unchanged balance, rounded once."""
    return accrued_minor(
        balance_days=interest_base(balance=balance, terms=terms) * period.days,
        annual_rate=terms.annual_rate,
        year_days=period.year_days,
    )


def interest_base(*, balance: int, terms: LoanTerms) -> int:
    """What interest runs on (minor units): FLAT bears on all that was lent while any is left."""
    return terms.principal.minor if terms.method is Method.FLAT and balance else balance


def _principal_parts(balance: int, wanted: Sequence[int]) -> list[int]:
    plan: list[int] = []
    for part in wanted:
        plan.append(min(part, balance - sum(plan)))
    return [*plan, balance - sum(plan)]


def _annuity(balance: int, factors: Sequence[Decimal]) -> int:
    """The equal instalment F*B/fn with F = prod(1+f_i), fn = 1 + fn*(1+f_i) from the second on."""
    growth, divisor = Decimal(1), Decimal(0)
    for factor in factors:
        step = MATH.add(1, factor)
        growth = MATH.multiply(growth, step)
        divisor = MATH.add(1, MATH.multiply(divisor, step))
    return to_minor(MATH.divide(MATH.multiply(growth, balance), divisor))

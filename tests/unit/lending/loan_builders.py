"""Short ways to write loans in tests, and random ones for Hypothesis."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from core.money import Money
from lending.loans.domain import (
    DayCount,
    Disbursed,
    LoanEvent,
    LoanTerms,
    Method,
    Paid,
    PaymentKind,
    build_schedule,
)

BASE = LoanTerms(
    principal=Money(300_000, "CNY"),
    method=Method.EQUAL_INSTALMENTS,
    annual_rate=Decimal("0.12"),
    instalments=3,
    disbursed_on=date(2026, 1, 15),
    day_count=DayCount.THIRTY_360,
)


def make_terms(**changes: Any) -> LoanTerms:
    return replace(BASE, **changes)


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def disbursed(terms: LoanTerms) -> Disbursed:
    return Disbursed(on=terms.disbursed_on, amount=terms.principal)


def paid(
    on: date, amount: Money, kind: PaymentKind = PaymentKind.MANUAL, reference: str = ""
) -> Paid:
    return Paid(on=on, amount=amount, kind=kind, reference=reference or f"{on}/{amount}")


def paid_on_every_due_date(terms: LoanTerms) -> list[LoanEvent]:
    payments = [
        paid(row.due_on, row.total, PaymentKind.DUE, f"due-{row.number}")
        for row in build_schedule(terms=terms)
        if row.total
    ]
    return [disbursed(terms), *payments]


rates = st.integers(0, 3600).map(lambda n: Decimal(n) / 10_000)


@st.composite
def loan_terms(draw: st.DrawFn) -> LoanTerms:
    method = draw(st.sampled_from(Method))
    counts = [c for c in DayCount if c is not DayCount.THIRTY_360]
    if method is not Method.DAILY_FLEXIBLE:
        counts = list(DayCount)
    return LoanTerms(
        principal=Money(draw(st.integers(1, 100) | st.integers(1, 10**10)), "CNY"),
        method=method,
        annual_rate=draw(rates),
        instalments=draw(st.integers(1, 24)),
        disbursed_on=draw(st.dates(date(2023, 1, 1), date(2030, 12, 31))),
        day_count=draw(st.sampled_from(counts)),
        due_day=draw(st.none() | st.integers(1, 31)),
        first_period_min_days=draw(st.integers(1, 31)),
        penalty_uplift=draw(st.sampled_from([Decimal(0), Decimal("0.3"), Decimal("0.5")])),
        grace_days=draw(st.integers(0, 5)),
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[LoanTerms, list[LoanEvent], date]:
    """Terms, a history of up to six payments of any size and kind, and the day after its last."""
    terms = draw(loan_terms())
    events: list[LoanEvent] = [disbursed(terms)]
    day = terms.disbursed_on
    for number in range(draw(st.integers(0, 6))):
        day += timedelta(days=draw(st.integers(0, 200)))
        share = draw(st.integers(1, 1000))
        amount = Money(max(terms.principal.minor * share // 1000, 1), "CNY")
        events.append(paid(day, amount, draw(st.sampled_from(PaymentKind)), f"p{number}"))
    return terms, events, day + timedelta(days=draw(st.integers(0, 400)))

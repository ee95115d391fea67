"""(d) Replay of a loan of 36 instalments with 40 events."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from bench.report import Row, median_rate, per_second
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
    replay,
)

_CALLS: Final = 50
_INSTALMENTS: Final = 36
_EVENTS: Final = 40


def measure_replay(*, rounds: int) -> Row:
    """All instalments paid, every third late; a few early repayments between them."""
    terms = LoanTerms(
        principal=Money(3_600_000, "CNY"),
        method=Method.EQUAL_INSTALMENTS,
        annual_rate=Decimal("0.12"),
        instalments=_INSTALMENTS,
        disbursed_on=date(2027, 1, 15),
        day_count=DayCount.ACTUAL_365,
    )
    events = _life(terms)
    end = build_schedule(terms=terms)[-1].due_on
    rate = median_rate(
        lambda _number: replay(terms=terms, events=events, as_of=end), calls=_CALLS, rounds=rounds
    )
    return Row(
        what=f"replay of {_INSTALMENTS} instalments, {len(events)} events",
        ours=f"{per_second(rate)} loans ({1000 / rate:.1f} ms)",
        reference="",
    )


def _life(terms: LoanTerms) -> list[LoanEvent]:
    paid: list[Paid] = []
    rows = build_schedule(terms=terms)
    for row in rows:
        late = timedelta(days=4 if row.number % 3 == 0 else 0)
        paid.append(_paid(row.due_on + late, row.total, f"due-{row.number}"))
    early = rows[5 :: len(rows) // 3][: _EVENTS - 1 - len(rows)]
    paid += [
        _paid(row.due_on + timedelta(days=9), row.total, f"more-{row.number}") for row in early
    ]
    paid.sort(key=lambda event: event.on)
    first: list[LoanEvent] = [Disbursed(on=terms.disbursed_on, amount=terms.principal, sequence=1)]
    return first + [
        Paid(
            on=event.on,
            amount=event.amount,
            kind=event.kind,
            reference=event.reference,
            sequence=number,
        )
        for number, event in enumerate(paid, start=2)
    ]


def _paid(on: date, amount: Money, reference: str) -> Paid:
    return Paid(on=on, amount=amount, kind=PaymentKind.MANUAL, reference=reference)

"""What SQL makes of a day of loans on plan is what the replay says: line by line, cent by cent."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from core.ids import uuid7
from core.money import Money
from lending.ledger.domain import AccountCode
from lending.ledger.models import Line
from lending.loans.domain import DayCount, LoanEvent, LoanState, LoanTerms, replay
from lending.loans.domain.codec import terms_to_json
from lending.loans.domain.on_plan import DOUBT
from lending.loans.models import Loan, LoanInstalment
from lending.loans.operations.closing import FIRST, LAST, close_plan_slice
from lending.loans.operations.fold import apply_state
from lending.loans.queries.classification import thresholds
from lending.products.queries import product_books
from tests.clones import clone_loan
from tests.fixtures.house import House
from tests.unit.lending.loan_builders import loan_terms, make_terms, paid_on_every_due_date

pytestmark = pytest.mark.django_db

DAY = date(2027, 4, 16)
_KEPT = ("id", "number", "drawdown_id", "closed_through", "terms")


def _life(terms: LoanTerms) -> list[LoanEvent]:
    """Every instalment paid on its due date, until the day before DAY."""
    return [event for event in paid_on_every_due_date(terms) if event.on < DAY]


@st.composite
def lives(draw: st.DrawFn) -> LoanTerms:
    """Terms of a loan that runs on DAY: in the middle, on a due date, or on its first day."""
    if draw(st.integers(0, 3)) == 0:
        return draw(ties())
    terms = draw(loan_terms())
    return replace(terms, disbursed_on=DAY - timedelta(days=draw(st.integers(0, 200))))


@st.composite
def ties(draw: st.DrawFn) -> LoanTerms:
    """15 of 30 days have passed, and have earned exactly half a unit more than a whole number.

    100 x odd at 12 % / 360: x 0.005. 500 x odd at 7.3 % / 365: x 0.003. The share of 10 % / 365
    has no last digit: 365 x odd earns a half, but not to 19 digits.
    """
    unit, rate, count = draw(
        st.sampled_from(
            [
                (100, Decimal("0.12"), DayCount.THIRTY_360),
                (100, Decimal("0.12"), DayCount.ACTUAL_360),
                (500, Decimal("0.073"), DayCount.ACTUAL_365),
                (365, Decimal("0.1"), DayCount.ACTUAL_365),
            ]
        )
    )
    return make_terms(
        principal=Money(unit * (2 * draw(st.integers(0, 10**6)) + 1), "CNY"),
        annual_rate=rate,
        day_count=count,
        disbursed_on=DAY - timedelta(days=15),
        instalments=draw(st.integers(1, 6)),
    )


def _columns(row: Loan | LoanInstalment) -> dict[str, Any]:
    return {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if field.attname not in _KEPT
    }


def _as_replayed(loan: Loan, state: LoanState) -> dict[str, Any]:
    """The columns of a loan that the replay of `state` writes."""
    limits = thresholds(regime=loan.product_version.regime, as_of=DAY)
    with transaction.atomic():
        apply_state(loan, state=state, plain=True, limits=limits)
        loan.interest_posted = state.accrued_interest.minor
        found = {"loan": _columns(loan), "rows": _rows(loan)}
        transaction.set_rollback(True)
    return found


def _rows(loan: Loan) -> list[dict[str, Any]]:
    return [_columns(row) for row in LoanInstalment.objects.filter(loan=loan).order_by("number")]


def _in_doubt(loan: Loan) -> bool:
    """Whether the day's interest is at the half of a unit but for what 19 digits hold."""
    if loan.plan_due_on is None or loan.plan_starts_on is None or loan.plan_due_on <= DAY:
        return False
    days, length = (DAY - loan.plan_starts_on).days, (loan.plan_due_on - loan.plan_starts_on).days
    whole = loan.plan_opening * Decimal(loan.plan_factor)
    above_half = 2 * (whole * days % length) - length
    if not above_half and whole == round(whole, 4):
        return False
    return bool(abs(above_half) <= whole * days * DOUBT)


@pytest.fixture
def template(house: House) -> Loan:
    """A loan to copy; no day of it is closed here."""
    loan = Loan.objects.get(pk=house.loan(house.borrower(), amount=50_000))
    Loan.objects.filter(pk=loan.pk).update(closed_through=date(2029, 1, 1))
    return loan


def _book(template: Loan, lives: list[LoanTerms]) -> dict[Loan, list[LoanEvent]]:
    """Loans whose every day before DAY is closed by replay."""
    rows = clone_loan(
        template,
        len(lives),
        terms=[terms_to_json(terms=terms) for terms in lives],
        disbursed_on=[terms.disbursed_on for terms in lives],
        principal=[terms.principal.minor for terms in lives],
        closed_through=[DAY - timedelta(days=1)] * len(lives),
    )
    limits = thresholds(regime=template.product_version.regime, as_of=DAY)
    book = {}
    for loan, terms in zip(rows, lives, strict=True):
        book[loan] = _life(terms)
        known = max(loan.closed_through, terms.disbursed_on)
        state = replay(terms=terms, events=book[loan], as_of=known)
        apply_state(loan, state=state, plain=True, limits=limits)
        loan.interest_posted = state.accrued_interest.minor
        loan.save()
    return book


@given(lives=st.lists(lives(), min_size=20, max_size=40))
@settings(
    max_examples=15,
    deadline=None,
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_day_closed_by_sql_is_the_day_replayed(template: Loan, lives: list[LoanTerms]) -> None:
    with transaction.atomic():
        book = _book(template, lives)
        ready = {loan for loan in book if loan.on_plan and loan.due_since is None}
        before = {loan.pk: loan.interest_posted for loan in book}

        close_plan_slice(
            day=DAY,
            after=FIRST,
            last=LAST,
            key=(uuid7(), 0),
            books=product_books(),
            now=template.disbursed_at,
        )

        earned: Counter[Any] = Counter()
        for loan, terms in zip(book, lives, strict=True):
            closed = Loan.objects.get(pk=loan.pk)
            by_sql = closed.closed_through == DAY
            assert by_sql == (loan in ready and not _in_doubt(loan)), loan.plan_factor
            if by_sql:
                state = replay(terms=terms, events=book[loan], as_of=DAY)
                found = {"loan": _columns(closed), "rows": _rows(closed)}
                assert found == _as_replayed(closed, state)
                earned[loan.pk] = state.accrued_interest.minor - before[loan.pk]
        lines = Line.objects.filter(
            entry__business_date=DAY, account__code=AccountCode.INTEREST_RECEIVABLE
        )
        assert Counter(dict(lines.values_list("subject", "amount"))) == +earned
        assume(len(ready) > len(book) // 2)
        transaction.set_rollback(True)

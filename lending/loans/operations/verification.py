"""Proving the loans: what is stored of each is compared with a replay of its history."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet, prefetch_related_objects

from core.money import Money
from lending.ledger.domain import AccountCode
from lending.ledger.queries import list_loan_balances
from lending.loans.domain import InvalidEventsError, LoanEvent, LoanState, replay
from lending.loans.domain.books import balances
from lending.loans.domain.classification import Thresholds
from lending.loans.domain.on_plan import is_plain
from lending.loans.models import Loan
from lending.loans.operations.fold import apply_figures, posted, row_figures
from lending.loans.queries.classification import thresholds
from lending.loans.queries.fold import events_by_loan, loan_terms

#: Loans in memory at a time.
BATCH: Final = 500

_FIGURES: Final = (
    "outstanding_principal",
    "next_due_on",
    "days_past_due",
    "asset_class",
    "stage",
    "settled_on",
    "due_since",
    "on_plan",
    "plan_number",
    "plan_starts_on",
    "plan_due_on",
    "plan_opening",
    "plan_factor",
    "plan_earned",
)
#: What is booked on the loan itself; cash and clearing are the house's.
_ACCOUNTS: Final = (
    AccountCode.LOAN_PRINCIPAL,
    AccountCode.INTEREST_RECEIVABLE,
    AccountCode.PENALTY_RECEIVABLE,
    AccountCode.FEE_RECEIVABLE,
    AccountCode.INTEREST_INCOME,
    AccountCode.PENALTY_INCOME,
    AccountCode.FEE_INCOME,
    AccountCode.BORROWER_CREDIT,
    AccountCode.RECOVERY_INCOME,
    AccountCode.WAIVER_EXPENSE,
    AccountCode.GOODWILL_EXPENSE,
    AccountCode.WRITE_OFF_LOSS,
)
Books = dict[AccountCode, Money]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A stored figure that is not what the replay says."""

    loan: str
    figure: str
    stored: str
    replayed: str


def verify_loans(*, sample: int | None = None) -> Iterator[tuple[int, list[Mismatch]]]:
    """Replay every loan, or `sample` of them at random, and compare.

    Yields, batch by batch, how many loans were looked at and what is wrong with them; memory does
    not grow with the book. Reads only.
    """
    for ids in _batches(sample):
        loans = list(Loan.objects.filter(pk__in=ids).order_by("pk"))
        prefetch_related_objects(loans, "instalments", "product_version")
        events = events_by_loan(loans)
        books = list_loan_balances(loan_ids=ids)
        limits: dict[tuple[str, date], Thresholds] = {}
        found = [
            row for loan in loans for row in _verify(loan, events[loan.pk], books[loan.pk], limits)
        ]
        yield len(loans), found


def _batches(sample: int | None) -> Iterator[list[UUID]]:
    if sample is not None:
        ids = sorted(Loan.objects.order_by("?").values_list("pk", flat=True)[:sample])
        yield from (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
        return
    rows: QuerySet[Loan] = Loan.objects.order_by("pk")
    batch = list(rows.values_list("pk", flat=True)[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(pk__gt=batch[-1]).values_list("pk", flat=True)[:BATCH])


def _verify(
    loan: Loan,
    events: list[LoanEvent],
    books: Books,
    limits: dict[tuple[str, date], Thresholds],
) -> list[Mismatch]:
    """Compare a loan with its replay on the day its figures are of.

    That is the last day closed, or the open one where something happened on it already: the day
    on which less is wrong.
    """
    known = max(loan.closed_through, *(event.on for event in events), loan.disbursed_on)
    days = {loan.closed_through, loan.closed_through + timedelta(days=1), known}
    verdicts = []
    for day in sorted(days):
        if day < loan.disbursed_on:
            continue
        try:
            state = replay(terms=loan_terms(loan), events=events, as_of=day)
        except InvalidEventsError as error:
            return [_mismatch(loan, "history", "", str(error))]
        key = (loan.product_version.regime, day)
        if key not in limits:
            limits[key] = thresholds(regime=key[0], as_of=day)
        verdicts.append(_compare(loan, state, books, limits[key], is_plain(events=events)))
    return min(verdicts, key=len)


def _compare(
    loan: Loan, state: LoanState, books: Books, limits: Thresholds, plain: bool
) -> list[Mismatch]:
    replayed = copy.copy(loan)
    apply_figures(replayed, state=state, plain=plain, limits=limits)
    pairs = [(name, getattr(loan, name), getattr(replayed, name)) for name in _FIGURES]
    pairs += [
        ("interest_posted", loan.interest_posted, state.accrued_interest.minor),
        ("penalty_posted", loan.penalty_posted, state.accrued_penalty.minor),
        ("fee_posted", loan.fee_posted, state.accrued_fee.minor),
    ]
    pairs += _row_pairs(loan, state)
    zero = Money.zero(loan.currency)
    expected = balances(state=state, earned=posted(loan))
    pairs += [
        (f"ledger.{code}", books.get(code, zero), expected.get(code, zero)) for code in _ACCOUNTS
    ]
    return [
        _mismatch(loan, name, stored, right) for name, stored, right in pairs if stored != right
    ]


def _row_pairs(loan: Loan, state: LoanState) -> list[tuple[str, object, object]]:
    cached = {row.number: row for row in loan.instalments.all()}
    pairs: list[tuple[str, object, object]] = [
        ("instalments", sorted(cached), [row.number for row in state.rows])
    ]
    for row in state.rows:
        known = cached.get(row.number)
        if known is not None:
            pairs += [
                (f"instalment {row.number} {name}", getattr(known, name), figure)
                for name, figure in row_figures(row).items()
            ]
    return pairs


def _mismatch(loan: Loan, figure: str, stored: object, replayed: object) -> Mismatch:
    return Mismatch(loan=loan.number, figure=figure, stored=str(stored), replayed=str(replayed))

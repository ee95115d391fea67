"""Reads: drawdowns on their way, loans, their schedule and what is owed today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import QuerySet

from cards.queries import CardView, get_card
from core.errors import NotFound
from core.money import Money
from lending.loans.domain import Amounts, InstalmentState, LoanState
from lending.loans.domain.states import DrawdownState, LoanStatus
from lending.loans.models import Contract, Drawdown, Loan
from lending.loans.queries.fold import loan_state, loan_terms
from lending.loans.queries.refinancing import OBSTACLES
from risk.queries import get_decision


@dataclass(frozen=True, kw_only=True)
class DrawdownView:
    """How far a drawdown has come; `loan_id` once the loan began.

    `refinances` is the loan it is to replace: then nothing goes to the card.
    """

    id: UUID
    state: DrawdownState
    amount: Money
    card: CardView
    signed_at: datetime
    ended_at: datetime | None
    reasons: tuple[str, ...]
    loan_id: UUID | None
    refinances: UUID | None

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


@dataclass(frozen=True, kw_only=True)
class LoanSummary:
    """A loan in a list, from its cached balances."""

    id: UUID
    number: str
    status: LoanStatus
    principal: Money
    outstanding: Money
    disbursed_on: date
    next_due_on: date | None
    days_past_due: int
    settled_on: date | None


@dataclass(frozen=True, kw_only=True)
class LoanView:
    """A loan replayed on a day. `annual_rate` is a fraction.

    `replaces` is the loan that it paid, `replaced_by` the one that paid it (借新还旧).
    """

    id: UUID
    number: str
    borrower_id: UUID
    status: LoanStatus
    principal: Money
    method: str
    annual_rate: Decimal
    disbursed_on: date
    disbursed_at: datetime
    outstanding: Money
    due_now: Amounts
    payoff: Amounts
    days_past_due: int
    next_instalment: InstalmentState | None
    schedule: tuple[InstalmentState, ...]
    card: CardView
    contract_id: UUID
    settled_on: date | None
    as_of: date
    replaces: UUID | None
    replaced_by: UUID | None


@dataclass(frozen=True, kw_only=True)
class ContractView:
    """The text as it was signed and its SHA-256."""

    id: UUID
    number: str
    body: str
    sha256: str
    disclosed_at: datetime
    signed_at: datetime


def _drawdown_view(row: Drawdown) -> DrawdownView:
    reasons: tuple[str, ...] = ()
    if row.decision_id is not None and row.state == DrawdownState.REJECTED:
        decision = get_decision(decision_id=row.decision_id)
        reasons = tuple(reason.text for reason in decision.reasons)
    old_id = row.quote.refinances_id
    if old_id is not None and row.state == DrawdownState.FAILED:
        reasons = (str(OBSTACLES.get(row.failure, OBSTACLES["payoff-changed"])),)
    loan = Loan.objects.filter(drawdown=row).values_list("pk", flat=True).first()
    return DrawdownView(
        id=row.pk,
        state=DrawdownState(row.state),
        amount=Money(row.amount, row.currency),
        card=get_card(user_id=row.borrower_id, binding_id=row.binding_id),
        signed_at=row.signed_at,
        ended_at=row.ended_at,
        reasons=reasons,
        loan_id=loan,
        refinances=old_id,
    )


def get_drawdown(*, borrower_id: UUID, drawdown_id: UUID) -> DrawdownView:
    """One of the borrower's own drawdowns. Raises NotFound."""
    row = Drawdown.objects.filter(pk=drawdown_id, borrower_id=borrower_id).first()
    if row is None:
        raise NotFound
    return _drawdown_view(row)


def get_open_drawdown(*, borrower_id: UUID) -> DrawdownView | None:
    """A drawdown that is still on its way."""
    row = Drawdown.objects.filter(borrower_id=borrower_id, ended_at=None).order_by("-id").first()
    return None if row is None else _drawdown_view(row)


def loans_of(*, borrower_id: UUID) -> QuerySet[Loan]:
    """The borrower's loans, newest first, for paging."""
    return Loan.objects.filter(borrower_id=borrower_id).order_by("-id")


def loan_summary(row: Loan) -> LoanSummary:
    """A row as it is shown in a list."""
    return LoanSummary(
        id=row.pk,
        number=row.number,
        status=LoanStatus(row.status),
        principal=Money(row.principal, row.currency),
        outstanding=Money(row.outstanding_principal, row.currency),
        disbursed_on=row.disbursed_on,
        next_due_on=row.next_due_on,
        days_past_due=row.days_past_due,
        settled_on=row.settled_on,
    )


def list_loans(*, borrower_id: UUID, limit: int = 50) -> tuple[LoanSummary, ...]:
    """The borrower's newest loans."""
    return tuple(loan_summary(row) for row in loans_of(borrower_id=borrower_id)[:limit])


def _loan_view(row: Loan, state: LoanState) -> LoanView:
    terms = loan_terms(row)
    contract = Contract.objects.filter(drawdown=row.drawdown_id)
    contract_id, replaces = contract.values_list("pk", "drawdown__quote__refinances").get()
    return LoanView(
        id=row.pk,
        number=row.number,
        borrower_id=row.borrower_id,
        status=LoanStatus(row.status),
        principal=Money(row.principal, row.currency),
        method=terms.method,
        annual_rate=state.annual_rate,
        disbursed_on=row.disbursed_on,
        disbursed_at=row.disbursed_at,
        outstanding=state.outstanding_principal,
        due_now=state.due_now,
        payoff=state.payoff,
        days_past_due=state.days_past_due,
        next_instalment=state.next_instalment,
        schedule=state.rows,
        card=get_card(user_id=row.borrower_id, binding_id=row.binding_id),
        contract_id=contract_id,
        settled_on=state.settled_on,
        as_of=state.as_of,
        replaces=replaces,
        replaced_by=_successor(row),
    )


def _successor(row: Loan) -> UUID | None:
    """The loan that paid this one."""
    if row.status != LoanStatus.CLOSED_REFINANCED:
        return None
    newer = Loan.objects.filter(drawdown__quote__refinances=row)
    return newer.values_list("pk", flat=True).first()


def get_loan(*, borrower_id: UUID, loan_id: UUID, as_of: date) -> LoanView:
    """One of the borrower's own loans on a day. Raises NotFound."""
    row = Loan.objects.filter(pk=loan_id, borrower_id=borrower_id).first()
    if row is None:
        raise NotFound
    return _loan_view(row, loan_state(row, as_of=as_of))


def get_any_loan(*, loan_id: UUID, as_of: date) -> LoanView:
    """A loan for the lender's own work, whoever owes it. Raises NotFound."""
    row = Loan.objects.filter(pk=loan_id).first()
    if row is None:
        raise NotFound
    return _loan_view(row, loan_state(row, as_of=as_of))


def list_loans_with_dues(*, today: date, after: UUID, last: UUID, limit: int) -> list[UUID]:
    """Active loans of a range of ids with something due by `today`, in id order.

    Due and not paid yet, or falling due: two indexes, so two questions.
    """
    loans = Loan.objects.filter(status=LoanStatus.ACTIVE, pk__gt=after, pk__lte=last)
    falling = loans.filter(next_due_on__lte=today).order_by("pk")[:limit]
    unpaid = loans.filter(due_since__isnull=False).order_by("pk")[:limit]
    ids = {pk for rows in (falling, unpaid) for pk in rows.values_list("pk", flat=True)}
    return sorted(ids)[:limit]


def get_contract(*, borrower_id: UUID, contract_id: UUID) -> ContractView:
    """One of the borrower's own contracts. Raises NotFound."""
    row = Contract.objects.filter(pk=contract_id, drawdown__borrower_id=borrower_id).first()
    if row is None:
        raise NotFound
    return ContractView(
        id=row.pk,
        number=row.number,
        body=row.body,
        sha256=row.sha256,
        disclosed_at=row.disclosed_at,
        signed_at=row.signed_at,
    )

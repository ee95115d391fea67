"""Reads: the credit line, what is used of it, and the application before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import BigIntegerField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from core.errors import NotFound
from core.money import Money
from lending.loans.domain.states import OPEN_DRAWDOWNS, ApplicationState, LineState, LoanStatus
from lending.loans.models import CreditApplication, CreditLine, Drawdown, Loan
from lending.loans.queries.fold import loan_state
from risk.queries import get_decision


@dataclass(frozen=True, kw_only=True)
class LineView:
    """A credit line and what is left of it. `annual_rate` is a fraction."""

    id: UUID
    state: LineState
    limit: Money
    used: Money
    available: Money
    annual_rate: Decimal
    valid_until: date
    opened_at: datetime


@dataclass(frozen=True, kw_only=True)
class ApplicationView:
    """An application and, once decided, the reasons in plain words."""

    id: UUID
    state: ApplicationState
    purpose: str
    requested: Money
    submitted_at: datetime
    decided_at: datetime | None
    reasons: tuple[str, ...]


def outstanding_principal(*, borrower_id: UUID, currency: str) -> Money:
    """Principal owed now on all active loans."""
    owed = Loan.objects.filter(
        borrower_id=borrower_id, currency=currency, status=LoanStatus.ACTIVE
    ).aggregate(sum=Sum("outstanding_principal"))["sum"]
    return Money(owed or 0, currency)


def line_usage(*, line: CreditLine) -> Money:
    """What stands against the line: principal owed, and drawdowns on their way.

    One statement: a payout moves its amount from the drawdowns to the loans, and between two
    statements it would be in neither.
    """
    owed = Loan.objects.filter(line=OuterRef("pk"), status=LoanStatus.ACTIVE)
    drawn = Drawdown.objects.filter(line=OuterRef("pk"), state__in=OPEN_DRAWDOWNS)
    sums = CreditLine.objects.filter(pk=line.pk).values_list(
        _sum_of(owed, "outstanding_principal"), _sum_of(drawn, "amount")
    )
    return Money(sum(sums.get()), line.currency)


def available_for(*, line: CreditLine, replaces: Loan | None, today: date) -> Money:
    """What can still be drawn.

    A loan that replaces another one of the line takes the limit which that one frees. The interest
    and penalty it owes go beyond the limit: that is for principal.
    """
    left = Money(line.limit, line.currency) - line_usage(line=line)
    if replaces is None or replaces.line_id != line.pk:
        return left
    return left + loan_state(replaces, as_of=today).payoff.total


def _sum_of(rows: QuerySet[Any], column: str) -> Coalesce:
    """A column's sum as a part of another query; zero where there is no row."""
    sums = rows.order_by().values("line").annotate(sum=Sum(column)).values("sum")
    return Coalesce(Subquery(sums), 0, output_field=BigIntegerField())


def _line_view(line: CreditLine) -> LineView:
    limit, used = Money(line.limit, line.currency), line_usage(line=line)
    return LineView(
        id=line.pk,
        state=LineState(line.state),
        limit=limit,
        used=used,
        available=max(limit - used, Money.zero(line.currency)),
        annual_rate=line.annual_rate,
        valid_until=line.valid_until,
        opened_at=line.opened_at,
    )


def get_line(*, borrower_id: UUID) -> LineView | None:
    """The borrower's open line, if there is one."""
    line = CreditLine.objects.filter(
        borrower_id=borrower_id, state__in=[LineState.ACTIVE, LineState.FROZEN]
    ).first()
    return None if line is None else _line_view(line)


def _application_view(row: CreditApplication) -> ApplicationView:
    reasons: tuple[str, ...] = ()
    if row.decision_id is not None and row.state == ApplicationState.DECLINED:
        decision = get_decision(decision_id=row.decision_id)
        reasons = tuple(reason.text for reason in decision.reasons)
    return ApplicationView(
        id=row.pk,
        state=ApplicationState(row.state),
        purpose=row.purpose,
        requested=Money(row.requested, row.currency),
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
        reasons=reasons,
    )


def get_application(*, borrower_id: UUID, application_id: UUID) -> ApplicationView:
    """One of the borrower's own applications. Raises NotFound."""
    row = CreditApplication.objects.filter(pk=application_id, borrower_id=borrower_id).first()
    if row is None:
        raise NotFound
    return _application_view(row)


def get_latest_application(*, borrower_id: UUID) -> ApplicationView | None:
    """The borrower's last application in whatever state."""
    row = CreditApplication.objects.filter(borrower_id=borrower_id).order_by("-id").first()
    return None if row is None else _application_view(row)

"""What lending knows of a borrower, handed to risk as frozen facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import UUID

from accounts.domain.states import IdentityState
from accounts.queries import get_borrower
from cards.queries import get_card, list_cards
from core.money import Money
from lending.loans.domain.states import LoanStatus
from lending.loans.models import CreditApplication, Drawdown, Loan
from lending.loans.queries.lines import outstanding_principal
from risk.domain.facts import (
    BorrowerKind,
    CardKind,
    DecisionSubject,
    Occupation,
    Purpose,
    RiskFacts,
)


def gather_facts(
    *,
    subject: DecisionSubject,
    application: CreditApplication,
    requested: Money,
    purpose: str,
    line_limit: Money | None,
    binding_id: UUID,
    today: date,
    now: datetime,
) -> RiskFacts:
    """Collect the facts of one request as they stand now."""
    user_id = application.borrower_id
    borrower = get_borrower(user_id=user_id)
    card = get_card(user_id=user_id, binding_id=binding_id)
    loans = list(Loan.objects.filter(borrower_id=user_id))
    month_ago = now - timedelta(days=30)
    if subject is DecisionSubject.CREDIT_LINE:
        mine = CreditApplication.objects.filter(borrower_id=user_id, submitted_at__gt=month_ago)
        requests = mine.count()
    else:
        drawn = Drawdown.objects.filter(borrower_id=user_id, signed_at__gt=month_ago)
        requests = drawn.count()
    overdue_now = max(
        (loan.days_past_due for loan in loans if loan.status == LoanStatus.ACTIVE), default=0
    )
    worst = max((loan.worst_days_past_due for loan in loans), default=0)
    currency = requested.currency

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, currency)

    return RiskFacts(
        subject=subject,
        borrower_kind=BorrowerKind(borrower.kind),
        age=borrower.age_on(today),
        identity_verified=borrower.identity_state == IdentityState.VERIFIED,
        occupation=Occupation(application.occupation),
        monthly_income=money(application.monthly_income),
        card_kind=CardKind(card.kind),
        card_bound_days=None if card.bound_at is None else max((now - card.bound_at).days, 0),
        verified_cards=len(list_cards(user_id=user_id)),
        requested=requested,
        outstanding=outstanding_principal(borrower_id=user_id, currency=currency),
        line_limit=line_limit,
        overdue_days_now=overdue_now,
        worst_overdue_days=max(worst, overdue_now),
        closed_loans=sum(loan.status == LoanStatus.CLOSED_REPAID for loan in loans),
        applications_30d=max(requests - 1, 0),
        purpose=Purpose(purpose),
        years_in_business=application.years_in_business,
        annual_revenue=money(application.annual_revenue),
        currency=currency,
    )


def without_replaced(*, facts: RiskFacts, old: Loan) -> RiskFacts:
    """The facts of a drawdown that pays `old`: its principal is not owed beside the new loan.

    The interest it owes becomes principal; that may go beyond the line (`lines.available_for`).
    """
    frees = Money(old.outstanding_principal, old.currency)
    return replace(
        facts,
        outstanding=facts.outstanding - frees,
        line_limit=facts.line_limit and facts.line_limit + facts.requested - frees,
    )

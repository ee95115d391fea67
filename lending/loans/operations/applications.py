"""Applying for a credit line, and what a decision makes of the application."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.domain.consents import REQUIRED, Step
from accounts.domain.messages import MessageKind
from accounts.domain.states import IdentityState
from accounts.operations import require_consents, send_message
from accounts.queries import get_borrower
from cards.queries import get_default_card
from core.businessday import hold_business_date
from core.errors import Conflict, InvalidInput, Refused, Text
from core.locks import lock_name, lock_row
from core.money import Money
from lending.loans.domain.states import (
    APPLICATION,
    LINE,
    OPEN_APPLICATIONS,
    ApplicationEvent,
    ApplicationState,
    LineState,
)
from lending.loans.models import CreditApplication, CreditLine
from lending.loans.operations.facts import gather_facts
from risk.domain.facts import BorrowerKind, DecisionSubject, Occupation, Purpose
from risk.domain.states import Outcome
from risk.operations import request_decision
from risk.queries import get_decision

LINE_VALID: Final = timedelta(days=365)
MAX_INCOME: Final = Money(100_000_000_00, "CNY")


@dataclass(frozen=True, kw_only=True)
class LineRequest:
    """What the borrower tells when asking for a line. Amounts are in one currency."""

    requested: Money
    purpose: str
    occupation: str
    monthly_income: Money | None
    annual_revenue: Money | None = None
    years_in_business: int | None = None


def _check(request: LineRequest, *, kind: str) -> None:
    """Raises InvalidInput naming every field that is wrong."""
    fields: dict[str, list[Text]] = {}
    if request.purpose not in set(Purpose):
        fields["purpose"] = [_("Choose one of the purposes.")]
    if request.occupation not in set(Occupation):
        fields["occupation"] = [_("Choose one of the occupations.")]
    needed = ("annual_revenue", "years_in_business") if kind == BorrowerKind.BUSINESS else ()
    for name in (*needed, "requested", *(() if needed else ("monthly_income",))):
        value = getattr(request, name)
        if value is None:
            fields[name] = [_("This is needed to work out a limit.")]
        elif isinstance(value, Money) and not 0 <= value.minor <= MAX_INCOME.minor:
            fields[name] = [_("This amount is out of range.")]
    if request.requested.minor == 0:
        fields["requested"] = [_("Enter an amount greater than zero.")]
    if request.years_in_business is not None and not 0 <= request.years_in_business <= 200:
        fields["years_in_business"] = [_("Enter a number of years.")]
    if fields:
        raise InvalidInput(fields=fields)


def apply_for_line(*, borrower_id: UUID, key: str, request: LineRequest, now: datetime) -> UUID:
    """Apply for a credit line; risk decides in the background. Idempotent by `key`.

    Raises InvalidInput (fields), Refused (`identity-not-verified`, `card-missing`,
    `consent-missing`), Conflict (`application-open`, `line-open`).
    """
    borrower = get_borrower(user_id=borrower_id)
    _check(request, kind=borrower.kind)
    require_consents(user_id=borrower_id, kinds=REQUIRED[Step.APPLY_FOR_CREDIT])
    if borrower.identity_state != IdentityState.VERIFIED:
        raise Refused(
            code="identity-not-verified", message=_("Verify your identity by binding a card first.")
        )
    card = get_default_card(user_id=borrower_id)
    if card is None:
        raise Refused(code="card-missing", message=_("Bind a bank card first."))
    with transaction.atomic():
        lock_name(name=f"line:{borrower_id}")
        mine = CreditApplication.objects.filter(borrower_id=borrower_id)
        earlier = mine.filter(key=key).values_list("pk", flat=True).first()
        if earlier is not None:
            return earlier
        _refuse_second(borrower_id=borrower_id)
        application = _create(borrower_id=borrower_id, key=key, request=request, now=now)
        today = hold_business_date()
        facts = gather_facts(
            subject=DecisionSubject.CREDIT_LINE,
            application=application,
            requested=request.requested,
            purpose=request.purpose,
            line_limit=None,
            binding_id=card.id,
            today=today,
            now=now,
        )
        application.decision_id = request_decision(
            key=f"application:{application.pk}",
            subject=DecisionSubject.CREDIT_LINE,
            subject_id=application.pk,
            applicant_id=borrower_id,
            facts=facts,
            now=now,
        )
        _move(application, ApplicationEvent.SUBMIT)
        _move(application, ApplicationEvent.DECIDE)
        application.save()
        return application.pk


def _refuse_second(*, borrower_id: UUID) -> None:
    mine = CreditApplication.objects.filter(borrower_id=borrower_id)
    if mine.filter(state__in=OPEN_APPLICATIONS).exists():
        raise Conflict(
            code="application-open", message=_("Your application is already being decided.")
        )
    lines = CreditLine.objects.filter(borrower_id=borrower_id)
    if lines.filter(state__in=[LineState.ACTIVE, LineState.FROZEN]).exists():
        raise Conflict(code="line-open", message=_("You already have a credit line."))


def _create(
    *, borrower_id: UUID, key: str, request: LineRequest, now: datetime
) -> CreditApplication:
    def minor(amount: Money | None) -> int | None:
        return None if amount is None else amount.minor

    return CreditApplication.objects.create(
        borrower_id=borrower_id,
        key=key,
        state=APPLICATION.initial,
        currency=request.requested.currency,
        requested=request.requested.minor,
        purpose=request.purpose,
        occupation=request.occupation,
        monthly_income=minor(request.monthly_income),
        annual_revenue=minor(request.annual_revenue),
        years_in_business=request.years_in_business,
        submitted_at=now,
    )


def _move(application: CreditApplication, event: ApplicationEvent) -> None:
    application.state = APPLICATION.next(ApplicationState(application.state), event)


def refer_application(*, application_id: UUID, now: datetime) -> None:
    """An officer will look at it; the borrower is told. Repeating is harmless."""
    with transaction.atomic():
        application = lock_row(CreditApplication, pk=application_id)
        if application.state != ApplicationState.DECIDING:
            return
        _move(application, ApplicationEvent.REFER)
        application.save(update_fields=["state"])
        _inform(application, MessageKind.LINE_UNDER_REVIEW, {}, now=now)


def settle_application(*, application_id: UUID, now: datetime) -> None:
    """Carry out a decision that was made: open the line, or decline. Repeating is harmless."""
    with transaction.atomic():
        lock_name(name=f"line:{CreditApplication.objects.get(pk=application_id).borrower_id}")
        application = lock_row(CreditApplication, pk=application_id)
        if application.state not in (ApplicationState.DECIDING, ApplicationState.UNDER_REVIEW):
            return
        if application.decision_id is None:
            raise RuntimeError("an application is decided under a decision")
        decision = get_decision(decision_id=application.decision_id)
        if decision.outcome is None:
            return
        application.decided_at = now
        limit, rate = decision.limit, decision.annual_rate
        if decision.outcome == Outcome.APPROVE and limit is not None and rate is not None:
            _move(application, ApplicationEvent.APPROVE)
            CreditLine.objects.create(
                borrower_id=application.borrower_id,
                application=application,
                state=LINE.initial,
                currency=limit.currency,
                limit=limit.minor,
                annual_rate=rate,
                opened_at=now,
                valid_until=hold_business_date() + LINE_VALID,
            )
            params = {"limit": limit.display}
            _inform(application, MessageKind.LINE_APPROVED, params, now=now)
        else:
            _move(application, ApplicationEvent.DECLINE)
            _inform(application, MessageKind.LINE_DECLINED, {}, now=now)
        application.save()


def _inform(
    application: CreditApplication, kind: MessageKind, params: dict[str, str], *, now: datetime
) -> None:
    send_message(
        user_id=application.borrower_id,
        kind=kind,
        params=params,
        key=f"{kind}:{application.pk}",
        now=now,
    )

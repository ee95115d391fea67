"""Drawing money (用信): sign, check, pay out, and the loan that begins when the money is there."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.domain.messages import MessageKind
from accounts.operations import send_message
from accounts.queries import get_borrower
from cards.domain.states import BindingState, Direction
from cards.operations import create_payment, hold_binding, release_binding
from cards.queries import get_card, get_payment
from core.businessday import hold_business_date
from core.errors import Conflict, InvalidInput, KadaiError, NotFound, Refused
from core.locks import lock_row
from core.money import Money
from lending.loans.domain.states import (
    DRAWDOWN,
    DrawdownEvent,
    DrawdownState,
    LineState,
)
from lending.loans.models import Contract, CreditLine, Drawdown, Quote
from lending.loans.operations.facts import gather_facts, without_replaced
from lending.loans.operations.opening import new_number, open_loan
from lending.loans.operations.refinancing import check_signable, replace_loan
from lending.loans.queries.lines import available_for
from lending.loans.queries.quotes import (
    get_disclosure,
    percent,
    quote_view,
    reading_seconds,
)
from lending.loans.texts import method_text, purpose_text
from risk.domain.facts import DecisionSubject
from risk.domain.states import Outcome
from risk.operations import request_decision
from risk.queries import get_decision

SOURCE: Final = "drawdown"


def sign_drawdown(
    *, borrower_id: UUID, quote_id: UUID, key: str, confirmed: bool, now: datetime
) -> UUID:
    """Sign the contract of a quote and draw the money. Idempotent by `key`.

    `confirmed` is the borrower's statement to have read the disclosure sheet. Raises NotFound,
    InvalidInput (`confirmed`), Conflict (`quote-expired`, `quote-used`), Refused
    (`disclosure-not-read`, `no-line`, `over-limit`, `card-missing`); for a loan that replaces
    another one also what `refinancing.check_signable` does.
    """
    with transaction.atomic():
        row = Quote.objects.filter(pk=quote_id, borrower_id=borrower_id).first()
        if row is None:
            raise NotFound
        # Every drawdown of a line queues here, so the limit holds whatever comes at once.
        line = lock_row(CreditLine, pk=row.line_id)
        earlier = Drawdown.objects.filter(borrower_id=borrower_id, key=key).first()
        if earlier is not None:
            return earlier.pk
        disclosed_at = _check_signable(row, confirmed=confirmed, now=now)
        check_signable(row=row)
        _check_line(line, row, today=hold_business_date())
        drawdown = Drawdown.objects.create(
            borrower_id=borrower_id,
            line=line,
            quote=row,
            key=key,
            state=DRAWDOWN.initial,
            binding_id=row.binding_id,
            currency=row.currency,
            amount=row.amount,
            signed_at=now,
        )
        _reserve_card(drawdown, now=now)
        _write_contract(drawdown, row, disclosed_at=disclosed_at, now=now)
        _request_check(drawdown, line=line, now=now)
        return drawdown.pk


def _check_signable(row: Quote, *, confirmed: bool, now: datetime) -> datetime:
    if not confirmed:
        raise InvalidInput.field("confirmed", _("Confirm that you have read the disclosure sheet."))
    if Drawdown.objects.filter(quote=row).exists():
        raise Conflict(code="quote-used", message=_("This quote was already signed."))
    if now >= row.expires_at:
        raise Conflict(code="quote-expired", message=_("This quote has expired. Ask again."))
    seconds = reading_seconds(regime=row.product_version.regime, on=now.date())
    if row.disclosed_at is None or row.disclosed_at > now - timedelta(seconds=seconds):
        raise Refused(
            code="disclosure-not-read",
            message=_("Please read the disclosure sheet for at least %(seconds)s seconds.")
            % {"seconds": seconds},
        )
    return row.disclosed_at


def _check_line(line: CreditLine, row: Quote, *, today: date) -> None:
    if line.state != LineState.ACTIVE or line.valid_until < today:
        raise Refused(code="no-line", message=_("You have no credit line to draw from."))
    available = available_for(line=line, replaces=row.refinances, today=today)
    if Money(row.amount, row.currency) > available:
        raise Refused(
            code="over-limit",
            message=_("You can borrow at most %(available)s.") % {"available": available.display},
        )


def _reserve_card(drawdown: Drawdown, *, now: datetime) -> None:
    """Keep the card bound until the money is there or never comes. Raises Refused."""
    hold_binding(binding_id=drawdown.binding_id, source_type=SOURCE, source_id=drawdown.pk, now=now)
    card = get_card(user_id=drawdown.borrower_id, binding_id=drawdown.binding_id)
    if card.state != BindingState.ACTIVE:
        raise Refused(code="card-missing", message=_("Bind a bank card first."))


def _end(drawdown: Drawdown, event: DrawdownEvent, *, now: datetime) -> None:
    """The last transition; the card is free unless the loan holds it."""
    _move(drawdown, event)
    drawdown.ended_at = now
    drawdown.save()
    release_binding(source_type=SOURCE, source_id=drawdown.pk, now=now)


def _write_contract(
    drawdown: Drawdown, row: Quote, *, disclosed_at: datetime, now: datetime
) -> None:
    """Keep the text exactly as it is shown, with its hash."""
    number = new_number(prefix="C", on=now.date())
    view = quote_view(row)
    body = render_to_string(
        "contracts/loan.txt",
        {
            "number": number,
            "lender": _("The lender"),
            "borrower": get_borrower(user_id=row.borrower_id).name_masked,
            "quote": view,
            "purpose": purpose_text(row.purpose),
            "method": method_text(view.terms.method),
            "annual_rate": percent(view.annual_rate),
            "annual_cost": percent(view.annual_cost),
            "disclosure": get_disclosure(view=view),
        },
    )
    Contract.objects.create(
        number=number,
        drawdown=drawdown,
        language=get_language() or "zh-hans",
        body=body,
        sha256=hashlib.sha256(body.encode()).hexdigest(),
        disclosed_at=disclosed_at,
        signed_at=now,
    )


def _request_check(drawdown: Drawdown, *, line: CreditLine, now: datetime) -> None:
    """Hand the facts of this drawdown to risk."""
    today = hold_business_date()
    requested = Money(drawdown.amount, drawdown.currency)
    facts = gather_facts(
        subject=DecisionSubject.DRAWDOWN,
        application=line.application,
        requested=requested,
        purpose=drawdown.quote.purpose,
        line_limit=Money(line.limit, line.currency),
        binding_id=drawdown.binding_id,
        today=today,
        now=now,
    )
    old = drawdown.quote.refinances
    if old is not None:
        facts = without_replaced(facts=facts, old=old)
    drawdown.decision_id = request_decision(
        key=f"drawdown:{drawdown.pk}",
        subject=DecisionSubject.DRAWDOWN,
        subject_id=drawdown.pk,
        applicant_id=drawdown.borrower_id,
        facts=facts,
        now=now,
    )
    _move(drawdown, DrawdownEvent.CHECK)
    drawdown.save()


def _move(drawdown: Drawdown, event: DrawdownEvent) -> None:
    drawdown.state = DRAWDOWN.next(DrawdownState(drawdown.state), event)


def refer_drawdown(*, drawdown_id: UUID) -> None:
    """An officer looks at it first. Repeating is harmless."""
    with transaction.atomic():
        drawdown = lock_row(Drawdown, pk=drawdown_id)
        if drawdown.state == DrawdownState.CHECKING:
            _move(drawdown, DrawdownEvent.REFER)
            drawdown.save(update_fields=["state"])


def settle_check(*, drawdown_id: UUID, now: datetime) -> None:
    """Carry out the draw check: pay out, pay the loan that is replaced, or reject.

    Repeating is harmless.
    """
    with transaction.atomic():
        drawdown = lock_row(Drawdown, pk=drawdown_id)
        if drawdown.state not in (DrawdownState.CHECKING, DrawdownState.UNDER_REVIEW):
            return
        if drawdown.decision_id is None:
            raise RuntimeError("a drawdown is checked under a decision")
        decision = get_decision(decision_id=drawdown.decision_id)
        if decision.outcome is None:
            return
        # The line may have ended while an officer looked.
        may_pay = drawdown.line.state == LineState.ACTIVE
        if decision.outcome != Outcome.APPROVE or not may_pay:
            _end(drawdown, DrawdownEvent.REJECT, now=now)
            return
        _move(drawdown, DrawdownEvent.APPROVE)
        if drawdown.quote.refinances_id is not None:
            _replace(drawdown, now=now)
            return
        drawdown.payment_id = create_payment(
            key=f"payout:{drawdown.pk}",
            direction=Direction.OUT,
            source_type=SOURCE,
            source_id=drawdown.pk,
            binding_id=drawdown.binding_id,
            amount=Money(drawdown.amount, drawdown.currency),
            purpose="loan",
            now=now,
        )
        drawdown.save()
        _tell(drawdown, MessageKind.MONEY_ON_ITS_WAY, now=now)


def _replace(drawdown: Drawdown, *, now: datetime) -> None:
    """The new loan pays the old one at once; where it cannot any more, nothing is done but telling.

    The old loan's own message says that it is paid (notices): there is no other.
    """
    try:
        replace_loan(drawdown=drawdown, now=now)
    except KadaiError as refusal:
        drawdown.failure = refusal.code
        _end(drawdown, DrawdownEvent.PAYOUT_FAILED, now=now)
        _tell(drawdown, MessageKind.REFINANCING_FAILED, now=now)
    else:
        _end(drawdown, DrawdownEvent.PAID_OUT, now=now)


def record_payout(*, payment_id: UUID, now: datetime) -> None:
    """The bank has paid: the loan begins today. Repeating is harmless."""
    payment = get_payment(payment_id=payment_id)
    with transaction.atomic():
        drawdown = lock_row(Drawdown, pk=payment.source_id)
        if drawdown.state != DrawdownState.DISBURSING:
            return
        _end(drawdown, DrawdownEvent.PAID_OUT, now=now)
        today = hold_business_date()
        open_loan(drawdown, reference=payment.reference, on=today, now=now)
        _tell(drawdown, MessageKind.MONEY_ARRIVED, now=now)


def record_payout_failure(*, payment_id: UUID, now: datetime) -> None:
    """The bank refused: nothing was lent and the limit is free again. Repeating is harmless."""
    payment = get_payment(payment_id=payment_id)
    with transaction.atomic():
        drawdown = lock_row(Drawdown, pk=payment.source_id)
        if drawdown.state != DrawdownState.DISBURSING:
            return
        drawdown.failure = payment.response_class
        _end(drawdown, DrawdownEvent.PAYOUT_FAILED, now=now)
        _tell(drawdown, MessageKind.PAYOUT_FAILED, now=now)


def _tell(drawdown: Drawdown, kind: MessageKind, *, now: datetime) -> None:
    card = get_card(user_id=drawdown.borrower_id, binding_id=drawdown.binding_id)
    amount = Money(drawdown.amount, drawdown.currency).display
    send_message(
        user_id=drawdown.borrower_id,
        kind=kind,
        params={**card.words, "amount": amount},
        key=f"{kind}:{drawdown.pk}",
        now=now,
    )

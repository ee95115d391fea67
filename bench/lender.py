"""A lender with one borrower: what a loan stands on, without the way there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final

from accounts.models import User
from cards.domain.states import BindingState, CardKind
from cards.models import CardBin, CardBinding, VaultedCard
from core.ids import uuid7
from core.money import Money
from lending.loans.domain import Disbursed, LoanTerms
from lending.loans.domain.codec import terms_to_json
from lending.loans.domain.states import ApplicationState, DrawdownState, LineState
from lending.loans.models import Contract, CreditApplication, CreditLine, Drawdown, Loan, Quote
from lending.loans.operations import record_event
from lending.products.queries import current_version

PRODUCT: Final = "monthly"
_PURPOSE: Final = "CONSUMPTION"
_LIMIT: Final = 10**14


@dataclass(frozen=True, kw_only=True)
class Borrower:
    """Somebody with a line and a card."""

    user: User
    line: CreditLine
    binding: CardBinding


def make_borrower(*, now: datetime, today: date) -> Borrower:
    """The rows of a borrower; only the operations that follow are measured."""
    user = User.objects.create(
        phone="13800000000", phone_index="bench", created_at=now, registered_at=now
    )
    bank = CardBin.objects.create(
        prefix="999999",
        issuer="BENCH",
        issuer_zh="银行",
        issuer_en="Bank",
        kind=CardKind.DEBIT,
        length=16,
    )
    card = VaultedCard.objects.create(
        pan="9999990000000000", pan_index="bench", last4="0000", bin=bank, created_at=now
    )
    binding = CardBinding.objects.create(
        user=user,
        card=card,
        rail="unionpay",
        phone="13800000000",
        identity_fingerprint="bench",
        state=BindingState.ACTIVE,
        is_default=True,
        reference="bench",
        sent_at=now,
        agreement_no="bench",
        bound_at=now,
    )
    application = CreditApplication.objects.create(
        borrower=user,
        key="bench",
        state=ApplicationState.APPROVED,
        currency="CNY",
        requested=_LIMIT,
        purpose=_PURPOSE,
        occupation="EMPLOYED",
        submitted_at=now,
        decided_at=now,
    )
    line = CreditLine.objects.create(
        borrower=user,
        application=application,
        state=LineState.ACTIVE,
        currency="CNY",
        limit=_LIMIT,
        annual_rate=Decimal("0.12"),
        opened_at=now,
        valid_until=today + timedelta(days=3650),
    )
    return Borrower(user=user, line=line, binding=binding)


def lend(borrower: Borrower, *, terms: LoanTerms, now: datetime) -> Loan:
    """A loan that begins today, by the operation that a settled payout calls."""
    version = current_version(product_code=PRODUCT, as_of=terms.disbursed_on)
    amount, on = terms.principal, terms.disbursed_on
    quote = Quote.objects.create(
        borrower=borrower.user,
        line=borrower.line,
        product_version_id=version.version_id,
        binding=borrower.binding,
        purpose=_PURPOSE,
        currency=amount.currency,
        amount=amount.minor,
        terms=terms_to_json(terms=terms),
        annual_cost=terms.annual_rate,
        total_cost=0,
        created_at=now,
        expires_at=now,
        disclosed_at=now,
    )
    drawdown = Drawdown.objects.create(
        borrower=borrower.user,
        line=borrower.line,
        quote=quote,
        key=uuid7().hex,
        state=DrawdownState.DISBURSED,
        binding=borrower.binding,
        currency=amount.currency,
        amount=amount.minor,
        signed_at=now,
        ended_at=now,
    )
    Contract.objects.create(
        number=uuid7().hex,
        drawdown=drawdown,
        language="en",
        body="",
        sha256="",
        disclosed_at=now,
        signed_at=now,
    )
    loan = Loan.objects.create(
        number=uuid7().hex,
        borrower=borrower.user,
        line=borrower.line,
        drawdown=drawdown,
        binding=borrower.binding,
        product_version_id=version.version_id,
        status="ACTIVE",
        currency=amount.currency,
        principal=amount.minor,
        terms=terms_to_json(terms=terms),
        disbursed_on=on,
        disbursed_at=now,
        outstanding_principal=0,
        closed_through=on - timedelta(days=1),
    )
    event = Disbursed(on=on, amount=Money(amount.minor, amount.currency))
    record_event(loan, event=event, reference=uuid7().hex, today=on, now=now)
    return loan

"""Working out a loan before anything is signed, and showing what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.queries import get_borrower
from cards.domain.states import BindingState
from cards.queries import get_card, get_default_card
from core.businessday import get_business_date
from core.errors import Conflict, InvalidInput, NotFound, Refused, Text
from core.locks import lock_row
from core.money import Money
from lending.loans.domain import InvalidTermsError, LoanTerms, QuoteFigures, quote
from lending.loans.domain.codec import terms_to_json
from lending.loans.domain.states import LineState
from lending.loans.models import CreditLine, Loan, Quote
from lending.loans.operations.duedates import with_due_dates
from lending.loans.queries.lines import available_for
from lending.products.domain import REGIME_NAMES, ProductTerms, Regime, shown_cost
from lending.products.queries import cost_ceiling, list_products

QUOTE_VALID: Final = timedelta(minutes=30)


@dataclass(frozen=True, kw_only=True)
class QuoteRequest:
    """What the borrower chose. `binding_id` None means the default card."""

    product_code: str
    amount: Money
    instalments: int
    purpose: str
    binding_id: UUID | None = None


def _offered(*, borrower_id: UUID, code: str, on: date) -> ProductTerms:
    """The product, if it is on offer to this kind of borrower. Raises InvalidInput (`product`)."""
    kind = get_borrower(user_id=borrower_id).kind
    for product in list_products(borrower_kind=kind.value, as_of=on):
        if product.code == code:
            return product
    raise InvalidInput.field("product", _("This product is not on offer to you."))


def _check_choice(request: QuoteRequest, product: ProductTerms) -> None:
    """Raises InvalidInput naming every choice the product does not offer."""
    fields: dict[str, list[Text]] = {}
    low, high = product.min_amount, product.max_amount
    if request.amount.currency != product.currency:
        fields["amount"] = [_("This product is offered in another currency.")]
    elif not low <= request.amount <= high:
        fields["amount"] = [
            _("Between %(low)s and %(high)s.") % {"low": low.display, "high": high.display}
        ]
    if request.instalments not in product.instalment_options:
        fields["instalments"] = [_("This number of instalments is not offered.")]
    if request.purpose not in product.purposes:
        fields["purpose"] = [_("This purpose is not possible for this product.")]
    if fields:
        raise InvalidInput(fields=fields)


def _terms(
    *, request: QuoteRequest, product: ProductTerms, line_rate: Decimal, on: date
) -> LoanTerms:
    rate = min(max(line_rate, product.annual_rate_floor), product.annual_rate_ceiling)
    try:
        terms = LoanTerms(
            principal=request.amount,
            method=product.method,
            annual_rate=rate.normalize(),
            instalments=request.instalments,
            disbursed_on=on,
            day_count=product.day_count,
            first_period_min_days=product.first_period_min_days,
            penalty_uplift=product.penalty_uplift,
            grace_days=product.grace_days,
            late_fee=product.late_fee,
            interest_compounds=product.interest_compounds,
        )
        return with_due_dates(terms=terms, rule=product.nonworking_rule)
    except InvalidTermsError as error:
        raise InvalidInput.field(error.field, gettext(error.message)) from error


def _check_ceiling(*, figures: QuoteFigures, product: ProductTerms, on: date) -> None:
    """The annual cost stays under the ceiling of the product's regime (金规〔2025〕9号)."""
    ceiling = cost_ceiling(regime=product.regime, as_of=on)
    if ceiling is None or figures.annual_cost <= ceiling.rate:
        return
    regime = product.regime
    raise Refused(
        code="annual-cost-too-high",
        message=_(
            "The annual cost would be %(cost)s %%, above the ceiling of %(ceiling)s %% that"
            " %(source)s sets (%(regime)s)."
        )
        % {
            "cost": shown_cost(rate=figures.annual_cost),
            "ceiling": f"{ceiling.rate * 100:.2f}",
            "regime": gettext(REGIME_NAMES[Regime(regime)]) if regime in set(Regime) else regime,
            "source": ceiling.citation,
        },
    )


def make_quote(*, borrower_id: UUID, request: QuoteRequest, now: datetime) -> UUID:
    """Work out one loan and keep it for QUOTE_VALID.

    Raises InvalidInput (amount, instalments, purpose, product), Refused (`no-line`,
    `over-limit`, `card-missing`, `annual-cost-too-high`), NotFound (somebody else's card).
    """
    return keep_quote(borrower_id=borrower_id, request=request, replaces=None, now=now)


def keep_quote(
    *, borrower_id: UUID, request: QuoteRequest, replaces: Loan | None, now: datetime
) -> UUID:
    """`make_quote`, also of a loan that replaces another one: what that one takes is free for it."""
    today = get_business_date()
    line = CreditLine.objects.filter(borrower_id=borrower_id, state=LineState.ACTIVE).first()
    if line is None or line.valid_until < today:
        raise Refused(code="no-line", message=_("You have no credit line to draw from."))
    product = _offered(borrower_id=borrower_id, code=request.product_code, on=today)
    _check_choice(request, product)
    available = available_for(line=line, replaces=replaces, today=today)
    if request.amount > available:
        text = _("You can borrow at most %(available)s.") % {"available": available.display}
        raise Refused(code="over-limit", message=text, fields={"amount": [text]})
    if request.binding_id is None:
        card = get_default_card(user_id=borrower_id)
    else:
        card = get_card(user_id=borrower_id, binding_id=request.binding_id)
    if card is None or card.state != BindingState.ACTIVE:
        raise Refused(code="card-missing", message=_("Bind a bank card first."))
    terms = _terms(request=request, product=product, line_rate=line.annual_rate, on=today)
    figures = quote(terms=terms)
    _check_ceiling(figures=figures, product=product, on=today)
    row = Quote.objects.create(
        borrower_id=borrower_id,
        line=line,
        product_version_id=product.version_id,
        binding_id=card.id,
        refinances=replaces,
        purpose=request.purpose,
        currency=request.amount.currency,
        amount=request.amount.minor,
        terms=terms_to_json(terms=terms),
        annual_cost=figures.annual_cost,
        total_cost=figures.total_cost.minor,
        created_at=now,
        expires_at=now + QUOTE_VALID,
    )
    return row.pk


def open_disclosure(*, borrower_id: UUID, quote_id: UUID, now: datetime) -> datetime:
    """Note that the disclosure sheet (明示表) was opened; the first time counts and is returned.

    Raises NotFound, Conflict (`quote-expired`).
    """
    with transaction.atomic():
        row = Quote.objects.filter(pk=quote_id, borrower_id=borrower_id).first()
        if row is None:
            raise NotFound
        row = lock_row(Quote, pk=quote_id)
        if row.disclosed_at is not None:
            return row.disclosed_at
        if now >= row.expires_at:
            raise Conflict(code="quote-expired", message=_("This quote has expired. Ask again."))
        row.disclosed_at = now
        row.save(update_fields=["disclosed_at"])
        return now

"""Reads: a quote in figures and the disclosure sheet (明示表) that goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from cards.queries import CardView, get_card
from core.errors import NotFound
from core.money import Money
from lending.loans.domain import Instalment, LoanTerms, Method, quote
from lending.loans.domain.codec import terms_from_json
from lending.loans.models import Quote
from lending.products.domain import FigureCode
from lending.products.queries import find_regulation_value


@dataclass(frozen=True, kw_only=True)
class QuoteView:
    """A loan worked out. Rates are fractions; `annual_cost` is by IRR, all charges included.

    `refinances` and `old_number`: the loan it is to replace, if it is to replace one.
    """

    id: UUID
    borrower_id: UUID
    terms: LoanTerms
    purpose: str
    card: CardView
    schedule: Sequence[Instalment]
    amount: Money
    total_interest: Money
    total_repayment: Money
    total_cost: Money
    annual_rate: Decimal
    annual_cost: Decimal
    first_due_on: date
    last_due_on: date
    created_at: datetime
    expires_at: datetime
    disclosed_at: datetime | None
    reading_seconds: int
    refinances: UUID | None
    old_number: str


@dataclass(frozen=True, kw_only=True)
class DisclosureRow:
    """One charge: what, how it is collected, by which standard, to whom."""

    charge: str
    method: str
    standard: str
    payee: str


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """The sheet that is shown before signing (金规〔2026〕2号)."""

    rows: tuple[DisclosureRow, ...]
    contingent: tuple[DisclosureRow, ...]
    annual_cost: str
    contingent_rate: str
    reading_seconds: int


def reading_seconds(*, regime: str, on: date) -> int:
    """How long the sheet must have been open before signing (金规〔2026〕2号); 0 before that rule."""
    code = FigureCode.DISCLOSURE_READING_SECONDS
    figure = find_regulation_value(code=code, regime=regime, as_of=on)
    return 0 if figure is None else int(figure.value)


def percent(rate: Decimal) -> str:
    """A fraction as people read it: 0.12 is "12.00%"."""
    return f"{rate * 100:.2f}%"


def quote_view(row: Quote) -> QuoteView:
    """The row with its figures worked out again from the stored terms."""
    terms = terms_from_json(body=row.terms)
    figures = quote(terms=terms)
    return QuoteView(
        id=row.pk,
        borrower_id=row.borrower_id,
        terms=terms,
        purpose=row.purpose,
        card=get_card(user_id=row.borrower_id, binding_id=row.binding_id),
        schedule=figures.schedule,
        amount=Money(row.amount, row.currency),
        total_interest=figures.total_interest,
        total_repayment=figures.total_repayment,
        total_cost=figures.total_cost,
        annual_rate=terms.annual_rate,
        annual_cost=figures.annual_cost,
        first_due_on=figures.first_due_on,
        last_due_on=figures.last_due_on,
        created_at=row.created_at,
        expires_at=row.expires_at,
        disclosed_at=row.disclosed_at,
        reading_seconds=reading_seconds(
            regime=row.product_version.regime, on=row.created_at.date()
        ),
        refinances=row.refinances_id,
        old_number="" if row.refinances is None else row.refinances.number,
    )


def get_quote(*, borrower_id: UUID, quote_id: UUID) -> QuoteView:
    """One of the borrower's own quotes. Raises NotFound."""
    row = Quote.objects.filter(pk=quote_id, borrower_id=borrower_id).first()
    if row is None:
        raise NotFound
    return quote_view(row)


def get_disclosure(*, view: QuoteView) -> Disclosure:
    """The sheet for a quote in the reader's language."""
    terms, lender = view.terms, _("The lender")
    standard = (
        _("%(rate)s a year on the whole loan to the end, also on what is repaid; %(total)s in all")
        if terms.method is Method.FLAT
        else _("%(rate)s a year on the principal outstanding; %(total)s in all")
    )
    interest = DisclosureRow(
        charge=_("Interest"),
        method=_("With each instalment, by automatic debit"),
        standard=standard
        % {"rate": percent(terms.annual_rate), "total": view.total_interest.display},
        payee=lender,
    )
    none = _("None")
    fees = DisclosureRow(
        charge=_("Service, guarantee and other fees"), method=none, standard=none, payee=none
    )
    early = DisclosureRow(
        charge=_("Early repayment"),
        method=_("Any day, in full or in part"),
        standard=_("Free; interest only to the day you repay"),
        payee=none,
    )
    return Disclosure(
        rows=(interest, fees, early),
        contingent=_contingent(terms),
        annual_cost=percent(view.annual_cost),
        contingent_rate=percent(terms.penalty_rate),
        reading_seconds=view.reading_seconds,
    )


def _contingent(terms: LoanTerms) -> tuple[DisclosureRow, ...]:
    """What is asked besides of who pays late."""
    lender = _("The lender")
    method = (
        _(
            "By the day on the overdue principal and the unpaid interest, in place of the interest above"
        )
        if terms.interest_compounds
        else _("By the day on the overdue principal, in place of the interest above")
    )
    penalty = DisclosureRow(
        charge=_("Penalty interest if you pay late"),
        method=method,
        standard=_("%(rate)s a year (contract rate plus %(uplift)s), free for %(days)s day(s)")
        % {
            "rate": percent(terms.penalty_rate),
            "uplift": percent(terms.penalty_uplift),
            "days": terms.grace_days,
        },
        payee=lender,
    )
    if not terms.late_fee:
        return (penalty,)
    fee = DisclosureRow(
        charge=_("Late fee"),
        method=_("Once for each instalment not paid in time"),
        standard=_("%(amount)s, free for %(days)s day(s)")
        % {
            "amount": Money(terms.late_fee, terms.principal.currency).display,
            "days": terms.grace_days,
        },
        payee=lender,
    )
    return (penalty, fee)

"""Reading what is offered and what the law allows."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, NotFound
from core.money import Money
from lending.products.domain import (
    CostCeiling,
    DayCount,
    Figure,
    FigureCode,
    Method,
    NonworkingRule,
    ProductTerms,
    Purpose,
    RegulationLimits,
    Unit,
    regimes_of,
)
from lending.products.models import ProductVersion, RegulationFigure

#: Money figures are in the currency of their country.
_CURRENCIES = {"CN": "CNY", "EU": "EUR"}


class FigureMissing(Conflict):
    """No row of this figure is in force: the lender's set-up is incomplete."""

    code = "regulation-figure-missing"
    message = _("A figure of regulation is missing for this date.")


def list_products(
    *, borrower_kind: str, as_of: date, currency: str | None = None
) -> tuple[ProductTerms, ...]:
    """The current version of each active product for a kind of borrower, in display order."""
    versions = _current(as_of).filter(product__borrower_kind=borrower_kind, product__active=True)
    if currency is not None:
        versions = versions.filter(product__currency=currency)
    rows = sorted(versions, key=lambda row: (row.product.position, row.product.code))
    return tuple(_terms(row) for row in rows)


def current_version(*, product_code: str, as_of: date) -> ProductTerms:
    """The version in force on a date, of an active product or not. Raises NotFound."""
    row = _current(as_of).filter(product__code=product_code).first()
    if row is None:
        raise NotFound
    return _terms(row)


def product_books() -> dict[str, str]:
    """The product's code of every version ever published, by the version's id as text: what the
    books are kept by."""
    rows = ProductVersion.objects.values_list("pk", "product__code")
    return {str(pk): code for pk, code in rows}


def get_product_version(*, version_id: UUID) -> ProductTerms:
    """Any published version. Raises NotFound."""
    row = ProductVersion.objects.select_related("product").filter(pk=version_id).first()
    if row is None:
        raise NotFound
    return _terms(row)


def _current(as_of: date) -> QuerySet[ProductVersion]:
    """The latest version of each product that is effective. Effective dates never go back."""
    return (
        ProductVersion.objects.select_related("product")
        .filter(effective_from__lte=as_of)
        .order_by("product_id", "-version")
        .distinct("product_id")
    )


def _terms(row: ProductVersion) -> ProductTerms:
    product = row.product
    currency = product.currency
    return ProductTerms(
        version_id=row.pk,
        version=row.version,
        effective_from=row.effective_from,
        body_hash=row.body_hash,
        code=product.code,
        borrower_kind=product.borrower_kind,
        currency=currency,
        name_zh=product.name_zh,
        name_en=product.name_en,
        tagline_zh=product.tagline_zh,
        tagline_en=product.tagline_en,
        method=Method(row.method),
        min_amount=Money(row.min_amount, currency),
        max_amount=Money(row.max_amount, currency),
        instalment_options=tuple(row.instalment_options),
        annual_rate_floor=row.annual_rate_floor,
        annual_rate_ceiling=row.annual_rate_ceiling,
        penalty_uplift=row.penalty_uplift,
        grace_days=row.grace_days,
        day_count=DayCount(row.day_count),
        due_days=tuple(row.due_days),
        first_period_min_days=row.first_period_min_days,
        purposes=tuple(Purpose(purpose) for purpose in row.purposes),
        cooling_off_days=row.cooling_off_days,
        max_line=Money(row.max_line, currency),
        line_validity_months=row.line_validity_months,
        regime=row.regime,
        nonworking_rule=NonworkingRule(row.nonworking_rule),
        late_fee=row.late_fee,
        interest_compounds=row.interest_compounds,
    )


def find_regulation_value(*, code: FigureCode, regime: str, as_of: date) -> Figure | None:
    """The figure in force on a date: the regime's own, else its country's, else None."""
    rows = RegulationFigure.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gt=as_of),
        code=code,
        effective_from__lte=as_of,
    )
    for name in regimes_of(regime=regime):
        row = rows.filter(regime=name).order_by("-effective_from").first()
        if row is not None:
            return Figure(
                value=row.value, unit=Unit(row.unit), citation=row.citation, verified=row.verified
            )
    return None


def regulation_value(*, code: FigureCode, regime: str, as_of: date) -> Figure:
    """Like `find_regulation_value`. Raises FigureMissing."""
    figure = find_regulation_value(code=code, regime=regime, as_of=as_of)
    if figure is None:
        raise FigureMissing
    return figure


def regulation_values(
    *, codes: Collection[FigureCode], regime: str, as_of: date
) -> dict[FigureCode, Decimal]:
    """Several figures in force on a date, in one query. Raises FigureMissing."""
    order = {name: place for place, name in enumerate(regimes_of(regime=regime))}
    rows = RegulationFigure.objects.filter(
        Q(effective_to__isnull=True) | Q(effective_to__gt=as_of),
        code__in=[code.value for code in codes],
        regime__in=list(order),
        effective_from__lte=as_of,
    )
    found: dict[FigureCode, Decimal] = {}
    for row in sorted(rows, key=lambda row: (-order[row.regime], row.effective_from)):
        found[FigureCode(row.code)] = row.value
    if len(found) < len(set(codes)):
        raise FigureMissing
    return found


def cost_ceiling(*, regime: str, as_of: date) -> CostCeiling | None:
    """The highest annual cost that every rule of the regime allows, None if none limits it.

    Where a multiple of the 1-year LPR applies (民间借贷司法解释 art. 25) the lower limit counts.
    Raises FigureMissing where the LPR of the date is missing.
    """
    ceilings: list[CostCeiling] = []
    fixed = find_regulation_value(code=FigureCode.ANNUAL_COST_CEILING, regime=regime, as_of=as_of)
    if fixed is not None:
        ceilings.append(CostCeiling(rate=fixed.value, citation=fixed.citation))
    multiple = find_regulation_value(code=FigureCode.LPR_MULTIPLE_MAX, regime=regime, as_of=as_of)
    if multiple is not None:
        lpr = regulation_value(code=FigureCode.LPR_1Y, regime=regime, as_of=as_of)
        citation = f"{multiple.citation}; {lpr.citation}"
        ceilings.append(CostCeiling(rate=multiple.value * lpr.value, citation=citation))
    return min(ceilings, key=lambda ceiling: ceiling.rate, default=None)


def annual_cost_ceiling(*, regime: str, as_of: date) -> Decimal | None:
    """The rate of `cost_ceiling`."""
    ceiling = cost_ceiling(regime=regime, as_of=as_of)
    return None if ceiling is None else ceiling.rate


def regulation_limits(*, regime: str, borrower_kind: str, as_of: date) -> RegulationLimits:
    """What the regime allows a product for this kind of borrower."""

    def value(code: FigureCode) -> Decimal | None:
        figure = find_regulation_value(code=code, regime=regime, as_of=as_of)
        return None if figure is None else figure.value

    def whole(code: FigureCode) -> int | None:
        number = value(code)
        return None if number is None else int(number)

    credit = value(
        FigureCode.CONSUMPTION_CREDIT_MAX
        if borrower_kind == "PERSON"
        else FigureCode.BUSINESS_CREDIT_MAX
    )
    currency = _CURRENCIES.get(regimes_of(regime=regime)[-1])
    ceiling = cost_ceiling(regime=regime, as_of=as_of)
    return RegulationLimits(
        annual_cost_ceiling=None if ceiling is None else ceiling.rate,
        annual_cost_source="" if ceiling is None else ceiling.citation,
        overdue_uplift_min=value(FigureCode.OVERDUE_UPLIFT_MIN),
        overdue_uplift_max=value(FigureCode.OVERDUE_UPLIFT_MAX),
        credit_max=Money.rounded(credit, currency) if credit is not None and currency else None,
        bullet_term_max_months=whole(FigureCode.BULLET_TERM_MAX),
        cooling_off_min_days=whole(FigureCode.COOLING_OFF_MIN),
    )

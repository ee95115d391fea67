"""Publishing terms."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.audit import record
from core.businessday import get_business_date
from core.errors import InvalidInput, NotFound
from core.locks import lock_row
from lending.products.domain import ProductTerms, VersionTerms, body_hash, check_terms
from lending.products.models import Product, ProductVersion, RegulationFigure
from lending.products.queries import get_product_version, regulation_limits

#: What an audit line can hold, and less than which says nothing.
MIN_NOTE: Final = 8
MAX_NOTE: Final = 300


def publish_version(
    *,
    product_code: str,
    terms: VersionTerms,
    effective_from: date,
    now: datetime,
    actor: str,
) -> ProductTerms:
    """Publish the next version of a product. It never changes; loans refer to it.

    Publishing the terms of the latest version again, for the same day, returns that version.
    `actor` is a user id. Raises NotFound for an unknown product; InvalidInput, with a sentence per
    field, for terms the rules or the regulation of `effective_from` do not allow, and for a day
    before the business date or before the version that is there.
    """
    with transaction.atomic():
        product = _lock_product(product_code)
        latest = product.versions.order_by("-version").first()
        if latest is not None and _is_same(latest, product, terms, effective_from):
            return get_product_version(version_id=latest.pk)
        _check_date(effective_from, latest)
        _check_terms(product, terms, effective_from)
        number = latest.version + 1 if latest is not None else 1
        row = ProductVersion.objects.create(
            product=product,
            version=number,
            effective_from=effective_from,
            published_at=now,
            body_hash=_hash(product, number, terms),
            method=terms.method.value,
            min_amount=terms.min_amount.minor,
            max_amount=terms.max_amount.minor,
            instalment_options=list(terms.instalment_options),
            annual_rate_floor=terms.annual_rate_floor,
            annual_rate_ceiling=terms.annual_rate_ceiling,
            penalty_uplift=terms.penalty_uplift,
            grace_days=terms.grace_days,
            day_count=terms.day_count.value,
            due_days=list(terms.due_days),
            first_period_min_days=terms.first_period_min_days,
            purposes=[purpose.value for purpose in terms.purposes],
            cooling_off_days=terms.cooling_off_days,
            max_line=terms.max_line.minor,
            line_validity_months=terms.line_validity_months,
            regime=terms.regime,
            nonworking_rule=terms.nonworking_rule.value,
            late_fee=terms.late_fee,
            interest_compounds=terms.interest_compounds,
        )
        record(
            actor=actor,
            action="product.version-published",
            subject=f"products_product:{product.pk}",
            now=now,
            data={"version": number, "body_hash": row.body_hash},
        )
    return get_product_version(version_id=row.pk)


def _lock_product(code: str) -> Product:
    pk = Product.objects.filter(code=code).values_list("pk", flat=True).first()
    if pk is None:
        raise NotFound
    return lock_row(Product, pk=pk)


def _hash(product: Product, version: int, terms: VersionTerms) -> str:
    return body_hash(
        code=product.code, borrower_kind=product.borrower_kind, version=version, terms=terms
    )


def _is_same(
    latest: ProductVersion, product: Product, terms: VersionTerms, effective_from: date
) -> bool:
    same_day = latest.effective_from == effective_from
    return same_day and latest.body_hash == _hash(product, latest.version, terms)


def _check_date(effective_from: date, latest: ProductVersion | None) -> None:
    if effective_from < get_business_date():
        raise InvalidInput.field(
            "effective_from", _("Terms cannot take effect before the business date.")
        )
    if latest is not None and effective_from < latest.effective_from:
        raise InvalidInput.field(
            "effective_from", _("A later version takes effect after this day already.")
        )


def _check_terms(product: Product, terms: VersionTerms, effective_from: date) -> None:
    limits = regulation_limits(
        regime=terms.regime, borrower_kind=product.borrower_kind, as_of=effective_from
    )
    fields: dict[str, list[str]] = {}
    for problem in check_terms(
        terms=terms,
        borrower_kind=product.borrower_kind,
        currency=product.currency,
        limits=limits,
    ):
        sentence = gettext(problem.message).format(**problem.figures)
        fields.setdefault(problem.field, []).append(sentence)
    if fields:
        raise InvalidInput(fields=fields)


@transaction.atomic
def verify_figure(*, figure_id: UUID, note: str, actor_id: UUID, now: datetime) -> None:
    """Record that the lender's lawyers confirmed a figure against the legal text, for good.

    Verifying it again changes nothing. Raises NotFound, InvalidInput (`note`: what was compared
    with which text, 8 to 300 characters; it stands in the audit line).
    """
    words = " ".join(note.split())
    if not MIN_NOTE <= len(words) <= MAX_NOTE:
        raise InvalidInput.field(
            "note", _("Say in 8 to 300 characters which text it was compared with.")
        )
    figure = lock_row(RegulationFigure, pk=figure_id)
    if figure.verified:
        return
    figure.verified = True
    figure.save(update_fields=["verified"])
    record(
        actor=str(actor_id),
        action="regulation-figure.verified",
        subject=f"products_regulationfigure:{figure.pk}",
        now=now,
        reason=words,
        data={"code": figure.code, "regime": figure.regime, "value": str(figure.value)},
    )

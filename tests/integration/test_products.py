"""What is offered and what the law allows, on a real Postgres."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from core.businessday import open_business_date
from core.errors import InvalidInput, NotFound
from core.models import AuditRecord
from core.money import Money
from lending.products.domain import (
    FigureCode,
    Method,
    ProductTerms,
    Regime,
    Unit,
    VersionTerms,
    body_hash,
    check_terms,
)
from lending.products.models import Product, ProductVersion, RegulationFigure
from lending.products.operations import publish_version
from lending.products.queries import (
    FigureMissing,
    annual_cost_ceiling,
    current_version,
    get_product_version,
    list_products,
    regulation_limits,
    regulation_value,
)
from tests.products import terms

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = date(2026, 3, 2)
APRIL = date(2026, 4, 1)


@pytest.fixture
def today() -> date:
    return open_business_date(now=NOW)


def publish(effective_from: date = TODAY, code: str = "monthly", **changes: object) -> ProductTerms:
    return publish_version(
        product_code=code,
        terms=terms(**changes),
        effective_from=effective_from,
        now=NOW,
        actor="tester",
    )


def test_an_installation_starts_with_products_for_people_and_businesses() -> None:
    people = list_products(borrower_kind="PERSON", currency="CNY", as_of=TODAY)
    assert [offer.name_zh for offer in people] == ["月月还", "月月少", "随借随还"]
    assert [offer.method for offer in people] == [
        Method.EQUAL_INSTALMENTS,
        Method.EQUAL_PRINCIPAL,
        Method.DAILY_FLEXIBLE,
    ]
    assert people[0].instalment_options == (3, 6, 12)
    assert max(people[2].instalment_options) == 12
    businesses = list_products(borrower_kind="BUSINESS", as_of=TODAY)
    assert businesses
    assert min(offer.max_line for offer in businesses) > max(offer.max_line for offer in people)
    assert list_products(borrower_kind="PERSON", currency="EUR", as_of=TODAY) == ()
    assert list_products(borrower_kind="STAFF", as_of=TODAY) == ()


@pytest.mark.parametrize("kind", ["PERSON", "BUSINESS"])
def test_what_it_starts_with_may_be_published_and_bears_its_hash(kind: str) -> None:
    for offer in list_products(borrower_kind=kind, as_of=TODAY):
        limits = regulation_limits(regime=offer.regime, borrower_kind=kind, as_of=TODAY)
        assert limits.annual_cost_ceiling == Decimal("0.24")
        assert limits.credit_max is not None
        problems = check_terms(
            terms=offer, borrower_kind=kind, currency=offer.currency, limits=limits
        )
        assert problems == ()
        assert offer.body_hash == body_hash(
            code=offer.code, borrower_kind=kind, version=offer.version, terms=offer
        )


def test_nothing_is_offered_before_it_is_effective_or_once_withdrawn() -> None:
    assert list_products(borrower_kind="PERSON", as_of=date(2025, 9, 30)) == ()
    with pytest.raises(NotFound):
        current_version(product_code="monthly", as_of=date(2025, 9, 30))
    Product.objects.filter(code="monthly").update(active=False)
    codes = [offer.code for offer in list_products(borrower_kind="PERSON", as_of=TODAY)]
    assert "monthly" not in codes
    assert current_version(product_code="monthly", as_of=TODAY).version == 1


@pytest.mark.usefixtures("today")
def test_a_new_version_is_current_from_its_day_on() -> None:
    before = current_version(product_code="monthly", as_of=TODAY)
    second = publish(APRIL)
    assert (second.version, second.effective_from) == (2, APRIL)
    assert second.max_amount == Money(50_000_00)
    assert current_version(product_code="monthly", as_of=date(2026, 3, 31)) == before
    assert current_version(product_code="monthly", as_of=APRIL) == second
    assert get_product_version(version_id=before.version_id) == before
    third = publish(APRIL, annual_rate_ceiling=Decimal("0.19"))
    assert current_version(product_code="monthly", as_of=APRIL) == third
    shown = {o.code: o for o in list_products(borrower_kind="PERSON", as_of=APRIL)}
    assert shown["monthly"] == third
    assert AuditRecord.objects.filter(action="product.version-published").count() == 2


@pytest.mark.usefixtures("today")
def test_publishing_the_same_twice_is_publishing_once() -> None:
    assert publish() == publish()
    assert ProductVersion.objects.filter(product__code="monthly").count() == 2


@pytest.mark.usefixtures("today")
def test_terms_read_back_are_the_terms_published() -> None:
    published = publish()
    asked = terms()
    for name in VersionTerms.__dataclass_fields__:
        assert getattr(published, name) == getattr(asked, name), name


@pytest.mark.usefixtures("today")
def test_terms_that_may_not_be_published_say_why() -> None:
    with pytest.raises(InvalidInput) as caught:
        publish(annual_rate_ceiling=Decimal("0.25"), grace_days=-1, max_line=Money(200_000_01))
    assert set(caught.value.fields) == {"annual_rate_ceiling", "grace_days", "max_line"}
    assert "24 %" in str(caught.value.fields["annual_rate_ceiling"][0])
    assert "¥200,000.00" in str(caught.value.fields["max_line"][0])
    assert ProductVersion.objects.filter(product__code="monthly").count() == 1


@pytest.mark.usefixtures("today")
def test_terms_never_take_effect_in_the_past_or_before_a_later_version() -> None:
    with pytest.raises(InvalidInput) as caught:
        publish(date(2026, 3, 1))
    assert set(caught.value.fields) == {"effective_from"}
    publish(APRIL)
    with pytest.raises(InvalidInput):
        publish(TODAY, annual_rate_ceiling=Decimal("0.19"))
    with pytest.raises(NotFound):
        publish(code="no-such-product")
    with pytest.raises(NotFound):
        get_product_version(version_id=uuid4())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE products_productversion SET annual_rate_ceiling = 0.36",
        "DELETE FROM products_productversion",
        "TRUNCATE products_productversion CASCADE",
        "UPDATE products_product SET code = 'other' WHERE code = 'monthly'",
        "UPDATE products_product SET currency = 'EUR'",
        "UPDATE products_product SET borrower_kind = 'BUSINESS'",
    ],
)
def test_a_published_version_and_what_it_is_of_never_change(statement: str) -> None:
    with (
        pytest.raises(IntegrityError, match=r"append-only|never change"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("column", "value", "constraint"),
    [
        ("min_amount", 0, "product_version_amounts"),
        ("max_amount", 1, "product_version_amounts"),
        ("annual_rate_floor", Decimal("0.9"), "product_version_rates"),
        ("method", "BALLOON", "product_version_method"),
        ("version", 1, "product_version_once"),
    ],
)
def test_what_the_table_refuses(column: str, value: object, constraint: str) -> None:
    row = ProductVersion.objects.get(product__code="monthly")
    row.pk, row.version = uuid4(), 2
    setattr(row, column, value)
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        row.save(force_insert=True)


def value_of(code: FigureCode, regime: str, as_of: date = date(2026, 9, 23)) -> Decimal:
    return regulation_value(code=code, regime=regime, as_of=as_of).value


def test_figures_by_regime_and_date() -> None:
    code = FigureCode.CONSUMPTION_CREDIT_MAX
    assert value_of(code, Regime.CN_BANK, date(2025, 3, 13)) == 200_000
    assert value_of(code, Regime.CN_BANK, date(2025, 3, 14)) == 300_000
    assert value_of(code, Regime.CN_SMALL_LOAN) == 200_000
    assert value_of(FigureCode.ANNUAL_COST_CEILING, Regime.CN_SMALL_LOAN) == Decimal("0.24")
    with pytest.raises(FigureMissing):
        value_of(FigureCode.ANNUAL_COST_CEILING, Regime.CN, date(2025, 9, 30))
    with pytest.raises(FigureMissing):
        value_of(FigureCode.ANNUAL_COST_CEILING, "US")
    figure = regulation_value(
        code=FigureCode.OVERDUE_UPLIFT_MAX, regime="CN-SMALL-LOAN", as_of=TODAY
    )
    assert (figure.value, figure.unit, figure.verified) == (Decimal("0.5"), Unit.RATE, False)
    assert "251" in figure.citation


def test_a_figure_ends_on_its_last_day() -> None:
    rows = RegulationFigure.objects.filter(code=FigureCode.LPR_1Y)
    rows.update(effective_to=date(2026, 9, 21))
    assert value_of(FigureCode.LPR_1Y, "CN", date(2026, 9, 20)) == Decimal("0.03")
    with pytest.raises(FigureMissing):
        value_of(FigureCode.LPR_1Y, "CN", date(2026, 9, 21))


def test_every_figure_has_a_row_and_none_is_verified() -> None:
    assert set(RegulationFigure.objects.values_list("code", flat=True)) == set(FigureCode)
    assert not RegulationFigure.objects.filter(verified=True).exists()
    assert not RegulationFigure.objects.filter(citation="").exists()


def test_the_lowest_of_all_ceilings_counts() -> None:
    october = date(2026, 10, 1)
    assert annual_cost_ceiling(regime="CN-PRIVATE", as_of=october) == Decimal("0.12")
    assert annual_cost_ceiling(regime="CN-SMALL-LOAN", as_of=october) == Decimal("0.24")
    assert annual_cost_ceiling(regime="EU", as_of=october) is None
    with pytest.raises(FigureMissing):
        annual_cost_ceiling(regime="CN-PRIVATE", as_of=TODAY)


def test_a_verified_figure_is_history() -> None:
    figure = RegulationFigure.objects.get(code=FigureCode.ANNUAL_COST_CEILING)
    figure.value = Decimal("0.23")
    figure.save()
    figure.verified = True
    figure.save()
    figure.note, figure.effective_to = "superseded", date(2027, 1, 1)
    figure.save()
    figure.value = Decimal("0.36")
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        figure.save()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        figure.delete()


def test_names_in_both_languages() -> None:
    offer = current_version(product_code="flexible", as_of=TODAY)
    assert offer.name(language="zh-hans") == "随借随还"
    assert offer.name(language="en") == "Flexible"
    assert offer.tagline(language="en-gb") == replace(offer).tagline_en

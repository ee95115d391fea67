"""Tables of what is offered and of the regulation's figures."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.domain.states import BorrowerKind
from core.fields import CurrencyField
from core.ids import uuid7
from lending.products.domain import DayCount, FigureCode, Method, NonworkingRule, Unit


def _values(kinds: Iterable[StrEnum]) -> list[str]:
    """As plain text: migrations must not refer to the enums."""
    return [kind.value for kind in kinds]


def _choices(kinds: Iterable[StrEnum]) -> list[tuple[str, str]]:
    return [(value, value) for value in _values(kinds)]


class Product(models.Model):
    """A product as people know it. Its code, kind and currency never change (trigger)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.SlugField(max_length=40, unique=True)
    borrower_kind = models.CharField(max_length=10, choices=_choices(BorrowerKind))
    currency = CurrencyField()
    name_zh = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60)
    tagline_zh = models.CharField(max_length=80, blank=True)
    tagline_en = models.CharField(max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(default=100)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(borrower_kind__in=_values(BorrowerKind)), name="product_borrower_kind"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="product_currency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"


class ProductVersion(models.Model):
    """Terms as published, for good (trigger). Amounts in minor units of the product's currency."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    product = models.ForeignKey(Product, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    effective_from = models.DateField()
    published_at = models.DateTimeField()
    body_hash = models.CharField(max_length=64)
    method = models.CharField(max_length=20, choices=_choices(Method))
    min_amount = models.BigIntegerField()
    max_amount = models.BigIntegerField()
    instalment_options = ArrayField(models.PositiveSmallIntegerField())
    annual_rate_floor = models.DecimalField(max_digits=9, decimal_places=6)
    annual_rate_ceiling = models.DecimalField(max_digits=9, decimal_places=6)
    penalty_uplift = models.DecimalField(max_digits=9, decimal_places=6)
    grace_days = models.PositiveSmallIntegerField()
    day_count = models.CharField(max_length=14, choices=_choices(DayCount))
    due_days = ArrayField(models.PositiveSmallIntegerField(), blank=True)
    first_period_min_days = models.PositiveSmallIntegerField()
    purposes = ArrayField(models.CharField(max_length=30))
    cooling_off_days = models.PositiveSmallIntegerField()
    max_line = models.BigIntegerField()
    line_validity_months = models.PositiveSmallIntegerField()
    regime = models.CharField(max_length=20)
    nonworking_rule = models.CharField(
        max_length=20, choices=_choices(NonworkingRule), default=NonworkingRule.NONE.value
    )
    late_fee = models.BigIntegerField(default=0)
    interest_compounds = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "version"], name="product_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="product_version_number"),
            models.CheckConstraint(
                condition=Q(method__in=_values(Method)), name="product_version_method"
            ),
            models.CheckConstraint(
                condition=Q(day_count__in=_values(DayCount)), name="product_version_day_count"
            ),
            models.CheckConstraint(
                condition=Q(nonworking_rule__in=_values(NonworkingRule)),
                name="product_version_nonworking_rule",
            ),
            models.CheckConstraint(
                condition=Q(min_amount__gt=0)
                & Q(max_amount__gte=F("min_amount"))
                & Q(max_line__gte=F("max_amount")),
                name="product_version_amounts",
            ),
            models.CheckConstraint(
                condition=Q(late_fee__gte=0) & Q(late_fee__lte=F("min_amount")),
                name="product_version_late_fee",
            ),
            models.CheckConstraint(
                condition=Q(annual_rate_floor__gte=0)
                & Q(annual_rate_ceiling__gte=F("annual_rate_floor"))
                & Q(penalty_uplift__gte=0),
                name="product_version_rates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} v{self.version}"


class RegulationFigure(models.Model):
    """A figure of the law with its citation. `verified` is set by the lender's lawyers.

    In force from `effective_from` until the day before `effective_to`, or until a later row.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=40, choices=_choices(FigureCode))
    regime = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=20, decimal_places=6)
    unit = models.CharField(max_length=10, choices=_choices(Unit))
    effective_from = models.DateField()
    effective_to = models.DateField(null=True, blank=True)
    citation = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["code", "regime", "effective_from"], name="regulation_figure_once"
            ),
            models.CheckConstraint(
                condition=Q(unit__in=_values(Unit)), name="regulation_figure_unit"
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gt=F("effective_from")),
                name="regulation_figure_dates",
            ),
            models.CheckConstraint(
                condition=Q(value__gte=0), name="regulation_figure_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.regime} {self.effective_from}"

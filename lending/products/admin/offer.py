"""Products and their published versions: to read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core.console import columns as c
from core.console.model_admin import ConsoleModelAdmin
from core.console.sections import Section, table
from core.money import Money
from lending.products.admin.words import (
    DAY_COUNTS,
    KINDS,
    METHODS,
    NONWORKING_RULES,
    PURPOSES,
    REGIMES,
)
from lending.products.models import Product, ProductVersion


def _in_language(row: Product, name: str) -> str:
    language = "en" if (get_language() or "").startswith("en") else "zh"
    return str(getattr(row, f"{name}_{language}"))


def _amounts(row: ProductVersion) -> str:
    low, high = (Money(m, row.product.currency) for m in (row.min_amount, row.max_amount))
    return f"{low.display} – {high.display}"


def _rates(row: ProductVersion) -> str:
    return f"{c.as_rate(row.annual_rate_floor)} – {c.as_rate(row.annual_rate_ceiling)}"


def _version_page(row: ProductVersion) -> c.Target:
    url = reverse("admin:products_productversion_change", args=[row.pk])
    return c.Target(url, "products.productversion:view")


_BRIEF = (
    c.day("effective_from", _("In force from")),
    c.choice("method", _("Repayment method"), METHODS),
    c.Column("amounts", _("Amounts"), _amounts, kind="money"),
    c.Column("rates", _("Annual rates"), _rates, kind="money"),
    c.Column(
        "instalments",
        _("Instalments"),
        lambda row: ", ".join(str(number) for number in row.instalment_options),
    ),
)


@admin.register(Product)
class ProductAdmin(ConsoleModelAdmin):
    """What is offered. New terms are published as a new version, never typed over."""

    plural, singular = _("Products"), _("Product")
    search_fields = ()
    ordering = ("position", "code")
    columns = (
        c.Column("name", _("Name"), lambda row: _in_language(row, "name")),
        c.code("code", _("Code")),
        c.choice("borrower_kind", _("For"), KINDS),
        c.text("currency", _("Currency")),
        c.yes_no("active", _("Offered")),
        c.Column("tagline", _("Tagline"), lambda row: _in_language(row, "tagline")),
    )
    fact_groups = ((_("Product"), columns),)

    def heading(self, row: Product) -> str:
        return _in_language(row, "name")

    def sections(self, request: HttpRequest, row: Product) -> Sequence[Section]:
        versions = row.versions.select_related("product").order_by("-version")[:20]
        first = c.Column("version", _("Version"), lambda row: row.version, target=_version_page)
        return [
            *super().sections(request, row),
            table(_("Published versions"), versions, (first, *_BRIEF)),
        ]


@admin.register(ProductVersion)
class ProductVersionAdmin(ConsoleModelAdmin):
    """Terms as published, for good."""

    plural, singular = _("Published versions"), _("Published version")
    list_select_related = ("product",)
    columns = (
        c.Column("product", _("Product"), lambda row: _in_language(row.product, "name")),
        c.text("version", _("Version")),
        *_BRIEF,
    )
    fact_groups = (
        (
            _("Terms"),
            (
                *columns,
                c.rate("penalty_uplift", _("Surcharge on what is overdue")),
                c.text("grace_days", _("Days of grace")),
                c.money("late_fee", _("Late fee"), currency="product.currency"),
                c.yes_no("interest_compounds", _("Interest on unpaid interest")),
                c.choice("day_count", _("How days count"), DAY_COUNTS),
                c.Column(
                    "due_days",
                    _("Due days"),
                    lambda row: ", ".join(str(day) for day in row.due_days),
                ),
                c.choice("nonworking_rule", _("Due on a weekend or holiday"), NONWORKING_RULES),
                c.text("first_period_min_days", _("First period, days at least")),
                c.Column(
                    "purposes",
                    _("Purposes"),
                    lambda row: ", ".join(str(PURPOSES.get(p, p)) for p in row.purposes),
                ),
                c.text("cooling_off_days", _("Right to withdraw, days")),
                c.money("max_line", _("Credit line, at most"), currency="product.currency"),
                c.text("line_validity_months", _("Credit line valid for, months")),
                c.choice("regime", _("Regime"), REGIMES),
                c.moment("published_at", _("Published at")),
                c.code("body_hash", _("SHA-256")),
            ),
        ),
    )

    def detail_queryset(self, request: HttpRequest) -> Any:
        return self.get_queryset(request).select_related("product")

    def heading(self, row: Model) -> str:
        version: Any = row
        return f"{_in_language(version.product, 'name')} · {version.version}"

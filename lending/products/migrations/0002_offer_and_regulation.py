"""The first products with their terms, and the figures of regulation."""

from decimal import Decimal

from django.db import migrations

from core.money import Money
from lending.products.domain import DayCount, Method, Purpose, VersionTerms, body_hash
from lending.products.migrations._figures import FIGURES
from lending.products.migrations._products import FROM, PRODUCTS, PUBLISHED


def add_figures(apps, schema_editor):
    Figure = apps.get_model("products", "RegulationFigure")
    for code, regime, value, unit, effective_from, citation, note in FIGURES:
        Figure.objects.get_or_create(
            code=code,
            regime=regime,
            effective_from=effective_from,
            defaults={"value": Decimal(value), "unit": unit, "citation": citation, "note": note},
        )


def _hash(offer, values):
    money = {name: Money(values[name], "CNY") for name in ("min_amount", "max_amount", "max_line")}
    terms = VersionTerms(
        **{
            **values,
            **money,
            "method": Method(values["method"]),
            "day_count": DayCount(values["day_count"]),
            "instalment_options": tuple(values["instalment_options"]),
            "due_days": tuple(values["due_days"]),
            "purposes": tuple(Purpose(purpose) for purpose in values["purposes"]),
        }
    )
    return body_hash(
        code=offer["code"], borrower_kind=offer["borrower_kind"], version=1, terms=terms
    )


def add_products(apps, schema_editor):
    Product = apps.get_model("products", "Product")
    Version = apps.get_model("products", "ProductVersion")
    rates = ("annual_rate_floor", "annual_rate_ceiling", "penalty_uplift")
    for position, offer in enumerate(PRODUCTS, start=1):
        product, _created = Product.objects.get_or_create(
            code=offer["code"],
            defaults={
                "borrower_kind": offer["borrower_kind"],
                "currency": "CNY",
                "name_zh": offer["names"][0],
                "name_en": offer["names"][1],
                "tagline_zh": offer["taglines"][0],
                "tagline_en": offer["taglines"][1],
                "position": position,
            },
        )
        values = {**offer["terms"], **{name: Decimal(offer["terms"][name]) for name in rates}}
        Version.objects.get_or_create(
            product=product,
            version=1,
            defaults={
                **values,
                "effective_from": FROM,
                "published_at": PUBLISHED,
                "body_hash": _hash(offer, values),
            },
        )


class Migration(migrations.Migration):
    dependencies = [("products", "0001_initial")]

    operations = [
        migrations.RunPython(add_figures, migrations.RunPython.noop),
        migrations.RunPython(add_products, migrations.RunPython.noop),
    ]

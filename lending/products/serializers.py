"""Products as the API prints them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import get_language, gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.domain.states import BorrowerKind
from core.money import Money
from core.serializers import MoneyField
from lending.products.domain import (
    METHOD_EXPLANATIONS,
    METHOD_NAMES,
    PURPOSE_NAMES,
    Method,
    ProductTerms,
)


@extend_schema_field({"type": "string", "pattern": r"^\d+(\.\d+)?$", "example": "0.12"})
class RateField(serializers.Field[Decimal, str, str, Decimal]):
    """A fraction printed without trailing zeros: "0.12" is 12 %. For output only."""

    def to_representation(self, value: Decimal) -> str:
        return format(value.normalize(), "f")


class PurposeSerializer(serializers.Serializer[Mapping[str, str]]):
    """A purpose the money may be used for."""

    code = serializers.CharField()
    name = serializers.CharField()


class ProductSerializer(serializers.Serializer[ProductTerms]):
    """A product's terms. Rates are fractions of a year: "0.12" is 12 %; options are months."""

    version_id = serializers.UUIDField()
    code = serializers.CharField()
    version = serializers.IntegerField()
    effective_from = serializers.DateField()
    name = serializers.SerializerMethodField()
    tagline = serializers.SerializerMethodField()
    borrower_kind = serializers.ChoiceField(choices=[kind.value for kind in BorrowerKind])
    currency = serializers.CharField()
    method = serializers.ChoiceField(choices=[method.value for method in Method])
    method_name = serializers.SerializerMethodField()
    method_explanation = serializers.SerializerMethodField()
    min_amount = MoneyField()
    max_amount = MoneyField()
    max_line = MoneyField()
    instalment_options = serializers.ListField(child=serializers.IntegerField())
    annual_rate_floor = RateField()
    annual_rate_ceiling = RateField()
    penalty_uplift = RateField()
    late_fee = serializers.SerializerMethodField()
    interest_compounds = serializers.BooleanField()
    grace_days = serializers.IntegerField()
    cooling_off_days = serializers.IntegerField()
    due_days = serializers.ListField(child=serializers.IntegerField())
    purposes = serializers.SerializerMethodField()

    @extend_schema_field(MoneyField())
    def get_late_fee(self, terms: ProductTerms) -> str:
        return Money(terms.late_fee, terms.currency).text

    def get_name(self, terms: ProductTerms) -> str:
        return terms.name(language=get_language() or "")

    def get_tagline(self, terms: ProductTerms) -> str:
        return terms.tagline(language=get_language() or "")

    def get_method_name(self, terms: ProductTerms) -> str:
        return gettext(METHOD_NAMES[terms.method])

    def get_method_explanation(self, terms: ProductTerms) -> str:
        return gettext(METHOD_EXPLANATIONS[terms.method])

    @extend_schema_field(PurposeSerializer(many=True))
    def get_purposes(self, terms: ProductTerms) -> list[dict[str, str]]:
        return [
            {"code": purpose.value, "name": gettext(PURPOSE_NAMES[purpose])}
            for purpose in terms.purposes
        ]


class ProductListSerializer(serializers.Serializer[Mapping[str, object]]):
    """All products open to the borrower; the list is short and has one page."""

    results = ProductSerializer(many=True)

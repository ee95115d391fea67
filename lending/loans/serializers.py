"""How lines, quotes, drawdowns and loans cross the API. Rates are fractions as text."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.serializers import MoneyField
from lending.loans.domain.codec import EventKind
from lending.loans.texts import OCCUPATIONS
from lending.products.domain import Purpose

#: What a borrower hears of (lending.loans.queries.history).
_TOLD = [kind for kind in EventKind if kind is not EventKind.WRITTEN_OFF]


class ApplicationRequest(serializers.Serializer[Any]):
    requested = MoneyField()
    purpose = serializers.CharField(max_length=30, help_text=", ".join(Purpose))
    occupation = serializers.CharField(max_length=20, help_text=", ".join(OCCUPATIONS))
    monthly_income = MoneyField(required=False, allow_null=True, allow_zero=True)
    annual_revenue = MoneyField(required=False, allow_null=True, allow_zero=True)
    years_in_business = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=200
    )


class ApplicationSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.CharField()
    purpose = serializers.CharField()
    requested = MoneyField()
    currency = serializers.CharField(source="requested.currency")
    submitted_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())


class LineSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.CharField()
    currency = serializers.CharField(source="limit.currency")
    limit = MoneyField()
    used = MoneyField()
    available = MoneyField()
    annual_rate = serializers.DecimalField(max_digits=9, decimal_places=6)
    valid_until = serializers.DateField()


class QuoteRequestSerializer(serializers.Serializer[Any]):
    product = serializers.SlugField(max_length=40)
    amount = MoneyField()
    instalments = serializers.IntegerField(min_value=1, max_value=360)
    purpose = serializers.CharField(max_length=30, help_text=", ".join(Purpose))
    card_id = serializers.UUIDField(required=False, allow_null=True)


class RefinancingRequest(serializers.Serializer[Any]):
    product = serializers.SlugField(max_length=40)
    instalments = serializers.IntegerField(min_value=1, max_value=360)


class PlannedInstalmentSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    due_on = serializers.DateField()
    principal = MoneyField()
    interest = MoneyField()
    total = MoneyField()


class QuoteSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    currency = serializers.CharField(source="amount.currency")
    amount = MoneyField()
    method = serializers.CharField(source="terms.method")
    purpose = serializers.CharField()
    card_id = serializers.UUIDField(source="card.id")
    annual_rate = serializers.DecimalField(max_digits=9, decimal_places=6)
    annual_cost = serializers.DecimalField(max_digits=12, decimal_places=8)
    total_interest = MoneyField()
    total_repayment = MoneyField()
    total_cost = MoneyField()
    schedule = PlannedInstalmentSerializer(many=True)
    refinances = serializers.UUIDField(
        allow_null=True, help_text="The loan it is to replace; then no money is paid out."
    )
    expires_at = serializers.DateTimeField()


class DisclosureRowSerializer(serializers.Serializer[Any]):
    charge = serializers.CharField()
    method = serializers.CharField()
    standard = serializers.CharField()
    payee = serializers.CharField()


class DisclosureSerializer(serializers.Serializer[Any]):
    rows = DisclosureRowSerializer(many=True)
    contingent = DisclosureRowSerializer(many=True)
    annual_cost = serializers.CharField()
    contingent_rate = serializers.CharField()
    reading_seconds = serializers.IntegerField()


class DrawdownRequest(serializers.Serializer[Any]):
    quote_id = serializers.UUIDField()
    confirmed = serializers.BooleanField()


class DrawdownSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.CharField()
    currency = serializers.CharField(source="amount.currency")
    amount = MoneyField()
    card_id = serializers.UUIDField(source="card.id")
    signed_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    reasons = serializers.ListField(child=serializers.CharField())
    loan_id = serializers.UUIDField(allow_null=True)
    refinances = serializers.UUIDField(allow_null=True)


class AmountsSerializer(serializers.Serializer[Any]):
    principal = MoneyField()
    interest = MoneyField()
    penalty = MoneyField()
    fee = MoneyField()
    total = MoneyField()


class InstalmentSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    due_on = serializers.DateField()
    opening = MoneyField()
    asked = AmountsSerializer()
    paid = AmountsSerializer()
    status = serializers.CharField()
    settled_on = serializers.DateField(allow_null=True)


class LoanSummarySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.CharField()
    currency = serializers.CharField(source="principal.currency")
    principal = MoneyField()
    outstanding = MoneyField()
    disbursed_on = serializers.DateField()
    next_due_on = serializers.DateField(allow_null=True)
    days_past_due = serializers.IntegerField()
    settled_on = serializers.DateField(allow_null=True)


class LoanSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.CharField()
    as_of = serializers.DateField()
    currency = serializers.CharField(source="principal.currency")
    principal = MoneyField()
    method = serializers.CharField()
    annual_rate = serializers.DecimalField(max_digits=9, decimal_places=6)
    disbursed_on = serializers.DateField()
    outstanding = MoneyField()
    due_now = AmountsSerializer()
    payoff = AmountsSerializer()
    days_past_due = serializers.IntegerField()
    schedule = InstalmentSerializer(many=True)
    card_id = serializers.UUIDField(source="card.id")
    contract_id = serializers.UUIDField()
    settled_on = serializers.DateField(allow_null=True)
    replaces = serializers.UUIDField(allow_null=True, help_text="The loan that it paid.")
    replaced_by = serializers.UUIDField(allow_null=True, help_text="The loan that paid it.")


class LoanEventSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    on = serializers.DateField(help_text="The day it counts from.")
    kind = serializers.ChoiceField(choices=[str(kind) for kind in _TOLD])
    payment_kind = serializers.CharField(help_text="Why money came; empty for what is no payment.")
    amount = MoneyField(allow_null=True)
    title = serializers.CharField(help_text="For people, in the language of the request.")
    particulars = serializers.CharField()
    is_undone = serializers.BooleanField(help_text="A later event took it back.")
    recorded_at = serializers.DateTimeField()


class ContractSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    body = serializers.CharField()
    sha256 = serializers.CharField()
    disclosed_at = serializers.DateTimeField()
    signed_at = serializers.DateTimeField()

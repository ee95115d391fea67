"""How repayments and certificates cross the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from core.serializers import MoneyField
from lending.loans.domain import BORROWER_KINDS


class RepaymentRequest(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(
        choices=list(BORROWER_KINDS),
        help_text="DUE: what is due today. MANUAL: `amount`. PAYOFF: everything owed today.",
    )
    amount = MoneyField(required=False, allow_null=True)
    card_id = serializers.UUIDField(required=False, allow_null=True)


class RepaymentSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    loan_id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.CharField()
    currency = serializers.CharField(source="amount.currency")
    amount = MoneyField()
    on = serializers.DateField()
    card_id = serializers.UUIDField(source="card.id")
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    failure = serializers.CharField()


class CertificateSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    number = serializers.CharField()
    loan_id = serializers.UUIDField()
    content = serializers.DictField(child=serializers.CharField())
    sha256 = serializers.CharField()
    issued_at = serializers.DateTimeField()

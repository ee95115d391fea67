"""How cards cross the API. A card number goes in once and never comes out."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers


class BindCardRequest(serializers.Serializer[Any]):
    card_number = serializers.CharField(max_length=40)
    phone = serializers.CharField(max_length=20, required=False, allow_null=True)


class ConfirmCardRequest(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=10)


class CardSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    issuer = serializers.CharField()
    kind = serializers.CharField()
    last4 = serializers.CharField()
    state = serializers.CharField()
    is_default = serializers.BooleanField()
    bound_at = serializers.DateTimeField(allow_null=True)

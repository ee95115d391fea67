"""How money crosses the API: a decimal string of major units, its currency beside it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.money import Money, MoneyError


@extend_schema_field({"type": "string", "pattern": r"^\d+(\.\d+)?$", "example": "1200.50"})
class MoneyField(serializers.Field[Money, Any, str, Any]):
    """An amount in the field's currency: "1200.50". More than zero unless `allow_zero`."""

    default_error_messages = {
        "invalid": _("Enter an amount such as 1200.50."),
        "positive": _("Enter an amount greater than zero."),
    }

    def __init__(self, *, currency: str = "CNY", allow_zero: bool = False, **kwargs: Any) -> None:
        self.currency, self.allow_zero = currency, allow_zero
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> Money:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            money = Money.parse(data, self.currency)
        except MoneyError:
            self.fail("invalid")
        if not money and not self.allow_zero:
            self.fail("positive")
        return money

    def to_representation(self, value: Money) -> str:
        return value.text

"""How figures, days and forms are printed on the pages."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from django import template
from django.conf import settings
from django.forms import BoundField, CheckboxInput, RadioSelect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import pgettext

from core.money import Money

register = template.Library()

_CENTI_PERCENT = Decimal("0.0001")


@register.filter
def money(value: Money | None) -> str:
    """ "¥1,200.50"; an empty text for no amount."""
    return "" if value is None else value.display


@register.filter
def round_money(value: Money) -> str:
    """ "¥50,000" when there are no smaller units, otherwise all digits."""
    text = value.display
    whole, point, fraction = text.partition(".")
    return whole if point and not fraction.strip("0") else text


@register.filter
def percent(value: Decimal) -> str:
    """A fraction as a percentage with two digits: 0.144 is "14.40%"."""
    rounded = value.quantize(_CENTI_PERCENT, rounding=ROUND_HALF_UP)
    return f"{rounded * 100:.2f}%"


@register.filter
def day(value: date | datetime | None) -> str:
    """A day with its year, in the words of the language."""
    if value is None:
        return ""
    # Translators: a date format of Django with the year
    return date_format(_local(value), pgettext("date format", "j M Y"))


@register.filter
def short_day(value: date | datetime) -> str:
    """A day of this or the coming year."""
    # Translators: a date format of Django without the year
    return date_format(_local(value), pgettext("date format", "j M"))


@register.filter
def moment(value: datetime | None) -> str:
    """A day and the time of day."""
    if value is None:
        return ""
    # Translators: a date format of Django with the time of day
    return date_format(_local(value), pgettext("date format", "j M Y, H:i"))


def _local(value: date | datetime) -> date | datetime:
    if isinstance(value, datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def widget_kind(field: BoundField) -> str:
    """Which of the drawings of partials/field.html a field gets."""
    widget = field.field.widget
    if isinstance(widget, CheckboxInput):
        return "checkbox"
    if isinstance(widget, RadioSelect):
        return "radio"
    return "money" if "input-money" in widget.attrs.get("class", "") else "plain"


@register.simple_tag
def sandbox_messages_url() -> str:
    """Where the demo shows the SMS it did not send; empty when a real gateway sends them."""
    if not settings.SMS_GATEWAY_URL.startswith(settings.SANDBOX_URL):
        return ""
    return f"{settings.SANDBOX_URL}/sms/"

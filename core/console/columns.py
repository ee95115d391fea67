"""Columns of lists and rows of detail pages: a translated title and a readable value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.money import Money
from core.templatetags import kadai

Text = str | Promise
EMPTY: Final = "—"


@dataclass(frozen=True, slots=True)
class State:
    """How a state is called, and the colour it has: info, success, warning, danger or none."""

    text: Text
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a value leads, for those who have the right to go there."""

    url: str
    right: str


class Column:
    """Callable as Django's `list_display` wants it: takes a row, gives what is shown.

    `order` is the field to sort by; only an indexed one may be named.
    """

    do_not_call_in_templates = True

    def __init__(
        self,
        name: str,
        title: Text,
        value: Callable[[Any], object],
        *,
        order: str | None = None,
        target: Callable[[Any], Target | None] | None = None,
        kind: str = "text",
    ) -> None:
        self.__name__ = name
        self.short_description = title
        self.admin_order_field = order
        self.target = target
        self.kind = kind
        self._value = value

    def __call__(self, row: Any) -> object:
        value = self._value(row)
        return EMPTY if value is None or value == "" else value


def text(name: str, title: Text, path: str = "", *, order: str | None = None) -> Column:
    """An attribute as it is."""
    return Column(name, title, attrgetter(path or name), order=order)


def code(name: str, title: Text, path: str = "", *, order: str | None = None) -> Column:
    """A reference, number or id: in figures of one width, breaking anywhere."""
    get = attrgetter(path or name)
    return Column(name, title, lambda row: as_code(get(row)), order=order, kind="code")


def as_code(value: object) -> SafeString | None:
    """A reference for the screen."""
    if value is None or value == "":
        return None
    return format_html('<span class="k-code">{}</span>', str(value))


def choice(
    name: str, title: Text, texts: Mapping[str, Text], path: str = "", *, order: str | None = None
) -> Column:
    """A stored code by its name for people; an unknown one as it is."""
    get = attrgetter(path or name)
    return Column(name, title, lambda row: str(texts.get(get(row), get(row))), order=order)


def state(name: str, title: Text, states: Mapping[str, State], path: str = "") -> Column:
    """A state as a coloured label."""
    get = attrgetter(path or name)
    return Column(name, title, lambda row: chip(states.get(get(row), State(str(get(row))))))


def chip(shown: State) -> SafeString:
    """A label in Unfold's look."""
    return render_to_string(
        "unfold/helpers/label.html", {"text": shown.text, "type": shown.tone, "class": "k-chip"}
    )


def money(name: str, title: Text, path: str = "", currency: str = "currency") -> Column:
    """Minor units and a currency of the same row."""
    get, get_currency = attrgetter(path or name), attrgetter(currency)

    def show(row: Any) -> SafeString | None:
        minor = get(row)
        return None if minor is None else as_money(Money(minor, get_currency(row)))

    return Column(name, title, show, kind="money")


def as_money(amount: Money | None) -> SafeString | None:
    """An amount in figures of one width."""
    return None if amount is None else format_html('<span class="k-num">{}</span>', amount.display)


def moment(name: str, title: Text, path: str = "", *, order: str | None = None) -> Column:
    """A moment in the lender's time zone."""
    get = attrgetter(path or name)
    return Column(name, title, lambda row: _in_one_line(as_moment(get(row))), order=order)


def as_moment(value: datetime | None) -> str:
    """A moment in words of the language."""
    return kadai.moment(value)


def day(name: str, title: Text, path: str = "", *, order: str | None = None) -> Column:
    """A day."""
    get = attrgetter(path or name)
    return Column(name, title, lambda row: _in_one_line(as_day(get(row))), order=order)


def as_day(value: date | None) -> str:
    """A day in words of the language."""
    return kadai.day(value)


def _in_one_line(words: str) -> SafeString | None:
    return format_html('<span class="k-when">{}</span>', words) if words else None


def rate(name: str, title: Text, path: str = "") -> Column:
    """A fraction a year as a percentage."""
    get = attrgetter(path or name)
    return Column(name, title, lambda row: as_rate(get(row)), kind="money")


def as_rate(value: Decimal | None) -> str:
    """14.40%."""
    return "" if value is None else kadai.percent(value)


def yes_no(name: str, title: Text, path: str = "") -> Column:
    """A flag in words."""
    get = attrgetter(path or name)
    return Column(name, title, lambda row: str(_("Yes") if get(row) else _("No")))


def short_id(value: UUID | str | None) -> SafeString | None:
    """The end of an id, enough to tell rows of a page apart; the whole one on hover."""
    if value is None:
        return None
    whole = str(value)
    return format_html('<span class="k-code" title="{}">…{}</span>', whole, whole[-8:])

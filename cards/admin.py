"""Payments and bound cards in the console: to read. Card numbers are masked for everybody."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin.people import by_phone, joins, person
from cards.domain.pans import mask_pan
from cards.domain.responses import ResponseClass
from cards.domain.states import BindingState, Direction, PaymentState
from cards.models import CardBinding, Payment
from cards.queries import issuer_name
from core.console import columns as c
from core.console.filters import choice_filter
from core.console.home import MOST, Tile, at_most, register_tiles
from core.console.model_admin import ConsoleModelAdmin, exactly
from core.console.sections import Section, register_about, table

PAYMENT_STATES: Final = {
    PaymentState.CREATED.value: c.State(_("Created"), "info"),
    PaymentState.SUBMITTED.value: c.State(_("With the bank"), "info"),
    PaymentState.UNKNOWN.value: c.State(_("Outcome unknown"), "danger"),
    PaymentState.SUCCEEDED.value: c.State(_("Succeeded"), "success"),
    PaymentState.FAILED.value: c.State(_("Failed"), "warning"),
    PaymentState.REVERSED.value: c.State(_("Reversed"), "warning"),
    PaymentState.REFUNDED.value: c.State(_("Refunded"), "warning"),
}
DIRECTIONS: Final = {
    Direction.OUT.value: _("Payout to the card"),
    Direction.IN.value: _("Debit from the card"),
}
BINDING_STATES: Final = {
    BindingState.PENDING_SMS.value: c.State(_("Waiting for the code"), "info"),
    BindingState.ACTIVE.value: c.State(_("Active"), "success"),
    BindingState.FAILED.value: c.State(_("Failed")),
    BindingState.SUSPENDED.value: c.State(_("Suspended"), "warning"),
    BindingState.EXPIRED.value: c.State(_("Expired")),
    BindingState.UNBOUND.value: c.State(_("Removed")),
}
RESPONSES: Final = {
    ResponseClass.OK.value: _("Done"),
    ResponseClass.UNKNOWN.value: _("Nobody knows yet"),
    ResponseClass.MAYBE_DEBITED.value: _("The money may have moved"),
    ResponseClass.LATER.value: _("Nothing moved; may work later"),
    ResponseClass.FIX.value: _("Nothing moved; the borrower must correct something"),
    ResponseClass.STOP.value: _("Nothing moved; trying again would not help"),
}
_SOURCES: Final = {"drawdown": _("Drawdown"), "repayment": _("Repayment")}


RAILS: Final = {"unionpay": _("UnionPay")}


def _source(row: Payment) -> object:
    words = _SOURCES.get(row.source_type, row.source_type)
    return format_html("{} {}", words, c.as_code(row.source_id))


def card_text(binding: CardBinding) -> str:
    """The bank and the last digits."""
    return f"{issuer_name(binding.card.bin)} {mask_pan(last4=binding.card.last4)}"


def binding_page(binding: CardBinding) -> c.Target:
    """The page of a bound card."""
    return c.Target(
        reverse("admin:cards_cardbinding_change", args=[binding.pk]), "cards.cardbinding:view"
    )


def payment_page(payment: Payment | None) -> c.Target | None:
    """The page of a payment."""
    if payment is None:
        return None
    return c.Target(reverse("admin:cards_payment_change", args=[payment.pk]), "cards.payment:view")


@admin.register(Payment)
class PaymentAdmin(ConsoleModelAdmin):
    """Every movement of money under its one reference."""

    plural, singular = _("Payments"), _("Payment")
    search_help_text = _("Payment reference, phone number or id")
    finders = (exactly("reference"), by_phone("user"))
    list_select_related = (*joins("user"), "binding__card__bin")
    list_filter = (
        choice_filter(_("State"), "state", PAYMENT_STATES),
        choice_filter(_("Direction"), "direction", DIRECTIONS),
    )
    columns = (
        c.code("reference", _("Reference")),
        c.moment("created_at", _("Created at")),
        c.choice("direction", _("Direction"), DIRECTIONS),
        person("user", _("Borrower")),
        c.money("amount", _("Amount")),
        c.state("state", _("State"), PAYMENT_STATES),
        c.code("code", _("Response code")),
    )
    fact_groups = (
        (
            _("Payment"),
            (
                *columns,
                c.choice("response_class", _("What it means"), RESPONSES),
                c.Column(
                    "card",
                    _("Card"),
                    lambda row: card_text(row.binding),
                    target=lambda row: binding_page(row.binding),
                ),
            ),
        ),
        (
            _("At the bank"),
            (
                c.choice("rail", _("Rail"), RAILS),
                c.moment("sent_at", _("Sent at")),
                c.text("queries", _("Times asked for the outcome")),
                c.code("bank_reference", _("The bank's reference")),
                c.moment("settled_at", _("Settled at")),
                c.text("note", _("Remark")),
            ),
        ),
        (
            _("Behind it"),
            (
                c.Column("source", _("Belongs to"), _source),
                c.code("id", _("Id")),
            ),
        ),
    )

    def heading(self, row: Payment) -> str:
        return row.reference


@admin.register(CardBinding)
class CardBindingAdmin(ConsoleModelAdmin):
    """Agreements to pay to and debit a card."""

    plural, singular = _("Bound cards"), _("Bound card")
    search_help_text = _("Reference, phone number or id")
    finders = (exactly("reference"), by_phone("user"))
    list_select_related = (*joins("user"), "card__bin")
    list_filter = (choice_filter(_("State"), "state", BINDING_STATES),)
    columns = (
        c.Column("card", _("Card"), card_text),
        person("user", _("Borrower")),
        c.state("state", _("State"), BINDING_STATES),
        c.yes_no("is_default", _("Default card")),
        c.moment("bound_at", _("Bound at")),
    )
    fact_groups = (
        (
            _("Bound card"),
            (
                *columns,
                c.choice("rail", _("Rail"), RAILS),
                c.code("reference", _("Reference")),
                c.moment("sent_at", _("Code asked for")),
                c.moment("valid_until", _("Agreement valid until")),
                c.moment("ended_at", _("Ended at")),
                c.code("code", _("Response code")),
                c.code("id", _("Id")),
            ),
        ),
    )

    def heading(self, row: CardBinding) -> str:
        return card_text(row)


def _of_borrower(borrower_id: UUID) -> Iterable[tuple[str, Section]]:
    rows = CardBinding.objects.filter(user_id=borrower_id).select_related("card__bin")
    first = c.Column("card", _("Card"), card_text, target=binding_page)
    yield (
        "cards.cardbinding:view",
        table(
            _("Bound cards"),
            rows.order_by("-pk")[:20],
            (
                first,
                c.state("state", _("State"), BINDING_STATES),
                c.yes_no("is_default", _("Default card")),
                c.moment("bound_at", _("Bound at")),
            ),
        ),
    )


register_about("borrower", _of_borrower)


def _tiles(now: datetime) -> list[Tile]:
    unknown = Payment.objects.filter(state=PaymentState.UNKNOWN)[:MOST].count()
    moving = Payment.objects.filter(state__in=[PaymentState.CREATED, PaymentState.SUBMITTED])
    url = reverse("admin:cards_payment_changelist")
    return [
        Tile(
            title=_("Payments of unknown outcome"),
            value=at_most(unknown),
            hint=_("We keep asking the bank") if unknown else _("None: the bank answered all"),
            tone="danger" if unknown else "",
            url=f"{url}?state={PaymentState.UNKNOWN}",
        ),
        Tile(
            title=_("Payments on their way"),
            value=at_most(moving[:MOST].count()),
            hint=_("Sent or about to be sent"),
            url=f"{url}?state={PaymentState.SUBMITTED}",
        ),
    ]


register_tiles("cards.payment:view", _tiles)

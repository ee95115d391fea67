"""The menu of the console, and the parts of its look that are worked out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple, cast

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from core.console.rights import RightsSite


class _Item(NamedTuple):
    """An entry of the menu for those with `right`, "app.model:verb"."""

    title: Promise
    symbol: str
    right: str
    page: str = "changelist"

    @property
    def address(self) -> str:
        model = self.right.partition(":")[0].replace(".", "_")
        return reverse(f"admin:{model}_{self.page}")


_MENU: Final[Sequence[tuple[Promise, Sequence[_Item]]]] = (
    (
        _("Lending"),
        (
            _Item(_("Review queue"), "rule", "risk.review:view"),
            _Item(_("Applications"), "assignment", "loans.creditapplication:view"),
            _Item(_("Credit lines"), "speed", "loans.creditline:view"),
            _Item(_("Drawdowns"), "call_made", "loans.drawdown:view"),
            _Item(_("Loans"), "receipt_long", "loans.loan:view"),
            _Item(_("Changes of loans"), "approval", "loans.loanchange:view"),
            _Item(_("Decisions"), "gavel", "risk.decision:view"),
        ),
    ),
    (
        _("Money"),
        (
            _Item(_("Payments"), "swap_horiz", "cards.payment:view"),
            _Item(_("Repayments"), "savings", "repayments.repayment:view"),
            _Item(_("Bound cards"), "credit_card", "cards.cardbinding:view"),
            _Item(_("Trial balance"), "account_balance", "ledger.account:view"),
            _Item(_("Ledger entries"), "menu_book", "ledger.entry:view"),
        ),
    ),
    (
        _("People"),
        (
            _Item(_("Borrowers"), "group", "accounts.user:view_borrowers", "borrowers"),
            _Item(_("Staff"), "badge", "accounts.user:view_staff", "staff"),
        ),
    ),
    (
        _("Terms and records"),
        (
            _Item(_("Products"), "inventory_2", "products.product:view"),
            _Item(_("Regulation figures"), "policy", "products.regulationfigure:view"),
            _Item(_("Holidays"), "event_busy", "core.holiday:view"),
            _Item(_("Risk policies"), "tune", "risk.riskpolicy:view"),
            _Item(_("Audit records"), "history", "core.auditrecord:view"),
        ),
    ),
)


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The menu of this person: only what opens."""
    rights = cast(RightsSite, admin.site).rights(request)
    home = [
        {"title": _("Today"), "icon": "space_dashboard", "link": reverse("admin:index")},
    ]
    return [{"items": home}, *_groups(rights)]


def _groups(rights: frozenset[str]) -> Iterator[dict[str, Any]]:
    for title, items in _MENU:
        shown = [
            {"title": item.title, "icon": item.symbol, "link": item.address}
            for item in items
            if item.right in rights
        ]
        if shown:
            yield {"title": title, "items": shown, "separator": True}


def environment(request: HttpRequest) -> tuple[str, str] | None:
    """A label beside every title while the bank is our own sandbox: this is no real money."""
    if settings.SANDBOX_URL in settings.RAILS["unionpay"]["gateway_url"]:
        return (str(_("Sandbox bank")), "warning")
    return None


def stylesheet(request: HttpRequest) -> str:
    """Our own part of the look."""
    return static("console/console.css")


def icon(request: HttpRequest) -> str:
    """The mark of the house."""
    return static("icons/kadai.svg")

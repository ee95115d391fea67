"""What comes before a loan: applications, credit lines and drawdowns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.people import SEARCH_HELP, by_phone, joins, person, who
from cards.admin import card_text, payment_page
from core.console import columns as c
from core.console.filters import choice_filter
from core.console.home import MOST, Tile, at_most, register_tiles
from core.console.model_admin import ConsoleModelAdmin
from core.console.sections import Fact, Facts, Section, register_about, table
from core.money import Money
from lending.loans.admin.words import APPLICATION_STATES, DRAWDOWN_STATES, LINE_STATES, PURPOSES
from lending.loans.domain.states import OPEN_DRAWDOWNS
from lending.loans.models import CreditApplication, CreditLine, Drawdown
from lending.loans.queries.lines import line_usage
from lending.loans.texts import OCCUPATIONS

#: Rows about one borrower shown on another page.
_RECENT: Final = 10


def page(model: str, right: str) -> Callable[[Any], c.Target | None]:
    """Where a row of a model leads."""

    def target(row: Model | None) -> c.Target | None:
        if row is None:
            return None
        return c.Target(reverse(f"admin:loans_{model}_change", args=[row.pk]), right)

    return target


application_page: Final = page("creditapplication", "loans.creditapplication:view")
line_page: Final = page("creditline", "loans.creditline:view")
drawdown_page: Final = page("drawdown", "loans.drawdown:view")


def decision_column() -> c.Column:
    """The decision behind a row."""
    return c.Column(
        "decision",
        _("Decision"),
        lambda row: c.short_id(row.decision_id),
        target=lambda row: c.Target(
            reverse("admin:risk_decision_change", args=[row.decision_id]), "risk.decision:view"
        ),
    )


_APPLICATION: Final = (
    c.money("requested", _("Amount requested")),
    c.choice("purpose", _("Purpose"), PURPOSES),
    c.state("state", _("State"), APPLICATION_STATES),
)
_LINE: Final = (
    c.money("limit", _("Limit")),
    c.rate("annual_rate", _("Annual rate")),
    c.state("state", _("State"), LINE_STATES),
    c.day("valid_until", _("Valid until")),
)
_DRAWDOWN: Final = (
    c.money("amount", _("Amount")),
    c.state("state", _("State"), DRAWDOWN_STATES),
    c.moment("ended_at", _("Ended at")),
)


@admin.register(CreditApplication)
class ApplicationAdmin(ConsoleModelAdmin):
    """Who asked for a credit line."""

    plural, singular = _("Applications"), _("Application")
    search_help_text = SEARCH_HELP
    finders = (by_phone("borrower"),)
    list_select_related = joins("borrower")
    list_filter = (choice_filter(_("State"), "state", APPLICATION_STATES),)
    columns = (
        c.moment("submitted_at", _("Submitted at")),
        person("borrower", _("Borrower")),
        *_APPLICATION,
        c.moment("decided_at", _("Decided at")),
    )
    fact_groups = (
        (
            _("Application"),
            (
                *columns,
                c.choice("occupation", _("Occupation"), OCCUPATIONS),
                c.money("monthly_income", _("Monthly income")),
                c.money("annual_revenue", _("Annual revenue")),
                c.text("years_in_business", _("Years in business")),
                decision_column(),
                c.Column(
                    "line",
                    _("Credit line"),
                    lambda row: (
                        c.as_money(Money(row.line.limit, row.line.currency))
                        if hasattr(row, "line")
                        else None
                    ),
                    target=lambda row: line_page(row.line),
                ),
                c.code("id", _("Id")),
            ),
        ),
    )

    def heading(self, row: CreditApplication) -> str:
        return f"{who(row.borrower)} · {c.as_moment(row.submitted_at)}"

    def detail_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return self.get_queryset(request).select_related(*self.list_select_related, "line")


@admin.register(CreditLine)
class LineAdmin(ConsoleModelAdmin):
    """What borrowers may owe at most."""

    plural, singular = _("Credit lines"), _("Credit line")
    search_help_text = SEARCH_HELP
    finders = (by_phone("borrower"),)
    list_select_related = joins("borrower")
    list_filter = (choice_filter(_("State"), "state", LINE_STATES),)
    columns = (
        c.moment("opened_at", _("Opened at")),
        person("borrower", _("Borrower")),
        *_LINE,
    )
    fact_groups = (
        (
            _("Credit line"),
            (
                *columns,
                c.Column(
                    "application",
                    _("Application"),
                    lambda row: c.short_id(row.application_id),
                    target=lambda row: application_page(row.application),
                ),
                c.code("id", _("Id")),
            ),
        ),
    )

    def heading(self, row: CreditLine) -> str:
        return f"{who(row.borrower)} · {Money(row.limit, row.currency).display}"

    def detail_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return self.get_queryset(request).select_related(*self.list_select_related, "application")

    def sections(self, request: HttpRequest, row: CreditLine) -> Sequence[Section]:
        used = line_usage(line=row)
        left = max(Money(row.limit, row.currency) - used, Money.zero(row.currency))
        usage = Facts(
            _("Use"),
            (Fact(_("Used"), c.as_money(used)), Fact(_("Left"), c.as_money(left))),
        )
        return [*super().sections(request, row), usage]


@admin.register(Drawdown)
class DrawdownAdmin(ConsoleModelAdmin):
    """Money on its way to a borrower."""

    plural, singular = _("Drawdowns"), _("Drawdown")
    search_help_text = _("Phone number, payment reference, contract number or id")
    finders = (
        by_phone("borrower"),
        lambda term: Q(payment__reference=term),
        lambda term: Q(contract__number=term.upper()),
    )
    list_select_related = (*joins("borrower"), "binding__card__bin")
    list_filter = (choice_filter(_("State"), "state", DRAWDOWN_STATES),)
    columns = (
        c.moment("signed_at", _("Signed at")),
        person("borrower", _("Borrower")),
        c.Column("card", _("Card"), lambda row: card_text(row.binding)),
        *_DRAWDOWN,
    )
    fact_groups = (
        (
            _("Drawdown"),
            (
                *columns,
                c.Column(
                    "line",
                    _("Credit line"),
                    lambda row: c.short_id(row.line_id),
                    target=lambda row: line_page(row.line),
                ),
                decision_column(),
                c.Column(
                    "payment",
                    _("Payment"),
                    lambda row: c.as_code(row.payment.reference) if row.payment else None,
                    target=lambda row: payment_page(row.payment),
                ),
                c.Column(
                    "loan",
                    _("Loan"),
                    lambda row: c.as_code(row.loan.number) if hasattr(row, "loan") else None,
                    target=lambda row: page("loan", "loans.loan:view")(row.loan),
                ),
                c.Column(
                    "replaces",
                    _("Replaces loan"),
                    lambda row: (
                        c.as_code(row.quote.refinances.number) if row.quote.refinances else None
                    ),
                    target=lambda row: page("loan", "loans.loan:view")(row.quote.refinances),
                ),
                c.text("failure", _("Why it failed")),
                c.code("id", _("Id")),
            ),
        ),
        (
            _("Contract"),
            (
                c.Column("number", _("Number"), lambda row: c.as_code(_contract(row, "number"))),
                c.Column(
                    "disclosed",
                    _("Terms read"),
                    lambda row: c.as_moment(_contract(row, "disclosed_at")),
                ),
                c.Column("sha256", _("SHA-256"), lambda row: c.as_code(_contract(row, "sha256"))),
            ),
        ),
    )

    def heading(self, row: Drawdown) -> str:
        return f"{who(row.borrower)} · {Money(row.amount, row.currency).display}"

    def detail_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return self.get_queryset(request).select_related(
            *self.list_select_related, "line", "payment", "loan", "contract", "quote__refinances"
        )


def _contract(row: Drawdown, name: str) -> Any:
    return getattr(getattr(row, "contract", None), name, None)


def _of_borrower(borrower_id: UUID) -> Iterable[tuple[str, Section]]:
    def first(name: str, title: c.Text, target: Callable[[Any], c.Target | None]) -> c.Column:
        return c.Column(name, title, lambda row: c.as_moment(getattr(row, name)), target=target)

    lines = CreditLine.objects.filter(borrower_id=borrower_id).order_by("-pk")[:_RECENT]
    yield (
        "loans.creditline:view",
        table(_("Credit lines"), lines, (first("opened_at", _("Opened at"), line_page), *_LINE)),
    )
    asked = CreditApplication.objects.filter(borrower_id=borrower_id).order_by("-pk")[:_RECENT]
    yield (
        "loans.creditapplication:view",
        table(
            _("Applications"),
            asked,
            (first("submitted_at", _("Submitted at"), application_page), *_APPLICATION),
        ),
    )
    drawn = Drawdown.objects.filter(borrower_id=borrower_id).order_by("-pk")[:_RECENT]
    yield (
        "loans.drawdown:view",
        table(
            _("Drawdowns"), drawn, (first("signed_at", _("Signed at"), drawdown_page), *_DRAWDOWN)
        ),
    )


register_about("borrower", _of_borrower)


def _tiles(now: datetime) -> list[Tile]:
    moving = Drawdown.objects.filter(state__in=OPEN_DRAWDOWNS)[:MOST].count()
    return [
        Tile(
            title=_("Drawdowns on their way"),
            value=at_most(moving),
            hint=_("Signed, money not yet there"),
            url=reverse("admin:loans_drawdown_changelist"),
        )
    ]


register_tiles("loans.drawdown:view", _tiles)

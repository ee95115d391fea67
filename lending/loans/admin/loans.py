"""The loans: balances, schedule, events and, from the apps around, entries and repayments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from django.contrib import admin
from django.db.models import Model, QuerySet, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.admin.people import by_phone, joins, person
from cards.admin import card_text, payment_page
from core.businessday import get_business_date
from core.console import columns as c
from core.console.filters import choice_filter
from core.console.home import MOST, Tile, at_most, register_tiles, since
from core.console.model_admin import ConsoleModelAdmin, exactly
from core.console.rights import RightsSite
from core.console.sections import Section, register_about, sections_about, table
from core.errors import Conflict
from core.models import BusinessDay
from core.money import Money
from lending.loans.admin.changes import changes_of, open_change, page_of_change
from lending.loans.admin.requests import drawdown_page, line_page, page
from lending.loans.admin.servicing import ServicingViews
from lending.loans.admin.words import (
    ASSET_CLASSES,
    INSTALMENT_STATES,
    LOAN_STATES,
)
from lending.loans.domain import LoanEvent
from lending.loans.domain.states import LoanStatus
from lending.loans.models import Loan, LoanInstalment
from lending.loans.queries.fold import history_event, loan_terms
from lending.loans.texts import event_text, event_title, method_text

loan_page: Final = page("loan", "loans.loan:view")


def _overdue(row: Loan) -> object:
    if not row.days_past_due:
        return None
    return c.chip(c.State(str(row.days_past_due), "danger"))


_BRIEF: Final = (
    c.state("status", _("State"), LOAN_STATES),
    c.money("principal", _("Principal")),
    c.money("outstanding_principal", _("Principal owed")),
    c.day("next_due_on", _("Next due day")),
    c.Column("overdue", _("Days overdue"), _overdue, kind="money"),
)


def _part(name: str, title: c.Text, paid: str) -> c.Column:
    """An amount of an instalment, with what is paid of it."""

    def show(row: LoanInstalment) -> object:
        asked = Money(getattr(row, name), row.loan.currency)
        done = Money(getattr(row, paid), row.loan.currency)
        if not done or done == asked:
            return c.as_money(asked)
        return f"{done.display} / {asked.display}"

    return c.Column(name, title, show, kind="money")


_INSTALMENT: Final = (
    c.text("number", _("No.")),
    c.day("due_on", _("Due on")),
    _part("principal", _("Principal"), "principal_paid"),
    _part("interest", _("Interest"), "interest_paid"),
    _part("penalty", _("Penalty interest"), "penalty_paid"),
    _part("fee", _("Charges"), "fee_paid"),
    c.state("status", _("State"), INSTALMENT_STATES),
    c.day("settled_on", _("Settled on")),
)


def _history_amount(row: Any) -> object:
    return None if row.amount is None else c.as_money(Money(row.amount, row.loan.currency))


def _history_event(row: Any) -> LoanEvent:
    return history_event(row, currency=row.loan.currency)


_HISTORY: Final = (
    c.text("sequence", _("No.")),
    c.day("on", _("Day")),
    c.Column("event", _("Event"), lambda row: event_title(_history_event(row))),
    c.Column("amount", _("Amount"), _history_amount, kind="money"),
    c.Column("particulars", _("Particulars"), lambda row: event_text(_history_event(row))),
    c.moment("recorded_at", _("Recorded at")),
)


class _OverdueFilter(admin.SimpleListFilter):
    title = _("Overdue")
    parameter_name = "overdue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Overdue now"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return _narrow(queryset) if self.value() == "yes" else queryset


def _narrow(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Through the index on active loans with something due, then by what the day close found."""
    return rows.filter(status=LoanStatus.ACTIVE, due_since__isnull=False, days_past_due__gt=0)


@admin.register(Loan)
class LoanAdmin(ServicingViews, ConsoleModelAdmin):
    """All loans."""

    detail_template = "console/loan.html"
    plural, singular = _("Loans"), _("Loan")
    search_help_text = _("Loan number, phone number or id")
    finders = (exactly("number"), by_phone("borrower"))
    list_select_related = joins("borrower")
    list_filter = (choice_filter(_("State"), "status", LOAN_STATES), _OverdueFilter)
    columns = (
        c.code("number", _("Number")),
        person("borrower", _("Borrower")),
        *_BRIEF,
        c.day("disbursed_on", _("Paid out on")),
    )
    fact_groups = (
        (
            _("Loan"),
            (
                *columns,
                c.state("asset_class", _("Asset class"), ASSET_CLASSES),
                c.text("worst_days_past_due", _("Most days overdue ever")),
                c.money("interest_posted", _("Interest booked")),
                c.money("penalty_posted", _("Penalty interest booked")),
                c.money("fee_posted", _("Charges booked")),
                c.day("closed_through", _("Days closed through")),
                c.day("settled_on", _("Settled on")),
            ),
        ),
        (
            _("Terms"),
            (
                c.Column(
                    "method", _("Repayment method"), lambda row: method_text(row.terms["method"])
                ),
                c.Column(
                    "rate", _("Annual rate"), lambda row: c.as_rate(loan_terms(row).annual_rate)
                ),
                c.Column("instalments", _("Instalments"), lambda row: row.terms["instalments"]),
                c.Column("product", _("Product"), lambda row: _product(row)),
                c.Column("card", _("Card"), lambda row: card_text(row.binding)),
                c.Column(
                    "payout",
                    _("Payout"),
                    lambda row: (
                        c.as_code(row.drawdown.payment.reference) if row.drawdown.payment else None
                    ),
                    target=lambda row: payment_page(row.drawdown.payment),
                ),
                c.Column(
                    "drawdown",
                    _("Drawdown"),
                    lambda row: c.short_id(row.drawdown_id),
                    target=lambda row: drawdown_page(row.drawdown),
                ),
                c.Column(
                    "replaces",
                    _("Replaces loan"),
                    lambda row: _number(row.drawdown.quote.refinances),
                    target=lambda row: loan_page(row.drawdown.quote.refinances),
                ),
                c.Column(
                    "replaced_by",
                    _("Replaced by loan"),
                    lambda row: _number(_successor(row)),
                    target=lambda row: loan_page(_successor(row)),
                ),
                c.Column(
                    "line",
                    _("Credit line"),
                    lambda row: c.short_id(row.line_id),
                    target=lambda row: line_page(row.line),
                ),
                c.code("id", _("Id")),
            ),
        ),
    )

    def heading(self, row: Loan) -> str:
        return row.number

    def detail_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return self.get_queryset(request).select_related(
            *self.list_select_related,
            "line",
            "drawdown__payment",
            "drawdown__quote__refinances",
            "binding__card__bin",
            "product_version__product",
        )

    def detail_context(self, request: HttpRequest, row: Loan) -> dict[str, Any]:
        change = open_change(row)
        return {
            "open_change": None if change is None else page_of_change(change),
            "may_serve": bool(self.offered(request, row)),
        }

    def sections(self, request: HttpRequest, row: Loan) -> Sequence[Section]:
        rights = cast(RightsSite, self.admin_site).rights(request)
        plan = row.instalments.select_related("loan").order_by("number")
        events = row.history.select_related("loan").order_by("-sequence")
        return [
            *super().sections(request, row),
            table(_("Repayment schedule"), plan[:60], _INSTALMENT),
            table(_("Events"), events[:30], _HISTORY),
            *changes_of(row, rights=rights),
            *sections_about("loan", subject_id=row.pk, rights=rights),
        ]


def _number(row: Loan | None) -> object:
    return None if row is None else c.as_code(row.number)


def _successor(row: Loan) -> Loan | None:
    """The loan that paid this one."""
    if row.status != LoanStatus.CLOSED_REFINANCED:
        return None
    return Loan.objects.filter(drawdown__quote__refinances=row).first()


def _product(row: Loan) -> str:
    version = row.product_version
    english = (get_language() or "").startswith("en")
    name = version.product.name_en if english else version.product.name_zh
    return f"{name} · {version.version}"


def _of_borrower(borrower_id: UUID) -> Iterable[tuple[str, Section]]:
    rows = Loan.objects.filter(borrower_id=borrower_id).order_by("-pk")[:20]
    first = c.Column("number", _("Number"), lambda row: c.as_code(row.number), target=loan_page)
    yield "loans.loan:view", table(_("Loans"), rows, (first, *_BRIEF))


register_about("borrower", _of_borrower)


def _tiles(now: datetime) -> list[Tile]:
    try:
        today = get_business_date()
    except Conflict:
        return []
    url = reverse("admin:loans_loan_changelist")
    overdue = _narrow(Loan.objects.all())[:MOST].count()
    closed_at = BusinessDay.objects.values_list("closed_at", flat=True).first()
    paid_out = Loan.objects.filter(disbursed_on=today, drawdown__payment__isnull=False)
    if closed_at is not None:  # ids are by time: no older loan can be of today
        paid_out = paid_out.filter(pk__gte=since(closed_at))
    sums = paid_out.values_list("currency").annotate(total=Sum("principal")).order_by("currency")
    amounts = [Money(int(total), currency).display for currency, total in sums]
    return [
        Tile(
            title=_("Loans overdue"),
            value=at_most(overdue),
            hint=_("See who, and how long") if overdue else _("Everybody has paid"),
            tone="danger" if overdue else "success",
            url=f"{url}?overdue=yes",
        ),
        Tile(
            title=_("Paid out today"),
            value=", ".join(amounts) or Money(0).display,
            hint=_("On the open business date"),
            url=url,
        ),
    ]


register_tiles("loans.loan:view", _tiles)

"""The books in the console: the trial balance and the entries. Postgres lets nobody change them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.businessday import get_business_date
from core.console import columns as c
from core.console.home import Tile, register_tiles
from core.console.model_admin import ConsoleModelAdmin
from core.console.sections import Cell, Fact, Facts, Section, Table, facts, register_about
from core.errors import Conflict
from core.money import Money
from lending.ledger.domain import CHART, AccountCode, AccountType
from lending.ledger.models import Account, Entry, Line
from lending.ledger.queries import account_balances, currency_totals, get_postings, list_entries

TYPES: Final = {
    AccountType.ASSET: _("Asset"),
    AccountType.LIABILITY: _("Liability"),
    AccountType.INCOME: _("Income"),
    AccountType.EXPENSE: _("Expense"),
    AccountType.EQUITY: _("Equity"),
}
#: Events by their beginning; what follows the point is the payment or the day.
_EVENTS: Final = {
    "disbursed": _("Loan paid out"),
    "paid": _("Repayment received"),
    "accrued": _("Interest accrued"),
}
_SOURCES: Final = {"loan": _("Loan"), "day-close": _("Day close")}
#: Lines of an entry that a page shows; that of a day close has thousands.
MAX_LINES: Final = 200
_RIGHT: Final = "ledger.entry:view"


def event_text(event: str) -> str:
    """What happened, for people."""
    name, _point, rest = event.partition(".")
    words = str(_EVENTS.get(name, name))
    return f"{words} {rest}" if name == "accrued" else words


def _account_text(code: AccountCode) -> str:
    return gettext(CHART[code].name)


def _page(entry_id: UUID) -> c.Target:
    return c.Target(reverse("admin:ledger_entry_change", args=[entry_id]), _RIGHT)


@admin.register(Account)
class AccountAdmin(ConsoleModelAdmin):
    """The list is the trial balance; an account has no page of its own."""

    plural, singular = _("Trial balance"), _("Account")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Debits, credits and balance of every account."""
        self.demand(request, "view")
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "title": self.plural,
            "crumbs": [(self.plural, "")],
            "sections": _trial_balance(),
            "rights": frozenset(),
        }
        return TemplateResponse(request, "console/detail.html", context)

    def detail_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        self.demand(request, "view")
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        raise Http404


def _trial_balance() -> list[Section]:
    rows = tuple(
        (
            Cell(_account_text(row.code)),
            Cell(TYPES[row.definition.type]),
            Cell(row.balance.currency),
            Cell(c.as_money(row.debits), "money"),
            Cell(c.as_money(row.credits), "money"),
            Cell(c.as_money(row.normal_balance), "money"),
        )
        for row in account_balances()
    )
    totals = currency_totals()
    good, bad = c.State(_("Balanced"), "success"), c.State(_("Not balanced"), "danger")
    proof = Facts(
        _("Debits equal credits"),
        tuple(
            Fact(
                total.debits.currency,
                format_html(
                    "{} {} / {}",
                    c.chip(good if total.debits == total.credits else bad),
                    c.as_money(total.debits),
                    c.as_money(total.credits),
                ),
            )
            for total in totals
        )
        or (Fact(_("Entries"), _("Nothing was booked yet.")),),
    )
    headers = (
        Cell(_("Account")),
        Cell(_("Type")),
        Cell(_("Currency")),
        Cell(_("Debits"), "money"),
        Cell(_("Credits"), "money"),
        Cell(_("Balance"), "money"),
    )
    return [proof, Table(_("Accounts"), headers, rows)]


def _by_source(term: str) -> Q | None:
    """The id of a loan or of another source."""
    try:
        return Q(source_id=UUID(term))
    except ValueError:
        return None


def _by_day(term: str) -> Q | None:
    """All of one business date."""
    try:
        return Q(business_date=date.fromisoformat(term))
    except ValueError:
        return None


def _source(row: Entry, key: object) -> object:
    words = _SOURCES.get(row.source_type, row.source_type)
    return format_html('{} <span class="k-code">{}</span>', words, key)


@admin.register(Entry)
class EntryAdmin(ConsoleModelAdmin):
    """One business event in the books, with its lines."""

    plural, singular = _("Ledger entries"), _("Ledger entry")
    search_help_text = _("Id of an entry or loan, or a business date such as 2026-01-31")
    finders = (_by_source, _by_day)
    list_per_page = 50
    columns = (
        c.day("business_date", _("Business date")),
        c.Column("event", _("Event"), lambda row: event_text(row.event)),
        c.Column("source", _("Belongs to"), lambda row: _source(row, c.short_id(row.source_id))),
        c.text("line_count", _("Lines")),
        c.moment("created_at", _("Booked at")),
        c.text("note", _("Remark")),
    )

    def heading(self, row: Entry) -> str:
        return f"{event_text(row.event)} · {c.as_day(row.business_date)}"

    def sections(self, request: HttpRequest, row: Entry) -> Sequence[Section]:
        about = facts(
            _("Entry"),
            row,
            (
                *self.columns[:2],
                c.Column("source", _("Belongs to"), lambda row: _source(row, row.source_id)),
                *self.columns[4:],
                c.Column(
                    "reverses",
                    _("Reverses"),
                    lambda row: c.short_id(row.reverses_id),
                    target=lambda row: _page(row.reverses_id),
                ),
                c.code("id", _("Id")),
            ),
        )
        return [about, _lines(row.pk)]


def _lines(entry_id: UUID) -> Table:
    postings = get_postings(entry_ids=[entry_id]).get(entry_id, ())
    headers = (
        Cell(_("Account")),
        Cell(_("Debit"), "money"),
        Cell(_("Credit"), "money"),
        Cell(_("Loan")),
    )
    return Table(
        _("Lines") if len(postings) <= MAX_LINES else _("The first lines"),
        headers,
        tuple(
            (
                Cell(_account_text(posting.account)),
                Cell(c.as_money(posting.amount) if posting.amount.minor > 0 else "", "money"),
                Cell(c.as_money(-posting.amount) if posting.amount.minor < 0 else "", "money"),
                Cell(c.short_id(posting.loan_id) or ""),
            )
            for posting in postings[:MAX_LINES]
        ),
    )


def _of_loan(loan_id: UUID) -> Iterable[tuple[str, Section]]:
    page = list_entries(loan_id=loan_id, limit=30)
    rows = tuple(
        (
            Cell(c.as_day(entry.business_date), target=_page(entry.id)),
            Cell(event_text(entry.event)),
            Cell(_sentence(entry.postings)),
        )
        for entry in page.entries
    )
    headers = (Cell(_("Business date")), Cell(_("Event")), Cell(_("Lines")))
    more = c.Target(f"{reverse('admin:ledger_entry_changelist')}?q={loan_id}", _RIGHT)
    yield (
        _RIGHT,
        Table(_("Ledger entries"), headers, rows, more=more if page.next else None),
    )


def _sentence(postings: Iterable[Any]) -> str:
    return "; ".join(
        f"{_account_text(posting.account)} {posting.amount.display}" for posting in postings
    )


register_about("loan", _of_loan)


def _tiles(now: datetime) -> list[Tile]:
    """Only the open business date is added up here; the trial balance adds up all."""
    try:
        today = get_business_date()
    except Conflict:
        return []
    sums = (
        Line.objects.filter(entry__business_date=today)
        .values("currency")
        .annotate(total=Sum("amount"))
        .values_list("currency", "total")
    )
    wrong = [Money(int(total), currency) for currency, total in sums if total]
    return [
        Tile(
            title=_("Today's books"),
            value=_("Not balanced") if wrong else _("Balanced"),
            hint=", ".join(money.display for money in wrong) or _("Debits equal credits"),
            tone="danger" if wrong else "success",
            url=reverse("admin:ledger_account_changelist"),
        )
    ]


register_tiles("ledger.account:view", _tiles)

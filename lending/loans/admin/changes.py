"""Changes of loans: the queue of proposals, and the page where another colleague decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.admin.people import joins, person, who
from core import clock
from core.businessday import get_business_date
from core.console import columns as c
from core.console.filters import ChoiceFilter, choice_filter
from core.console.home import MOST, Tile, at_most, register_tiles
from core.console.model_admin import ConsoleModelAdmin, exactly
from core.console.rights import RightsSite
from core.console.sections import Fact, Facts, Section, table
from core.errors import KadaiError
from core.money import Money
from core.web import apply_error
from core.web import person as person_id
from lending.loans.admin.plans import PlanView, plan_view
from lending.loans.admin.requests import page
from lending.loans.admin.words import CHANGE_STATES, SERVICES
from lending.loans.domain import LoanEvent
from lending.loans.domain.changes import FIELDS, ChangeState, Field, Service
from lending.loans.domain.codec import event_from_json
from lending.loans.domain.preview import Preview, preview_from_json
from lending.loans.models import Loan, LoanChange
from lending.loans.operations import approve_change, reject_change, withdraw_change
from lending.loans.queries.changes import preview_change
from lending.loans.texts import event_text

#: The right to decide, by whose matter it is.
DECIDE: Final = {
    Field.TERMS: "loans.loanchange:decide_terms",
    Field.MONEY: "loans.loanchange:decide_money",
}
_NAMES: Final = {service.value: name for service, (name, _what) in SERVICES.items()}


def _event(row: LoanChange) -> LoanEvent:
    return event_from_json(body=row.event)


def _amount(row: LoanChange) -> object:
    minor = row.event.get("amount")
    return None if minor is None else c.as_money(Money(minor, row.event["currency"]))


def page_of_change(row: LoanChange) -> c.Target:
    """Where a proposal is decided on."""
    return c.Target(
        reverse("admin:loans_loanchange_change", args=[row.pk]), "loans.loanchange:view"
    )


def open_change(loan: Loan) -> LoanChange | None:
    """The proposal that waits for a decision."""
    return loan.changes.filter(state=ChangeState.PROPOSED).first()


_BRIEF: Final = (
    c.choice("service", _("Change"), _NAMES),
    c.Column("amount", _("Amount"), _amount, kind="money"),
    c.Column("particulars", _("Particulars"), lambda row: event_text(_event(row))),
    c.state("state", _("State"), CHANGE_STATES),
    c.Column("proposer", _("Proposed by"), lambda row: who(row.proposer)),
)


def changes_of(loan: Loan, *, rights: frozenset[str]) -> list[Section]:
    """The table on a loan's page, for those who may see it."""
    if "loans.loanchange:view" not in rights:
        return []
    rows = loan.changes.select_related(*joins("proposer")).order_by("-pk")[:20]
    first = c.Column(
        "proposed_at",
        _("Proposed at"),
        lambda row: c.as_moment(row.proposed_at),
        target=page_of_change,
    )
    return [table(_("Changes"), rows, (first, *_BRIEF))]


class NoteForm(forms.Form):
    """Yes or no, and why."""

    note = forms.CharField(
        label=_("Note for the file"),
        max_length=1000,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text=_("Needed to reject. Colleagues and auditors read it, the borrower does not."),
    )


class _StateFilter(ChoiceFilter):
    """The queue is what is to be decided; the rest only when asked for, or searched."""

    title = _("State")
    parameter_name = field = "state"
    texts = {code: shown.text for code, shown in CHANGE_STATES.items()}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        if self.value() is None and not request.GET.get("q"):
            return queryset.filter(state=ChangeState.PROPOSED)
        return super().queryset(request, queryset)

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": gettext("Not decided yet")}
        yield from others


@admin.register(LoanChange)
class LoanChangeAdmin(ConsoleModelAdmin):
    """Approve, reject and withdraw through the operations, one per address."""

    plural, singular = _("Changes of loans"), _("Change of a loan")
    search_help_text = _("Loan number or id")
    finders = (exactly("loan__number"),)
    list_select_related = (*joins("loan__borrower"), *joins("proposer"), *joins("decider"))
    list_filter = (_StateFilter, choice_filter(_("Change"), "service", _NAMES))
    ordering = ("proposed_at", "pk")
    columns = (
        c.Column("age", _("Waiting for"), lambda row: _age(row)),
        c.Column(
            "loan",
            _("Loan"),
            lambda row: c.as_code(row.loan.number),
            target=lambda row: page("loan", "loans.loan:view")(row.loan),
        ),
        person("borrower", _("Borrower"), "loan.borrower"),
        *_BRIEF,
    )
    detail_template = "console/change.html"

    def extra_views(self) -> Sequence[tuple[str, str, Callable[..., HttpResponse]]]:
        return (
            ("<str:object_id>/approve/", "approve", self.approve_view),
            ("<str:object_id>/reject/", "reject", self.reject_view),
            ("<str:object_id>/withdraw/", "withdraw", self.withdraw_view),
        )

    # ---- the page ----

    def heading(self, row: LoanChange) -> str:
        return f"{_NAMES[row.service]} · {row.loan.number}"

    def sections(self, request: HttpRequest, row: LoanChange) -> Sequence[Section]:
        return []

    def detail_context(self, request: HttpRequest, row: LoanChange) -> dict[str, Any]:
        is_open = row.state == ChangeState.PROPOSED
        mine = row.proposer_id == request.user.pk
        shown = preview_from_json(body=row.shown)
        now_plan, note = self._plan_now(row, shown) if is_open else (plan_view(shown), "")
        decides = is_open and not mine and self._may_decide(request, row)
        return {
            "summary": _summary(row),
            "plan": now_plan,
            "plan_note": note,
            "waits_for_others": is_open and mine,
            "may_withdraw": is_open and mine,
            "form": NoteForm() if decides else None,
        }

    def _plan_now(self, row: LoanChange, shown: Preview) -> tuple[PlanView, c.Text]:
        """The plan as approval would make it today, or as it was proposed where it cannot be."""
        try:
            preview = preview_change(
                loan_id=row.loan_id, event=_event(row), today=get_business_date()
            )
        except KadaiError as error:
            return plan_view(shown), error.message
        if preview.sequence != shown.sequence:
            return plan_view(preview), _("Since it was proposed, more has happened to this loan.")
        return plan_view(preview), ""

    def _may_decide(self, request: HttpRequest, row: LoanChange) -> bool:
        site = cast(RightsSite, self.admin_site)
        return site.allows(request, DECIDE[FIELDS[Service(row.service)]])

    # ---- what can be done ----

    def approve_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make the change."""
        return self._decide(
            request,
            object_id,
            act=lambda row, note: approve_change(
                change_id=row.pk, decider_id=person_id(request), note=note, now=clock.now()
            ),
            done=_("Approved. The loan is changed and the borrower told."),
        )

    def reject_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Turn it down."""
        return self._decide(
            request,
            object_id,
            act=lambda row, note: reject_change(
                change_id=row.pk, decider_id=person_id(request), note=note, now=clock.now()
            ),
            done=_("Rejected. The loan is as it was."),
        )

    def _decide(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        act: Callable[[LoanChange, str], None],
        done: c.Text,
    ) -> HttpResponse:
        self.demand(request, "view")
        row: LoanChange = self.find(request, object_id)
        self._demand_deciding(request, row)
        if request.method != "POST":
            return redirect(self.url("change", row.pk))
        form = NoteForm(request.POST)
        if not form.is_valid():
            return self.render_detail(request, row, form=form)
        try:
            act(row, form.cleaned_data["note"])
        except KadaiError as error:
            apply_error(form, error)
            fresh = self.find(request, object_id)
            return self.render_detail(request, fresh, status=error.status, form=form)
        messages.success(request, str(done))
        return redirect(self.url("change", row.pk))

    def _demand_deciding(self, request: HttpRequest, row: LoanChange) -> None:
        if not self._may_decide(request, row):
            self.demand(request, "decide")

    def withdraw_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take one's own proposal back."""
        self.demand(request, "view")
        row: LoanChange = self.find(request, object_id)
        if request.method == "POST":
            try:
                withdraw_change(change_id=row.pk, proposer_id=person_id(request), now=clock.now())
            except KadaiError as error:
                messages.error(request, str(error.message))
            else:
                messages.success(request, gettext("Withdrawn. The loan is as it was."))
        return redirect(self.url("change", row.pk))


def _age(row: LoanChange) -> str:
    return timesince(row.proposed_at, row.ended_at or clock.now())


def _summary(row: LoanChange) -> Facts:
    loan_page = page("loan", "loans.loan:view")(row.loan)
    facts = [
        Fact(_("State"), c.chip(CHANGE_STATES[row.state])),
        Fact(_("Loan"), c.as_code(row.loan.number), loan_page),
        Fact(_("Borrower"), who(row.loan.borrower)),
        Fact(_("Change"), _NAMES[row.service]),
        Fact(_("Counts from"), c.as_day(_event(row).on)),
    ]
    amount, particulars = _amount(row), event_text(_event(row))
    if amount is not None:
        facts.append(Fact(_("Amount"), amount))
    if particulars:
        facts.append(Fact(_("Particulars"), particulars))
    facts += [
        Fact(_("Proposed by"), f"{who(row.proposer)}, {c.as_moment(row.proposed_at)}"),
        Fact(_("Reason"), row.reason),
    ]
    if row.decider is not None:
        facts.append(Fact(_("Decided by"), f"{who(row.decider)}, {c.as_moment(row.ended_at)}"))
    elif row.ended_at is not None:
        facts.append(Fact(_("Ended at"), c.as_moment(row.ended_at)))
    if row.note:
        facts.append(Fact(_("Note for the file"), row.note))
    return Facts(_("Proposal"), tuple(facts))


# ---- the home page ----


def _tiles(now: datetime) -> list[Tile]:
    waiting = LoanChange.objects.filter(state=ChangeState.PROPOSED)
    oldest = waiting.order_by("proposed_at").values_list("proposed_at", flat=True).first()
    hint = (
        gettext("The oldest for %(age)s") % {"age": timesince(oldest, now)}
        if oldest
        else _("All done")
    )
    return [
        Tile(
            title=_("Changes to decide"),
            value=at_most(waiting[:MOST].count()),
            hint=hint,
            tone="warning" if oldest else "",
            url=reverse("admin:loans_loanchange_changelist"),
        )
    ]


register_tiles("loans.loanchange:view", _tiles)

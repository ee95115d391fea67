"""The review queue: what waits for an officer, and the page where one decides."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, cast

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.people import SEARCH_HELP, by_phone, joins, page_of, person, who
from core import clock
from core.console import columns as c
from core.console.filters import ChoiceFilter
from core.console.home import MOST, Panel, Tile, at_most, register_panel, register_tiles
from core.console.model_admin import ConsoleModelAdmin
from core.console.rights import RightsSite, roles_of
from core.console.sections import Fact, Facts, Section, sections_about, without_empty
from core.errors import KadaiError
from core.web import apply_error
from core.web import person as person_id
from risk.admin import records
from risk.admin.words import REVIEW_STATES, SUBJECTS
from risk.domain.facts import DecisionSubject
from risk.domain.states import ReviewState
from risk.forms import RulingForm
from risk.models import Review
from risk.operations import claim_review, decide_review, release_review
from risk.queries import ReviewDetail, get_review

#: A review that waits longer than this is late.
LATE: Final = timedelta(hours=4)
_ON_HOME: Final = 10


def age(row: Review) -> str:
    """How long it waits, or waited."""
    return timesince(row.opened_at, row.decided_at or clock.now())


_COLUMNS: Final = (
    c.Column("age", _("Waiting for"), age),
    person("borrower", _("Borrower"), "decision.applicant"),
    c.choice("subject", _("Request for"), SUBJECTS, "decision.subject_type"),
    c.Column("requested", _("Amount"), lambda row: records.requested(row.decision), kind="money"),
    c.Column("score", _("Score"), lambda row: row.decision.score, kind="money"),
    c.Column("why", _("Why an officer"), lambda row: records.reasons(row.decision)),
    c.state("state", _("State"), REVIEW_STATES),
    c.Column("holder", _("Taken by"), lambda row: who(row.claimed_by)),
)


class _StateFilter(ChoiceFilter):
    """The queue is what is left to do: decided reviews only when asked for, or searched."""

    title = _("State")
    parameter_name = field = "state"
    texts = {code: shown.text for code, shown in REVIEW_STATES.items()}

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        if self.value() is None and not request.GET.get("q"):
            return queryset.filter(state__in=[ReviewState.OPEN, ReviewState.CLAIMED])
        return super().queryset(request, queryset)

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": gettext("Not decided yet")}
        yield from others


class _MineFilter(admin.SimpleListFilter):
    title = _("Whose")
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("mine", gettext("Mine"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        if self.value() == "mine":
            return queryset.filter(claimed_by=request.user.pk)
        return queryset


@admin.register(Review)
class ReviewAdmin(ConsoleModelAdmin):
    """Take, give back and decide through the operations of risk, one per address."""

    plural, singular = _("Review queue"), _("Review")
    search_help_text = SEARCH_HELP
    finders = (by_phone("decision__applicant"),)
    list_select_related = ("decision", "claimed_by", *joins("decision__applicant"))
    list_filter = (_StateFilter, _MineFilter)
    ordering = ("opened_at", "pk")
    columns = _COLUMNS
    detail_template = "console/review.html"

    def extra_views(self) -> Sequence[tuple[str, str, Callable[..., HttpResponse]]]:
        return (
            ("<str:object_id>/claim/", "claim", self.claim_view),
            ("<str:object_id>/release/", "release", self.release_view),
            ("<str:object_id>/decide/", "decide", self.decide_view),
        )

    # ---- the page ----

    def detail_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return self.get_queryset(request).select_related(
            "decision__policy", "claimed_by", "decided_by", *joins("decision__applicant")
        )

    def heading(self, row: Review) -> str:
        return f"{SUBJECTS[row.decision.subject_type]} · {who(row.decision.applicant)}"

    def sections(self, request: HttpRequest, row: Review) -> Sequence[Section]:
        rights = cast(RightsSite, self.admin_site).rights(request)
        return [
            *records.explain(get_review(review_id=row.pk)),
            *without_empty(
                sections_about("borrower", subject_id=row.decision.applicant_id, rights=rights)
            ),
        ]

    def detail_context(self, request: HttpRequest, row: Review) -> dict[str, Any]:
        detail = get_review(review_id=row.pk)
        mine = row.claimed_by_id == request.user.pk
        may_decide = mine and row.state == ReviewState.CLAIMED and self.allows(request, "decide")
        return {
            "summary": _summary(row, detail),
            "review": detail,
            "mine": mine,
            "may_claim": row.state == ReviewState.OPEN and self.allows(request, "claim"),
            "may_release": row.state == ReviewState.CLAIMED
            and ((mine and self.allows(request, "claim")) or self.allows(request, "release_any")),
            "form": _form(detail, None) if may_decide else None,
        }

    # ---- what can be done ----

    def claim_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a review off the queue."""
        return self._act(
            request,
            object_id,
            verb="claim",
            done=_("This review is yours now."),
            act=lambda row: claim_review(
                review_id=row.pk, officer_id=person_id(request), now=clock.now()
            ),
        )

    def release_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Put a review back on the queue."""
        return self._act(
            request,
            object_id,
            verb="claim",
            done=_("The review is back on the queue."),
            act=lambda row: release_review(
                review_id=row.pk,
                officer_id=person_id(request),
                roles=roles_of(request),
                now=clock.now(),
            ),
        )

    def decide_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make the decision, as the operation allows it."""
        self.demand(request, "decide")
        row: Review = self.find(request, object_id)
        if request.method != "POST":
            return redirect(self.url("change", row.pk))
        form = _form(get_review(review_id=row.pk), request.POST)
        if not form.is_valid():
            return self.render_detail(request, row, form=form)
        try:
            decide_review(
                review_id=row.pk,
                officer_id=person_id(request),
                roles=roles_of(request),
                now=clock.now(),
                **form.ruling,
            )
        except KadaiError as error:
            apply_error(form, error)
            fresh = self.find(request, object_id)
            return self.render_detail(request, fresh, status=error.status, form=form)
        messages.success(request, gettext("Decided. The borrower will be told at once."))
        return redirect("admin:index")

    def _act(
        self,
        request: HttpRequest,
        object_id: str,
        *,
        verb: str,
        done: c.Text,
        act: Callable[[Review], None],
    ) -> HttpResponse:
        self.demand(request, verb)
        row: Review = self.find(request, object_id)
        page = self.url("change", row.pk)
        if request.method != "POST":
            return redirect(page)
        try:
            act(row)
        except KadaiError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, str(done))
        return redirect(page)


def _form(detail: ReviewDetail, data: Any) -> RulingForm:
    proposal = detail.proposal
    initial = (
        {}
        if proposal is None
        else {
            "limit": proposal.limit.text.removesuffix(".00"),
            "annual_rate": f"{proposal.annual_rate * 100:f}".rstrip("0").rstrip("."),
        }
    )
    return RulingForm(
        data,
        initial=initial,
        currency=detail.requested.currency,
        with_terms=detail.decision.subject is DecisionSubject.CREDIT_LINE,
        first=[reason.code.value for reason in detail.decision.reasons],
    )


def _summary(row: Review, detail: ReviewDetail) -> Facts:
    decision = row.decision
    facts = [
        Fact(_("State"), c.chip(REVIEW_STATES[row.state])),
        Fact(_("Borrower"), who(decision.applicant), page_of(decision.applicant)),
        Fact(_("Request for"), SUBJECTS[decision.subject_type]),
        Fact(_("Amount requested"), c.as_money(detail.requested)),
        Fact(_("Score"), decision.score),
        Fact(_("Why an officer"), records.reasons(decision)),
        Fact(_("Waiting for"), age(row)),
        Fact(
            _("Policy and version"),
            records.policy_title(decision),
            records.decision_target(decision),
        ),
        Fact(_("An officer approves alone up to"), c.as_money(detail.officer_cap)),
    ]
    if row.claimed_by is not None:
        facts.append(Fact(_("Taken by"), f"{who(row.claimed_by)}, {c.as_moment(row.claimed_at)}"))
    if row.decided_by is not None:
        facts.append(Fact(_("Decided by"), f"{who(row.decided_by)}, {c.as_moment(row.decided_at)}"))
        facts.append(Fact(_("Note for the file"), row.note))
    return Facts(_("Request"), tuple(facts))


# ---- the home page ----


def _tiles(now: datetime) -> list[Tile]:
    waiting = Review.objects.filter(state=ReviewState.OPEN)
    oldest = waiting.order_by("opened_at").values_list("opened_at", flat=True).first()
    late = oldest is not None and now - oldest > LATE
    hint = (
        gettext("The oldest for %(age)s") % {"age": timesince(oldest, now)}
        if oldest
        else _("All done")
    )
    return [
        Tile(
            title=_("Reviews waiting"),
            value=at_most(waiting[:MOST].count()),
            hint=hint,
            tone="danger" if late else "",
            url=f"{reverse('admin:risk_review_changelist')}?state={ReviewState.OPEN}",
        )
    ]


def _queue(request: HttpRequest, now: datetime) -> dict[str, Any]:
    rows = Review.objects.select_related(*ReviewAdmin.list_select_related)
    mine = rows.filter(state=ReviewState.CLAIMED, claimed_by=request.user.pk)
    waiting = rows.filter(state=ReviewState.OPEN)
    return {
        "columns": _COLUMNS[:6],
        "groups": [
            (
                _("Yours"),
                _lines(mine.order_by("opened_at", "pk")[:_ON_HOME]),
                _("You hold no review."),
            ),
            (
                _("Waiting"),
                _lines(waiting.order_by("opened_at", "pk")[:_ON_HOME]),
                _("Nothing waits for an officer."),
            ),
        ],
        "all_url": reverse("admin:risk_review_changelist"),
    }


def _lines(rows: QuerySet[Review]) -> list[dict[str, Any]]:
    return [
        {
            "url": reverse("admin:risk_review_change", args=[row.pk]),
            "cells": [
                (column.short_description, column.kind, column(row)) for column in _COLUMNS[:6]
            ],
        }
        for row in rows
    ]


register_tiles("risk.review:view", _tiles)
register_panel(Panel(right="risk.review:claim", template="console/queue.html", context=_queue))

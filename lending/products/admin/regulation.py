"""The figures of regulation: read by many, confirmed by administrators for the lawyers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from core import clock
from core.console import columns as c
from core.console.acts import carried_out
from core.console.filters import choice_filter
from core.console.model_admin import ConsoleModelAdmin
from core.web import person
from lending.products.admin.words import FIGURES, REGIMES, figure_text, note_text
from lending.products.models import RegulationFigure
from lending.products.operations import verify_figure

_YES, _NO = c.State(_("Verified"), "success"), c.State(_("Not verified"), "warning")


class VerifyForm(forms.Form):
    """What the lawyers compared the figure with."""

    note = forms.CharField(
        label=_("Compared with which text, and by whom"),
        max_length=300,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("Afterwards the figure can never be changed."),
    )


@admin.register(RegulationFigure)
class RegulationFigureAdmin(ConsoleModelAdmin):
    """Figures of the law, each with its citation and the day it takes effect."""

    plural, singular = _("Regulation figures"), _("Regulation figure")
    search_fields = ()
    ordering = ("code", "regime", "-effective_from")
    list_per_page = 50
    list_filter = (
        choice_filter(_("Regime"), "regime", REGIMES),
        choice_filter(_("What it limits"), "code", FIGURES),
    )
    columns = (
        c.choice("code", _("What it limits"), FIGURES),
        c.Column(
            "value",
            _("Figure"),
            lambda row: figure_text(value=row.value, unit=row.unit, regime=row.regime),
            kind="money",
        ),
        c.choice("regime", _("Regime"), REGIMES),
        c.day("effective_from", _("In force from")),
        c.text("citation", _("Source")),
        c.Column("verified", _("Lawyers"), lambda row: c.chip(_YES if row.verified else _NO)),
    )
    fact_groups = (
        (
            _("Regulation figure"),
            (
                *columns,
                c.day("effective_to", _("Until the day before")),
                c.Column("note", _("Remark"), lambda row: note_text(row.note)),
                c.code("id", _("Id")),
            ),
        ),
    )
    detail_template = "console/figure.html"

    def heading(self, row: RegulationFigure) -> str:
        return str(FIGURES.get(row.code, row.code))

    def extra_views(self) -> Sequence[tuple[str, str, Callable[..., HttpResponse]]]:
        return (("<str:object_id>/verify/", "verify", self.verify_view),)

    def detail_context(self, request: HttpRequest, row: RegulationFigure) -> dict[str, Any]:
        may = not row.verified and self.allows(request, "verify")
        return {"verify_form": VerifyForm() if may else None}

    def verify_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Record the lawyers' confirmation."""
        self.demand(request, "verify")
        row: RegulationFigure = self.find(request, object_id)
        if request.method != "POST":
            return redirect(self.url("change", row.pk))
        form = VerifyForm(request.POST)
        if form.is_valid() and carried_out(
            form,
            lambda: verify_figure(
                figure_id=row.pk,
                note=form.cleaned_data["note"],
                actor_id=person(request),
                now=clock.now(),
            ),
        ):
            messages.success(request, gettext("Verified."))
            return redirect(self.url("change", row.pk))
        return self.render_detail(request, row, verify_form=form)

"""The holidays in the console: administrators extend the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from core import clock
from core.businessday import get_business_date
from core.console import columns as c
from core.console.acts import carried_out
from core.console.filters import choice_filter
from core.console.home import Tile, register_tiles
from core.console.model_admin import ConsoleModelAdmin
from core.errors import Conflict
from core.holidays import NAMES, has_holidays, remove_holiday, set_holiday
from core.models import Holiday
from core.web import person

_OFF, _WORKED, _YEARLY = "off", "worked", "yearly"
_KINDS: Final = {
    _OFF: c.State(_("Day off"), "info"),
    _WORKED: c.State(_("Worked to make up"), "warning"),
    _YEARLY: c.State(_("Off every year"), "success"),
}
_DAYS: Final = {"False": _("This day only"), "True": _("Every year")}


class HolidayForm(forms.Form):
    """A day off, or a weekend day worked for it."""

    day = forms.DateField(label=_("Day"), widget=UnfoldAdminDateWidget)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(code, state.text) for code, state in _KINDS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    name = forms.CharField(label=_("Name"), max_length=60, widget=UnfoldAdminTextInputWidget)
    source = forms.CharField(
        label=_("Source"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("The notice that announced it. Plans agreed already keep their due dates."),
    )


class RemoveForm(forms.Form):
    """Why a day is taken out again."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


def _kind(row: Holiday) -> str:
    if row.every_year:
        return _YEARLY
    return _WORKED if row.is_working else _OFF


def _shown_day(row: Holiday) -> str:
    return f"{row.day:%m-%d}" if row.every_year else f"{row.day:%Y-%m-%d}"


def _weekday(row: Holiday) -> str:
    return "" if row.every_year else str(WEEKDAYS[row.day.weekday()])


def _name(row: Holiday) -> str:
    return gettext(row.name) if row.name in NAMES else row.name


@admin.register(Holiday)
class HolidayAdmin(ConsoleModelAdmin):
    """Days off, and days worked for them. They move the due dates of loans agreed from now on."""

    plural, singular = _("Holidays"), _("Holiday")
    search_fields = ()
    ordering = ("-every_year", "-day")
    list_per_page = 50
    list_filter = (choice_filter(_("Repeats"), "every_year", _DAYS),)
    columns = (
        c.Column("day", _("Day"), _shown_day),
        c.Column("weekday", _("Weekday"), _weekday),
        c.Column("kind", _("Kind"), lambda row: c.chip(_KINDS[_kind(row)])),
        c.Column("name", _("Name"), _name),
        c.text("source", _("Source")),
    )
    fact_groups = ((_("Holiday"), columns),)
    detail_template = "console/holiday.html"

    def heading(self, row: Holiday) -> str:
        return f"{_shown_day(row)} · {_name(row)}"

    def extra_views(self) -> Sequence[tuple[str, str, Callable[..., HttpResponse]]]:
        return (
            ("new/", "new", self.new_view),
            ("<str:object_id>/remove/", "remove", self.remove_view),
        )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = dict(extra_context or {})
        if self.allows(request, "manage"):
            context["new_url"], context["new_text"] = self.url("new"), _("Enter a day")
        return super().changelist_view(request, context)

    def detail_context(self, request: HttpRequest, row: Holiday) -> dict[str, Any]:
        return {"remove_form": RemoveForm() if self.allows(request, "manage") else None}

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Enter a day, or correct what stands there for it."""
        self.demand(request, "manage")
        form = HolidayForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and carried_out(form, lambda: _enter(request, form)):
            messages.success(request, gettext("Entered. It holds for plans agreed from now on."))
            return redirect(self.url("changelist"))
        title = _("Enter a day")
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            "console/new_holiday.html",
            {
                **self.admin_site.each_context(request),
                "title": title,
                "crumbs": [(self.plural, self.url("changelist")), (title, "")],
                "form": form,
            },
        )

    def remove_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a day out of the table."""
        self.demand(request, "manage")
        row: Holiday = self.find(request, object_id)
        if request.method != "POST":
            return redirect(self.url("change", row.pk))
        form = RemoveForm(request.POST)
        if form.is_valid() and carried_out(form, lambda: _remove(request, form, row.pk)):
            messages.success(request, gettext("Removed."))
            return redirect(self.url("changelist"))
        return self.render_detail(request, row, remove_form=form)


def _enter(request: HttpRequest, form: HolidayForm) -> None:
    entered = form.cleaned_data
    set_holiday(
        day=entered["day"],
        is_working=entered["kind"] == _WORKED,
        every_year=entered["kind"] == _YEARLY,
        name=entered["name"],
        source=entered["source"],
        actor_id=person(request),
        now=clock.now(),
    )


def _remove(request: HttpRequest, form: RemoveForm, holiday_id: UUID) -> None:
    remove_holiday(
        holiday_id=holiday_id,
        reason=form.cleaned_data["reason"],
        actor_id=person(request),
        now=clock.now(),
    )


def _tiles(now: datetime) -> list[Tile]:
    """A warning while nobody has entered the next year: new plans then reach into the dark."""
    try:
        year = get_business_date().year + 1
    except Conflict:
        return []
    if has_holidays(year=year):
        return []
    return [
        Tile(
            title=_("Holidays of %(year)s") % {"year": year},
            value=_("None entered"),
            hint=_("Until then due dates know weekends and the holidays of every year only"),
            tone="warning",
            url=reverse("admin:core_holiday_changelist"),
        )
    ]


register_tiles("core.holiday:view", _tiles)

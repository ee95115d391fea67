"""Borrowers, masked, and the staff with their roles: two lists over one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.forms import NewStaffForm, RevealForm, RolesForm
from accounts.admin.people import SEARCH_HELP, by_phone, who
from accounts.admin.words import IDENTITY_STATES, KINDS, ROLE_TEXTS
from accounts.domain.idnumbers import mask_id_number
from accounts.domain.names import mask_name
from accounts.domain.phones import mask_phone
from accounts.domain.states import BorrowerKind, UserKind
from accounts.models import User
from accounts.operations import change_staff, create_staff, reveal_borrower
from core import clock
from core.console import columns as c
from core.console.acts import carried_out
from core.console.filters import choice_filter
from core.console.model_admin import ConsoleModelAdmin
from core.console.rights import RightsSite
from core.console.sections import Fact, Facts, Section, facts, sections_about, without_empty
from core.web import attempt, person

_BORROWERS, _STAFF = "borrowers", "staff"

_BORROWER_COLUMNS = (
    c.Column("person", _("Borrower"), who),
    c.choice("kind", _("Kind"), KINDS),
    c.Column(
        "identity",
        _("Identity"),
        lambda row: c.chip(IDENTITY_STATES[row.identity.state]) if _identity(row) else None,
    ),
    c.moment("registered_at", _("Registered at")),
    c.yes_no("is_active", _("May log in")),
)


def _identity(row: User) -> Any:
    return getattr(row, "identity", None)


def _roles(row: User) -> str:
    return ", ".join(
        str(ROLE_TEXTS.get(group.name, group.name))
        for group in sorted(row.groups.all(), key=lambda group: group.name)
    )


_STAFF_COLUMNS = (
    c.Column("person", _("Colleague"), who),
    c.Column("roles", _("Roles"), _roles),
    c.yes_no("is_active", _("May log in")),
    c.moment("registered_at", _("Since")),
    c.moment("last_login", _("Last login")),
)


@admin.register(User)
class UserAdmin(ConsoleModelAdmin):
    """Who borrows and who works here. Personal data is masked; a reveal leaves a trace."""

    plural, singular = _("People"), _("Person")
    search_help_text = SEARCH_HELP
    finders = (by_phone(),)
    list_select_related = ("identity", "business")
    list_filter = (
        choice_filter(_("Kind"), "kind", {kind.value: KINDS[kind.value] for kind in BorrowerKind}),
    )
    detail_template = "console/person.html"

    # ---- rights: two lists, two rights ----

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(self._kinds(request))

    def _kinds(self, request: HttpRequest) -> list[str]:
        kinds: list[str] = []
        if self.allows(request, "view_borrowers"):
            kinds += [kind.value for kind in BorrowerKind]
        if self.allows(request, "view_staff"):
            kinds.append(UserKind.STAFF.value)
        return kinds

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Registered people of the kinds this person may see, on a list of its own kind."""
        rows = super().get_queryset(request).filter(registered_at__isnull=False)
        shown = self._shown(request)
        if shown == _BORROWERS:
            return rows.filter(kind__in=list(BorrowerKind))
        if shown == _STAFF:
            return rows.filter(kind=UserKind.STAFF).prefetch_related("groups")
        return rows.filter(kind__in=self._kinds(request)).prefetch_related("groups")

    def _shown(self, request: HttpRequest) -> str:
        return cast(str, vars(request).get("_console_people", ""))

    # ---- lists ----

    def extra_views(self) -> Sequence[tuple[str, str, Callable[..., HttpResponse]]]:
        return (
            ("borrowers/", _BORROWERS, self.borrowers_view),
            ("staff/", _STAFF, self.staff_view),
            ("staff/new/", "new_staff", self.new_staff_view),
            ("<str:object_id>/reveal/", "reveal", self.reveal_view),
            ("<str:object_id>/roles/", "roles", self.roles_view),
        )

    def borrowers_view(self, request: HttpRequest) -> HttpResponse:
        """All borrowers, newest first."""
        self.demand(request, "view_borrowers")
        return self._list(request, _BORROWERS, _("Borrowers"))

    def staff_view(self, request: HttpRequest) -> HttpResponse:
        """All colleagues."""
        self.demand(request, "view_staff")
        return self._list(request, _STAFF, _("Staff"))

    def _list(self, request: HttpRequest, people: str, title: c.Text) -> HttpResponse:
        vars(request)["_console_people"] = people
        context: dict[str, Any] = {"title": title, "crumbs": [(title, "")]}
        if people == _STAFF and self.allows(request, "manage_staff"):
            context["new_url"], context["new_text"] = self.url("new_staff"), _("New colleague")
        return super().changelist_view(request, context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The table has two lists; this address leads to the one that is allowed."""
        if not self.has_view_permission(request):
            self.demand(request, "view_borrowers")
        first = _BORROWERS if self.allows(request, "view_borrowers") else _STAFF
        return redirect(self.url(first))

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return _STAFF_COLUMNS if self._shown(request) == _STAFF else _BORROWER_COLUMNS

    def get_list_filter(self, request: HttpRequest) -> tuple[Any, ...]:
        return () if self._shown(request) == _STAFF else self.list_filter

    # ---- one person ----

    def demand_page(self, request: HttpRequest) -> None:
        """A page of a person: one of the two rights, and the row decides which."""
        if not self._kinds(request):
            self.demand(request, "view_borrowers")

    def detail_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        self.demand_page(request)
        if request.method not in ("GET", "HEAD"):
            self.demand(request, "change")
        return self.render_detail(request, self.find(request, object_id))

    def heading(self, row: User) -> str:
        return who(row)

    def sections(self, request: HttpRequest, row: User) -> Sequence[Section]:
        if row.kind == UserKind.STAFF:
            return [facts(_("Colleague"), row, _STAFF_COLUMNS)]
        rights = cast(RightsSite, self.admin_site).rights(request)
        return [
            _masked(row),
            *without_empty(sections_about("borrower", subject_id=row.pk, rights=rights)),
        ]

    def detail_context(self, request: HttpRequest, row: User) -> dict[str, Any]:
        staff = row.kind == UserKind.STAFF
        title = _("Staff") if staff else _("Borrowers")
        url = self.url(_STAFF if staff else _BORROWERS)
        context: dict[str, Any] = {"crumbs": [(title, url), (who(row), "")]}
        if not staff and self.allows(request, "reveal"):
            context["reveal_form"] = RevealForm()
        if staff and row.pk != request.user.pk and self.allows(request, "manage_staff"):
            roles = [group.name for group in row.groups.all()]
            context["roles_form"] = RolesForm(initial={"roles": roles, "is_active": row.is_active})
        return context

    def _one(self, request: HttpRequest, object_id: str, *, staff: bool) -> User:
        row: User = self.find(request, object_id)
        if (row.kind == UserKind.STAFF) is not staff:
            raise Http404
        return row

    def reveal_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the data once, in this answer only."""
        self.demand(request, "reveal")
        row = self._one(request, object_id, staff=False)
        if request.method != "POST":
            return redirect(self.url("change", row.pk))
        form = RevealForm(request.POST)
        revealed = None
        if form.is_valid():
            revealed = attempt(
                form,
                lambda: reveal_borrower(
                    user_id=row.pk,
                    actor_id=person(request),
                    reason=form.cleaned_data["reason"],
                    now=clock.now(),
                ),
            )
        if revealed is None:
            return self.render_detail(request, row, reveal_form=form)
        shown = Facts(
            _("In the clear, until you leave this page"),
            (
                Fact(_("Name"), revealed.name or c.EMPTY),
                Fact(_("Phone number"), revealed.phone),
                Fact(_("ID number"), revealed.id_number or c.EMPTY),
            ),
        )
        return self.render_detail(request, row, reveal_form=None, revealed=shown)

    def roles_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Change a colleague's roles, close or reopen the account."""
        self.demand(request, "manage_staff")
        row = self._one(request, object_id, staff=True)
        if request.method != "POST":
            return redirect(self.url("change", row.pk))
        form = RolesForm(request.POST)
        if form.is_valid() and carried_out(
            form,
            lambda: change_staff(
                user_id=row.pk, actor_id=person(request), now=clock.now(), **form.cleaned_data
            ),
        ):
            messages.success(request, gettext("Saved. It holds from now on."))
            return redirect(self.url("change", row.pk))
        return self.render_detail(request, row, roles_form=form)

    def new_staff_view(self, request: HttpRequest) -> HttpResponse:
        """Open an account for a colleague."""
        self.demand(request, "manage_staff")
        form = NewStaffForm(request.POST if request.method == "POST" else None)
        if request.method == "POST" and form.is_valid():
            user_id = attempt(
                form,
                lambda: create_staff(
                    **form.cleaned_data, actor=str(request.user.pk), now=clock.now()
                ),
            )
            if user_id is not None:
                messages.success(request, gettext("The account is open."))
                return redirect(self.url("change", user_id))
        title = _("New colleague")
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "crumbs": [(_("Staff"), self.url(_STAFF)), (title, "")],
            "form": form,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "console/new_staff.html", context)


def _masked(row: User) -> Facts:
    identity, business = _identity(row), getattr(row, "business", None)
    rows = [
        Fact(_("Kind"), KINDS[row.kind]),
        Fact(_("Phone number"), mask_phone(row.phone or "")),
        Fact(_("Registered at"), c.as_moment(row.registered_at)),
        Fact(_("May log in"), _("Yes") if row.is_active else _("No")),
    ]
    if identity is not None:
        rows += [
            Fact(_("Name"), mask_name(identity.name or "")),
            Fact(_("ID number"), mask_id_number(identity.id_number or "")),
            Fact(_("Identity"), c.chip(IDENTITY_STATES[identity.state])),
            Fact(_("Verified at"), c.as_moment(identity.verified_at) or c.EMPTY),
        ]
    if business is not None:
        rows += [
            Fact(_("Business"), business.legal_name),
            Fact(_("Unified social credit code"), c.as_code(business.uscc)),
        ]
    return Facts(_("Borrower"), (*rows, Fact(_("Id"), c.as_code(row.pk))))

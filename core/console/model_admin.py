"""The base of every list and detail page: read-only, deny by default, paged without counting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib.admin import ShowFacets
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache

from core.console.columns import Column, Text
from core.console.look import InfinitePaginator, UnfoldModelAdmin
from core.console.rights import RightsSite
from core.console.sections import Section, facts


class ConsoleModelAdmin(UnfoldModelAdmin):
    """A model in the console. Subclasses say what is shown; nobody can change a row here.

    What staff do to a row is an operation behind its own address (`extra_views`), with its own
    right, never the saving of a form over a model.
    """

    plural: Text = ""
    singular: Text = ""
    columns: Sequence[Column] = ()
    fact_groups: Sequence[tuple[Text, Sequence[Column]]] = ()
    #: Exact look-ups of the search box: a typed text gives a condition, or None for no guess.
    finders: Sequence[Callable[[str], Q | None]] = ()
    detail_template = "console/detail.html"

    actions = None
    list_per_page = 25
    list_max_show_all = 25
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # they would count whole tables
    paginator = InfinitePaginator
    list_select_related: ClassVar[bool | tuple[str, ...]] = False
    list_fullwidth = True
    ordering: ClassVar[tuple[str, ...]] = ("-pk",)
    search_fields: ClassVar[tuple[str, ...]] = ("pk",)

    # ---- rights ----

    def allows(self, request: HttpRequest, verb: str) -> bool:
        """Whether this person may do `verb` with this model."""
        return cast(RightsSite, self.admin_site).allows(request, self.right(verb))

    def right(self, verb: str) -> str:
        """The name of a right on this model."""
        return f"{self.opts.label_lower}:{verb}"

    def demand(self, request: HttpRequest, verb: str) -> None:
        """Raise PermissionDenied without the right."""
        if not self.allows(request, verb):
            raise PermissionDenied

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.allows(request, "view")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    # ---- addresses ----

    def get_urls(self) -> list[URLPattern]:
        """The list, the detail page and what the subclass adds; no other page of Django's admin."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        detail = wrap(never_cache(self.detail_view))
        return [
            path("", wrap(self.changelist_view), name=f"{name}_changelist"),
            *(
                path(address, wrap(never_cache(view)), name=f"{name}_{word}")
                for address, word, view in self.extra_views()
            ),
            path("<str:object_id>/change/", detail, name=f"{name}_change"),
        ]

    def extra_views(self) -> Sequence[tuple[str, str, Callable[..., HttpResponse]]]:
        """(path, name, view) of what can be done here. Each view checks its own right."""
        return ()

    def url(self, word: str, *arguments: object) -> str:
        """An address of this model in the console."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{word}", args=arguments)

    # ---- the list ----

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        return tuple(self.columns)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """The filters' own parameters only: an address must not probe hashes and sums."""
        return lookup in {shown.parameter_name for shown in cast(Any, self.list_filter)}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Model], search_term: str
    ) -> tuple[QuerySet[Model], bool]:
        """Exact look-ups by id and by the finders, all on unique or indexed columns."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = Q(pk__in=[])
        for find in (by_id, *self.finders):
            condition = find(term)
            if condition is not None:
                wanted |= condition
        return queryset.filter(wanted), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        context = {"title": self.plural, "crumbs": [(self.plural, "")], **(extra_context or {})}
        return super().changelist_view(request, context)

    # ---- the detail page ----

    def detail_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """Where the detail page looks, with what it joins."""
        return self.get_queryset(request)

    def find(self, request: HttpRequest, object_id: str) -> Any:
        """The row of a detail page. Raises Http404."""
        try:
            key = self.model._meta.pk.to_python(object_id)
        except ValidationError as error:
            raise Http404 from error
        row = self.detail_queryset(request).filter(pk=key).first()
        if row is None:
            raise Http404
        return row

    def heading(self, row: Any) -> str:
        """What the row is called on its page."""
        return str(row.pk)

    def sections(self, request: HttpRequest, row: Any) -> Sequence[Section]:
        """What the detail page shows."""
        return [facts(title, row, columns) for title, columns in self.fact_groups]

    def detail_context(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """More for the template of the detail page."""
        return {}

    def detail_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """One row, to read."""
        self.demand(request, "view")
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        return self.render_detail(request, self.find(request, object_id))

    def render_detail(
        self, request: HttpRequest, row: Any, *, status: int = 200, **context: Any
    ) -> HttpResponse:
        """The detail page of a row, with a form and its errors where an operation refused."""
        request.current_app = self.admin_site.name
        return TemplateResponse(
            request,
            self.detail_template,
            {
                **self.admin_site.each_context(request),
                "title": self.heading(row),
                "crumbs": [(self.plural, self.url("changelist")), (self.heading(row), "")],
                "model_admin": self,
                "row": row,
                "rights": cast(RightsSite, self.admin_site).rights(request),
                "sections": self.sections(request, row),
                **self.detail_context(request, row),
                **context,
            },
            status=status,
        )


def by_id(term: str) -> Q | None:
    """A whole id."""
    try:
        return Q(pk=UUID(term))
    except ValueError:
        return None


def exactly(field: str) -> Callable[[str], Q | None]:
    """A unique text column, as it is or in capitals."""

    def find(term: str) -> Q | None:
        return Q(**{f"{field}__in": sorted({term, term.upper()})})

    return find

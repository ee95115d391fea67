"""Changing a running loan in the console: choose what, fill in, look at the plan, propose."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core import clock
from core.businessday import get_business_date
from core.console.columns import Text
from core.console.model_admin import ConsoleModelAdmin
from core.errors import KadaiError
from core.web import apply_error
from core.web import person as person_id
from lending.loans.admin.forms import FORMS, ServiceForm
from lending.loans.admin.plans import PlanView, plan_view
from lending.loans.admin.words import SERVICES
from lending.loans.domain.changes import FIELDS, Field, Service
from lending.loans.models import Loan
from lending.loans.operations import propose_change
from lending.loans.queries.changes import loan_case, preview_change, services_for

#: The right to propose, by whose matter it is.
PROPOSE: Final = {
    Field.TERMS: "loans.loanchange:propose_terms",
    Field.MONEY: "loans.loanchange:propose_money",
}
_TITLES: Final = {Field.TERMS: _("What we agree with the borrower"), Field.MONEY: _("Money")}


class ServicingViews(ConsoleModelAdmin):
    """The pages under a loan's own; each checks the right of its service."""

    def extra_views(self) -> Sequence[tuple[str, str, Callable[..., HttpResponse]]]:
        return (
            ("<str:object_id>/service/", "service", self.services_view),
            ("<str:object_id>/service/<slug:name>/", "serve", self.serve_view),
        )

    def offered(self, request: HttpRequest, row: Loan) -> list[Service]:
        """What this person may propose for the loan as it is."""
        rights = self.admin_site.rights(request)  # type: ignore[attr-defined]
        possible = services_for(loan=row)
        return [s for s in SERVICES if s in possible and PROPOSE[FIELDS[s]] in rights]

    def services_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Choose what to do."""
        self.demand(request, "view")
        row: Loan = self.find(request, object_id)
        offered = self.offered(request, row)
        if not offered:
            raise PermissionDenied
        groups = [
            (title, [self._choice(row, s) for s in offered if FIELDS[s] is field])
            for field, title in _TITLES.items()
        ]
        context = {"groups": [group for group in groups if group[1]]}
        return self._page(request, "console/services.html", row, _("Service this loan"), context)

    def _choice(self, row: Loan, service: Service) -> dict[str, object]:
        name, what = SERVICES[service]
        return {"name": name, "what": what, "url": self._address(row, service)}

    def _address(self, row: Loan, service: Service) -> str:
        return self.url("serve", row.pk, service.value.lower().replace("_", "-"))

    def serve_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        """Fill in; look at the plan without and with it; propose it with a reason."""
        self.demand(request, "view")
        try:
            service = Service(name.upper().replace("-", "_"))
        except ValueError as error:
            raise Http404 from error
        row: Loan = self.find(request, object_id)
        if service not in self.offered(request, row):
            raise PermissionDenied
        proposes = request.method == "POST" and "propose" in request.POST
        form = FORMS[service](
            request.POST if request.method == "POST" else None,
            case=loan_case(row, today=get_business_date()),
            with_reason=proposes,
        )
        status = 200
        if proposes and form.is_valid():
            try:
                return self._propose(request, row, form)
            except KadaiError as error:
                apply_error(form, error)
                status = error.status
        plan = self._preview(row, form) if request.method == "POST" else None
        title, what = SERVICES[service]
        context = {"form": form, "plan": plan, "what": what}
        answer = self._page(request, "console/serve.html", row, title, context)
        answer.status_code = status
        return answer

    def _preview(self, row: Loan, form: ServiceForm) -> PlanView | None:
        """The plan a form leads to; None where the form or the loan says no."""
        if set(form.errors) - {"reason"}:
            return None
        try:
            preview = preview_change(loan_id=row.pk, event=form.event, today=get_business_date())
        except KadaiError as error:
            apply_error(form, error)
            return None
        return plan_view(preview)

    def _propose(self, request: HttpRequest, row: Loan, form: ServiceForm) -> HttpResponse:
        change_id = propose_change(
            loan_id=row.pk,
            event=form.event,
            reason=form.cleaned_data["reason"],
            proposer_id=person_id(request),
            now=clock.now(),
        )
        messages.success(request, gettext("Proposed. A colleague decides now."))
        return redirect(reverse("admin:loans_loanchange_change", args=[change_id]))

    def _page(
        self, request: HttpRequest, template: str, row: Loan, title: Text, context: dict[str, Any]
    ) -> HttpResponse:
        request.current_app = self.admin_site.name
        crumbs = [
            (self.plural, self.url("changelist")),
            (self.heading(row), self.url("change", row.pk)),
            (title, ""),
        ]
        shown = {
            **self.admin_site.each_context(request),
            "title": title,
            "crumbs": crumbs,
            "row": row,
            **context,
        }
        return TemplateResponse(request, template, shown)

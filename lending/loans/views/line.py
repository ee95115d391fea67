"""Asking for a line, waiting for the decision, and what came of it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from accounts.domain.consents import Step
from accounts.domain.states import BorrowerKind
from accounts.queries import get_borrower
from accounts.views.consents import agree_first
from core.clock import now
from core.web import attempt, borrower_page, person
from lending.loans.domain.states import OPEN_APPLICATIONS
from lending.loans.forms import BusinessLineForm, PersonLineForm
from lending.loans.operations import apply_for_line
from lending.loans.queries.lines import get_application, get_line
from lending.products.domain import PURPOSES


@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def activate(request: HttpRequest) -> HttpResponse:
    """Ask for a line. The consents it needs come first, on a page of their own."""
    user_id = person(request)
    if agree := agree_first(request, step=Step.APPLY_FOR_CREDIT):
        return agree
    borrower = get_borrower(user_id=user_id)
    kind = PersonLineForm if borrower.kind is BorrowerKind.PERSON else BusinessLineForm
    form = kind(request.POST or None, purposes=PURPOSES[borrower.kind.value])
    if form.is_valid():
        application_id = attempt(
            form,
            partial(
                apply_for_line,
                borrower_id=user_id,
                key=form.key,
                request=form.as_request(),
                now=now(),
            ),
        )
        if application_id is not None:
            return redirect("loans:application", application_id)
    return render(request, "loans/activate.html", {"form": form, "tab": "home"})


@require_safe
@borrower_page
def application(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """How far the application has come; the page asks again by itself while it is decided."""
    user_id = person(request)
    found = get_application(borrower_id=user_id, application_id=application_id)
    context = {
        "application": found,
        "line": get_line(borrower_id=user_id),
        "waiting": found.state in OPEN_APPLICATIONS,
        "seconds": int((now() - found.submitted_at).total_seconds()),
        "tab": "home",
    }
    page = (
        "loans/_application.html" if request.headers.get("HX-Request") else "loans/application.html"
    )
    return render(request, page, context)

"""Agreements: each by itself, each can be taken back."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operations, queries
from accounts.domain.consents import REQUIRED, Step
from accounts.forms import AgreeForm
from core.clock import now
from core.web import attempt, borrower_page, person


def agree_first(request: HttpRequest, *, step: Step) -> HttpResponse | None:
    """On to the texts a step still needs and back to the page that asks; None if there are none."""
    if not queries.missing_consents(user_id=person(request), kinds=REQUIRED[step]):
        return None
    page = reverse("accounts:agree", args=[step.value])
    return redirect(f"{page}?{urlencode({'next': request.path})}")


def _texts() -> tuple[queries.Document, ...]:
    return queries.list_documents(language=get_language() or "", now=now())


@require_safe
@borrower_page
def consent_list(request: HttpRequest) -> HttpResponse:
    """What the borrower agreed to, and what not."""
    given = queries.list_consents(user_id=person(request))
    standing = {consent.document_id: consent for consent in given if not consent.withdrawn_at}
    rows = [(text, standing.get(text.id)) for text in _texts()]
    return render(request, "accounts/consents.html", {"rows": rows, "tab": "me"})


@require_safe
def document(request: HttpRequest, kind: str) -> HttpResponse:
    """One text in full; readable before registering."""
    for text in _texts():
        if text.kind.value == kind:
            return render(request, "accounts/document.html", {"document": text})
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def agree(request: HttpRequest, step: str) -> HttpResponse:
    """The texts the next step still needs; then on to that step."""
    if step not in set(Step):
        raise Http404
    wanted = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = resolve_url("loans:home")
    user_id = person(request)
    missing = queries.missing_consents(user_id=user_id, kinds=REQUIRED[Step(step)])
    documents = [text for text in _texts() if text.kind in missing]
    if not documents:
        return redirect(wanted)
    form = AgreeForm(request.POST or None, documents=documents)
    if form.is_valid():
        shown = form.cleaned_data["agreed"]
        if attempt(
            form, partial(operations.grant_consents, user_id=user_id, shown=shown, now=now())
        ):
            return redirect(wanted)
    return render(request, "accounts/agree.html", {"form": form, "next": wanted})


@require_POST
@borrower_page
def withdraw(request: HttpRequest, consent_id: UUID) -> HttpResponse:
    """Take a consent back from now on."""
    operations.withdraw_consent(user_id=person(request), consent_id=consent_id, now=now())
    messages.success(request, _("Your consent is withdrawn from now on."))
    return redirect("accounts:consents")

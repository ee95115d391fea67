"""Who the borrower is and what they were told."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import operations, queries
from accounts.forms import IdentityForm
from core.clock import now
from core.web import attempt, borrower_page, person


@require_safe
@borrower_page
def me(request: HttpRequest) -> HttpResponse:
    """The borrower's own data, masked, and where to change things."""
    borrower = queries.get_borrower(user_id=person(request))
    return render(request, "accounts/me.html", {"borrower": borrower, "tab": "me"})


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("name", "id_number")
@borrower_page
def identity(request: HttpRequest) -> HttpResponse:
    """Name and ID number; the bank confirms them when a card is bound."""
    user_id = person(request)
    form = IdentityForm(request.POST or None)
    if form.is_valid():
        declare = partial(
            operations.declare_identity, user_id=user_id, **form.cleaned_data, now=now()
        )
        if attempt(form, lambda: declare() is None):
            return redirect("cards:bind")
    borrower = queries.get_borrower(user_id=user_id)
    context = {"form": form, "borrower": borrower, "tab": "me"}
    return render(request, "accounts/identity.html", context)


def _cursor(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("before", ""))
    except ValueError:
        return None


@require_safe
@borrower_page
def inbox(request: HttpRequest) -> HttpResponse:
    """Messages, newest first, a page at a time."""
    page = queries.list_messages(user_id=person(request), before=_cursor(request))
    return render(request, "accounts/inbox.html", {"page": page, "tab": "me"})


@require_POST
@borrower_page
def read_message(request: HttpRequest, message_id: UUID) -> HttpResponse:
    """Mark a message as read."""
    operations.mark_message_read(user_id=person(request), message_id=message_id, now=now())
    return redirect("accounts:inbox")

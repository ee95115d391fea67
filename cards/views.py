"""Pages of the borrower's cards."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.domain.consents import Step
from accounts.queries import get_borrower
from accounts.views.consents import agree_first
from cards import operations, queries
from cards.forms import BindCardForm, BindCodeForm
from core.clock import now
from core.errors import KadaiError
from core.web import attempt, borrower_page, person


@require_safe
@borrower_page
def card_list(request: HttpRequest) -> HttpResponse:
    """The bound cards."""
    cards = queries.list_cards(user_id=person(request))
    return render(request, "cards/list.html", {"cards": cards, "tab": "cards"})


@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_post_parameters("card_number")
@borrower_page
def bind(request: HttpRequest) -> HttpResponse:
    """Type a card; the bank checks it and sends a code. Name and consents come first."""
    if get_borrower(user_id=person(request)).identity_state is None:
        return redirect("accounts:identity")
    if agree := agree_first(request, step=Step.BIND_CARD):
        return agree
    form = BindCardForm(request.POST or None)
    if form.is_valid():
        started = attempt(
            form,
            partial(
                operations.start_binding,
                user_id=person(request),
                card_number=form.cleaned_data["card_number"],
                phone=form.cleaned_data["phone"] or None,
                now=now(),
            ),
        )
        if started is not None:
            return redirect("cards:bind-code", started.pk)
    return _bind_page(request, form)


def _bind_page(request: HttpRequest, form: BindCardForm) -> HttpResponse:
    issuers = {row.prefix: queries.issuer_name(row) for row in queries.list_card_bins()}
    banks = sorted(set(issuers.values()))
    context = {"form": form, "issuers": issuers, "banks": banks, "tab": "cards"}
    return render(request, "cards/bind.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def bind_code(request: HttpRequest, binding_id: UUID) -> HttpResponse:
    """Type the bank's code; repeating it after success changes nothing."""
    user_id = person(request)
    form = BindCodeForm(request.POST or None)
    if form.is_valid():
        bound = attempt(
            form,
            partial(
                operations.confirm_binding,
                user_id=user_id,
                binding_id=binding_id,
                code=form.cleaned_data["code"],
                now=now(),
            ),
        )
        if bound is not None:
            messages.success(request, _("The card is bound."))
            return redirect("loans:home")
    card = queries.get_card(user_id=user_id, binding_id=binding_id)
    return render(request, "cards/bind_code.html", {"form": form, "card": card, "tab": "cards"})


@require_POST
@borrower_page
def resend(request: HttpRequest, binding_id: UUID) -> HttpResponse:
    """Ask the bank for another code."""
    try:
        binding = operations.resend_code(user_id=person(request), binding_id=binding_id, now=now())
    except KadaiError as error:
        if error.status == 404:
            raise
        messages.error(request, str(error.message))
        return redirect("cards:bind")
    messages.success(request, _("The bank has sent a new code."))
    return redirect("cards:bind-code", binding.pk)


@require_POST
@borrower_page
def make_default(request: HttpRequest, binding_id: UUID) -> HttpResponse:
    """Choose where money goes and comes from."""
    operations.set_default_binding(user_id=person(request), binding_id=binding_id)
    messages.success(request, _("This is now your main card."))
    return redirect("cards:list")


@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def unbind(request: HttpRequest, binding_id: UUID) -> HttpResponse:
    """Ask once more, then end the agreement."""
    user_id = person(request)
    card = queries.get_card(user_id=user_id, binding_id=binding_id)
    refusal = ""
    if request.method == "POST":
        try:
            operations.unbind_card(user_id=user_id, binding_id=binding_id, now=now())
        except KadaiError as error:
            refusal = str(error.message)
        else:
            messages.success(
                request, _("The card is unbound. Nothing is debited from it any more.")
            )
            return redirect("cards:list")
    return render(request, "cards/unbind.html", {"card": card, "refusal": refusal, "tab": "cards"})

"""Borrowing: choose, read, sign, and watch the money arrive."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.forms.boundfield import BoundWidget
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.queries import get_borrower
from cards.domain.states import BindingState
from cards.queries import list_cards
from core.businessday import get_business_date
from core.clock import now
from core.errors import KadaiError
from core.money import Money
from core.web import attempt, borrower_page, person
from lending.loans.domain.states import LineState
from lending.loans.forms import BorrowForm, SignForm
from lending.loans.operations import make_quote, open_disclosure, sign_drawdown
from lending.loans.queries.lines import get_line
from lending.loans.queries.loans import get_drawdown
from lending.loans.queries.quotes import QuoteView, get_disclosure, get_quote
from lending.loans.queries.refinancing import compare
from lending.loans.texts import method_explanation, method_text
from lending.products.domain import ProductTerms
from lending.products.queries import list_products

SLIDER_STEP: Final = 100
FIRST_AMOUNT: Final = Decimal(5000)


def _offer(request: HttpRequest) -> dict[str, Any] | None:
    """What can be chosen; None without a line to draw from."""
    user_id = person(request)
    line = get_line(borrower_id=user_id)
    if line is None or line.state is not LineState.ACTIVE:
        return None
    kind = get_borrower(user_id=user_id).kind
    products = list_products(
        borrower_kind=kind.value, as_of=get_business_date(), currency=line.limit.currency
    )
    cards = [card for card in list_cards(user_id=user_id) if card.state == BindingState.ACTIVE]
    return {"line": line, "products": products, "cards": cards}


def _form(request: HttpRequest, offer: dict[str, Any]) -> BorrowForm:
    products, cards = offer["products"], offer["cards"]
    available = offer["line"].available
    months = {count for row in products[:1] for count in row.instalment_options}
    # A modest sum, never the whole limit: nobody is nudged into more than they came for.
    initial = {
        "amount": min(available, Money.rounded(FIRST_AMOUNT, available.currency)),
        "instalments": max(months, default=None),
        "product": products[0].code if products else None,
        "purpose": products[0].purposes[0].value if products else None,
    }
    return BorrowForm(request.POST or None, products=products, cards=cards, initial=initial)


@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def borrow(request: HttpRequest) -> HttpResponse:
    """Choose amount, term, method, purpose and card; then on to the disclosure sheet."""
    offer = _offer(request)
    if offer is None:
        messages.info(request, _("You need an active limit before you can borrow."))
        return redirect("loans:home")
    form = _form(request, offer)
    if form.is_valid():
        quote_id = _make_quote(request, form)
        if quote_id is not None:
            return redirect("loans:disclosure", quote_id)
    context = {
        **offer,
        "form": form,
        "methods": methods(form, offer["products"]),
        "slider": _slider(offer["products"], available=offer["line"].available),
        "tab": "home",
    }
    return render(request, "loans/borrow.html", context)


def methods(
    form: Form, products: Sequence[ProductTerms]
) -> list[tuple[BoundWidget, dict[str, str]]]:
    """Each radio button with the product behind it, in words."""
    language = get_language() or settings.LANGUAGE_CODE
    words = [
        {
            "name": row.name(language=language),
            "tagline": row.tagline(language=language),
            "method": method_text(row.method),
        }
        for row in products
    ]
    return list(zip(form["product"], words, strict=True))


def _slider(products: Sequence[ProductTerms], *, available: Money) -> dict[str, int]:
    """The slider in whole units, from the least a product lends to what is left of the limit."""
    low = min(int(row.min_amount.amount) for row in products)
    high = max(int(available.amount), low)
    return {"low": low, "high": high, "step": SLIDER_STEP, "at": min(int(FIRST_AMOUNT), high)}


def _make_quote(request: HttpRequest, form: BorrowForm) -> UUID | None:
    ask = partial(make_quote, borrower_id=person(request), request=form.as_request(), now=now())
    return attempt(form, ask)


@require_POST
@borrower_page
def plan(request: HttpRequest) -> HttpResponse:
    """The piece of the borrow page that shows the plan of what is chosen now (htmx)."""
    offer = _offer(request)
    form = None if offer is None else _form(request, offer)
    quote = None
    if form is not None and form.is_valid():
        quote_id = _make_quote(request, form)
        if quote_id is not None:
            quote = get_quote(borrower_id=person(request), quote_id=quote_id)
    explanation = "" if quote is None else method_explanation(quote.terms.method)
    context = {"form": form, "quote": quote, "explanation": explanation}
    return render(request, "loans/_plan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def disclosure(request: HttpRequest, quote_id: UUID) -> HttpResponse:
    """The sheet with every charge; signing opens when it was read long enough."""
    user_id = person(request)
    form = SignForm(request.POST or None)
    if form.is_valid():
        drawdown_id = attempt(
            form,
            partial(
                sign_drawdown,
                borrower_id=user_id,
                quote_id=quote_id,
                key=form.key,
                confirmed=form.cleaned_data["confirmed"],
                now=now(),
            ),
        )
        if drawdown_id is not None:
            return redirect("loans:drawdown", drawdown_id)
    try:
        opened_at = open_disclosure(borrower_id=user_id, quote_id=quote_id, now=now())
    except KadaiError as error:
        if error.code != "quote-expired":
            raise
        messages.warning(request, str(error.message))
        return redirect(_where_from(get_quote(borrower_id=user_id, quote_id=quote_id)))
    quote = get_quote(borrower_id=user_id, quote_id=quote_id)
    sheet = get_disclosure(view=quote)
    read = int((now() - opened_at).total_seconds())
    context = {
        "form": form,
        "quote": quote,
        "sheet": sheet,
        "comparison": compare(quote=quote, today=get_business_date()),
        "back": _where_from(quote),
        "method": method_text(quote.terms.method),
        "explanation": method_explanation(quote.terms.method),
        "seconds_left": max(sheet.reading_seconds - read, 0),
        "tab": "home",
    }
    return render(request, "loans/disclosure.html", context)


def _where_from(quote: QuoteView) -> str:
    """The page where the loan was chosen."""
    if quote.refinances is None:
        return reverse("loans:borrow")
    return reverse("loans:refinance", args=[quote.refinances])


@require_safe
@borrower_page
def drawdown(request: HttpRequest, drawdown_id: UUID) -> HttpResponse:
    """Where the money is; the page asks again by itself until it is there."""
    found = get_drawdown(borrower_id=person(request), drawdown_id=drawdown_id)
    context = {
        "drawdown": found,
        "seconds": int((now() - found.signed_at).total_seconds()),
        "tab": "home",
    }
    piece = "loans/_drawdown.html" if found.refinances is None else "loans/_refinancing.html"
    page = piece if request.headers.get("HX-Request") else "loans/drawdown.html"
    return render(request, page, context)

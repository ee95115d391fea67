"""Replacing a loan by a new one: choose, see both plans, then read and sign like any loan."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from core.businessday import get_business_date
from core.clock import now
from core.errors import KadaiError, NotFound
from core.web import attempt, borrower_page, person
from lending.loans.forms import RefinanceForm
from lending.loans.operations import quote_refinancing
from lending.loans.queries.loans import get_loan
from lending.loans.queries.quotes import get_quote
from lending.loans.queries.refinancing import compare, list_replacements
from lending.loans.texts import method_explanation
from lending.loans.views.borrow import methods
from lending.products.domain import ProductTerms


def _products(request: HttpRequest, loan_id: UUID) -> Sequence[ProductTerms]:
    return list_replacements(
        borrower_id=person(request), loan_id=loan_id, today=get_business_date()
    )


def _form(request: HttpRequest, products: Sequence[ProductTerms]) -> RefinanceForm:
    months = [count for row in products[:1] for count in row.instalment_options]
    initial = {
        "instalments": max(months, default=None),
        "product": products[0].code if products else None,
    }
    return RefinanceForm(request.POST or None, products=products, initial=initial)


def _quote(request: HttpRequest, loan_id: UUID, form: RefinanceForm) -> UUID | None:
    if not form.is_valid():
        return None
    ask = partial(
        quote_refinancing,
        borrower_id=person(request),
        loan_id=loan_id,
        product_code=form.cleaned_data["product"],
        instalments=form.cleaned_data["instalments"],
        now=now(),
    )
    return attempt(form, ask)


@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def refinance(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """Choose method and term of the new loan; then on to the disclosure sheet."""
    loan = get_loan(borrower_id=person(request), loan_id=loan_id, as_of=get_business_date())
    try:
        products = _products(request, loan_id)
    except NotFound:
        raise
    except KadaiError as error:
        messages.warning(request, str(error.message))
        return redirect("loans:loan", loan_id)
    form = _form(request, products)
    quote_id = _quote(request, loan_id, form)
    if quote_id is not None:
        return redirect("loans:disclosure", quote_id)
    context = {"loan": loan, "form": form, "methods": methods(form, products), "tab": "me"}
    return render(request, "loans/refinance.html", context)


@require_POST
@borrower_page
def comparison(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """The piece of the page that shows both plans beside each other (htmx)."""
    form, refusal, quote = None, "", None
    try:
        form = _form(request, _products(request, loan_id))
    except NotFound:
        raise
    except KadaiError as error:
        refusal = str(error.message)
    quote_id = None if form is None else _quote(request, loan_id, form)
    if quote_id is not None:
        quote = get_quote(borrower_id=person(request), quote_id=quote_id)
    context = {
        "form": form,
        "refusal": refusal,
        "quote": quote,
        "comparison": quote and compare(quote=quote, today=get_business_date()),
        "explanation": "" if quote is None else method_explanation(quote.terms.method),
    }
    return render(request, "loans/_replacement.html", context)

"""Loans and their contracts."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.businessday import get_business_date
from core.web import borrower_page, person
from lending.loans.queries.history import list_events
from lending.loans.queries.loans import get_contract, get_loan, list_loans
from lending.loans.queries.refinancing import can_be_replaced
from lending.loans.texts import method_text


@require_safe
@borrower_page
def loan_list(request: HttpRequest) -> HttpResponse:
    """Every loan, the newest first."""
    loans = list_loans(borrower_id=person(request))
    return render(request, "loans/list.html", {"loans": loans, "tab": "me"})


@require_safe
@borrower_page
def loan(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """One loan today: what is due, the whole schedule, and what would settle it."""
    borrower_id, today = person(request), get_business_date()
    found = get_loan(borrower_id=borrower_id, loan_id=loan_id, as_of=today)
    context = {
        "loan": found,
        "method": method_text(found.method),
        "may_replace": can_be_replaced(borrower_id=borrower_id, loan_id=loan_id, today=today),
        "tab": "me",
    }
    return render(request, "loans/detail.html", context)


@require_safe
@borrower_page
def events(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """What happened to a loan: payments, charges, changes of the plan."""
    borrower_id = person(request)
    found = get_loan(borrower_id=borrower_id, loan_id=loan_id, as_of=get_business_date())
    rows = list_events(borrower_id=borrower_id, loan_id=loan_id)
    return render(request, "loans/events.html", {"loan": found, "rows": rows, "tab": "me"})


@require_safe
@borrower_page
def contract(request: HttpRequest, contract_id: UUID) -> HttpResponse:
    """The contract as it was signed, with its hash."""
    found = get_contract(borrower_id=person(request), contract_id=contract_id)
    return render(request, "loans/contract.html", {"contract": found, "tab": "me"})

"""The start page: one clear number, or the next step of the journey."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.queries import get_borrower
from cards.queries import get_default_card
from core.businessday import get_business_date
from core.web import person
from lending.loans.queries.lines import get_latest_application, get_line
from lending.loans.queries.loans import get_loan, get_open_drawdown, list_loans


@require_safe
@never_cache
def home(request: HttpRequest) -> HttpResponse:
    """What Kadai is for a visitor, the limit for a borrower, the console for staff."""
    if not request.user.is_authenticated:
        return render(request, "loans/landing.html")
    if request.user.is_staff:
        return redirect("admin:index")
    user_id = person(request)
    loans = [loan for loan in list_loans(borrower_id=user_id) if loan.next_due_on is not None]
    first = min(loans, key=lambda loan: (loan.next_due_on, loan.number), default=None)
    context = {
        "borrower": get_borrower(user_id=user_id),
        "card": get_default_card(user_id=user_id),
        "application": get_latest_application(borrower_id=user_id),
        "line": get_line(borrower_id=user_id),
        "drawdown": get_open_drawdown(borrower_id=user_id),
        "loans": loans,
        "next_loan": first
        and get_loan(borrower_id=user_id, loan_id=first.id, as_of=get_business_date()),
        "tab": "home",
    }
    return render(request, "loans/home.html", context)

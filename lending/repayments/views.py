"""Pages of repaying."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from cards.domain.states import BindingState
from cards.queries import list_cards
from core.businessday import get_business_date
from core.clock import now
from core.web import attempt, borrower_page, person
from lending.loans.domain import PaymentKind
from lending.loans.domain.states import LoanStatus
from lending.loans.queries.loans import get_loan, list_loans
from lending.repayments import operations, queries
from lending.repayments.certificate import certificate_pdf
from lending.repayments.forms import RepayForm


@require_safe
@borrower_page
def due(request: HttpRequest) -> HttpResponse:
    """Every loan that runs, what is due on it, and when."""
    user_id, today = person(request), get_business_date()
    running = [loan for loan in list_loans(borrower_id=user_id) if loan.status == LoanStatus.ACTIVE]
    loans = [get_loan(borrower_id=user_id, loan_id=loan.id, as_of=today) for loan in running]
    return render(request, "repayments/due.html", {"loans": loans, "today": today, "tab": "repay"})


@require_http_methods(["GET", "HEAD", "POST"])
@borrower_page
def repay(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """Choose how much to repay now, from which card."""
    user_id = person(request)
    opened = queries.get_open_repayment(borrower_id=user_id, loan_id=loan_id)
    loan = get_loan(borrower_id=user_id, loan_id=loan_id, as_of=get_business_date())
    cards = [card for card in list_cards(user_id=user_id) if card.state == BindingState.ACTIVE]
    first = PaymentKind.DUE if loan.due_now.total else PaymentKind.PAYOFF
    initial = {"kind": first.value, "card": str(loan.card.id)}
    form = RepayForm(request.POST or None, loan=loan, cards=cards, initial=initial)
    if form.is_valid():
        data = form.cleaned_data
        repayment_id = attempt(
            form,
            partial(
                operations.repay,
                borrower_id=user_id,
                loan_id=loan_id,
                key=form.key,
                kind=PaymentKind(data["kind"]),
                amount=data["amount"],
                binding_id=UUID(data["card"]) if data["card"] else None,
                now=now(),
            ),
        )
        if repayment_id is not None:
            return redirect("repayments:result", repayment_id)
    context = {"form": form, "loan": loan, "opened": opened, "tab": "repay"}
    return render(request, "repayments/repay.html", context)


@require_safe
@borrower_page
def result(request: HttpRequest, repayment_id: UUID) -> HttpResponse:
    """How far a repayment has come; the page asks again by itself until it ends."""
    user_id = person(request)
    found = queries.get_repayment(borrower_id=user_id, repayment_id=repayment_id)
    loan = get_loan(borrower_id=user_id, loan_id=found.loan_id, as_of=get_business_date())
    context = {
        "repayment": found,
        "loan": loan,
        "seconds": int((now() - found.created_at).total_seconds()),
        "tab": "repay",
    }
    partly = request.headers.get("HX-Request")
    page = "repayments/_result.html" if partly else "repayments/result.html"
    return render(request, page, context)


@require_safe
@borrower_page
def certificate(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """The settlement certificate (结清证明) as PDF."""
    found = queries.get_certificate(borrower_id=person(request), loan_id=loan_id)
    response = HttpResponse(certificate_pdf(certificate=found), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return response

"""Pages of repaying."""

from __future__ import annotations

from datetime import date
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from cards.domain.states import BindingState
from cards.queries import list_cards
from core.businessday import get_business_date
from core.clock import now
from core.errors import NotFound
from core.money import Money
from core.pdf import render_sheet
from core.templatetags.kadai import day, moment
from core.web import attempt, borrower_page, person
from lending.loans.domain import PaymentKind
from lending.loans.domain.states import LoanStatus
from lending.loans.queries.loans import get_loan, list_loans
from lending.repayments import operations, queries
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
                binding_id=data["card"],
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
def history(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """What was repaid on a loan, refusals of the bank included."""
    user_id = person(request)
    loan = get_loan(borrower_id=user_id, loan_id=loan_id, as_of=get_business_date())
    rows = queries.list_repayments(borrower_id=user_id, loan_id=loan_id)
    context = {"loan": loan, "rows": rows, "tab": "repay"}
    return render(request, "repayments/history.html", context)


@require_safe
@borrower_page
def certificate(request: HttpRequest, loan_id: UUID) -> HttpResponse:
    """The settlement certificate (结清证明) as PDF."""
    try:
        found = queries.get_certificate(borrower_id=person(request), loan_id=loan_id)
    except NotFound:
        messages.info(request, _("The certificate is issued within moments of the last repayment."))
        return redirect("loans:loan", loan_id)
    response = HttpResponse(_certificate_pdf(found), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{found.number}.pdf"'
    return response


def _certificate_pdf(found: queries.CertificateView) -> bytes:
    """The stored content in the reader's language."""
    content = found.content
    amount = Money.parse(content["amount"], content["currency"])
    days = [date.fromisoformat(content[name]) for name in ("disbursed_on", "settled_on")]
    return render_sheet(
        title=_("Settlement certificate"),
        text=_(
            "The lender confirms that this loan is fully repaid and that nothing is owed on it."
        ),
        facts=[
            (_("Certificate"), content["number"]),
            (_("Loan"), content["loan_number"]),
            (_("Borrower"), content["borrower"]),
            (_("Amount borrowed"), amount.display),
            (_("Paid out on"), day(days[0])),
            (_("Fully repaid on"), day(days[1])),
            (_("Lender"), _("The lender")),
            (_("Issued"), moment(found.issued_at)),
        ],
        small=[_("Content hash (SHA-256): %(hash)s") % {"hash": found.sha256}],
    )

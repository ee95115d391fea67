"""Whether a loan can be replaced by a new one (借新还旧), by which, and how the two compare."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.queries import get_borrower
from core.errors import Conflict, KadaiError, NotFound, Refused
from core.money import Money, total
from lending.loans.domain import LoanState
from lending.loans.domain.changes import ChangeState
from lending.loans.domain.states import OPEN_DRAWDOWNS, LineState, LoanStatus
from lending.loans.models import CreditLine, Drawdown, Loan, Quote
from lending.loans.queries.fold import loan_state
from lending.loans.queries.quotes import QuoteView
from lending.loans.queries.underway import is_collected
from lending.products.domain import ProductTerms
from lending.products.queries import list_products

#: Why a loan cannot be replaced, by the code of the refusal.
OBSTACLES: Final[dict[str, Promise]] = {
    "loan-closed": _("Only a running loan can be replaced."),
    "loan-overdue": _(
        "This loan is overdue, and a new loan cannot pay what is overdue. Please repay it first, or"
        " talk to us about another plan."
    ),
    "loan-restructured": _(
        "This loan has a plan agreed with us in difficulty. Please talk to us about another one."
    ),
    "change-open": _("We are about to change this loan. Please wait until that is decided."),
    "repayment-open": _("A repayment of this loan is on its way. Please wait for its result."),
    "refinancing-open": _("A new loan in place of this one is signed already and being checked."),
    "payoff-changed": _("What you owe on the old loan has changed. Please ask for new figures."),
}


@dataclass(frozen=True, kw_only=True)
class PlanFigures:
    """A plan in a few figures. `owed` settles it today; `to_pay` is all it still asks for, on time;
    `annual_cost` is a fraction, as it was disclosed before signing."""

    owed: Money
    instalment: Money
    due_on: date
    last_due_on: date
    to_pay: Money
    annual_cost: Decimal


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """A loan and the one that is to replace it. One of `more` and `less` is zero: what is to be
    paid in all with the new loan, compared with what the old one still asks for."""

    old: PlanFigures
    new: PlanFigures

    @property
    def more(self) -> Money:
        return max(self.new.to_pay - self.old.to_pay, Money.zero(self.old.to_pay.currency))

    @property
    def less(self) -> Money:
        return max(self.old.to_pay - self.new.to_pay, Money.zero(self.old.to_pay.currency))


def payoff_changed() -> Conflict:
    """The refusal where the figures no longer hold."""
    return Conflict(code="payoff-changed", message=OBSTACLES["payoff-changed"])


def check_replaceable(*, loan: Loan, today: date, drawdown_id: UUID | None = None) -> LoanState:
    """The loan today, if a new loan may pay it; `drawdown_id` is the drawing that is to do so.

    Whoever acts on the answer holds the lock of the loan's repayments and the loan's own. Raises
    Conflict (`loan-closed`, `change-open`, `repayment-open`, `refinancing-open`), Refused
    (`loan-overdue`: to lend what pays arrears would hide them, that is a restructuring;
    `loan-restructured`: a new loan would end the observation that the asset class demands).
    """
    if loan.status != LoanStatus.ACTIVE:
        raise Conflict(code="loan-closed", message=OBSTACLES["loan-closed"])
    if is_collected(loan_id=loan.pk):
        raise Conflict(code="repayment-open", message=OBSTACLES["repayment-open"])
    if loan.changes.filter(state=ChangeState.PROPOSED).exists():
        raise Conflict(code="change-open", message=OBSTACLES["change-open"])
    signed = Drawdown.objects.filter(quote__refinances=loan, state__in=OPEN_DRAWDOWNS)
    if set(signed.values_list("pk", flat=True)) - {drawdown_id}:
        raise Conflict(code="refinancing-open", message=OBSTACLES["refinancing-open"])
    state = loan_state(loan, as_of=today)
    if state.days_past_due:
        raise Refused(code="loan-overdue", message=OBSTACLES["loan-overdue"])
    if state.restructured_on is not None:
        raise Refused(code="loan-restructured", message=OBSTACLES["loan-restructured"])
    return state


def purpose_of(*, loan: Loan) -> str:
    """What the loan was taken for: a loan that replaces it is for the same."""
    return Quote.objects.values_list("purpose", flat=True).get(drawdown=loan.drawdown_id)


def list_replacements(*, borrower_id: UUID, loan_id: UUID, today: date) -> Sequence[ProductTerms]:
    """The products that can replace one of the borrower's own loans today.

    Those that lend for what it was taken for, and as much as settles it. Raises NotFound and what
    `check_replaceable` does, and Refused (`no-line`).
    """
    loan = Loan.objects.filter(pk=loan_id, borrower_id=borrower_id).first()
    if loan is None:
        raise NotFound
    payoff = check_replaceable(loan=loan, today=today).payoff.total
    line = CreditLine.objects.filter(borrower_id=borrower_id, state=LineState.ACTIVE).first()
    if line is None or line.valid_until < today:
        raise Refused(code="no-line", message=_("You have no credit line to draw from."))
    kind, purpose = get_borrower(user_id=borrower_id).kind, purpose_of(loan=loan)
    offered = list_products(borrower_kind=kind.value, as_of=today, currency=loan.currency)
    return [
        row
        for row in offered
        if purpose in row.purposes and row.min_amount <= payoff <= row.max_amount
    ]


def can_be_replaced(*, borrower_id: UUID, loan_id: UUID, today: date) -> bool:
    """Whether to offer it. Raises NotFound."""
    try:
        return bool(list_replacements(borrower_id=borrower_id, loan_id=loan_id, today=today))
    except NotFound:
        raise
    except KadaiError:
        return False


def compare(*, quote: QuoteView, today: date) -> Comparison | None:
    """A quote beside the loan it is to replace, as that stands on `today`; None for another quote."""
    if quote.refinances is None:
        return None
    loan = Loan.objects.select_related("drawdown__quote").get(pk=quote.refinances)
    first = quote.schedule[0]
    return Comparison(
        old=_running(loan_state(loan, as_of=today), cost=loan.drawdown.quote.annual_cost),
        new=PlanFigures(
            owed=quote.amount,
            instalment=first.total,
            due_on=first.due_on,
            last_due_on=quote.last_due_on,
            to_pay=quote.total_repayment,
            annual_cost=quote.annual_cost,
        ),
    )


def _running(state: LoanState, *, cost: Decimal) -> PlanFigures:
    open_rows = [row for row in state.rows if row.open.total] or list(state.rows[-1:])
    return PlanFigures(
        owed=state.payoff.total,
        instalment=open_rows[0].open.total,
        due_on=open_rows[0].due_on,
        last_due_on=open_rows[-1].due_on,
        to_pay=total([row.open.total for row in open_rows], state.drawn.currency),
        annual_cost=cost,
    )

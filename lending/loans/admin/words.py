"""States and codes of lending by their names for people."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.console.columns import State
from lending.loans.domain.changes import ChangeState, Service
from lending.loans.domain.events import BORROWER_KINDS
from lending.loans.domain.position import InstalmentStatus
from lending.loans.domain.states import (
    ApplicationState,
    AssetClass,
    DrawdownState,
    LineState,
    LoanStatus,
)
from lending.loans.texts import PAYMENT_NAMES
from lending.products.domain import PURPOSE_NAMES

APPLICATION_STATES: Final = {
    ApplicationState.DRAFT.value: State(_("Draft")),
    ApplicationState.SUBMITTED.value: State(_("Submitted"), "info"),
    ApplicationState.DECIDING.value: State(_("Being decided"), "info"),
    ApplicationState.UNDER_REVIEW.value: State(_("Under review"), "warning"),
    ApplicationState.APPROVED.value: State(_("Approved"), "success"),
    ApplicationState.DECLINED.value: State(_("Declined"), "danger"),
    ApplicationState.WITHDRAWN.value: State(_("Withdrawn")),
    ApplicationState.EXPIRED.value: State(_("Expired")),
}
LINE_STATES: Final = {
    LineState.ACTIVE.value: State(_("Active"), "success"),
    LineState.FROZEN.value: State(_("Frozen"), "warning"),
    LineState.CLOSED.value: State(_("Closed")),
    LineState.EXPIRED.value: State(_("Expired")),
}
DRAWDOWN_STATES: Final = {
    DrawdownState.SIGNED.value: State(_("Signed"), "info"),
    DrawdownState.CHECKING.value: State(_("Being decided"), "info"),
    DrawdownState.UNDER_REVIEW.value: State(_("Under review"), "warning"),
    DrawdownState.DISBURSING.value: State(_("Being paid out"), "info"),
    DrawdownState.DISBURSED.value: State(_("Paid out"), "success"),
    DrawdownState.REJECTED.value: State(_("Declined"), "danger"),
    DrawdownState.FAILED.value: State(_("Payout failed"), "danger"),
    DrawdownState.CANCELLED.value: State(_("Cancelled")),
}
LOAN_STATES: Final = {
    LoanStatus.ACTIVE.value: State(_("Active"), "info"),
    LoanStatus.CLOSED_REPAID.value: State(_("Repaid"), "success"),
    LoanStatus.CLOSED_WRITTEN_OFF.value: State(_("Written off"), "danger"),
    LoanStatus.CLOSED_REFINANCED.value: State(_("Refinanced")),
}
ASSET_CLASSES: Final = {
    AssetClass.PASS.value: State(_("Pass"), "success"),
    AssetClass.SPECIAL_MENTION.value: State(_("Special mention"), "warning"),
    AssetClass.SUBSTANDARD.value: State(_("Substandard"), "danger"),
    AssetClass.DOUBTFUL.value: State(_("Doubtful"), "danger"),
    AssetClass.LOSS.value: State(_("Loss"), "danger"),
}
INSTALMENT_STATES: Final = {
    InstalmentStatus.UPCOMING.value: State(_("Upcoming")),
    InstalmentStatus.DUE.value: State(_("Due"), "info"),
    InstalmentStatus.PARTLY_PAID.value: State(_("Partly paid"), "info"),
    InstalmentStatus.OVERDUE.value: State(_("Overdue"), "danger"),
    InstalmentStatus.PAID.value: State(_("Paid"), "success"),
}
PAYMENT_KINDS: Final = {kind.value: PAYMENT_NAMES[kind] for kind in BORROWER_KINDS}
CHANGE_STATES: Final = {
    ChangeState.PROPOSED.value: State(_("To be decided"), "warning"),
    ChangeState.APPROVED.value: State(_("Approved"), "success"),
    ChangeState.REJECTED.value: State(_("Rejected"), "danger"),
    ChangeState.WITHDRAWN.value: State(_("Withdrawn")),
    ChangeState.EXPIRED.value: State(_("Expired")),
}
#: What a service is called, and what it does.
SERVICES: Final = {
    Service.GOODWILL: (
        _("Goodwill credit"),
        _("Pay a part of the loan for the borrower, at our expense."),
    ),
    Service.WAIVER: (_("Waiver"), _("Give up interest, penalty or charges that are asked.")),
    Service.CHARGE: (_("Charge"), _("Ask for a fee or a penalty, once or with each instalment.")),
    Service.DUE_DATE: (
        _("Move due dates"),
        _("Another day for an instalment; all later ones move with it."),
    ),
    Service.RATE: (_("Change the rate"), _("Another annual rate from a day on.")),
    Service.EXTENSION: (_("Extension"), _("More instalments; the balance is divided anew.")),
    Service.INTEREST_PAUSE: (_("Pause interest"), _("No interest for some days.")),
    Service.RE_AGE: (
        _("Re-age"),
        _("Plan all that is outstanding anew, what is overdue included."),
    ),
    Service.RE_AMORTISE: (
        _("Re-amortise"),
        _("Divide what is overdue over the instalments to come."),
    ),
    Service.RESTRUCTURE: (
        _("Restructure"),
        _("A new plan at another rate, for a borrower in difficulty. The asset class knows."),
    ),
    Service.WRITE_OFF: (
        _("Write off"),
        _("Take the claim out of the books as a loss. The borrower still owes it."),
    ),
    Service.REFUND: (_("Refund by the seller"), _("Money a seller gave back; it pays the loan.")),
    Service.PAYOUT_REFUND: (
        _("Payout returned"),
        _("Money of the payout that came back; it pays the loan."),
    ),
    Service.CHARGEBACK: (
        _("Chargeback"),
        _("The bank took a payment back; it is owed again."),
    ),
    Service.CREDIT_REFUND: (
        _("Return an overpayment"),
        _("Send money that nothing asked for back to the borrower's card."),
    ),
    Service.RECOVERY: (_("Recovery"), _("Money that came in after the write-off.")),
    Service.UNDO: (_("Undo an entry"), _("Make the loan as if the entry had never been.")),
}
PURPOSES: Final = {purpose.value: _(name) for purpose, name in PURPOSE_NAMES.items()}

"""States and codes of lending by their names for people."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.console.columns import State
from lending.loans.domain.events import PaymentKind
from lending.loans.domain.position import InstalmentStatus
from lending.loans.domain.states import (
    ApplicationState,
    AssetClass,
    DrawdownState,
    LineState,
    LoanStatus,
)
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
PAYMENT_KINDS: Final = {
    PaymentKind.DUE.value: _("Automatic debit"),
    PaymentKind.MANUAL.value: _("Paid by the borrower"),
    PaymentKind.PAYOFF.value: _("Repaid in full"),
}
EVENTS: Final = {
    "DISBURSED": _("Paid out"),
    "PAID": _("Paid"),
    "REVERSED": _("Reversed"),
}
PURPOSES: Final = {purpose.value: _(name) for purpose, name in PURPOSE_NAMES.items()}

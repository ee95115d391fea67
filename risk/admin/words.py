"""States and codes of risk by their names for people."""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext_lazy as _

from core.console.columns import State
from risk.domain.facts import DecisionSubject
from risk.domain.states import DecisionState, Outcome, ReviewState

REVIEW_STATES: Final = {
    ReviewState.OPEN.value: State(_("Waiting"), "warning"),
    ReviewState.CLAIMED.value: State(_("Taken"), "info"),
    ReviewState.DECIDED.value: State(_("Decided"), "success"),
}
DECISION_STATES: Final = {
    DecisionState.REQUESTED.value: State(_("Being decided"), "info"),
    DecisionState.UNDER_REVIEW.value: State(_("Under review"), "warning"),
    DecisionState.MADE.value: State(_("Made"), "success"),
}
OUTCOMES: Final = {
    Outcome.APPROVE.value: State(_("Approved"), "success"),
    Outcome.DECLINE.value: State(_("Declined"), "danger"),
}
#: What a rule does where it applies.
EFFECTS: Final = {
    Outcome.APPROVE.value: State(_("Approve"), "success"),
    Outcome.REFER.value: State(_("Refer to an officer"), "warning"),
    Outcome.DECLINE.value: State(_("Decline"), "danger"),
}
SUBJECTS: Final = {
    DecisionSubject.CREDIT_LINE.value: _("Credit line"),
    DecisionSubject.DRAWDOWN.value: _("Drawdown"),
}
POLICIES: Final = {
    "PERSON_LINE": _("Credit lines of persons"),
    "BUSINESS_LINE": _("Credit lines of businesses"),
    "PERSON_DRAW": _("Drawdowns of persons"),
    "BUSINESS_DRAW": _("Drawdowns of businesses"),
}

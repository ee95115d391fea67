"""Names of codes for people."""

from __future__ import annotations

from datetime import date
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.templatetags.kadai import day, percent
from lending.loans.domain import (
    Charged,
    ChargedBack,
    ChargeKind,
    Component,
    CreditRefunded,
    Disbursed,
    DueDateMoved,
    Extended,
    InterestPaused,
    LoanEvent,
    OpenInterest,
    Paid,
    PaymentKind,
    RateChanged,
    ReAged,
    ReAmortised,
    Restructured,
    Reversed,
    Waived,
    WrittenOff,
)
from lending.products.domain import (
    METHOD_EXPLANATIONS,
    METHOD_NAMES,
    PURPOSE_NAMES,
    Method,
    Purpose,
)
from lending.products.domain.methods import Unit

OCCUPATIONS: dict[str, Promise] = {
    "EMPLOYED": _("Employed"),
    "SELF_EMPLOYED": _("Self-employed"),
    "CIVIL_SERVANT": _("Civil servant"),
    "FREELANCE": _("Freelance"),
    "STUDENT": _("Student"),
    "RETIRED": _("Retired"),
    "UNEMPLOYED": _("Not working"),
    "BUSINESS_OWNER": _("Business owner"),
}


def method_text(code: str) -> str:
    """A repayment method in the reader's language."""
    return gettext(METHOD_NAMES[Method(code)])


def method_explanation(code: str) -> str:
    """What a repayment method means for whoever borrows."""
    return gettext(METHOD_EXPLANATIONS[Method(code)])


def purpose_text(code: str) -> str:
    """A purpose in the reader's language; one that no product offers is shown as its code."""
    return gettext(PURPOSE_NAMES[Purpose(code)]) if code in set(Purpose) else code


PAYMENT_NAMES: Final = {
    PaymentKind.DUE: _("Automatic debit"),
    PaymentKind.MANUAL: _("Paid by the borrower"),
    PaymentKind.PAYOFF: _("Repaid in full"),
    PaymentKind.REFUND: _("Refund by the seller"),
    PaymentKind.PAYOUT_REFUND: _("Payout returned"),
    PaymentKind.GOODWILL: _("Goodwill credit"),
    PaymentKind.RECOVERY: _("Recovery"),
    PaymentKind.REFINANCE: _("Paid by a new loan"),
}
EVENT_NAMES: Final[dict[type[LoanEvent], Promise]] = {
    Disbursed: _("Paid out"),
    Paid: _("Payment"),
    Reversed: _("Entry undone"),
    ChargedBack: _("Chargeback"),
    CreditRefunded: _("Overpayment returned"),
    Charged: _("Charge"),
    Waived: _("Waiver"),
    RateChanged: _("Rate change"),
    DueDateMoved: _("Due dates moved"),
    Extended: _("Extension"),
    ReAged: _("Re-ageing"),
    ReAmortised: _("Re-amortisation"),
    InterestPaused: _("Interest pause"),
    Restructured: _("Restructuring"),
    WrittenOff: _("Write-off"),
}
COMPONENT_NAMES: Final[dict[str, Promise]] = {
    "PENALTY": _("Penalty interest"),
    "FEE": _("Charges"),
    "INTEREST": _("Interest"),
    "PRINCIPAL": _("Principal"),
}
CHARGE_NAMES: Final = {
    ChargeKind.FEE: _("Fee"),
    ChargeKind.PENALTY: _("Penalty for a breach"),
}
UNIT_NAMES: Final = {
    Unit.DAYS: _("Days"),
    Unit.WEEKS: _("Weeks"),
    Unit.MONTHS: _("Months"),
}
INTEREST_NAMES: Final = {
    OpenInterest.FIRST: _("Asked in the first new instalment"),
    OpenInterest.SPLIT: _("Divided over the new instalments"),
    OpenInterest.WAIVED: _("Given up"),
}


def component_text(component: Component) -> str:
    """What a claim is for, in the reader's language."""
    return str(COMPONENT_NAMES[component.value])


def event_title(event: LoanEvent) -> str:
    """What happened, in a word or two."""
    name = PAYMENT_NAMES[event.kind] if isinstance(event, Paid) else EVENT_NAMES[type(event)]
    return str(name)


#: What a borrower reads where the trade's own word says little.
_BORROWER_NAMES: Final[dict[object, Promise]] = {
    PaymentKind.MANUAL: _("Repayment"),
    PaymentKind.RECOVERY: _("Repayment"),
    PaymentKind.PAYOUT_REFUND: _("Refund counted"),
    PaymentKind.REFUND: _("Refund counted"),
    Reversed: _("Correction"),
    ChargedBack: _("Payment taken back by the bank"),
    Waived: _("You owe less"),
    ReAged: _("New repayment plan"),
    ReAmortised: _("New repayment plan"),
    Restructured: _("New repayment plan"),
}


def borrower_title(event: LoanEvent) -> str:
    """What happened, in words of the borrower."""
    name = _BORROWER_NAMES.get(event.kind if isinstance(event, Paid) else type(event))
    return event_title(event) if name is None else str(name)


def event_text(event: LoanEvent) -> str:
    """The particulars of an event in the reader's language; its amount is shown beside it."""
    match event:
        case Charged():
            return _due(event)
        case Waived():
            return component_text(event.component)
        case RateChanged():
            return gettext("Annual rate %(rate)s") % {"rate": percent(event.annual_rate)}
        case DueDateMoved():
            return _days("%(first)s → %(last)s", event.due_on, event.moved_to)
        case Extended():
            return gettext("%(count)s more instalments") % {"count": event.instalments}
        case InterestPaused():
            return _days(gettext("%(first)s to %(last)s"), event.starts_on, event.ends_on)
        case ReAged() | Restructured():
            return _new_plan(event)
        case ReAmortised():
            return str(INTEREST_NAMES[event.interest])
    return ""


def _due(event: Charged) -> str:
    if event.due_on is None:
        return gettext("With every instalment to come")
    return gettext("Due on %(day)s") % {"day": day(event.due_on)}


def _days(text: str, first: date, last: date) -> str:
    return text % {"first": day(first), "last": day(last)}


def _new_plan(event: ReAged | Restructured) -> str:
    text = gettext("%(count)s instalments from %(day)s") % {
        "count": event.instalments,
        "day": day(event.starts_on),
    }
    if isinstance(event, ReAged):
        return text
    return text + gettext(", annual rate %(rate)s") % {"rate": percent(event.annual_rate)}

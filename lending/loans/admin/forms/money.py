"""Money that came, went back, is asked or given up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
)

from lending.loans.admin.forms.base import (
    FROM,
    ServiceForm,
    choice_field,
    day_field,
    entry_text,
    money_field,
    radio_field,
    standing,
)
from lending.loans.domain import (
    Charged,
    ChargedBack,
    ChargeKind,
    Component,
    CreditRefunded,
    LoanEvent,
    Paid,
    PaymentKind,
    Reversed,
    Waived,
)
from lending.loans.domain.checks import owed_now
from lending.loans.texts import (
    CHARGE_NAMES,
    component_text,
)


class PaymentForm(ServiceForm):
    """Money that counts on the loan."""

    kind: PaymentKind
    amount = money_field()
    on = day_field(FROM, _("The day the money came."))

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return Paid(on=data["on"], amount=data["amount"], kind=self.kind, reference="")


class GoodwillForm(PaymentForm):
    kind = PaymentKind.GOODWILL
    on = day_field(FROM)


class RefundForm(PaymentForm):
    kind = PaymentKind.REFUND


class PayoutRefundForm(PaymentForm):
    kind = PaymentKind.PAYOUT_REFUND


class RecoveryForm(PaymentForm):
    kind = PaymentKind.RECOVERY


class ChargebackForm(ServiceForm):
    payment = choice_field(_("Payment"))
    amount = money_field(_("What the bank took back: all of the payment or a part."))
    on = day_field(FROM, _("The day the bank took it back."))

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        payments = [e for e in standing(self.case) if isinstance(e, Paid)]
        return {"payment": [(event.reference, entry_text(event)) for event in payments]}

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return ChargedBack(
            on=data["on"], amount=data["amount"], payment=data["payment"], reference=""
        )


class CreditRefundForm(ServiceForm):
    amount = money_field(_("It goes to the borrower's card once this is approved."))

    def starting(self) -> dict[str, Any]:
        return {"amount": self.case.state.unapplied or None}

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return CreditRefunded(on=data["on"], amount=data["amount"], reference="")


class UndoForm(ServiceForm):
    reference = choice_field(_("Entry"))

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        entries = [(event.reference, entry_text(event)) for event in standing(self.case)]
        return {"reference": entries}

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return Reversed(on=data["on"], reference=data["reference"])


class ChargeForm(ServiceForm):
    ONCE: Final = "ONCE"
    EACH: Final = "EACH"

    kind = radio_field(_("What for"), CHARGE_NAMES)
    amount = money_field()
    how = forms.ChoiceField(
        label=_("When it is asked"),
        choices=(
            (ONCE, _("Once, on a day")),
            (EACH, _("With every instalment to come")),
        ),
        widget=UnfoldAdminRadioSelectWidget,
    )
    due_on = day_field(
        _("Due on"),
        _("For a charge asked once: with the first instalment on or after this day."),
        required=False,
    )

    def starting(self) -> dict[str, Any]:
        return {"kind": ChargeKind.FEE.value, "how": self.ONCE, "due_on": self.today}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("how") == self.ONCE and not data.get("due_on") and not self.errors:
            self.add_error("due_on", _("Enter the day it is due on."))
        return data

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        return Charged(
            on=data["on"],
            amount=data["amount"],
            kind=ChargeKind(data["kind"]),
            due_on=data["due_on"] if data["how"] == self.ONCE else None,
            reference="",
        )


class WaiverForm(ServiceForm):
    component = choice_field(_("What is given up"))
    amount = money_field()

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        rows = []
        for component in Component:
            owed = owed_now(self.case, component)
            if owed:
                rows.append((component.value, f"{component_text(component)} · {owed.display}"))
        return {"component": rows}

    def build(self, data: Mapping[str, Any]) -> LoanEvent:
        component = Component(data["component"])
        return Waived(on=data["on"], amount=data["amount"], component=component, reference="")

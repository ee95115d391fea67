"""What an officer types to change a loan: one form per service."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lending.loans.admin.forms.base import ServiceForm
from lending.loans.admin.forms.money import (
    ChargebackForm,
    ChargeForm,
    CreditRefundForm,
    GoodwillForm,
    PayoutRefundForm,
    RecoveryForm,
    RefundForm,
    UndoForm,
    WaiverForm,
)
from lending.loans.admin.forms.terms import (
    DueDateForm,
    ExtensionForm,
    PauseForm,
    RateForm,
    ReAgeForm,
    ReAmortiseForm,
    RestructureForm,
    WriteOffForm,
)
from lending.loans.domain.changes import Service

__all__ = ["FORMS", "ServiceForm"]

FORMS: Final[Mapping[Service, type[ServiceForm]]] = {
    Service.GOODWILL: GoodwillForm,
    Service.REFUND: RefundForm,
    Service.PAYOUT_REFUND: PayoutRefundForm,
    Service.RECOVERY: RecoveryForm,
    Service.CHARGEBACK: ChargebackForm,
    Service.CREDIT_REFUND: CreditRefundForm,
    Service.UNDO: UndoForm,
    Service.CHARGE: ChargeForm,
    Service.WAIVER: WaiverForm,
    Service.DUE_DATE: DueDateForm,
    Service.RATE: RateForm,
    Service.EXTENSION: ExtensionForm,
    Service.INTEREST_PAUSE: PauseForm,
    Service.RE_AGE: ReAgeForm,
    Service.RE_AMORTISE: ReAmortiseForm,
    Service.RESTRUCTURE: RestructureForm,
    Service.WRITE_OFF: WriteOffForm,
}

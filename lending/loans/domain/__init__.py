"""The loan engine: pure rules, no Django, no I/O, no clock."""

from lending.loans.domain.allocation import (
    DEFAULT_ORDER,
    Allocation,
    Bucket,
    Component,
    Timing,
    allocate,
)
from lending.loans.domain.events import (
    Disbursed,
    InvalidEventsError,
    LoanEvent,
    Paid,
    PaymentKind,
    Reversed,
)
from lending.loans.domain.irr import (
    CashFlow,
    NoAnnualCostError,
    annual_cost,
    nominal_annual_cost,
    total_cost,
)
from lending.loans.domain.position import (
    Amounts,
    AppliedPayment,
    InstalmentState,
    InstalmentStatus,
    LoanState,
)
from lending.loans.domain.quote import QuoteFigures, quote
from lending.loans.domain.replay import replay
from lending.loans.domain.schedule import Instalment, build_schedule
from lending.loans.domain.terms import InvalidTermsError, LoanTerms
from lending.products.domain.methods import DayCount, Method

__all__ = [
    "DEFAULT_ORDER",
    "Allocation",
    "Amounts",
    "AppliedPayment",
    "Bucket",
    "CashFlow",
    "Component",
    "DayCount",
    "Disbursed",
    "Instalment",
    "InstalmentState",
    "InstalmentStatus",
    "InvalidEventsError",
    "InvalidTermsError",
    "LoanEvent",
    "LoanState",
    "LoanTerms",
    "Method",
    "NoAnnualCostError",
    "Paid",
    "PaymentKind",
    "QuoteFigures",
    "Reversed",
    "Timing",
    "allocate",
    "annual_cost",
    "build_schedule",
    "nominal_annual_cost",
    "quote",
    "replay",
    "total_cost",
]

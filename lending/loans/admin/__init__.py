"""Applications, lines, drawdowns and loans in the console: to read."""

from lending.loans.admin.loans import LoanAdmin, loan_page
from lending.loans.admin.requests import ApplicationAdmin, DrawdownAdmin, LineAdmin
from lending.loans.admin.words import PAYMENT_KINDS

__all__ = [
    "PAYMENT_KINDS",
    "ApplicationAdmin",
    "DrawdownAdmin",
    "LineAdmin",
    "LoanAdmin",
    "loan_page",
]

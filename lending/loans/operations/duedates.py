"""Fixing the due dates of a loan off weekends and holidays."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from uuid import UUID

from core.holidays import get_work_calendar
from core.workcalendar import Outside
from lending.loans.domain import LoanTerms
from lending.loans.domain.workdays import on_working_days
from lending.products.domain import NonworkingRule
from lending.products.queries import get_product_version


def with_due_dates(*, terms: LoanTerms, rule: NonworkingRule) -> LoanTerms:
    """The terms with due dates by a product's rule and the holidays entered today.

    Loans outlast what has been announced: in later years weekends and the holidays of every year
    count. Raises InvalidTermsError (`due_dates`).
    """
    if rule is NonworkingRule.NONE:
        return terms
    calendar = get_work_calendar(outside=Outside.WEEKENDS)
    return on_working_days(terms=terms, rule=rule, calendar=calendar)


def paid_out_on(*, quoted: LoanTerms, version_id: UUID, on: date) -> LoanTerms:
    """Terms as quoted for the day the money went out.

    Due dates that were fixed stay if it is the day of the quote; else they are fixed anew, by the
    rule of the product's version. Raises InvalidTermsError (`due_dates`), NotFound.
    """
    if quoted.disbursed_on == on:
        return quoted
    terms = replace(quoted, disbursed_on=on, due_dates=None)
    if quoted.due_dates is None:
        return terms
    rule = get_product_version(version_id=version_id).nonworking_rule
    return with_due_dates(terms=terms, rule=rule)

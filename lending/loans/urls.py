"""Addresses of the loan pages and the loan API."""

from django.urls import URLPattern, path

from lending.loans import api as endpoints
from lending.loans.views import borrow, home, line, loans, refinancing

app_name = "loans"

web: list[URLPattern] = [
    path("", home.home, name="home"),
    path("limit/", line.activate, name="activate"),
    path("limit/<uuid:application_id>/", line.application, name="application"),
    path("borrow/", borrow.borrow, name="borrow"),
    path("borrow/plan/", borrow.plan, name="plan"),
    path("borrow/<uuid:quote_id>/", borrow.disclosure, name="disclosure"),
    path("drawdowns/<uuid:drawdown_id>/", borrow.drawdown, name="drawdown"),
    path("loans/", loans.loan_list, name="list"),
    path("loans/<uuid:loan_id>/", loans.loan, name="loan"),
    path("loans/<uuid:loan_id>/events/", loans.events, name="events"),
    path("loans/<uuid:loan_id>/replace/", refinancing.refinance, name="refinance"),
    path("loans/<uuid:loan_id>/replace/plan/", refinancing.comparison, name="comparison"),
    path("contracts/<uuid:contract_id>/", loans.contract, name="contract"),
]
api: list[URLPattern] = [
    path("credit-applications", endpoints.ApplicationsView.as_view(), name="applications"),
    path(
        "credit-applications/<uuid:application_id>",
        endpoints.ApplicationView.as_view(),
        name="application",
    ),
    path("credit-line", endpoints.LineView.as_view(), name="line"),
    path("quotes", endpoints.QuotesView.as_view(), name="quotes"),
    path("quotes/<uuid:quote_id>", endpoints.QuoteView.as_view(), name="quote"),
    path(
        "quotes/<uuid:quote_id>/disclosure", endpoints.DisclosureView.as_view(), name="disclosure"
    ),
    path("drawdowns", endpoints.DrawdownsView.as_view(), name="drawdowns"),
    path("drawdowns/<uuid:drawdown_id>", endpoints.DrawdownView.as_view(), name="drawdown"),
    path("loans", endpoints.LoansView.as_view(), name="loans"),
    path("loans/<uuid:loan_id>", endpoints.LoanView.as_view(), name="loan"),
    path(
        "loans/<uuid:loan_id>/refinancing-quotes",
        endpoints.RefinancingQuotesView.as_view(),
        name="refinancing-quotes",
    ),
    path("loans/<uuid:loan_id>/events", endpoints.LoanEventsView.as_view(), name="events"),
    path("contracts/<uuid:contract_id>", endpoints.ContractView.as_view(), name="contract"),
]

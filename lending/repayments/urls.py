"""Addresses of the repayment pages and API."""

from django.urls import URLPattern, path

from lending.repayments import api as endpoints
from lending.repayments import views

app_name = "repayments"

web: list[URLPattern] = [
    path("repay/", views.due, name="due"),
    path("repay/<uuid:loan_id>/", views.repay, name="repay"),
    path("repayments/<uuid:repayment_id>/", views.result, name="result"),
    path("loans/<uuid:loan_id>/repayments/", views.history, name="history"),
    path("loans/<uuid:loan_id>/certificate.pdf", views.certificate, name="certificate"),
]
api: list[URLPattern] = [
    path("loans/<uuid:loan_id>/repayments", endpoints.RepaymentsView.as_view(), name="repayments"),
    path(
        "loans/<uuid:loan_id>/certificate", endpoints.CertificateView.as_view(), name="certificate"
    ),
    path("repayments/<uuid:repayment_id>", endpoints.RepaymentView.as_view(), name="repayment"),
]

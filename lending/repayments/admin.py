"""Repayments in the console: to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.admin.people import by_phone, joins, person
from cards.admin import RESPONSES, card_text, payment_page
from core.console import columns as c
from core.console.filters import choice_filter
from core.console.model_admin import ConsoleModelAdmin, exactly
from core.console.sections import Section, register_about, table
from lending.loans.admin import PAYMENT_KINDS, loan_page
from lending.repayments.domain.states import RepaymentState
from lending.repayments.models import Repayment, SettlementCertificate

STATES: Final = {
    RepaymentState.COLLECTING.value: c.State(_("Being collected"), "info"),
    RepaymentState.APPLIED.value: c.State(_("Counted"), "success"),
    RepaymentState.FAILED.value: c.State(_("Failed"), "warning"),
}


def _page(row: Repayment) -> c.Target:
    return c.Target(
        reverse("admin:repayments_repayment_change", args=[row.pk]), "repayments.repayment:view"
    )


_BRIEF: Final = (
    c.choice("kind", _("Kind"), PAYMENT_KINDS),
    c.money("amount", _("Amount")),
    c.day("on", _("Counts for")),
    c.state("state", _("State"), STATES),
)


@admin.register(Repayment)
class RepaymentAdmin(ConsoleModelAdmin):
    """Money asked from a card for a loan."""

    plural, singular = _("Repayments"), _("Repayment")
    search_help_text = _("Loan number, payment reference, phone number or id")
    finders = (exactly("loan__number"), exactly("payment__reference"), by_phone("loan__borrower"))
    list_select_related = (*joins("loan__borrower"), "payment", "binding__card__bin")
    list_filter = (
        choice_filter(_("State"), "state", STATES),
        choice_filter(_("Kind"), "kind", PAYMENT_KINDS),
    )
    columns = (
        c.moment("created_at", _("Created at")),
        c.Column(
            "loan",
            _("Loan"),
            lambda row: c.as_code(row.loan.number),
            target=lambda row: loan_page(row.loan),
        ),
        person("borrower", _("Borrower"), "loan.borrower"),
        *_BRIEF,
    )
    fact_groups = (
        (
            _("Repayment"),
            (
                *columns,
                c.Column("card", _("Card"), lambda row: card_text(row.binding)),
                c.Column(
                    "payment",
                    _("Payment"),
                    lambda row: c.as_code(row.payment.reference),
                    target=lambda row: payment_page(row.payment),
                ),
                c.choice("failure", _("Why it failed"), RESPONSES),
                c.moment("ended_at", _("Ended at")),
                c.code("id", _("Id")),
            ),
        ),
    )

    def heading(self, row: Repayment) -> str:
        return f"{row.loan.number} · {c.as_moment(row.created_at)}"


def _of_loan(loan_id: UUID) -> Iterable[tuple[str, Section]]:
    rows = Repayment.objects.filter(loan_id=loan_id).order_by("-pk")
    first = c.Column(
        "created_at", _("Created at"), lambda row: c.as_moment(row.created_at), target=_page
    )
    yield "loans.loan:view", table(_("Repayments"), rows[:30], (first, *_BRIEF))
    certificates = list(SettlementCertificate.objects.filter(loan_id=loan_id))
    if certificates:
        yield (
            "loans.loan:view",
            table(
                _("Settlement certificate"),
                certificates,
                (c.code("number", _("Number")), c.moment("issued_at", _("Issued at"))),
            ),
        )


register_about("loan", _of_loan)

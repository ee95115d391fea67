"""Repayments and the certificates that end them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.fields import CurrencyField
from core.ids import uuid7
from lending.loans.domain.events import BORROWER_KINDS
from lending.repayments.domain.states import RepaymentState


class Repayment(models.Model):
    """Money asked from a card for a loan. At most one is open per loan, whatever races."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    loan = models.ForeignKey("loans.Loan", models.PROTECT, related_name="repayments")
    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=[(k, k) for k in BORROWER_KINDS])
    state = models.CharField(max_length=10, choices=[(s, s) for s in RepaymentState])
    currency = CurrencyField()
    amount = models.BigIntegerField()
    on = models.DateField()
    binding = models.ForeignKey("cards.CardBinding", models.PROTECT, related_name="+")
    payment = models.ForeignKey("cards.Payment", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(RepaymentState)), name="repayment_state"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=list(BORROWER_KINDS)), name="repayment_kind"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="repayment_amount"),
            models.UniqueConstraint(fields=["loan", "key"], name="repayment_key_once"),
            models.UniqueConstraint(
                fields=["loan"],
                condition=Q(state=RepaymentState.COLLECTING),
                name="repayment_one_open",
            ),
        ]
        indexes = [models.Index(fields=["loan", "-id"], name="repayment_loan")]


class SettlementCertificate(models.Model):
    """结清证明: issued once when a loan is repaid. The content and its hash never change."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=32, unique=True)
    loan = models.OneToOneField("loans.Loan", models.PROTECT, related_name="certificate")
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField()

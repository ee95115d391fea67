"""Repayments, the certificates that end them, and how far a day is closed."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.fields import CurrencyField
from core.ids import uuid7
from lending.loans.domain.events import BORROWER_KINDS
from lending.repayments.domain.states import PART, PartState, RepaymentState


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


class ClosingDay(models.Model):
    """The close of a business date: begun, the date moved, all that follows from it done."""

    day = models.DateField(primary_key=True)
    began_at = models.DateTimeField()
    moved_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)


class ClosingPart(models.Model):
    """A range of loan ids in the close of a day. Whoever works on it holds the row's lock.

    `position` is the last loan that is done in the present state, `slices` counts what was
    committed. A worker that dies leaves both as they were before its slice.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    closing = models.ForeignKey(ClosingDay, models.PROTECT, related_name="parts")
    number = models.PositiveIntegerField()
    after = models.UUIDField()
    last = models.UUIDField()
    position = models.UUIDField()
    state = models.CharField(
        max_length=8, choices=[(s, s) for s in PartState], default=PART.initial
    )
    slices = models.PositiveIntegerField(default=0)
    on_plan = models.PositiveIntegerField(default=0)
    eventful = models.PositiveIntegerField(default=0)
    notices = models.PositiveIntegerField(default=0)
    debits = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(PartState)), name="part_state"),
            models.UniqueConstraint(fields=["closing", "number"], name="part_number_once"),
        ]
        indexes = [
            models.Index(
                fields=["closing", "number"], condition=~Q(state=PartState.DONE), name="part_open"
            )
        ]

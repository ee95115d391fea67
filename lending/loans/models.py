"""From the application for a line to the loan: tables only."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from core.fields import CurrencyField
from core.ids import uuid7
from lending.loans.domain.changes import DECIDED, ChangeState, Service
from lending.loans.domain.codec import EventKind
from lending.loans.domain.events import PaymentKind
from lending.loans.domain.states import (
    OPEN_APPLICATIONS,
    OPEN_DRAWDOWNS,
    ApplicationState,
    AssetClass,
    DrawdownState,
    LineState,
    LoanStatus,
)


class CreditApplication(models.Model):
    """A borrower asks for a credit line (授信)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    borrower = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=14, choices=[(s, s) for s in ApplicationState])
    currency = CurrencyField()
    requested = models.BigIntegerField()
    purpose = models.CharField(max_length=30)
    occupation = models.CharField(max_length=20)
    monthly_income = models.BigIntegerField(null=True)
    annual_revenue = models.BigIntegerField(null=True)
    years_in_business = models.PositiveSmallIntegerField(null=True)
    decision = models.ForeignKey("risk.Decision", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(ApplicationState)), name="application_state"
            ),
            models.CheckConstraint(condition=Q(requested__gt=0), name="application_requested"),
            models.UniqueConstraint(fields=["borrower", "key"], name="application_key_once"),
            models.UniqueConstraint(
                fields=["borrower"],
                condition=Q(state__in=list(OPEN_APPLICATIONS)),
                name="application_one_open",
            ),
        ]
        indexes = [models.Index(fields=["borrower", "-id"], name="application_borrower")]


class CreditLine(models.Model):
    """What a borrower may owe at most (额度), until when, and at which rate."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    borrower = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    application = models.OneToOneField(CreditApplication, models.PROTECT, related_name="line")
    state = models.CharField(max_length=8, choices=[(s, s) for s in LineState])
    currency = CurrencyField()
    limit = models.BigIntegerField()
    annual_rate = models.DecimalField(max_digits=9, decimal_places=6)
    opened_at = models.DateTimeField()
    valid_until = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=list(LineState)), name="line_state"),
            models.CheckConstraint(condition=Q(limit__gt=0), name="line_limit_positive"),
            models.UniqueConstraint(
                fields=["borrower", "currency"],
                condition=Q(state__in=["ACTIVE", "FROZEN"]),
                name="line_one_open",
            ),
        ]


class Quote(models.Model):
    """One loan worked out for a borrower: the plan, its cost, and how long the offer stands.

    `refinances` is the loan it is to replace (借新还旧); then no money goes to the card.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    borrower = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    line = models.ForeignKey(CreditLine, models.PROTECT, related_name="quotes")
    product_version = models.ForeignKey("products.ProductVersion", models.PROTECT, related_name="+")
    binding = models.ForeignKey("cards.CardBinding", models.PROTECT, related_name="+")
    refinances = models.ForeignKey("Loan", models.PROTECT, null=True, related_name="+")
    purpose = models.CharField(max_length=30)
    currency = CurrencyField()
    amount = models.BigIntegerField()
    terms = models.JSONField()
    annual_cost = models.DecimalField(max_digits=12, decimal_places=8)
    total_cost = models.BigIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    disclosed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="quote_amount")]
        indexes = [models.Index(fields=["borrower", "-id"], name="quote_borrower")]


class Drawdown(models.Model):
    """Money drawn from a line (用信): signed, checked, paid out."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    borrower = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    line = models.ForeignKey(CreditLine, models.PROTECT, related_name="drawdowns")
    quote = models.OneToOneField(Quote, models.PROTECT, related_name="drawdown")
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=[(s, s) for s in DrawdownState])
    binding = models.ForeignKey("cards.CardBinding", models.PROTECT, related_name="+")
    currency = CurrencyField()
    amount = models.BigIntegerField()
    decision = models.ForeignKey("risk.Decision", models.PROTECT, null=True, related_name="+")
    payment = models.ForeignKey("cards.Payment", models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(DrawdownState)), name="drawdown_state"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="drawdown_amount"),
            models.UniqueConstraint(fields=["borrower", "key"], name="drawdown_key_once"),
        ]
        indexes = [
            models.Index(
                fields=["line"],
                condition=Q(state__in=list(OPEN_DRAWDOWNS)),
                name="drawdown_open",
            ),
            models.Index(fields=["borrower", "-id"], name="drawdown_borrower"),
        ]


class Contract(models.Model):
    """The signed agreement: its text as it was shown, its hash, and when. Never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=32, unique=True)
    drawdown = models.OneToOneField(Drawdown, models.PROTECT, related_name="contract")
    language = models.CharField(max_length=10)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    disclosed_at = models.DateTimeField()
    signed_at = models.DateTimeField()


class Loan(models.Model):
    """A loan (借据). Its truth is `terms` and its events; the balances are a cache of their fold."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.CharField(max_length=32, unique=True)
    borrower = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    line = models.ForeignKey(CreditLine, models.PROTECT, related_name="loans")
    drawdown = models.OneToOneField(Drawdown, models.PROTECT, related_name="loan")
    binding = models.ForeignKey("cards.CardBinding", models.PROTECT, related_name="+")
    product_version = models.ForeignKey("products.ProductVersion", models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=[(s, s) for s in LoanStatus])
    currency = CurrencyField()
    principal = models.BigIntegerField()
    terms = models.JSONField()
    disbursed_on = models.DateField()
    disbursed_at = models.DateTimeField()
    outstanding_principal = models.BigIntegerField()
    interest_posted = models.BigIntegerField(default=0)
    penalty_posted = models.BigIntegerField(default=0)
    fee_posted = models.BigIntegerField(default=0)
    next_due_on = models.DateField(null=True)
    days_past_due = models.PositiveIntegerField(default=0)
    worst_days_past_due = models.PositiveIntegerField(default=0)
    asset_class = models.CharField(max_length=16, default=AssetClass.PASS)
    stage = models.PositiveSmallIntegerField(default=1)
    closed_through = models.DateField()
    settled_on = models.DateField(null=True)
    due_since = models.DateField(null=True)
    # What the day close needs of a loan on plan (operations/plan.py): the running period.
    on_plan = models.BooleanField(default=False)
    plan_number = models.PositiveSmallIntegerField(null=True)
    plan_starts_on = models.DateField(null=True)
    plan_due_on = models.DateField(null=True)
    plan_opening = models.BigIntegerField(default=0)
    plan_factor = models.DecimalField(max_digits=40, decimal_places=34, default=0)
    plan_earned = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=list(LoanStatus)), name="loan_status"),
            models.CheckConstraint(
                condition=Q(asset_class__in=list(AssetClass)), name="loan_asset_class"
            ),
            models.CheckConstraint(
                condition=Q(outstanding_principal__gte=0), name="loan_outstanding"
            ),
            models.CheckConstraint(condition=Q(stage__in=[1, 2, 3]), name="loan_stage"),
        ]
        # No index on what every day close writes: its updates stay in their page (HOT).
        indexes = [
            models.Index(fields=["borrower", "-id"], name="loan_borrower"),
            models.Index(fields=["id"], condition=Q(status="ACTIVE"), name="loan_active"),
            models.Index(fields=["disbursed_on"], condition=Q(status="ACTIVE"), name="loan_began"),
            models.Index(
                fields=["next_due_on", "id"], condition=Q(status="ACTIVE"), name="loan_next_due"
            ),
            models.Index(
                fields=["id"],
                condition=Q(status="ACTIVE", due_since__isnull=False),
                name="loan_due",
            ),
        ]


class LoanHistory(models.Model):
    """What happened to a loan, in order. Append-only (trigger); undoing is another event.

    `details` has the fields of the event that are no column, in JSON (`domain.codec`).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="history")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    on = models.DateField()
    amount = models.BigIntegerField(null=True)
    payment_kind = models.CharField(max_length=16, blank=True)
    reference = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loan", "sequence"], name="loan_history_sequence"),
            models.UniqueConstraint(
                fields=["loan", "kind", "reference"], name="loan_history_reference"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[str(kind) for kind in EventKind]), name="loan_history_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="PAID", payment_kind__in=[str(kind) for kind in PaymentKind])
                | (~Q(kind="PAID") & Q(payment_kind="")),
                name="loan_history_payment_kind",
            ),
        ]


class LoanInstalment(models.Model):
    """A row of the repayment schedule: a cache of the fold that can be proved by replay."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    starts_on = models.DateField()
    due_on = models.DateField()
    opening = models.BigIntegerField()
    rate_factor = models.DecimalField(max_digits=40, decimal_places=34)
    principal = models.BigIntegerField()
    interest = models.BigIntegerField()
    penalty = models.BigIntegerField()
    fee = models.BigIntegerField(default=0)
    principal_paid = models.BigIntegerField()
    interest_paid = models.BigIntegerField()
    penalty_paid = models.BigIntegerField()
    fee_paid = models.BigIntegerField(default=0)
    status = models.CharField(max_length=12)
    settled_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["loan", "number"], name="instalment_number_once")
        ]


class LoanChange(models.Model):
    """A change one colleague proposes and another decides on: four eyes, by CHECK as well.

    `event` is what approval records (`domain.codec`), `shown` the plan before and after as both
    saw it, `fingerprint` what must still come of it when it is approved.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    loan = models.ForeignKey(Loan, models.PROTECT, related_name="changes")
    state = models.CharField(max_length=10, choices=[(s, s) for s in ChangeState])
    service = models.CharField(max_length=16, choices=[(s, s) for s in Service])
    event = models.JSONField()
    reason = models.CharField(max_length=1000)
    shown = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    proposer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decider = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[str(state) for state in ChangeState]), name="change_state"
            ),
            models.CheckConstraint(
                condition=Q(service__in=[str(service) for service in Service]),
                name="change_service",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="change_reason"),
            models.CheckConstraint(
                condition=Q(state__in=[str(state) for state in DECIDED], decider__isnull=False)
                & ~Q(decider=F("proposer"))
                | ~Q(state__in=[str(state) for state in DECIDED]) & Q(decider__isnull=True),
                name="change_four_eyes",
            ),
            models.CheckConstraint(
                condition=Q(state="PROPOSED", ended_at__isnull=True)
                | ~Q(state="PROPOSED") & Q(ended_at__isnull=False),
                name="change_ended",
            ),
            models.UniqueConstraint(
                fields=["loan"], condition=Q(state="PROPOSED"), name="change_one_open"
            ),
        ]
        indexes = [
            models.Index(fields=["loan", "-id"], name="change_loan"),
            models.Index(
                fields=["proposed_at"], condition=Q(state="PROPOSED"), name="change_to_decide"
            ),
        ]

"""Policies, decisions and their reviews."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from core.fields import CurrencyField
from core.ids import uuid7
from risk.domain.facts import DecisionSubject
from risk.domain.policy import POLICY_CODES
from risk.domain.states import DecisionState, Outcome, ReviewState

_CODES = sorted(POLICY_CODES.values())
_SUBJECTS = [subject.value for subject in DecisionSubject]
_STATES = [state.value for state in DecisionState]
_REVIEW_STATES = [state.value for state in ReviewState]
#: REFER is no end: what an officer makes of it is.
_OUTCOMES = [Outcome.APPROVE.value, Outcome.DECLINE.value]


class RiskPolicy(models.Model):
    """One version of how one kind of request is decided. Append-only (trigger): a change of
    terms is a new version with its own `active_from`."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    body = models.JSONField()
    active_from = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="risk_policy_version"),
            models.CheckConstraint(condition=Q(code__in=_CODES), name="risk_policy_code"),
        ]


class Decision(models.Model):
    """One request to decide, its facts as handed over, and what came of it.

    A trigger keeps facts and policy as they were requested, the trace as it was first written,
    and a decision once made as it was made. `annual_rate` is a fraction a year. `made_by` null:
    by the policy alone.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key = models.CharField(max_length=120, unique=True)
    subject_type = models.CharField(max_length=12)
    subject_id = models.UUIDField()
    applicant = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    facts = models.JSONField()
    policy = models.ForeignKey(RiskPolicy, models.PROTECT, related_name="+")
    state = models.CharField(max_length=12)
    outcome = models.CharField(max_length=8, blank=True)
    score = models.IntegerField(null=True)
    limit_minor = models.BigIntegerField(null=True)
    currency = CurrencyField()
    annual_rate = models.DecimalField(max_digits=8, decimal_places=6, null=True)
    reasons = models.JSONField(default=list)
    trace = models.JSONField(null=True)
    requested_at = models.DateTimeField()
    made_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(subject_type__in=_SUBJECTS), name="risk_decision_subject"
            ),
            models.CheckConstraint(condition=Q(state__in=_STATES), name="risk_decision_state"),
            models.CheckConstraint(
                condition=Q(state="MADE", outcome__in=_OUTCOMES, made_at__isnull=False)
                | (~Q(state="MADE") & Q(outcome="", made_at__isnull=True)),
                name="risk_decision_outcome",
            ),
            models.CheckConstraint(
                condition=Q(state="REQUESTED") | Q(trace__isnull=False, score__isnull=False),
                name="risk_decision_trace",
            ),
            models.CheckConstraint(
                condition=Q(limit_minor__isnull=True, annual_rate__isnull=True)
                | Q(
                    outcome="APPROVE",
                    subject_type="CREDIT_LINE",
                    limit_minor__gt=0,
                    annual_rate__gt=0,
                ),
                name="risk_decision_grant",
            ),
            models.CheckConstraint(
                condition=~Q(subject_type="CREDIT_LINE", outcome="APPROVE")
                | Q(limit_minor__isnull=False, annual_rate__isnull=False),
                name="risk_decision_line_has_limit",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="risk_decision_of"),
            models.Index(fields=["applicant", "requested_at"], name="risk_decision_applicant"),
        ]


class Review(models.Model):
    """A referred decision waiting for an officer: taken by one, decided once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    decision = models.OneToOneField(Decision, models.PROTECT, related_name="review")
    state = models.CharField(max_length=8, default=ReviewState.OPEN.value)
    opened_at = models.DateTimeField()
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    claimed_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=_REVIEW_STATES), name="risk_review_state"),
            models.CheckConstraint(
                condition=Q(state="OPEN", claimed_by__isnull=True, claimed_at__isnull=True)
                | (~Q(state="OPEN") & Q(claimed_by__isnull=False, claimed_at__isnull=False)),
                name="risk_review_claim",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state="DECIDED", decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(note="")
                )
                | (~Q(state="DECIDED") & Q(decided_by__isnull=True, decided_at__isnull=True)),
                name="risk_review_decided",
            ),
        ]
        indexes = [models.Index(fields=["state", "opened_at", "id"], name="risk_review_queue")]

"""Tables of the ledger: append-only, enforced by Postgres (triggers in migration 0001)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from core.ids import uuid7
from core.money import MAX_MINOR
from lending.ledger.domain import AccountCode, AccountType


class Account(models.Model):
    """An account of the chart in one currency. Opened once, never changed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=30)
    currency = models.CharField(max_length=3)
    type = models.CharField(max_length=10)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code", "currency"], name="ledger_account_once"),
            # What the foreign key (account, currency) of a line refers to.
            models.UniqueConstraint(fields=["id", "currency"], name="ledger_account_currency"),
            models.CheckConstraint(
                condition=Q(code__in=[str(code) for code in AccountCode]),
                name="ledger_account_code",
            ),
            models.CheckConstraint(
                condition=Q(type__in=[str(kind) for kind in AccountType]),
                name="ledger_account_type",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.currency}"


class Entry(models.Model):
    """One business event in the books. `line_count` seals it: no line can be added later.

    `book` is what the roll-up is by: the code of the loan's product, nothing where there is none.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source_type = models.CharField(max_length=40)
    source_id = models.UUIDField()
    event = models.CharField(max_length=50)
    business_date = models.DateField()
    created_at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)
    book = models.CharField(max_length=40, blank=True, default="")
    line_count = models.PositiveSmallIntegerField()
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by"
    )

    class Meta:
        verbose_name_plural = "entries"
        constraints = [
            models.UniqueConstraint(
                fields=["source_type", "source_id", "event"], name="ledger_entry_once"
            ),
            models.CheckConstraint(condition=Q(line_count__gte=2), name="ledger_entry_two_lines"),
            models.CheckConstraint(
                condition=Q(reverses__isnull=True) | ~Q(reverses=models.F("id")),
                name="ledger_entry_reverses_other",
            ),
        ]
        indexes = [
            models.Index(fields=["source_id"], name="ledger_entry_source"),
            models.Index(fields=["business_date"], name="ledger_entry_date"),
        ]

    def __str__(self) -> str:
        return f"{self.source_type} {self.event} {self.business_date}"


class Line(models.Model):
    """A debit (positive) or credit (negative) in minor units. `subject` is the loan, if any.

    Numbered by the database, so that the lines of an entry keep the order they were posted in.
    Entry and account are proved once per statement (trigger in migration 0003), not by foreign
    keys, which would be checked row by row. In Postgres the key is (entry, id), migration 0005:
    look for a line by its entry, not by `id` alone.
    """

    id = models.BigAutoField(primary_key=True)
    entry = models.ForeignKey(
        Entry, models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    account = models.ForeignKey(
        Account, models.PROTECT, related_name="lines", db_index=False, db_constraint=False
    )
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    subject = models.UUIDField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(amount=0) & Q(amount__gte=-MAX_MINOR) & Q(amount__lte=MAX_MINOR),
                name="ledger_line_amount",
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject", "account"],
                include=["amount"],
                condition=Q(subject__isnull=False),
                name="ledger_line_subject",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"


class DayBalance(models.Model):
    """What a business date moved on an account, by book: a sum of lines that can be proved."""

    id = models.BigAutoField(primary_key=True)
    business_date = models.DateField()
    book = models.CharField(max_length=40, blank=True)
    account = models.ForeignKey(Account, models.PROTECT, related_name="days")
    debits = models.DecimalField(max_digits=30, decimal_places=0)
    credits = models.DecimalField(max_digits=30, decimal_places=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["business_date", "book", "account"], name="ledger_day_once"
            )
        ]

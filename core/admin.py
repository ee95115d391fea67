"""The audit records in the console."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.console import columns as c
from core.console.model_admin import ConsoleModelAdmin
from core.models import AuditRecord


def _data(row: AuditRecord) -> str:
    return "; ".join(f"{name}: {value}" for name, value in row.data.items())


def _by_subject(term: str) -> Q | None:
    """A subject is "table:id"; an actor is a user id."""
    return Q(subject=term) | Q(actor=term)


@admin.register(AuditRecord)
class AuditRecordAdmin(ConsoleModelAdmin):
    """Who did or saw what, when and why."""

    plural, singular = _("Audit records"), _("Audit record")
    search_help_text = _("Subject (table:id) or the id of a person")
    finders = (_by_subject,)
    list_per_page = 50
    columns = (
        c.moment("at", _("Time")),
        c.code("action", _("What was done")),
        c.code("subject", _("To what")),
        c.code("actor", _("By whom")),
        c.text("reason", _("Reason")),
    )
    fact_groups = ((_("Audit record"), (*columns, c.Column("data", _("Details"), _data))),)

    def heading(self, row: AuditRecord) -> str:
        return f"{row.action} #{row.pk}"

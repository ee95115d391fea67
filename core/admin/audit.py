"""The audit records in the console."""

from __future__ import annotations

from typing import Final

from django.contrib import admin
from django.db.models import Q
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.console import columns as c
from core.console.model_admin import ConsoleModelAdmin
from core.models import AuditRecord


def _data(row: AuditRecord) -> str:
    return "; ".join(f"{name}: {value}" for name, value in row.data.items())


def _by_subject(term: str) -> Q | None:
    """A subject is "table:id"; an actor is a user id."""
    return Q(subject=term) | Q(actor=term)


def _short(text: str) -> SafeString:
    """A subject or an actor without the middle of its id."""
    name, colon, key = text.rpartition(":")
    shown = f"…{key[-8:]}" if len(key) > 12 else key
    return format_html('<span class="k-code" title="{}">{}</span>', text, f"{name}{colon}{shown}")


_WHEN: Final = c.moment("at", _("Time"))
_WHAT: Final = c.code("action", _("What was done"))
_WHY: Final = c.text("reason", _("Reason"))


@admin.register(AuditRecord)
class AuditRecordAdmin(ConsoleModelAdmin):
    """Who did or saw what, when and why."""

    plural, singular = _("Audit records"), _("Audit record")
    search_help_text = _("Subject (table:id) or the id of a person")
    finders = (_by_subject,)
    list_per_page = 50
    columns = (
        _WHEN,
        _WHAT,
        c.Column("subject", _("To what"), lambda row: _short(row.subject)),
        c.Column("actor", _("By whom"), lambda row: _short(row.actor)),
        _WHY,
    )
    fact_groups = (
        (
            _("Audit record"),
            (
                _WHEN,
                _WHAT,
                c.code("subject", _("To what")),
                c.code("actor", _("By whom")),
                _WHY,
                c.Column("data", _("Details"), _data),
            ),
        ),
    )

    def heading(self, row: AuditRecord) -> str:
        return f"{row.action} #{row.pk}"

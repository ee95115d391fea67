"""The badge of the inbox, and the value of an agreement's box."""

from __future__ import annotations

from uuid import UUID

from django import template
from django.template import Context

from accounts import forms
from accounts.queries import Document, unread_count

register = template.Library()


@register.simple_tag(takes_context=True)
def unread_messages(context: Context) -> int:
    """Messages the person who looks at the page has not read."""
    key = context["request"].user.pk
    return unread_count(user_id=key) if isinstance(key, UUID) else 0


@register.filter
def shown_value(text: Document) -> str:
    """What a box says when it is ticked: the text and its hash."""
    return forms.shown_value(text)

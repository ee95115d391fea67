"""Names of codes for people."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from lending.products.domain import METHOD_NAMES, PURPOSE_NAMES, Method, Purpose

OCCUPATIONS: dict[str, Promise] = {
    "EMPLOYED": _("Employed"),
    "SELF_EMPLOYED": _("Self-employed"),
    "CIVIL_SERVANT": _("Civil servant"),
    "FREELANCE": _("Freelance"),
    "STUDENT": _("Student"),
    "RETIRED": _("Retired"),
    "UNEMPLOYED": _("Not working"),
    "BUSINESS_OWNER": _("Business owner"),
}


def method_text(code: str) -> str:
    """A repayment method in the reader's language."""
    return gettext(METHOD_NAMES[Method(code)])


def purpose_text(code: str) -> str:
    """A purpose in the reader's language; one that no product offers is shown as its code."""
    return gettext(PURPOSE_NAMES[Purpose(code)]) if code in set(Purpose) else code

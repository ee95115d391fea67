"""How people are shown and found on every page of the console: masked, by phone or id."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.domain.names import mask_name
from accounts.domain.phones import PhoneError, mask_phone, parse_phone
from accounts.domain.states import UserKind
from accounts.models import User
from accounts.queries import phone_index
from core.console.columns import Column, Target, Text


def who(user: User | None) -> str:
    """张* 138****8000; a business by its name."""
    if user is None:
        return ""
    phone = mask_phone(user.phone or "")
    business = getattr(user, "business", None)
    if business is not None:
        return f"{business.legal_name} {phone}"
    identity = getattr(user, "identity", None)
    return f"{mask_name(identity.name or '')} {phone}" if identity else phone


def joins(path: str) -> tuple[str, ...]:
    """What `who` needs, for select_related."""
    return path, f"{path}__identity", f"{path}__business"


def person(name: str, title: Text, path: str = "") -> Column:
    """Somebody, masked, leading to their page."""
    get = attrgetter(path or name)
    return Column(name, title, lambda row: who(get(row)), target=lambda row: page_of(get(row)))


def page_of(user: User | None) -> Target | None:
    """The page of somebody, for those who may see it."""
    if user is None:
        return None
    right = "view_staff" if user.kind == UserKind.STAFF else "view_borrowers"
    return Target(reverse("admin:accounts_user_change", args=[user.pk]), f"accounts.user:{right}")


def by_phone(path: str = "") -> Callable[[str], Q | None]:
    """Find the rows of whoever has a phone number, through its blind index."""
    field = f"{path}__phone_index" if path else "phone_index"

    def find(term: str) -> Q | None:
        try:
            return Q(**{field: phone_index(parse_phone(term))})
        except PhoneError:
            return None

    return find


SEARCH_HELP = _("Phone number or id")

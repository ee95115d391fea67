"""Who may do what: the site knows, everybody else asks. Nothing is allowed unless it is named."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import HttpRequest

from core.console.look import UnfoldAdminSite


class RightsSite(UnfoldAdminSite):
    """An admin site that answers by the roles (groups) of a person, superuser or not.

    A right is "app.model:verb", for example "risk.review:claim".
    """

    def rights(self, request: HttpRequest) -> frozenset[str]:
        """All that this person may do."""
        return frozenset()

    def allows(self, request: HttpRequest, right: str) -> bool:
        """Whether this person may do it."""
        return right in self.rights(request)


def roles_of(request: HttpRequest) -> frozenset[str]:
    """The groups of whoever asks, read once per request."""
    known: frozenset[str] | None = getattr(request, "_console_roles", None)
    if known is None:
        known = frozenset(_group_names(request))
        vars(request)["_console_roles"] = known
    return known


def _group_names(request: HttpRequest) -> Iterable[str]:
    if not request.user.is_authenticated:
        return ()
    return request.user.groups.values_list("name", flat=True)

"""Unfold's classes under the types of the Django classes they extend: Unfold ships none."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    from django.contrib.admin import AdminSite as UnfoldAdminSite
    from django.contrib.admin import ModelAdmin as _ModelAdmin
    from django.core.paginator import Paginator
    from django.db.models import Model

    UnfoldModelAdmin: TypeAlias = _ModelAdmin[Model]

    class InfinitePaginator(Paginator[Any]):
        """Pages without counting."""
else:
    from unfold.admin import ModelAdmin as UnfoldModelAdmin
    from unfold.paginator import InfinitePaginator
    from unfold.sites import UnfoldAdminSite

__all__ = ["InfinitePaginator", "UnfoldAdminSite", "UnfoldModelAdmin"]

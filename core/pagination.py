"""Cursor pages for every list of the API."""

from __future__ import annotations

from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.request import Request

from core.errors import InvalidInput


class IdCursorPagination(CursorPagination):
    """Newest first by the time-ordered id, 20 a page, at most 100."""

    ordering = "-id"
    page_size = 20
    page_size_query_param = "page_size"
    max_page_size = 100

    def decode_cursor(self, request: Request) -> Cursor | None:
        """The cursor of the request. Raises InvalidInput (`cursor`) for one that we did not make."""
        try:
            cursor = super().decode_cursor(request)
            if cursor is not None and cursor.position is not None:
                UUID(str(cursor.position))
        except (NotFound, ValueError):
            raise InvalidInput.field(
                self.cursor_query_param,
                _("This cursor is not valid. Start again from the first page."),
                code="bad-cursor",
            ) from None
        return cursor

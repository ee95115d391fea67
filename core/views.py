"""Pages that belong to nobody above."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import defaults
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from core.errors import Failed, Forbidden, InvalidInput, KadaiError, NotFound
from core.problems import CONTENT_TYPE, problem_body

#: Beneath it everything answers problem+json, whoever refuses.
API: Final = "/api/"


@require_safe
@cache_control(private=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install the pages as an app, in the language of the visitor."""
    return render(request, "manifest.webmanifest", content_type="application/manifest+json")


def _refusal(
    request: HttpRequest, error: KadaiError, page: Callable[[], HttpResponse]
) -> HttpResponse:
    """A problem for a client of the API, a page for a person."""
    if not request.path.startswith(API):
        return page()
    return JsonResponse(problem_body(error=error), status=error.status, content_type=CONTENT_TYPE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django refused before any view saw it."""
    return _refusal(
        request, InvalidInput(code="malformed"), lambda: defaults.bad_request(request, exception)
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No right to it."""
    return _refusal(request, Forbidden(), lambda: defaults.permission_denied(request, exception))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such address; an id that is no UUID has none."""
    return _refusal(request, NotFound(), lambda: defaults.page_not_found(request, exception))


def failed(request: HttpRequest) -> HttpResponse:
    """A defect of ours; it is in the log already."""
    return _refusal(request, Failed(), lambda: defaults.server_error(request))

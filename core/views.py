"""Pages that belong to nobody above."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
@cache_control(private=True, max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to install the pages as an app, in the language of the visitor."""
    return render(request, "manifest.webmanifest", content_type="application/manifest+json")

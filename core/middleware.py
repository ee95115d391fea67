"""What every request passes before anything of it reaches the database."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

Handler = Callable[[HttpRequest], HttpResponse]


def drop_broken_cookies(get_response: Handler) -> Handler:
    """A quoted cookie can carry a NUL, which Postgres takes in no text: such a cookie is not ours.

    Forms and serializers refuse NUL themselves; the session's key is looked up as it came.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        for name in [name for name, value in request.COOKIES.items() if "\0" in value]:
            del request.COOKIES[name]
        return get_response(request)

    return middleware

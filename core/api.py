"""What API views share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from core.clock import now
from core.errors import InvalidInput, KadaiError, NotAuthenticated
from core.idempotency import HEADER, Answer, fingerprint, parse_key, run_once
from core.problems import CONTENT_TYPE, as_kadai_error

V = TypeVar("V", bound=APIView)

#: For `extend_schema(parameters=[...])` of every idempotent method.
IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="8 to 64 characters, new per act",
)


def user_id(request: Request) -> UUID:
    """Who is asking. Raises NotAuthenticated for nobody."""
    key = request.user.pk
    if not isinstance(key, UUID):
        raise NotAuthenticated
    return key


def validated(serializer: type[Serializer[Any]], *, request: Request) -> dict[str, Any]:
    """The request's body through a serializer.

    Raises InvalidInput for what is no object, DRF's ValidationError with a sentence per field.
    """
    if not isinstance(request.data, Mapping):
        raise InvalidInput(code="malformed", message=_("Send a JSON object."))
    form = serializer(data=request.data)
    form.is_valid(raise_exception=True)
    data: dict[str, Any] = form.validated_data
    return data


def idempotent(
    method: Callable[..., Response],
) -> Callable[..., Response]:
    """Run a view's method once per Idempotency-Key; the key reaches it as `key`.

    A replay answers the stored status and body with `Idempotent-Replayed: true`.
    """

    @wraps(method)
    def once(self: V, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = parse_key(header=request.headers.get(HEADER))
        print_ = fingerprint(
            method=request.method or "", path=request.path, body=request._request.body
        )

        def action() -> Answer:
            try:
                response = method(self, request, *args, key=key, **kwargs)
            except KadaiError:
                raise
            except Exception as exc:
                error = as_kadai_error(exc)
                if error is None:
                    raise
                raise error from exc
            return Answer(response.status_code, response.data)

        answer = run_once(owner=user_id(request), key=key, print_=print_, now=now(), action=action)
        refused = answer.status >= 400
        response = Response(
            answer.body, status=answer.status, content_type=CONTENT_TYPE if refused else None
        )
        if answer.replayed:
            response["Idempotent-Replayed"] = "true"
        return response

    return once

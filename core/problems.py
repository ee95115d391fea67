"""RFC 9457 problem+json: how every refusal leaves the API."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.encoding import force_str
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.views import set_rollback

from core.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    KadaiError,
    NotAuthenticated,
    NotFound,
    Text,
    TooLarge,
    TooManyRequests,
)
from core.statemachine import IllegalTransition

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
NON_FIELD_ERRORS_KEY = api_settings.NON_FIELD_ERRORS_KEY


def _printed(text: Text) -> str:
    """A sentence as it can be sent and stored: DRF repeats what was typed, and neither UTF-8 takes
    a lone surrogate nor Postgres a NUL.
    """
    return force_str(text).encode(errors="replace").decode().replace("\0", "?")


def problem_body(*, error: KadaiError) -> dict[str, Any]:
    """The members of the problem document. `type` is stable and identifies the kind."""
    body: dict[str, Any] = {
        "type": f"{settings.PROBLEM_TYPE_BASE}{error.code}",
        "title": _printed(error.message),
        "status": error.status,
        "code": error.code,
    }
    if error.fields:
        body["errors"] = {
            name: [_printed(text) for text in texts] for name, texts in error.fields.items()
        }
    return body


def problem_response(*, error: KadaiError) -> Response:
    """The refusal as a response."""
    response = Response(problem_body(error=error), status=error.status, content_type=CONTENT_TYPE)
    if isinstance(error, TooManyRequests) and error.retry_after:
        response["Retry-After"] = str(error.retry_after)
    return response


def _flatten(detail: Any, prefix: str = "") -> dict[str, list[str]]:
    """DRF's nested details as "a.b": [sentences]."""
    if isinstance(detail, Mapping):
        flat: dict[str, list[str]] = {}
        for name, inner in detail.items():
            whole = prefix and name == NON_FIELD_ERRORS_KEY  # the fault is in the list itself
            at = f"{prefix}.{name}" if prefix else str(name)
            flat.update(_flatten(inner, prefix if whole else at))
        return flat
    if isinstance(detail, list) and any(isinstance(inner, (Mapping, list)) for inner in detail):
        flat = {}
        for index, inner in enumerate(detail):
            flat.update(_flatten(inner, f"{prefix}.{index}" if prefix else str(index)))
        return flat
    texts = detail if isinstance(detail, list) else [detail]
    return {prefix or NON_FIELD_ERRORS_KEY: [force_str(text) for text in texts]}


def as_kadai_error(exc: Exception) -> KadaiError | None:
    """Translate what views and DRF raise. None for a defect of ours."""
    match exc:
        case KadaiError():
            return exc
        case IllegalTransition():
            return Conflict(code="wrong-state")
        case RequestDataTooBig():
            return TooLarge()
        case PermissionDenied():
            return Forbidden()
        case Http404():
            return NotFound()
        case exceptions.APIException():
            return _from_drf(exc)
    return None


def _from_drf(exc: exceptions.APIException) -> KadaiError:
    match exc:
        case exceptions.ValidationError():
            return InvalidInput(fields=_flatten(exc.detail))
        case exceptions.ParseError():
            return InvalidInput(code="malformed", message=_("The request body cannot be read."))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            return NotAuthenticated()
        case exceptions.PermissionDenied():
            return Forbidden()
        case exceptions.NotFound():
            return NotFound()
        case exceptions.Throttled():
            return TooManyRequests()
    error = KadaiError(code=str(exc.default_code).replace("_", "-"), message=str(exc))
    error.status = exc.status_code
    return error


def exception_handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER. A defect of ours is logged and answers a bare 500 problem."""
    error = as_kadai_error(exc)
    if error is None:
        return None
    set_rollback()
    response = problem_response(error=error)
    if error.status == status.HTTP_401_UNAUTHORIZED:
        response["WWW-Authenticate"] = "Bearer"
    return response

"""Bearer tokens for the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import User
from accounts.operations import TokenHolder, use_token
from core.clock import now

_KEYWORD = "bearer"


class BearerTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; `request.auth` is the TokenHolder."""

    def authenticate(self, request: Request) -> tuple[User, TokenHolder] | None:
        """None without the header. Raises AuthenticationFailed for a token that is not good."""
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != _KEYWORD.encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed
        holder = use_token(token=parts[1].decode("latin-1"), now=now())
        if holder is None:
            raise AuthenticationFailed
        return holder.user, holder

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The security scheme of the API's document."""

    target_class = "accounts.authentication.BearerTokenAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer"}

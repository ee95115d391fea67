"""The accounts' part of the API: each view calls one operation or query."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import operations, queries
from accounts.operations import ShownDocument, TokenHolder
from accounts.serializers import (
    BorrowerSerializer,
    ConsentSerializer,
    DocumentSerializer,
    GrantSerializer,
    IdentitySerializer,
    LoginSerializer,
    MessageSerializer,
    RegisterSerializer,
    SmsCodeRequestSerializer,
    TokenSerializer,
)
from core.api import user_id, validated
from core.clock import now
from core.errors import InvalidInput


def _me(who: UUID) -> dict[str, Any]:
    borrower = asdict(queries.get_borrower(user_id=who))
    return borrower | {"unread_messages": queries.unread_count(user_id=who)}


def _logged_in(who: UUID, *, code: int) -> Response:
    token = operations.issue_token(user_id=who, now=now())
    answer = Response(TokenSerializer({"token": token, "user": _me(who)}).data, status=code)
    answer["Cache-Control"] = "no-store"
    return answer


class SmsCodesView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(request=SmsCodeRequestSerializer, responses={202: None})
    def post(self, request: Request) -> Response:
        """Send a code to a phone. The answer is the same whether or not the phone is known."""
        data = validated(SmsCodeRequestSerializer, request=request)
        operations.request_sms_code(phone=data["phone"], purpose=data["purpose"], now=now())
        return Response(status=status.HTTP_202_ACCEPTED)


class RegisterView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(request=RegisterSerializer, responses={201: TokenSerializer})
    def post(self, request: Request) -> Response:
        """Open an account with a REGISTER code and log in."""
        data = validated(RegisterSerializer, request=request)
        return _logged_in(operations.register(**data, now=now()), code=201)


class TokensView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(request=LoginSerializer, responses={201: TokenSerializer})
    def post(self, request: Request) -> Response:
        """Log in with the password or with a LOGIN code."""
        data = validated(LoginSerializer, request=request)
        match data:
            case {"phone": phone, "password": password} if "code" not in data:
                who = operations.login_with_password(phone=phone, password=password, now=now())
            case {"phone": phone, "code": code} if "password" not in data:
                who = operations.login_with_code(phone=phone, code=code, now=now())
            case _:
                raise InvalidInput(message=_("Send either the password or a code."))
        return _logged_in(who, code=201)


class CurrentTokenView(APIView):
    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """Log out: the token of this request ends."""
        holder = cast(TokenHolder, request.auth)
        operations.revoke_token(user_id=user_id(request), token_id=holder.token_id, now=now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    @extend_schema(responses={200: BorrowerSerializer})
    def get(self, request: Request) -> Response:
        """Who is logged in."""
        return Response(BorrowerSerializer(_me(user_id(request))).data)


class IdentityView(APIView):
    @extend_schema(request=IdentitySerializer, responses={200: BorrowerSerializer})
    def put(self, request: Request) -> Response:
        """Say who you are. Possible until the bank has confirmed it."""
        data = validated(IdentitySerializer, request=request)
        operations.declare_identity(user_id=user_id(request), **data, now=now())
        return Response(BorrowerSerializer(_me(user_id(request))).data)


class DocumentsView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(responses={200: DocumentSerializer(many=True)})
    def get(self, request: Request) -> Response:
        """The texts in effect, in the language of Accept-Language (Chinese or English)."""
        documents = queries.list_documents(language=get_language() or "", now=now())
        return Response(DocumentSerializer(documents, many=True).data)


class ConsentsView(generics.ListAPIView[Any]):
    serializer_class = ConsentSerializer

    def get_queryset(self) -> QuerySet[Any]:
        return queries.select_consents(user_id=user_id(self.request))

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        rows = super().paginate_queryset(queryset)
        return None if rows is None else [queries.as_consent(row) for row in rows]

    @extend_schema(request=GrantSerializer, responses={201: ConsentSerializer(many=True)})
    def post(self, request: Request) -> Response:
        """Agree to the texts that were shown, each named with its hash."""
        data = validated(GrantSerializer, request=request)
        shown = [ShownDocument(item["id"], item["body_hash"]) for item in data["documents"]]
        given = operations.grant_consents(user_id=user_id(request), shown=shown, now=now())
        consents = queries.get_consents(user_id=user_id(request), ids=given)
        return Response(ConsentSerializer(consents, many=True).data, status=201)


class ConsentWithdrawView(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, consent_id: UUID) -> Response:
        """Take a consent back from now on."""
        operations.withdraw_consent(user_id=user_id(request), consent_id=consent_id, now=now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class MessagesView(generics.ListAPIView[Any]):
    """The inbox, newest first, in the reader's language."""

    serializer_class = MessageSerializer

    def get_queryset(self) -> QuerySet[Any]:
        return queries.select_messages(user_id=user_id(self.request))

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        rows = super().paginate_queryset(queryset)
        return None if rows is None else [queries.as_message(row) for row in rows]


class MessageReadView(APIView):
    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, message_id: UUID) -> Response:
        """Mark a message as read."""
        operations.mark_message_read(user_id=user_id(request), message_id=message_id, now=now())
        return Response(status=status.HTTP_204_NO_CONTENT)

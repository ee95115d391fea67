"""The API of cards, and the address the bank's notifications come to."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from cards import operations, queries
from cards.rails.base import ForgedNotification
from cards.serializers import BindCardRequest, CardSerializer, ConfirmCardRequest
from core.api import IDEMPOTENCY_KEY, idempotent, user_id, validated
from core.clock import now


class CardsView(APIView):
    """Bound cards, and binding another."""

    @extend_schema(responses=CardSerializer(many=True))
    def get(self, request: Request) -> Response:
        cards = queries.list_cards(user_id=user_id(request))
        return Response(CardSerializer(cards, many=True).data)

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY], request=BindCardRequest, responses={202: CardSerializer}
    )
    @idempotent
    def post(self, request: Request, *, key: str) -> Response:
        """Ask the bank to send its SMS code; then confirm with it."""
        data = validated(BindCardRequest, request=request)
        binding = operations.start_binding(
            user_id=user_id(request),
            card_number=data["card_number"],
            phone=data.get("phone"),
            now=now(),
        )
        card = queries.get_card(user_id=user_id(request), binding_id=binding.pk)
        return Response(CardSerializer(card).data, status=status.HTTP_202_ACCEPTED)


class CardView(APIView):
    """One binding."""

    @extend_schema(responses=CardSerializer)
    def get(self, request: Request, binding_id: UUID) -> Response:
        card = queries.get_card(user_id=user_id(request), binding_id=binding_id)
        return Response(CardSerializer(card).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, binding_id: UUID) -> Response:
        operations.unbind_card(user_id=user_id(request), binding_id=binding_id, now=now())
        return Response(status=status.HTTP_204_NO_CONTENT)


class ConfirmCardView(APIView):
    @extend_schema(request=ConfirmCardRequest, responses=CardSerializer)
    def post(self, request: Request, binding_id: UUID) -> Response:
        """Sign the agreement with the bank's SMS code. Repeating a success is harmless."""
        data = validated(ConfirmCardRequest, request=request)
        operations.confirm_binding(
            user_id=user_id(request), binding_id=binding_id, code=data["code"], now=now()
        )
        card = queries.get_card(user_id=user_id(request), binding_id=binding_id)
        return Response(CardSerializer(card).data)


class ResendCodeView(APIView):
    @extend_schema(parameters=[IDEMPOTENCY_KEY], request=None, responses={202: CardSerializer})
    @idempotent
    def post(self, request: Request, binding_id: UUID, *, key: str) -> Response:
        """Begin the same card's binding anew: another code, another id."""
        binding = operations.resend_code(user_id=user_id(request), binding_id=binding_id, now=now())
        card = queries.get_card(user_id=user_id(request), binding_id=binding.pk)
        return Response(CardSerializer(card).data, status=status.HTTP_202_ACCEPTED)


class DefaultCardView(APIView):
    @extend_schema(request=None, responses=CardSerializer)
    def post(self, request: Request, binding_id: UUID) -> Response:
        """Make this the card money goes to."""
        operations.set_default_binding(user_id=user_id(request), binding_id=binding_id)
        card = queries.get_card(user_id=user_id(request), binding_id=binding_id)
        return Response(CardSerializer(card).data)


@csrf_exempt
@require_POST
def receive_notification(request: HttpRequest, rail: str) -> HttpResponse:
    """The bank's message: 200 once it is kept, 401 for what does not prove to be the bank's."""
    try:
        operations.receive_notification(
            rail_name=rail, body=request.body, headers=request.headers, now=now()
        )
    except ForgedNotification:
        return HttpResponse(status=401)
    except LookupError:
        return HttpResponse(status=404)
    return HttpResponse("ok", content_type="text/plain")

"""The API of paying back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import IDEMPOTENCY_KEY, idempotent, user_id, validated
from core.clock import now
from lending.loans.domain import PaymentKind
from lending.repayments import operations, queries
from lending.repayments.serializers import (
    CertificateSerializer,
    RepaymentRequest,
    RepaymentSerializer,
)


class RepaymentsView(generics.ListAPIView[Any]):
    """Repayments of one loan, newest first, in cursor pages."""

    serializer_class = RepaymentSerializer

    def get_queryset(self) -> QuerySet[Any]:
        return queries.repayments_of(
            borrower_id=user_id(self.request), loan_id=self.kwargs["loan_id"]
        )

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        rows = super().paginate_queryset(queryset)
        return None if rows is None else [queries.repayment_view(row) for row in rows]

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=RepaymentRequest,
        responses={202: RepaymentSerializer},
    )
    @idempotent
    def post(self, request: Request, loan_id: UUID, *, key: str) -> Response:
        """Repay from a card; then watch the repayment."""
        data = validated(RepaymentRequest, request=request)
        repayment_id = operations.repay(
            borrower_id=user_id(request),
            loan_id=loan_id,
            key=key,
            kind=PaymentKind(data["kind"]),
            amount=data.get("amount"),
            binding_id=data.get("card_id"),
            now=now(),
        )
        view = queries.get_repayment(borrower_id=user_id(request), repayment_id=repayment_id)
        return Response(RepaymentSerializer(view).data, status=status.HTTP_202_ACCEPTED)


class RepaymentView(APIView):
    @extend_schema(operation_id="repayments_read", responses=RepaymentSerializer)
    def get(self, request: Request, repayment_id: UUID) -> Response:
        view = queries.get_repayment(borrower_id=user_id(request), repayment_id=repayment_id)
        return Response(RepaymentSerializer(view).data)


class CertificateView(APIView):
    @extend_schema(responses=CertificateSerializer)
    def get(self, request: Request, loan_id: UUID) -> Response:
        """The settlement certificate; 404 until the loan is settled."""
        view = queries.get_certificate(borrower_id=user_id(request), loan_id=loan_id)
        return Response(CertificateSerializer(view).data)

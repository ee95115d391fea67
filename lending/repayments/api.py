"""The API of paying back."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.api import IDEMPOTENCY_KEY, idempotent, user_id, validated
from core.clock import now
from core.pagination import IdCursorPagination
from lending.loans.domain import PaymentKind
from lending.repayments import operations, queries
from lending.repayments.serializers import (
    CertificateSerializer,
    RepaymentRequest,
    RepaymentSerializer,
)


class RepaymentsView(APIView):
    @extend_schema(operation_id="repayments_list", responses=RepaymentSerializer(many=True))
    def get(self, request: Request, loan_id: UUID) -> Response:
        """Repayments of one loan, newest first, in cursor pages."""
        pages = IdCursorPagination()
        mine = queries.repayments_of(borrower_id=user_id(request), loan_id=loan_id)
        rows = pages.paginate_queryset(mine, request, view=self)
        views = [queries.repayment_view(row) for row in rows or ()]
        return pages.get_paginated_response(RepaymentSerializer(views, many=True).data)

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

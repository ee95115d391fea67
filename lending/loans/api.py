"""The API from the application for a line to the running loan."""

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
from core.businessday import get_business_date
from core.clock import now
from core.errors import NotFound
from lending.loans import operations
from lending.loans.queries import history, lines, loans, quotes
from lending.loans.serializers import (
    ApplicationRequest,
    ApplicationSerializer,
    ContractSerializer,
    DisclosureSerializer,
    DrawdownRequest,
    DrawdownSerializer,
    LineSerializer,
    LoanEventSerializer,
    LoanSerializer,
    LoanSummarySerializer,
    QuoteRequestSerializer,
    QuoteSerializer,
    RefinancingRequest,
)


class ApplicationsView(APIView):
    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=ApplicationRequest,
        responses={202: ApplicationSerializer},
    )
    @idempotent
    def post(self, request: Request, *, key: str) -> Response:
        """Apply for a credit line. The decision comes in a moment: read the application again."""
        data = validated(ApplicationRequest, request=request)
        application_id = operations.apply_for_line(
            borrower_id=user_id(request),
            key=key,
            request=operations.LineRequest(
                requested=data["requested"],
                purpose=data["purpose"],
                occupation=data["occupation"],
                monthly_income=data.get("monthly_income"),
                annual_revenue=data.get("annual_revenue"),
                years_in_business=data.get("years_in_business"),
            ),
            now=now(),
        )
        view = lines.get_application(borrower_id=user_id(request), application_id=application_id)
        return Response(ApplicationSerializer(view).data, status=status.HTTP_202_ACCEPTED)


class ApplicationView(APIView):
    @extend_schema(responses=ApplicationSerializer)
    def get(self, request: Request, application_id: UUID) -> Response:
        view = lines.get_application(borrower_id=user_id(request), application_id=application_id)
        return Response(ApplicationSerializer(view).data)


class LineView(APIView):
    @extend_schema(responses=LineSerializer)
    def get(self, request: Request) -> Response:
        """The open credit line; 404 without one."""
        line = lines.get_line(borrower_id=user_id(request))
        if line is None:
            raise NotFound
        return Response(LineSerializer(line).data)


class QuotesView(APIView):
    @extend_schema(request=QuoteRequestSerializer, responses={201: QuoteSerializer})
    def post(self, request: Request) -> Response:
        """Work out a loan: the whole plan, the annual cost by IRR, the total cost."""
        data = validated(QuoteRequestSerializer, request=request)
        quote_id = operations.make_quote(
            borrower_id=user_id(request),
            request=operations.QuoteRequest(
                product_code=data["product"],
                amount=data["amount"],
                instalments=data["instalments"],
                purpose=data["purpose"],
                binding_id=data.get("card_id"),
            ),
            now=now(),
        )
        view = quotes.get_quote(borrower_id=user_id(request), quote_id=quote_id)
        return Response(QuoteSerializer(view).data, status=status.HTTP_201_CREATED)


class QuoteView(APIView):
    @extend_schema(responses=QuoteSerializer)
    def get(self, request: Request, quote_id: UUID) -> Response:
        view = quotes.get_quote(borrower_id=user_id(request), quote_id=quote_id)
        return Response(QuoteSerializer(view).data)


class DisclosureView(APIView):
    @extend_schema(request=None, responses=DisclosureSerializer)
    def post(self, request: Request, quote_id: UUID) -> Response:
        """Open the disclosure sheet; the reading time counts from the first time."""
        borrower_id = user_id(request)
        operations.open_disclosure(borrower_id=borrower_id, quote_id=quote_id, now=now())
        view = quotes.get_quote(borrower_id=borrower_id, quote_id=quote_id)
        return Response(DisclosureSerializer(quotes.get_disclosure(view=view)).data)


class DrawdownsView(APIView):
    @extend_schema(
        parameters=[IDEMPOTENCY_KEY], request=DrawdownRequest, responses={202: DrawdownSerializer}
    )
    @idempotent
    def post(self, request: Request, *, key: str) -> Response:
        """Sign the contract of a quote and draw the money; then watch the drawdown."""
        data = validated(DrawdownRequest, request=request)
        drawdown_id = operations.sign_drawdown(
            borrower_id=user_id(request),
            quote_id=data["quote_id"],
            key=key,
            confirmed=data["confirmed"],
            now=now(),
        )
        view = loans.get_drawdown(borrower_id=user_id(request), drawdown_id=drawdown_id)
        return Response(DrawdownSerializer(view).data, status=status.HTTP_202_ACCEPTED)


class DrawdownView(APIView):
    @extend_schema(responses=DrawdownSerializer)
    def get(self, request: Request, drawdown_id: UUID) -> Response:
        view = loans.get_drawdown(borrower_id=user_id(request), drawdown_id=drawdown_id)
        return Response(DrawdownSerializer(view).data)


class LoansView(generics.ListAPIView[Any]):
    """Loans, newest first, in cursor pages."""

    serializer_class = LoanSummarySerializer

    def get_queryset(self) -> QuerySet[Any]:
        return loans.loans_of(borrower_id=user_id(self.request))

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        rows = super().paginate_queryset(queryset)
        return None if rows is None else [loans.loan_summary(row) for row in rows]


class LoanView(APIView):
    @extend_schema(operation_id="loans_read", responses=LoanSerializer)
    def get(self, request: Request, loan_id: UUID) -> Response:
        """The loan today: schedule, what is due, what would settle it."""
        view = loans.get_loan(
            borrower_id=user_id(request), loan_id=loan_id, as_of=get_business_date()
        )
        return Response(LoanSerializer(view).data)


class RefinancingQuotesView(APIView):
    @extend_schema(
        operation_id="loans_refinancing_quotes_create",
        request=RefinancingRequest,
        responses={201: QuoteSerializer},
    )
    def post(self, request: Request, loan_id: UUID) -> Response:
        """Work out a loan that replaces this one: of exactly what settles it today.

        Disclosure and signature are those of any quote. No money is paid out: once checked, on the
        same business date, the new loan pays the old one.
        """
        data = validated(RefinancingRequest, request=request)
        quote_id = operations.quote_refinancing(
            borrower_id=user_id(request),
            loan_id=loan_id,
            product_code=data["product"],
            instalments=data["instalments"],
            now=now(),
        )
        view = quotes.get_quote(borrower_id=user_id(request), quote_id=quote_id)
        return Response(QuoteSerializer(view).data, status=status.HTTP_201_CREATED)


class LoanEventsView(generics.ListAPIView[Any]):
    """What happened to a loan and its terms, newest first, in cursor pages."""

    serializer_class = LoanEventSerializer

    def get_queryset(self) -> QuerySet[Any]:
        return history.events_of(borrower_id=user_id(self.request), loan_id=self.kwargs["loan_id"])

    def paginate_queryset(self, queryset: Any) -> list[Any] | None:
        rows = super().paginate_queryset(queryset)
        return None if rows is None else [history.event_view(row) for row in rows]


class ContractView(APIView):
    @extend_schema(responses=ContractSerializer)
    def get(self, request: Request, contract_id: UUID) -> Response:
        view = loans.get_contract(borrower_id=user_id(request), contract_id=contract_id)
        return Response(ContractSerializer(view).data)

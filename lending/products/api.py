"""Products for the logged-in borrower."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.queries import get_borrower
from core.api import user_id
from core.businessday import get_business_date
from lending.products.queries import list_products
from lending.products.serializers import ProductListSerializer


class ProductsView(APIView):
    @extend_schema(responses={200: ProductListSerializer})
    def get(self, request: Request) -> Response:
        """What this kind of borrower can choose from today, in display order."""
        borrower = get_borrower(user_id=user_id(request))
        products = list_products(borrower_kind=borrower.kind, as_of=get_business_date())
        return Response(ProductListSerializer({"results": products}).data)

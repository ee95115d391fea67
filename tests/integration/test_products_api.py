"""GET /api/v1/products."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

from core.businessday import open_business_date

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
URL = "/api/v1/products"


def client_of(kind: str) -> APIClient:
    open_business_date(now=NOW)
    user = get_user_model().objects.create(
        phone="13800138000",
        phone_index=kind,
        kind=kind,
        created_at=NOW,
        registered_at=NOW,
        is_staff=kind == "STAFF",
    )
    client = APIClient()
    client.force_authenticate(user)
    return client


def test_a_consumer_sees_consumer_products_in_chinese_first() -> None:
    answer = client_of("PERSON").get(URL)
    assert answer.status_code == 200
    first = answer.json()["results"][0]
    assert (first["code"], first["name"]) == ("monthly", "月月还")
    assert (first["min_amount"], first["max_amount"], first["currency"]) == (
        "500.00",
        "200000.00",
        "CNY",
    )
    assert (first["annual_rate_floor"], first["annual_rate_ceiling"]) == ("0.072", "0.21")
    assert first["instalment_options"] == [3, 6, 12]
    assert {row["borrower_kind"] for row in answer.json()["results"]} == {"PERSON"}
    assert first["purposes"][0]["code"] == "CONSUMPTION"


def test_in_english_on_request() -> None:
    answer = client_of("PERSON").get(URL, headers={"Accept-Language": "en"})
    first = answer.json()["results"][0]
    assert (first["name"], first["method_name"]) == ("Monthly", "Equal instalments")
    assert first["purposes"][0]["name"] == "Everyday shopping"


def test_a_business_sees_its_own() -> None:
    rows = client_of("BUSINESS").get(URL).json()["results"]
    assert {row["borrower_kind"] for row in rows} == {"BUSINESS"}


def test_nobody_and_staff_see_none() -> None:
    assert APIClient().get(URL).status_code == 401
    assert client_of("STAFF").get(URL).status_code == 404

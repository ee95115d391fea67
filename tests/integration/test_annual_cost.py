"""The ceiling of the annual cost: refused with its figures in operations, API and pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils import translation
from rest_framework.test import APIClient

from accounts.queries import get_user
from core.businessday import get_business_date
from core.errors import Refused
from core.money import Money
from lending.loans.domain import LoanTerms
from lending.loans.models import Loan, Quote
from lending.loans.operations.duedates import paid_out_on, with_due_dates
from lending.loans.queries.quotes import get_disclosure, get_quote
from lending.products.domain import DayCount, FigureCode, Method, NonworkingRule, VersionTerms
from lending.products.models import RegulationFigure
from lending.products.operations import publish_version
from lending.products.queries import current_version
from tests.api import PROBLEM
from tests.fixtures.house import House, Person

pytestmark = pytest.mark.django_db


def set_ceiling(rate: str, *, regime: str = "CN-SMALL-LOAN") -> None:
    """A new figure takes effect today."""
    RegulationFigure.objects.create(
        code=FigureCode.ANNUAL_COST_CEILING,
        regime=regime,
        value=Decimal(rate),
        unit="RATE",
        effective_from=get_business_date(),
        citation="Notice 12",
    )


def publish(house: House, **changes: Any) -> None:
    """A version of the first product, in force today."""
    today = get_business_date()
    now_offered = current_version(product_code="monthly", as_of=today)
    names = VersionTerms.__dataclass_fields__
    terms = VersionTerms(**{name: getattr(now_offered, name) for name in names})
    publish_version(
        product_code="monthly",
        terms=replace(terms, **changes),
        effective_from=today,
        now=house.now,
        actor="system",
    )


def test_a_quote_above_the_ceiling_is_refused_with_both_figures_regime_and_source(
    house: House,
) -> None:
    person = house.borrower()
    house.quote(person)
    view = get_quote(borrower_id=person.id, quote_id=Quote.objects.get().pk)
    # The ceiling itself is allowed; a hair below the cost is not.
    set_ceiling(str(view.annual_cost.quantize(Decimal("0.0001")) - Decimal("0.0001")))
    with pytest.raises(Refused) as caught, translation.override("en"):
        house.quote(person)
    assert caught.value.code == "annual-cost-too-high"
    cost, ceiling = view.annual_cost * 100, RegulationFigure.objects.get(citation="Notice 12").value
    sentence = str(caught.value.message)
    assert f"above the ceiling of {ceiling * 100:.2f} % that Notice 12 sets" in sentence
    assert "China, small-loan companies" in sentence
    assert f"would be {cost:.1f}" in sentence
    assert Quote.objects.count() == 1
    RegulationFigure.objects.filter(citation="Notice 12").update(value=Decimal("0.9"))
    house.quote(person)


def test_the_api_says_it_as_a_problem_of_its_own_type(house: House) -> None:
    person = house.borrower()
    set_ceiling("0.05")
    client = APIClient(headers={"Accept-Language": "en"})
    client.force_authenticate(get_user_model().objects.get(pk=person.id))
    body = {
        "product": "monthly",
        "amount": "6000.00",
        "currency": "CNY",
        "instalments": 6,
        "purpose": "CONSUMPTION",
    }
    answer = client.post("/api/v1/quotes", body, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (422, PROBLEM)
    problem = answer.json()
    assert problem["type"].endswith("annual-cost-too-high")
    assert "5.00 %" in problem["title"]
    assert "Notice 12" in problem["title"]
    assert not Quote.objects.exists()


def test_what_a_late_payer_is_asked_stands_on_the_sheet_and_in_the_terms(house: House) -> None:
    person = house.borrower()
    publish(house, late_fee=20_00, interest_compounds=True, grace_days=3)
    view = get_quote(borrower_id=person.id, quote_id=house.quote(person))
    assert (view.terms.late_fee, view.terms.interest_compounds) == (20_00, True)
    plain = replace(view.terms, late_fee=0, interest_compounds=False)
    with translation.override("en"):
        penalty, fee = get_disclosure(view=view).contingent
        assert len(get_disclosure(view=replace(view, terms=plain)).contingent) == 1
    assert "and the unpaid interest" in penalty.method
    assert (fee.charge, fee.standard) == ("Late fee", "¥20.00, free for 3 day(s)")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_page_says_it_beside_the_plan(house: House, language: str) -> None:
    person = house.borrower()
    set_ceiling("0.05")
    client = Client(headers={"accept-language": language})
    client.force_login(get_user(user_id=person.id))
    binding = str(person.binding_id)
    data = {"amount": "6000", "instalments": "6", "product": "monthly", "purpose": "CONSUMPTION"}
    page = client.post("/borrow/plan/", {**data, "card": binding, "binding": binding})
    assert "5.00 %" in page.content.decode()
    assert "Notice 12" in page.content.decode()


def test_flat_shows_what_it_costs_and_meets_the_ceiling_on_that(house: House) -> None:
    person = house.borrower()
    rate = Decimal("0.1")
    publish(house, method=Method.FLAT, annual_rate_floor=rate, annual_rate_ceiling=rate)
    view = view_of(person, house.quote(person, instalments=12))
    assert view.annual_rate == rate
    assert Decimal("0.18") < view.annual_cost < Decimal("0.20")
    with translation.override("en"):
        assert "also on what is repaid" in get_disclosure(view=view).rows[0].standard
    set_ceiling("0.15")  # far above the rate, below the cost
    with pytest.raises(Refused) as caught:
        house.quote(person, instalments=12)
    assert caught.value.code == "annual-cost-too-high"


@pytest.mark.parametrize("method", [Method.INTEREST_ONLY, Method.BULLET, Method.FLAT])
def test_a_loan_of_each_method_is_paid_out(house: House, method: Method) -> None:
    person = house.borrower()
    low = Decimal("0.072")
    publish(house, method=method, annual_rate_floor=low, annual_rate_ceiling=low)
    house.loan(person)
    rows = Loan.objects.get().instalments.order_by("number")
    assert len(rows) == (1 if method is Method.BULLET else 6)
    assert sum(row.principal for row in rows) == Loan.objects.get().principal


def view_of(person: Person, quote_id: UUID) -> Any:
    return get_quote(borrower_id=person.id, quote_id=quote_id)


def test_due_dates_off_holidays_are_fixed_when_quoted_and_kept_when_paid_out(house: House) -> None:
    person = house.borrower()
    publish(house, nonworking_rule=NonworkingRule.FOLLOWING, day_count=DayCount.ACTUAL_365)
    quoted = view_of(person, house.quote(person))
    dates = quoted.terms.due_dates
    assert dates is not None
    assert all(day.weekday() < 5 or day in MADE_UP for day in dates)
    house.loan(person)
    loan = Loan.objects.get()
    assert loan.terms["due_dates"] == [day.isoformat() for day in dates]
    assert [row.due_on for row in loan.instalments.order_by("number")] == list(dates)


MADE_UP = {date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20)}


def test_a_product_without_a_ceiling_of_its_regime_has_none(house: House) -> None:
    person = house.borrower()
    RegulationFigure.objects.filter(code=FigureCode.ANNUAL_COST_CEILING).delete()
    assert house.quote(person)
    assert view_of(person, Quote.objects.get().pk).amount == Money(600_000)


def test_money_that_arrives_on_another_day_has_its_due_dates_fixed_anew(house: House) -> None:
    publish(house, nonworking_rule=NonworkingRule.PRECEDING)
    today = get_business_date()
    version_id = current_version(product_code="monthly", as_of=today).version_id
    plain = LoanTerms(
        principal=Money(600_000),
        method=Method.EQUAL_INSTALMENTS,
        annual_rate=Decimal("0.12"),
        instalments=2,
        disbursed_on=date(2027, 3, 10),
        day_count=DayCount.ACTUAL_365,
    )
    quoted = with_due_dates(terms=plain, rule=NonworkingRule.PRECEDING)
    # Saturday 10 April and Monday 10 May; a day later Sunday 11 April and Tuesday 11 May
    assert quoted.due_dates == (date(2027, 4, 9), date(2027, 5, 10))
    same = paid_out_on(quoted=quoted, version_id=version_id, on=date(2027, 3, 10))
    assert same == quoted
    later = paid_out_on(quoted=quoted, version_id=version_id, on=date(2027, 3, 11))
    assert later.due_dates == (date(2027, 4, 9), date(2027, 5, 11))
    assert paid_out_on(quoted=plain, version_id=version_id, on=date(2027, 3, 11)).due_dates is None

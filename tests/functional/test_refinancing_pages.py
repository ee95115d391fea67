"""The pages on which a borrower replaces a loan, without a browser."""

from __future__ import annotations

import re
from typing import cast
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.queries import get_user
from core.businessday import get_business_date
from core.money import Money
from lending.loans.domain import PaymentKind
from lending.loans.models import Drawdown, Loan, Quote
from lending.loans.queries.loans import get_loan
from lending.repayments.operations import close_day, repay
from tests.fixtures.house import House, Person
from tests.outbox import run_outbox
from tests.refinancing import after_days, quote_new

pytestmark = pytest.mark.django_db

CHOICE = {"product": "monthly", "instalments": "12"}


class Visitor:
    """A borrower's browser, and the loan it is about."""

    def __init__(self, house: House, language: str = "en") -> None:
        self.house = house
        self.person: Person = house.borrower()
        self.loan_id: UUID = house.loan(self.person)
        after_days(house, 10)
        self.client = Client(headers={"accept-language": language})
        self.client.force_login(get_user(user_id=self.person.id))

    def text(self, path: str, data: dict[str, str] | None = None, **headers: str) -> str:
        answer = self.client.get(path, headers=headers) if data is None else self.post(path, data)
        assert answer.status_code == 200, (path, answer)
        return str(answer.content.decode())

    def post(self, path: str, data: dict[str, str]) -> HttpResponse:
        answer = self.client.post(path, data)
        return cast(HttpResponse, answer)

    @property
    def page(self) -> str:
        return f"/loans/{self.loan_id}/"

    @property
    def replace(self) -> str:
        return f"{self.page}replace/"

    def repay(self) -> None:
        repay(
            borrower_id=self.person.id,
            loan_id=self.loan_id,
            key=str(uuid4()),
            kind=PaymentKind.PAYOFF,
            amount=None,
            binding_id=None,
            now=self.house.now,
        )


@pytest.fixture
def visitor(house: House) -> Visitor:
    return Visitor(house)


def test_the_way_from_one_loan_to_the_other(visitor: Visitor) -> None:
    assert f'href="{visitor.replace}"' in visitor.text(visitor.page)
    today = get_business_date()
    old = get_loan(borrower_id=visitor.person.id, loan_id=visitor.loan_id, as_of=today)
    page = visitor.text(visitor.replace)
    assert old.payoff.total.display in page
    assert "business" not in page.lower()

    piece = visitor.text(f"{visitor.replace}plan/", CHOICE)
    quote = Quote.objects.latest("created_at")
    assert quote.refinances_id == visitor.loan_id
    for shown in (
        old.payoff.total.display,
        old.schedule[0].asked.total.display,
        old.schedule[0].due_on.isoformat(),
        old.schedule[-1].due_on.isoformat(),
    ):
        assert shown in piece
    assert re.search(r"you pay ¥[\d.]+ more in all with the new loan", piece)

    sheet_at = visitor.post(visitor.replace, CHOICE)["Location"]
    sheet = visitor.text(sheet_at)
    assert f"Pays off loan {old.number}" in sheet
    assert "more in all with the new loan" in sheet
    assert "You receive" not in sheet
    assert f'href="{visitor.replace}"' in sheet

    read = f"/borrow/{quote_new(visitor.person, visitor.loan_id)}/"
    signed = {"request_key": str(uuid4()), "confirmed": "on"}
    way = visitor.post(read, signed)["Location"]
    assert visitor.post(read, signed)["Location"] == way
    assert "We check and replace your loan" in visitor.text(way)
    home = visitor.text("/")
    assert "Your loan is being replaced" in home
    assert "is on its way" not in home

    run_outbox()
    new = Loan.objects.get(drawdown__quote__refinances=visitor.loan_id)
    piece = visitor.text(way, HX_Request="1")
    assert "Your new loan has begun" in piece
    assert f'href="/loans/{new.pk}/"' in piece
    page = visitor.text(visitor.page)
    assert "Replaced by a new loan" in page
    assert f'href="/loans/{new.pk}/"' in page
    assert "certificate" not in page.lower()
    assert "Replaced" in visitor.text("/loans/")
    page = visitor.text(f"/loans/{new.pk}/")
    assert f'href="{visitor.page}"' in page
    assert "The loan it replaced" in page


def test_a_loan_that_cannot_be_replaced_does_not_offer_it(visitor: Visitor) -> None:
    visitor.repay()
    assert visitor.replace not in visitor.text(visitor.page)
    answer = visitor.client.get(visitor.replace, follow=True)
    assert answer.redirect_chain == [(visitor.page, 302)]
    assert "A repayment of this loan is on its way." in answer.content.decode()
    piece = visitor.text(f"{visitor.replace}plan/", CHOICE)
    assert "A repayment of this loan is on its way." in piece
    assert not Quote.objects.filter(refinances=visitor.loan_id).exists()
    visitor.house.settle()
    assert visitor.replace not in visitor.text(visitor.page)


def test_a_choice_that_is_none_is_explained(visitor: Visitor) -> None:
    page = visitor.text(visitor.replace, {"product": "monthly", "instalments": "1"})
    assert "This number of instalments is not offered." in page
    piece = visitor.text(f"{visitor.replace}plan/", {"product": "monthly", "instalments": "1"})
    assert "This number of instalments is not offered." in piece


def test_when_it_failed_the_page_says_why_and_leads_on(visitor: Visitor) -> None:
    read = f"/borrow/{quote_new(visitor.person, visitor.loan_id)}/"
    way = visitor.post(read, {"request_key": str(uuid4()), "confirmed": "on"})["Location"]
    close_day(day=get_business_date(), now=visitor.house.now)
    run_outbox()
    assert Drawdown.objects.latest("signed_at").state == "FAILED"
    page = visitor.text(way)
    assert "Your loan was not replaced" in page
    assert "What you owe on the old loan has changed." in page
    assert f'href="{visitor.replace}"' in page
    assert "bank did not take" not in page
    assert "Something changed on it before the new loan" in visitor.text("/inbox/")


def test_figures_that_no_longer_hold_are_not_signed(visitor: Visitor) -> None:
    read = f"/borrow/{quote_new(visitor.person, visitor.loan_id)}/"
    close_day(day=get_business_date(), now=visitor.house.now)
    page = visitor.text(read, {"request_key": str(uuid4()), "confirmed": "on"})
    assert "What you owe on the old loan has changed." in page
    assert not Drawdown.objects.filter(quote__refinances=visitor.loan_id).exists()


def test_an_expired_quote_leads_back_to_the_choice(visitor: Visitor) -> None:
    visitor.post(visitor.replace, CHOICE)
    quote = Quote.objects.latest("created_at")
    Quote.objects.filter(pk=quote.pk).update(expires_at=quote.created_at)
    assert visitor.client.get(f"/borrow/{quote.pk}/")["Location"] == visitor.replace


def test_a_repayment_before_it_shows_no_certificate(visitor: Visitor) -> None:
    """The loan is closed, and yet not repaid: its earlier repayments say so."""
    repayment_id = repay(
        borrower_id=visitor.person.id,
        loan_id=visitor.loan_id,
        key="part-1",
        kind=PaymentKind.MANUAL,
        amount=Money(10_000, "CNY"),
        binding_id=None,
        now=visitor.house.now,
    )
    visitor.house.settle()
    visitor.house.sign(visitor.person, quote_new(visitor.person, visitor.loan_id))
    run_outbox()
    page = visitor.text(f"/repayments/{repayment_id}/")
    assert "This loan has since been replaced by a new one." in page
    assert "certificate" not in page.lower()


def test_it_is_all_in_chinese(house: House) -> None:
    visitor = Visitor(house, language="zh-hans")
    assert "借新还旧" in visitor.text(visitor.page)
    assert "原借款" in visitor.text(f"{visitor.replace}plan/", CHOICE)
    sheet = visitor.text(visitor.post(visitor.replace, CHOICE)["Location"])
    assert "签署并置换原借款" in sheet

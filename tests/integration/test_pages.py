"""The pages without a browser: refusals beside their fields, double submits, strangers."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.utils.translation import override
from django.views.defaults import bad_request, server_error

from accounts.queries import get_user
from config.console import BASE_DIR
from lending.loans.models import CreditApplication, Drawdown
from lending.repayments.models import Repayment
from lending.repayments.operations import issue_certificate
from tests.fixtures.house import PASSWORD, House, Person

TEMPLATES = sorted((BASE_DIR / "templates").rglob("*.html"))
OURS = [path for path in TEMPLATES if "console" not in path.parts and "admin" not in path.parts]


def browser_of(person: Person, *, language: str = "en") -> Client:
    """A browser in which the person is logged in."""
    client = Client(headers={"accept-language": language})
    client.force_login(get_user(user_id=person.id))
    return client


def text_of(client: Client, path: str, data: dict[str, object] | None = None) -> str:
    """What a page shows after a GET, or after a POST of `data`."""
    answer = client.get(path) if data is None else client.post(path, data)
    assert answer.status_code == 200, answer
    return answer.content.decode()


@pytest.mark.django_db
def test_visitors_see_the_landing_page_in_their_language() -> None:
    assert "借款几秒到卡" in text_of(Client(), "/")
    assert "借款几秒到卡" in text_of(Client(headers={"accept-language": "fr"}), "/")
    english = text_of(Client(headers={"accept-language": "en-GB"}), "/")
    assert "Money on your bank card within seconds" in english


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/me/", "/inbox/", "/cards/", "/cards/bind/", "/limit/", "/borrow/", "/repay/"]
)
def test_pages_of_borrowers_ask_for_the_login_and_come_back(path: str) -> None:
    answer = Client().get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/login/?next={path}"


@pytest.mark.django_db
def test_login_goes_nowhere_else(house: House) -> None:
    person = house.register(phone="13912345678")
    for wanted, reached in (
        ("/cards/", "/cards/"),
        ("https://evil.example/", "/"),
        ("//evil", "/"),
    ):
        data = {"phone": person.phone, "password": PASSWORD, "next": wanted}
        assert Client().post("/login/", data)["Location"] == reached


@pytest.mark.django_db
def test_a_refusal_stands_beside_its_field_and_what_was_typed_stays(house: House) -> None:
    page = text_of(
        Client(headers={"accept-language": "en"}),
        "/login/",
        {"phone": "13900000000", "password": "not this one"},
    )
    assert 'value="13900000000"' in page
    assert "not this one" not in page  # a password is never sent back
    assert 'aria-describedby="id_password_error"' in page
    assert (
        "The phone number or the password is not right." in page.split('id="id_password_error"')[1]
    )


@pytest.mark.django_db
def test_a_card_number_that_is_none_is_refused_and_kept(house: House) -> None:
    client = browser_of(house.person())
    page = text_of(client, "/cards/bind/", {"card_number": "6222 0000", "phone": ""})
    assert "This is not a valid card number." in page
    assert 'value="6222 0000"' in page


@pytest.mark.django_db
def test_consents_come_before_the_card_and_lead_back(house: House) -> None:
    person = house.person()
    client = browser_of(person)
    page = text_of(client, "/me/consents/")
    withdraw = re.findall(r"/me/consents/[0-9a-f-]{36}/withdraw/", page)
    assert len(withdraw) == 5
    for address in withdraw:
        client.post(address)
    answer = client.get("/cards/bind/")
    assert answer["Location"] == "/agree/BIND_CARD/?next=%2Fcards%2Fbind%2F"
    page = text_of(client, answer["Location"])
    boxes = re.findall(r'name="agreed" value="([^"]+)"', page)
    assert len(boxes) == 2
    one_only = text_of(client, answer["Location"], {"agreed": boxes[:1]})
    assert "Tick each of them to go on." in one_only
    done = client.post(answer["Location"], {"agreed": boxes})
    assert done["Location"] == "/cards/bind/"
    assert client.get("/cards/bind/").status_code == 200


@pytest.mark.django_db
def test_an_application_sent_twice_is_one(house: House) -> None:
    person = house.person()
    house.bind(person)
    client = browser_of(person)
    data: dict[str, object] = {
        "request_key": str(uuid4()),
        "requested": "50,000",
        "purpose": "CONSUMPTION",
        "occupation": "EMPLOYED",
        "monthly_income": "20000",
    }
    first = client.post("/limit/", data)
    assert first.status_code == 302
    assert client.post("/limit/", data)["Location"] == first["Location"]
    assert CreditApplication.objects.filter(borrower_id=person.id).count() == 1
    again = text_of(client, "/limit/", {**data, "request_key": str(uuid4())})
    assert "Your application is already being decided." in again


@pytest.mark.django_db
def test_a_refused_form_gets_a_new_key(house: House) -> None:
    person = house.person()
    client, key = browser_of(person), str(uuid4())
    data: dict[str, object] = {
        "request_key": key,
        "requested": "50000",
        "purpose": "CONSUMPTION",
        "occupation": "EMPLOYED",
        "monthly_income": "20000",
    }
    page = text_of(client, "/limit/", data)  # no card is bound
    assert "Verify your identity by binding a card first." in page
    assert key not in page
    assert 'value="20000"' in page


@pytest.mark.django_db
def test_signing_needs_the_box_and_the_time_and_happens_once(house: House) -> None:
    person = house.borrower()
    client = browser_of(person)
    choice: dict[str, object] = {
        "amount": "6000",
        "instalments": "3",
        "product": "monthly",
        "purpose": "CONSUMPTION",
        "card": str(person.binding_id),
    }
    address = client.post("/borrow/", choice)["Location"]
    page = text_of(client, address)
    assert "Annual cost (IRR)" in page
    early = {"request_key": str(uuid4()), "confirmed": "on"}
    assert "Please read the disclosure sheet for at least" in text_of(client, address, dict(early))

    read = f"/borrow/{house.quote(person)}/"
    assert "Confirm that you have read" in text_of(client, read, {"request_key": str(uuid4())})
    first = client.post(read, early)
    assert first.status_code == 302
    assert client.post(read, early)["Location"] == first["Location"]
    assert Drawdown.objects.filter(borrower_id=person.id).count() == 1
    assert "on its way" in text_of(client, "/")


@pytest.mark.django_db
def test_a_choice_the_product_lacks_is_explained(house: House) -> None:
    person = house.borrower()
    client = browser_of(person)
    choice: dict[str, object] = {
        "amount": "60000",
        "instalments": "1",
        "product": "monthly",
        "purpose": "CONSUMPTION",
        "card": str(person.binding_id),
    }
    page = text_of(client, "/borrow/", choice)
    assert "This number of instalments is not offered." in page
    above = text_of(client, "/borrow/plan/", {**choice, "instalments": "3"})
    assert "You can borrow at most" in above


@pytest.mark.django_db
def test_repaying_twice_is_one_debit_and_a_loan_page_shows_it(house: House) -> None:
    person = house.borrower()
    loan_id = house.loan(person)
    client = browser_of(person)
    data: dict[str, object] = {
        "request_key": str(uuid4()),
        "kind": "MANUAL",
        "amount": "",
        "card": str(person.binding_id),
    }
    assert "Enter an amount such as 1200.50." in text_of(client, f"/repay/{loan_id}/", data)
    data["amount"] = "7000"
    assert "you cannot repay more" in text_of(client, f"/repay/{loan_id}/", data)
    data["amount"] = "1000"
    first = client.post(f"/repay/{loan_id}/", data)
    assert client.post(f"/repay/{loan_id}/", data)["Location"] == first["Location"]
    assert Repayment.objects.filter(loan_id=loan_id).count() == 1
    assert "is on its way" in text_of(client, f"/repay/{loan_id}/")
    house.settle()
    assert "Repaid" in text_of(client, first["Location"])
    assert "¥1,000.00" in text_of(client, f"/loans/{loan_id}/repayments/")


@pytest.mark.django_db
def test_the_certificate_is_a_pdf_once_the_loan_is_settled(house: House) -> None:
    person = house.borrower()
    loan_id = house.loan(person)
    client = browser_of(person)
    assert client.get(f"/loans/{loan_id}/certificate.pdf")["Location"] == f"/loans/{loan_id}/"
    data = {"request_key": str(uuid4()), "kind": "PAYOFF", "card": str(person.binding_id)}
    client.post(f"/repay/{loan_id}/", data)
    house.settle()
    issue_certificate(loan_id=loan_id, now=house.now)
    answer = client.get(f"/loans/{loan_id}/certificate.pdf")
    assert answer["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert "Nothing is owed" in text_of(client, f"/loans/{loan_id}/")


@pytest.mark.django_db
def test_what_belongs_to_somebody_else_is_not_there(house: House) -> None:
    owner, stranger = house.borrower(), house.person()
    quote_id: UUID = house.quote(owner)
    loan_id = house.loan(owner)
    drawdown = Drawdown.objects.get(borrower_id=owner.id)
    application = CreditApplication.objects.get(borrower_id=owner.id)
    client = browser_of(stranger)
    for path in (
        f"/limit/{application.pk}/",
        f"/borrow/{quote_id}/",
        f"/drawdowns/{drawdown.pk}/",
        f"/loans/{loan_id}/",
        f"/loans/{loan_id}/repayments/",
        f"/repay/{loan_id}/",
        f"/contracts/{drawdown.contract.pk}/",
        f"/cards/{owner.binding_id}/unbind/",
    ):
        assert client.get(path).status_code == 404, path
        assert client.get(path).content == client.get(f"/loans/{uuid4()}/").content, path


@pytest.mark.django_db
def test_the_card_a_loan_needs_is_kept_and_the_page_says_so(house: House) -> None:
    person = house.borrower()
    house.loan(person)
    client = browser_of(person)
    page = text_of(client, f"/cards/{person.binding_id}/unbind/", {})
    assert "A loan is repaid from this card." in page


@pytest.mark.django_db
def test_pages_that_are_not_there_look_like_ours_in_both_languages() -> None:
    for language, words in (("zh-CN", "页面不存在"), ("en", "There is no such page")):
        answer = Client(headers={"accept-language": language}).get("/no-such-page/")
        assert answer.status_code == 404
        assert words in answer.content.decode()


def test_pages_for_what_is_broken_need_nothing_that_may_be_broken(rf: RequestFactory) -> None:
    with override("zh-hans"):
        answer = server_error(rf.get("/"))
        assert answer.status_code == 500
        assert "系统出现问题" in answer.content.decode()
        assert "无法识别该请求" in bad_request(rf.get("/"), Exception()).content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_refused_in_our_words() -> None:
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "zh-CN"})
    answer = client.post("/login/", {})
    assert answer.status_code == 403
    assert "页面停留时间过长" in answer.content.decode()


@pytest.mark.parametrize("path", OURS, ids=lambda path: str(path.relative_to(BASE_DIR)))
def test_pages_carry_no_inline_style_or_script(path: Path) -> None:
    """The content security policy would refuse them."""
    source = path.read_text("utf-8")
    assert not re.search(r"\sstyle=|\son[a-z]+=|javascript:|hx-on", source)
    for tag in re.findall(r"<script[^>]*>", source):
        assert "src=" in tag, tag


def test_both_catalogues_are_complete() -> None:
    call_command("translations", "--check")

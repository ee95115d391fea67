"""Looking things up in the console, and revealing personal data."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from cards.models import Payment
from core.audit import record
from core.clock import now as wall_clock
from core.models import AuditRecord
from lending.loans.models import Loan
from tests.fixtures.console import inside, staff
from tests.fixtures.house import House, Person

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(house: House) -> Person:
    """A borrower with a loan that was paid out."""
    person = house.borrower()
    house.loan(person)
    return person


def _found(client: Client, address: str, term: str) -> bool:
    page = client.get(address, {"q": term}).content.decode()
    return "Nothing was found." not in page


def test_search(person: Person) -> None:
    client = inside(staff("auditor"))
    loan, payment = Loan.objects.get(), Payment.objects.get()
    phone, spaced = person.phone, f"+86 {person.phone[:3]} {person.phone[3:7]} {person.phone[7:]}"
    for address, terms in {
        "/admin/loans/loan/": [loan.number, loan.number.lower(), phone, spaced, str(loan.pk)],
        "/admin/loans/creditapplication/": [phone],
        "/admin/loans/creditline/": [phone],
        "/admin/loans/drawdown/": [phone, payment.reference],
        "/admin/cards/payment/": [phone, payment.reference, str(payment.pk)],
        "/admin/cards/cardbinding/": [phone],
        "/admin/risk/decision/": [phone],
        "/admin/accounts/user/borrowers/": [phone, str(person.id)],
        "/admin/ledger/entry/": [str(loan.pk), loan.disbursed_on.isoformat()],
        "/admin/core/auditrecord/": [],
    }.items():
        for term in terms:
            assert _found(client, address, term), (address, term)
        for term in ("13999999999", "LN", "%", "'; --", str(staff("finance").pk), "\x00", "9" * 60):
            answer = client.get(address, {"q": term})
            assert answer.status_code == 200
        assert not _found(client, address, "13999999999")
        assert not _found(client, address, phone[:6])  # a part of a number finds nobody


def test_personal_data_is_masked_everywhere(person: Person) -> None:
    client = inside(staff("auditor", "finance", "administrator"))
    loan, payment = Loan.objects.get(), Payment.objects.get()
    pages = [
        "/admin/",
        "/admin/accounts/user/borrowers/",
        f"/admin/accounts/user/{person.id}/change/",
        "/admin/loans/loan/",
        f"/admin/loans/loan/{loan.pk}/change/",
        f"/admin/loans/drawdown/{loan.drawdown_id}/change/",
        f"/admin/cards/payment/{payment.pk}/change/",
        f"/admin/cards/cardbinding/{payment.binding_id}/change/",
        "/admin/core/auditrecord/",
    ]
    for page in pages:
        text = client.get(page).content.decode()
        for secret in (person.phone, person.pan, person.id_number, person.name):
            assert secret not in text, page
    assert person.pan[-4:] in client.get(pages[-2]).content.decode()


def test_the_page_of_a_loan_has_all_around_it(person: Person) -> None:
    loan = Loan.objects.get()
    text = inside(staff("auditor")).get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    for words in ("Repayment schedule", "Ledger entries", "Repayments", "Events", "¥6,000.00"):
        assert words in text
    assert text.count('class="k-money"') > 6 * 3
    officer = inside(staff("officer")).get(f"/admin/loans/loan/{loan.pk}/change/").content.decode()
    assert "/admin/ledger/" not in officer
    assert "/admin/cards/payment/" not in officer
    about = inside(staff("officer")).get(f"/admin/accounts/user/{person.id}/change/")
    assert loan.number in about.content.decode()


def test_the_trial_balance(person: Person) -> None:
    client = inside(staff("finance"))
    text = client.get("/admin/ledger/account/").content.decode()
    assert "Balanced" in text
    assert "Loan principal" in text
    home = client.get("/admin/").content.decode()
    assert "Today&#x27;s books" in home
    assert "Not balanced" not in home


def test_reveal(person: Person) -> None:
    senior = staff("senior_officer")
    client = inside(senior)
    page = f"/admin/accounts/user/{person.id}/reveal/"
    answer = client.post(page, {"reason": "why"})
    assert person.phone not in answer.content.decode()
    assert not AuditRecord.objects.filter(action="borrower.revealed").exists()
    answer = client.post(page, {"reason": "The court asked, case 2026-1187."})
    text = answer.content.decode()
    assert person.phone in text
    assert person.id_number in text
    assert person.name in text
    assert "no-store" in answer["Cache-Control"]
    line = AuditRecord.objects.get(action="borrower.revealed")
    assert (line.actor, line.subject) == (str(senior.pk), f"user:{person.id}")
    assert line.reason == "The court asked, case 2026-1187."
    assert person.phone not in str(line.data)
    assert person.phone not in client.get(page, follow=True).content.decode()


@pytest.mark.parametrize("role", ["officer", "finance", "administrator"])
def test_others_cannot_reveal(person: Person, role: str) -> None:
    client = inside(staff(role))
    answer = client.post(
        f"/admin/accounts/user/{person.id}/reveal/", {"reason": "I would like to know it."}
    )
    assert answer.status_code == 403
    assert person.phone not in answer.content.decode()
    assert not AuditRecord.objects.filter(action="borrower.revealed").exists()


def test_lists_cost_the_same_however_long(house: House, django_assert_max_num_queries: Any) -> None:
    for _ in range(3):
        house.loan(house.borrower())
    client = inside(staff("auditor"))
    for address in (
        "/admin/loans/loan/",
        "/admin/loans/drawdown/",
        "/admin/loans/creditline/",
        "/admin/loans/creditapplication/",
        "/admin/cards/payment/",
        "/admin/cards/cardbinding/",
        "/admin/risk/decision/",
        "/admin/accounts/user/borrowers/",
        "/admin/accounts/user/staff/",
        "/admin/ledger/entry/",
        "/admin/core/auditrecord/",
    ):
        with django_assert_max_num_queries(8):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_in_both_languages(person: Person, language: str) -> None:
    client = inside(staff("auditor"))
    with translation.override(language):
        client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
        page = client.get("/admin/").content.decode()
    assert f'<html lang="{language}"' in page


def test_long_lists_have_pages() -> None:
    for number in range(60):
        record(actor="system", action="test.done", subject=f"thing:{number}", now=wall_clock())
    client = inside(staff("auditor"))
    first = client.get("/admin/core/auditrecord/").content.decode()
    assert first.count("test.done") == 50 - 1  # the newest line is the colleague's own account
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first
    second = client.get("/admin/core/auditrecord/?p=2").content.decode()
    assert second.count("test.done") == 60 - 49
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second
    for page in ("99999999", "0", "-1", "x"):
        assert client.get(f"/admin/core/auditrecord/?p={page}").status_code in (200, 302)


def test_a_refusal_leads_back_into_the_console() -> None:
    client = inside(staff("finance"))
    for address, status in (("/admin/risk/review/", 403), ("/admin/nowhere/", 404)):
        answer = client.get(address)
        assert answer.status_code == status
        assert 'href="/admin/"' in answer.content.decode()
        assert "unsafe-eval" in answer["Content-Security-Policy"]

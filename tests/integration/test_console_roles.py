"""What each role may open, and that nobody changes a row by a form of Django's admin."""

from __future__ import annotations

import re
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import models
from django.urls import reverse

from accounts.models import User
from config.admin import ConsoleSite
from core.console.model_admin import ConsoleModelAdmin
from core.models import AuditRecord
from lending.products.models import RegulationFigure
from tests.fixtures.console import STAFF_PASSWORD, inside, staff
from tests.fixtures.house import House
from tests.fixtures.risk import make_user, refer

pytestmark = pytest.mark.django_db

ROLES = ("officer", "senior_officer", "finance", "auditor", "administrator")
OFF, SEN, FIN, AUD, ADM = ROLES
LISTS = {
    "/admin/risk/review/": {OFF, SEN, AUD},
    "/admin/risk/decision/": {OFF, SEN, AUD},
    "/admin/risk/riskpolicy/": {AUD, ADM},
    "/admin/loans/creditapplication/": {OFF, SEN, AUD},
    "/admin/loans/creditline/": {OFF, SEN, AUD},
    "/admin/loans/drawdown/": {OFF, SEN, AUD},
    "/admin/loans/loan/": {OFF, SEN, FIN, AUD},
    "/admin/loans/loanchange/": {OFF, SEN, FIN, AUD},
    "/admin/cards/payment/": {FIN, AUD},
    "/admin/cards/cardbinding/": {AUD},
    "/admin/repayments/repayment/": {FIN, AUD},
    "/admin/ledger/account/": {FIN, AUD},
    "/admin/ledger/entry/": {FIN, AUD},
    "/admin/accounts/user/borrowers/": {OFF, SEN, AUD},
    "/admin/accounts/user/staff/": {AUD, ADM},
    "/admin/accounts/user/staff/new/": {ADM},
    "/admin/products/product/": {AUD, ADM},
    "/admin/products/productversion/": {AUD, ADM},
    "/admin/products/regulationfigure/": {AUD, ADM},
    "/admin/core/auditrecord/": {AUD},
    "/admin/core/holiday/": {AUD, ADM},
    "/admin/core/holiday/new/": {ADM},
}


@pytest.mark.parametrize("role", ROLES)
def test_doors(role: str) -> None:
    client = inside(staff(role))
    opened = {address for address in LISTS if client.get(address).status_code == 200}
    assert opened == {address for address, roles in LISTS.items() if role in roles}
    refused = set(LISTS) - opened
    assert {client.get(address).status_code for address in refused} == {403}
    menu = client.get("/admin/").content.decode()
    for address in set(LISTS) - {
        "/admin/accounts/user/staff/new/",
        "/admin/core/holiday/new/",
        "/admin/products/productversion/",
    }:
        assert (f'href="{address}"' in menu) == (address in opened), address


def test_the_table_covers_every_model() -> None:
    names = {f"/admin/{m._meta.app_label}/{m._meta.model_name}/" for m in admin.site._registry}
    assert names - {"/admin/accounts/user/"} == {
        a for a in LISTS if "/user/" not in a and not a.endswith("/new/")
    }
    assert isinstance(admin.site._wrapped, ConsoleSite)  # type: ignore[attr-defined]
    assert all(isinstance(page, ConsoleModelAdmin) for page in admin.site._registry.values())


def test_somebody_without_a_role_sees_nothing() -> None:
    user = staff("officer")
    user.groups.clear()
    client = inside(user)
    assert "no role yet" in client.get("/admin/").content.decode()
    assert {client.get(address).status_code for address in LISTS} == {403}


def test_an_unknown_group_gives_nothing() -> None:
    user = staff("officer")
    user.groups.set([Group.objects.create(name="superheroes")])
    client = inside(user)
    assert {client.get(address).status_code for address in LISTS} == {403}


def _everything(house: House) -> dict[type[models.Model], object]:
    """A row of every model of the console."""
    refer()
    house.loan(house.borrower())
    return {model: model._default_manager.order_by("-pk").first() for model in admin.site._registry}


def _content(model: type[models.Model]) -> list[dict[str, object]]:
    return [
        {name: getattr(value, "value", value) for name, value in row.items()}
        for row in model._default_manager.order_by("pk").values()
    ]


def test_read_only_for_everybody(house: House) -> None:
    """A superuser with every role reads all, and POST, PUT and DELETE change nothing."""
    rows = _everything(house)
    missing = {model.__name__ for model, row in rows.items() if row is None}
    assert missing <= {"Repayment", "LoanChange"}
    user = staff(*ROLES)
    User.objects.filter(pk=user.pk).update(is_superuser=True)
    client = inside(user)
    for model, row in rows.items():
        if row is None or model._meta.model_name == "account":
            continue
        label, name = model._meta.app_label, model._meta.model_name
        kept = _content(model)
        page = reverse(f"admin:{label}_{name}_change", args=[row.pk])  # type: ignore[attr-defined]
        assert client.get(page).status_code == 200, page
        listing = reverse(f"admin:{label}_{name}_changelist")
        for address in (page, listing):
            for method in (client.post, client.put, client.delete, client.patch):
                assert method(address).status_code in (302, 403, 405), (method, address)
        for word in ("add/", f"{row.pk}/delete/", f"{row.pk}/history/"):  # type: ignore[attr-defined]
            assert client.get(listing + word).status_code == 404
            assert client.post(listing + word, {"post": "yes"}).status_code == 404
        action = {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"}  # type: ignore[attr-defined]
        assert client.post(listing, action).status_code in (302, 403)
        assert _content(model) == kept


def test_every_filter_works() -> None:
    refer()
    client = inside(staff(*ROLES))
    followed = 0
    for listing in LISTS:
        links = set(re.findall(r'href="(\?[^"]+=[^"]*)"', client.get(listing).content.decode()))
        for link in links:
            assert client.get(listing + link.replace("&amp;", "&")).status_code == 200, link
        followed += len(links)
    assert followed > 60


def test_addresses_cannot_probe_other_columns() -> None:
    client = inside(staff("auditor"))
    for query in ("password__startswith=argon2", "is_superuser=1", "identity__id_index=x"):
        assert client.get(f"/admin/accounts/user/borrowers/?{query}").status_code in (302, 400)


def test_roles_of_a_colleague() -> None:
    boss, colleague = staff("administrator"), staff("officer")
    client = inside(boss)
    page = f"/admin/accounts/user/{colleague.pk}/roles/"
    answer = client.post(page, {"roles": ["senior_officer", "auditor"], "is_active": "on"})
    assert answer.status_code == 302
    assert set(colleague.groups.values_list("name", flat=True)) == {"senior_officer", "auditor"}
    line = AuditRecord.objects.get(action="staff.changed")
    assert (line.actor, line.subject) == (str(boss.pk), f"user:{colleague.pk}")
    answer = client.post(page, {"roles": ["boss"]})
    assert answer.status_code == 200
    assert client.post(page, {}).status_code == 200
    assert set(colleague.groups.values_list("name", flat=True)) == {"senior_officer", "auditor"}


def test_nobody_gives_themselves_rights() -> None:
    boss = staff("administrator")
    client = inside(boss)
    answer = client.post(f"/admin/accounts/user/{boss.pk}/roles/", {"roles": ["officer"]})
    assert "Nobody changes their own roles" in answer.content.decode()
    assert set(boss.groups.values_list("name", flat=True)) == {"administrator"}
    auditor = inside(staff("auditor"))
    answer = auditor.post(f"/admin/accounts/user/{boss.pk}/roles/", {"roles": ["officer"]})
    assert answer.status_code == 403


def test_an_administrator_opens_accounts_for_staff_only() -> None:
    boss = staff("administrator")
    client = inside(boss)
    fields = {"phone": "13611112222", "password": STAFF_PASSWORD, "roles": ["finance"]}
    answer = client.post("/admin/accounts/user/staff/new/", fields)
    assert answer.status_code == 302
    assert AuditRecord.objects.filter(action="staff.created", actor=str(boss.pk)).count() == 1
    answer = client.post("/admin/accounts/user/staff/new/", fields)
    assert "registered already" in answer.content.decode()
    borrower = make_user()
    assert client.get(f"/admin/accounts/user/{borrower}/change/").status_code == 404
    answer = client.post(f"/admin/accounts/user/{borrower}/roles/", {"roles": ["officer"]})
    assert answer.status_code == 404


def test_officers_do_not_see_staff() -> None:
    colleague: UUID = staff("finance").pk
    client = inside(staff("officer"))
    assert client.get(f"/admin/accounts/user/{colleague}/change/").status_code == 404


def test_a_figure_is_verified_once_with_a_note() -> None:
    boss = staff("administrator")
    client = inside(boss)
    figure = RegulationFigure.objects.first()
    assert figure is not None
    page = f"/admin/products/regulationfigure/{figure.pk}/verify/"
    assert client.post(page, {"note": "ok"}).status_code == 200
    assert RegulationFigure.objects.filter(pk=figure.pk, verified=False).exists()
    assert client.post(page, {"note": "Compared with the gazette by counsel."}).status_code == 302
    assert RegulationFigure.objects.filter(pk=figure.pk, verified=True).exists()
    line = AuditRecord.objects.get(action="regulation-figure.verified")
    assert line.reason == "Compared with the gazette by counsel."
    assert inside(staff("auditor")).post(page, {"note": "x" * 20}).status_code == 403

"""`manage.py create_staff`, as an operator runs it."""

from __future__ import annotations

import io

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command

from accounts.domain.states import Role
from accounts.models import User
from core.models import AuditRecord
from tests.fixtures.accounts import PASSWORD, PHONE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KADAI_STAFF_PASSWORD", PASSWORD)


def test_the_five_roles_are_there_from_the_start() -> None:
    assert set(Group.objects.values_list("name", flat=True)) == set(Role)


def test_staff_are_created_with_their_roles() -> None:
    out = io.StringIO()
    call_command("create_staff", PHONE, "officer", "auditor", stdout=out)
    user = User.objects.get(pk=out.getvalue().strip())
    assert user.is_staff
    assert user.check_password(PASSWORD)
    assert set(user.groups.values_list("name", flat=True)) == {"officer", "auditor"}
    assert AuditRecord.objects.get().action == "staff.created"


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(["12", "officer"], "11"), ([PHONE, "emperor"], "officer")],
)
def test_bad_input_is_one_line_and_nobody_is_created(arguments: list[str], word: str) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("create_staff", *arguments)
    assert word in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert not User.objects.exists()


def test_a_weak_password_creates_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KADAI_STAFF_PASSWORD", "1234")
    with pytest.raises(CommandError) as refusal:
        call_command("create_staff", PHONE, "officer")
    assert "\n" not in str(refusal.value)
    assert not User.objects.exists()


def test_a_phone_is_given_to_staff_once() -> None:
    call_command("create_staff", PHONE, "officer", stdout=io.StringIO())
    with pytest.raises(CommandError):
        call_command("create_staff", PHONE, "administrator")
    assert list(User.objects.get().groups.values_list("name", flat=True)) == ["officer"]

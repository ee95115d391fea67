"""SMS codes: who gets one, how often, how long, and that nobody learns who is registered."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.domain.states import BorrowerKind, CodePurpose, Role
from accounts.models import SmsDevice, User
from accounts.operations import (
    create_staff,
    login_with_code,
    register,
    request_sms_code,
    verify_console_code,
)
from core.errors import Conflict, Forbidden, InvalidInput, TooManyRequests, Unavailable
from tests.fixtures.accounts import (
    NOW,
    PASSWORD,
    PHONE,
    TOKEN,
    FakeCarrier,
    register_person,
    send_code,
)

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
OTHER_PHONE = "13900139000"


def _register(code: str, *, phone: str = PHONE, now: datetime = NOW) -> Any:
    return register(phone=phone, code=code, password=PASSWORD, kind=BorrowerKind.PERSON, now=now)


def _other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def _refused_code(code: str, *, phone: str = PHONE, now: datetime = NOW) -> str:
    """Register with a code that must be refused; nothing may have changed. Gives the slug."""
    before = list(User.objects.values_list("pk", "registered_at"))
    with pytest.raises(InvalidInput) as refusal:
        _register(code, phone=phone, now=now)
    assert list(refusal.value.fields) == ["code"]
    assert list(User.objects.values_list("pk", "registered_at")) == before
    return refusal.value.code


def test_a_code_travels_with_the_token_and_is_stored_as_a_hash_only(carrier: FakeCarrier) -> None:
    code = send_code(carrier)
    sent = carrier.requests[0]
    assert sent["path"] == "/sms/messages"
    assert sent["auth"] == f"Bearer {TOKEN}"
    assert sent["body"]["to"] == PHONE
    assert sent["body"]["reference"]
    device = SmsDevice.objects.get()
    assert len(device.code_hash) == 64
    assert code not in str(SmsDevice.objects.values().get())


def test_an_unregistered_phone_leaves_no_number_behind(carrier: FakeCarrier) -> None:
    send_code(carrier)
    assert User.objects.get().phone == ""


def test_a_right_code_registers(carrier: FakeCarrier) -> None:
    user = User.objects.get(pk=_register(send_code(carrier)))
    assert user.phone == PHONE
    assert user.registered_at == NOW
    assert user.check_password(PASSWORD)


def test_a_wrong_code_is_refused(carrier: FakeCarrier) -> None:
    assert _refused_code(_other(send_code(carrier))) == "code-wrong"


def test_a_code_is_good_for_five_minutes_and_no_longer(carrier: FakeCarrier) -> None:
    code = send_code(carrier)
    assert _refused_code(code, now=NOW + timedelta(minutes=5)) == "code-dead"
    assert _register(code, now=NOW + timedelta(minutes=5) - SECOND)


def test_a_code_is_used_once(carrier: FakeCarrier) -> None:
    code = send_code(carrier)
    _register(code)
    assert _refused_code(code, now=NOW + SECOND) == "code-dead"


def test_a_new_code_kills_the_one_before(carrier: FakeCarrier) -> None:
    old = send_code(carrier)
    later = NOW + timedelta(seconds=61)
    new = send_code(carrier, now=later)
    if old != new:
        assert _refused_code(old, now=later) == "code-wrong"
    assert _register(new, now=later)


def test_a_login_code_does_not_register(carrier: FakeCarrier) -> None:
    code = send_code(carrier, purpose=CodePurpose.LOGIN)
    assert _refused_code(code) == "code-dead"
    own = send_code(carrier, purpose=CodePurpose.REGISTER)
    if own != code:
        assert _refused_code(code) == "code-wrong"


def test_somebody_elses_code_is_refused(carrier: FakeCarrier) -> None:
    mine, theirs = send_code(carrier), send_code(carrier, phone=OTHER_PHONE)
    if mine != theirs:
        assert _refused_code(theirs) == "code-wrong"


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "\x00" * 6])
def test_what_is_no_code_is_refused(carrier: FakeCarrier, code: str) -> None:
    send_code(carrier)
    assert _refused_code(code) == "code-wrong"


def test_a_phone_that_asked_for_nothing_has_no_good_code(carrier: FakeCarrier) -> None:
    assert _refused_code("123456") == "code-dead"
    assert not User.objects.exists()


def test_the_sixth_try_of_a_code_fails_even_if_it_is_right(carrier: FakeCarrier) -> None:
    code = send_code(carrier)
    for _ in range(5):
        assert _refused_code(_other(code)) == "code-wrong"
    with pytest.raises(TooManyRequests) as wait:
        _register(code)
    assert wait.value.retry_after == 30
    assert _refused_code(code, now=NOW + timedelta(seconds=31)) == "code-dead"


def test_failures_are_remembered_over_new_codes_and_waits_grow(carrier: FakeCarrier) -> None:
    code = send_code(carrier)
    for _ in range(5):
        _refused_code(_other(code))
    now = NOW
    for wait in (60, 120, 240):  # the sixth, seventh and eighth failure in a row
        now += timedelta(seconds=max(wait, 61))
        code = send_code(carrier, now=now)
        _refused_code(_other(code), now=now)
        with pytest.raises(TooManyRequests) as refusal:
            _register(code, now=now)
        assert refusal.value.retry_after == wait


def test_the_next_code_waits_sixty_seconds(carrier: FakeCarrier) -> None:
    send_code(carrier)
    with pytest.raises(TooManyRequests) as wait:
        request_sms_code(phone=PHONE, purpose=CodePurpose.REGISTER, now=NOW + timedelta(seconds=20))
    assert wait.value.retry_after == 40
    assert "40" in str(wait.value)
    assert len(carrier.requests) == 1


def test_twenty_codes_a_day(carrier: FakeCarrier) -> None:
    now = NOW
    for _ in range(20):
        request_sms_code(phone=PHONE, purpose=CodePurpose.LOGIN, now=now)
        now += timedelta(minutes=2)
    with pytest.raises(TooManyRequests) as refusal:
        request_sms_code(phone=PHONE, purpose=CodePurpose.LOGIN, now=now)
    assert refusal.value.code == "too-many-codes"
    request_sms_code(phone=PHONE, purpose=CodePurpose.LOGIN, now=NOW + timedelta(hours=24))
    assert len(carrier.requests) == 21


def test_a_gateway_that_fails_costs_no_waiting(carrier: FakeCarrier) -> None:
    carrier.status = 500
    with pytest.raises(Unavailable):
        request_sms_code(phone=PHONE, purpose=CodePurpose.REGISTER, now=NOW)
    carrier.status = 202
    assert _register(send_code(carrier, now=NOW + SECOND), now=NOW + SECOND)


def test_a_gateway_that_is_not_there_is_unavailable(carrier: FakeCarrier, settings: Any) -> None:
    settings.SMS_GATEWAY_URL = "http://127.0.0.1:1/sms"
    with pytest.raises(Unavailable):
        request_sms_code(phone=PHONE, purpose=CodePurpose.REGISTER, now=NOW)


def test_known_and_unknown_phones_get_the_same_answers(carrier: FakeCarrier) -> None:
    """Nobody but the phone's holder learns whether it is registered."""
    register_person(carrier, phone=PHONE)
    later = NOW + timedelta(minutes=2)
    heard: dict[str, list[object]] = {}
    for phone in (PHONE, OTHER_PHONE):
        answers: list[object] = []
        for purpose in (CodePurpose.LOGIN, CodePurpose.REGISTER):
            request_sms_code(phone=phone, purpose=purpose, now=later)
            with pytest.raises(TooManyRequests) as wait:
                request_sms_code(phone=phone, purpose=purpose, now=later)
            answers.append(str(wait.value))
        wrong = _other(carrier.code(to=phone))
        for verb in (
            _register,
            lambda c, phone, now: login_with_code(phone=phone, code=c, now=now),
        ):
            with pytest.raises(InvalidInput) as refusal:
                verb("000000" if wrong != "000000" else "000001", phone=phone, now=later)
            answers.append((refusal.value.code, str(refusal.value)))
        answers.append([re.sub(r"[0-9]{6}", "", text) for text in carrier.texts(to=phone)[-2:]])
        heard[phone] = answers
    assert heard[PHONE] == heard[OTHER_PHONE]


def test_the_holder_learns_that_the_phone_is_registered(carrier: FakeCarrier) -> None:
    register_person(carrier)
    later = NOW + timedelta(minutes=2)
    code = send_code(carrier, now=later)
    with pytest.raises(Conflict) as refusal:
        _register(code, now=later)
    assert refusal.value.code == "phone-registered"


def test_staff_log_in_to_the_console_with_password_and_code(carrier: FakeCarrier) -> None:
    user_id = create_staff(phone=PHONE, password=PASSWORD, roles=[Role.OFFICER], now=NOW)
    code = send_code(carrier, purpose=CodePurpose.CONSOLE)
    with pytest.raises(InvalidInput):
        verify_console_code(user_id=user_id, code=_other(code), now=NOW)
    device = verify_console_code(user_id=user_id, code=code, now=NOW)
    assert device.user_id == user_id


def test_borrowers_do_not_enter_the_console(carrier: FakeCarrier) -> None:
    user_id = register_person(carrier)
    code = send_code(carrier, purpose=CodePurpose.CONSOLE)
    with pytest.raises(Forbidden):
        verify_console_code(user_id=user_id, code=code, now=NOW)


def test_staff_do_not_log_in_with_a_code_alone(carrier: FakeCarrier) -> None:
    create_staff(phone=PHONE, password=PASSWORD, roles=[Role.OFFICER], now=NOW)
    code = send_code(carrier, purpose=CodePurpose.LOGIN)
    with pytest.raises(Forbidden):
        login_with_code(phone=PHONE, code=code, now=NOW)

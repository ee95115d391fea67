"""The same thing at the same time: codes, guesses, licences and identities."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from accounts.domain.states import BorrowerKind, CodePurpose, IdentityState
from accounts.models import Identity, LoginThrottle, SmsDevice, User
from accounts.operations import (
    declare_identity,
    login_with_password,
    record_four_factor_verified,
    register,
    request_sms_code,
)
from accounts.queries import get_four_factors
from core.errors import KadaiError
from tests.fixtures.accounts import (
    NOW,
    PASSWORD,
    PHONE,
    FakeCarrier,
    id_number,
    register_person,
    send_code,
    uscc,
)

pytestmark = pytest.mark.django_db(transaction=True)

OTHER_PHONE = "13900139000"


def _at_once(calls: Sequence[Callable[[], Any]]) -> list[Any]:
    """Start all calls together, each on a connection of its own; results or refusals."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            barrier.wait(timeout=10)
            return call()
        except KadaiError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def _refusals(results: Sequence[Any]) -> list[str]:
    return sorted(r.code for r in results if isinstance(r, KadaiError))


def test_one_code_registers_once(carrier: FakeCarrier) -> None:
    code = send_code(carrier)
    kind = BorrowerKind.PERSON
    results = _at_once(
        [lambda: register(phone=PHONE, code=code, password=PASSWORD, kind=kind, now=NOW)] * 4
    )
    assert _refusals(results) == ["code-dead"] * 3
    assert User.objects.filter(registered_at__isnull=False).count() == 1


def test_guesses_sent_together_all_count(carrier: FakeCarrier) -> None:
    register_person(carrier)
    results = _at_once([lambda: login_with_password(phone=PHONE, password="a guess", now=NOW)] * 8)
    assert _refusals(results) == ["too-many-requests"] * 3 + ["wrong-credentials"] * 5
    assert LoginThrottle.objects.get().failures == 5


def test_wrong_codes_sent_together_all_count(carrier: FakeCarrier) -> None:
    code = send_code(carrier)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    kind = BorrowerKind.PERSON
    results = _at_once(
        [lambda: register(phone=PHONE, code=wrong, password=PASSWORD, kind=kind, now=NOW)] * 7
    )
    assert _refusals(results) == ["code-wrong"] * 5 + ["too-many-requests"] * 2
    assert SmsDevice.objects.get().code_tries == 5


def test_one_code_is_sent_to_an_impatient_finger(carrier: FakeCarrier) -> None:
    results = _at_once(
        [lambda: request_sms_code(phone=PHONE, purpose=CodePurpose.REGISTER, now=NOW)] * 5
    )
    assert _refusals(results) == ["too-many-requests"] * 4
    assert len(carrier.requests) == 1
    assert User.objects.count() == 1


def test_one_licence_registers_once(carrier: FakeCarrier) -> None:
    phones = [PHONE, OTHER_PHONE]
    codes = [send_code(carrier, phone=phone) for phone in phones]

    def call(phone: str, code: str) -> Callable[[], Any]:
        return lambda: register(
            phone=phone,
            code=code,
            password=PASSWORD,
            kind=BorrowerKind.BUSINESS,
            legal_name="北京小铺商贸有限公司",
            uscc=uscc(),
            now=NOW,
        )

    results = _at_once([call(p, c) for p, c in zip(phones, codes, strict=True)])
    assert _refusals(results) == ["uscc-registered"]


def test_one_person_is_verified_in_one_account(carrier: FakeCarrier) -> None:
    users = [register_person(carrier, phone=phone) for phone in (PHONE, OTHER_PHONE)]
    calls: list[Callable[[], Any]] = []
    for user_id in users:
        declare_identity(user_id=user_id, name="张三", id_number=id_number(), now=NOW)
        print_ = get_four_factors(user_id=user_id).fingerprint
        calls.append(
            partial(
                record_four_factor_verified,
                user_id=user_id,
                fingerprint=print_,
                evidence="card:1",
                now=NOW,
            )
        )
    assert _refusals(_at_once(calls)) == ["identity-taken"]
    assert Identity.objects.filter(state=IdentityState.VERIFIED).count() == 1

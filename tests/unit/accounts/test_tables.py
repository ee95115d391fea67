"""The identity machine, waits, and the tables of consents and messages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import pytest

from accounts.domain.consents import LABELS, REQUIRED, ConsentKind, Step
from accounts.domain.messages import BY_SMS, TEXTS, MessageKind, MessageParamsError, check_params
from accounts.domain.sample_documents import SAMPLES
from accounts.domain.states import IDENTITY, IdentityEvent, IdentityState
from accounts.domain.throttling import LONGEST_WAIT, remaining, wait_after, whole_seconds
from core.statemachine import IllegalTransition

LEGAL = {
    (IdentityState.DECLARED, IdentityEvent.DECLARE): IdentityState.DECLARED,
    (IdentityState.DECLARED, IdentityEvent.VERIFY): IdentityState.VERIFIED,
    (IdentityState.DECLARED, IdentityEvent.REJECT): IdentityState.REJECTED,
    (IdentityState.REJECTED, IdentityEvent.DECLARE): IdentityState.DECLARED,
}


@pytest.mark.parametrize(("state", "event"), list(product(IdentityState, IdentityEvent)))
def test_every_pair_of_the_identity_machine(state: IdentityState, event: IdentityEvent) -> None:
    if (state, event) in LEGAL:
        assert IDENTITY.next(state, event) is LEGAL[state, event]
    else:
        with pytest.raises(IllegalTransition):
            IDENTITY.next(state, event)


def test_a_verified_identity_is_final() -> None:
    assert IDENTITY.final == {IdentityState.VERIFIED}


def test_waits_grow_after_the_free_failures_and_end_at_an_hour() -> None:
    waits = [wait_after(failures=count) for count in range(40)]
    assert waits[:5] == [timedelta(0)] * 5
    assert waits[5:8] == [timedelta(seconds=s) for s in (30, 60, 120)]
    assert all(earlier <= later for earlier, later in pairwise(waits))
    assert waits[-1] == wait_after(failures=10**9) == LONGEST_WAIT


def test_what_is_left_of_a_pause() -> None:
    now = datetime(2026, 11, 23, tzinfo=UTC)
    minute = timedelta(minutes=1)
    assert remaining(since=None, pause=minute, now=now) == timedelta(0)
    assert remaining(since=now - minute, pause=minute, now=now) == timedelta(0)
    assert remaining(since=now - minute / 2, pause=minute, now=now) == minute / 2
    assert whole_seconds(timedelta(milliseconds=1)) == 1


def test_every_consent_has_a_label_a_sample_and_is_needed_somewhere() -> None:
    assert set(LABELS) == set(ConsentKind) == {sample.kind for sample in SAMPLES}
    assert set(REQUIRED) == set(Step)
    assert {kind for kinds in REQUIRED.values() for kind in kinds} == set(ConsentKind)


def test_every_sample_says_that_it_is_one() -> None:
    for sample in SAMPLES:
        assert sample.body_zh.startswith("【示例文本")
        assert sample.body_en.startswith("[Sample text")


@pytest.mark.parametrize("kind", list(MessageKind))
def test_every_message_can_be_filled(kind: MessageKind) -> None:
    text = TEXTS[kind]
    words = dict.fromkeys(text.params, "…")
    check_params(kind=kind, params=words)
    assert "%" not in (text.title + text.body) % words


def test_a_message_that_lacks_a_parameter_is_our_mistake() -> None:
    with pytest.raises(MessageParamsError):
        check_params(kind=MessageKind.MONEY_ARRIVED, params={"amount": "¥1.00"})


def test_what_must_not_wait_goes_by_sms() -> None:
    assert {MessageKind.OVERDUE, MessageKind.PAYOUT_FAILED, MessageKind.DEBIT_FAILED} <= BY_SMS

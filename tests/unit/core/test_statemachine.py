"""Every machine of the house: what its table does not say raises."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.states import IDENTITY
from cards.domain.states import BINDING, PAYMENT, PaymentEvent, PaymentState
from core.statemachine import IllegalTransition, TransitionTable
from lending.loans.domain.states import APPLICATION, DRAWDOWN, LINE, LOAN
from lending.repayments.domain.states import REPAYMENT
from risk.domain.states import DECISION, REVIEW

MACHINES: list[Any] = [
    IDENTITY,
    BINDING,
    PAYMENT,
    APPLICATION,
    DRAWDOWN,
    LINE,
    LOAN,
    REPAYMENT,
    DECISION,
    REVIEW,
]


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_only_the_table_moves_a_machine(machine: TransitionTable[StrEnum, StrEnum]) -> None:
    states, events = type(machine.initial), type(next(iter(machine.rows))[1])
    for state in states:
        for event in events:
            if (state, event) in machine.rows:
                assert machine.next(state, event) is machine.rows[state, event]
            else:
                with pytest.raises(IllegalTransition):
                    machine.next(state, event)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.name)
def test_every_state_can_be_reached(machine: TransitionTable[StrEnum, StrEnum]) -> None:
    reached = {machine.initial}
    while True:
        more = {to for (state, _), to in machine.rows.items() if state in reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(type(machine.initial))


@given(st.lists(st.sampled_from(PaymentEvent), max_size=30))
def test_money_that_moved_is_never_failed(events: list[PaymentEvent]) -> None:
    state, succeeded = PAYMENT.initial, False
    for event in events:
        if PAYMENT.allows(state, event):
            state = PAYMENT.next(state, event)
            succeeded |= state is PaymentState.SUCCEEDED
        assert not (succeeded and state in (PaymentState.FAILED, PaymentState.UNKNOWN))
    if state is PaymentState.CREATED:
        assert PaymentEvent.SUBMIT not in events

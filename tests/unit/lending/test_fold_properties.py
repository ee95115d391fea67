"""What holds of every loan whatever happened to it: random histories of all kinds of events."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.money import Money
from lending.loans.domain import (
    Amounts,
    Disbursed,
    InvalidEventsError,
    LoanEvent,
    LoanState,
    Paid,
    PaymentKind,
    Reversed,
    replay,
)
from lending.loans.domain.books import Earned, balances
from lending.loans.domain.codec import (
    event_from_json,
    event_to_json,
    terms_from_json,
    terms_to_json,
)
from lending.loans.domain.events import (
    Charged,
    ChargedBack,
    CreditRefunded,
    DueDateMoved,
    Extended,
    InterestPaused,
    RateChanged,
    Waived,
)
from lending.loans.domain.fold.book import Fold
from lending.loans.domain.fold.result import state_of
from lending.loans.domain.fold.servicing import happen
from lending.loans.domain.history import standing_events
from tests.unit.lending.fold_histories import Scene, Story, is_possible, made, stories

ZERO = Money(0, "CNY")
#: For a long run by hand: FOLD_EXAMPLES=5000 pytest tests/unit/lending/test_fold_properties.py
SCALE = int(os.environ.get("FOLD_EXAMPLES", "0"))


def many(examples: int) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    return settings(max_examples=SCALE or examples, deadline=None, suppress_health_check=slow)


def parts(amounts: Amounts) -> list[int]:
    return [
        amounts.penalty.minor,
        amounts.fee.minor,
        amounts.interest.minor,
        amounts.principal.minor,
    ]


def check_principal(state: LoanState) -> None:
    lent = state.drawn + state.charged_back.principal
    asked = sum((r.asked.principal for r in state.rows), ZERO)
    assert asked + state.early_principal + state.waived.principal == lent
    left = lent - state.paid.principal - state.waived.principal
    assert state.outstanding_principal == left
    assert sum((r.open.principal for r in state.rows), ZERO) == left
    assert state.payoff.principal == left


def check_claims(state: LoanState) -> None:
    """What was earned is paid, given up, or owed; and what was paid stands in the rows."""
    earned = Amounts(
        penalty=state.accrued_penalty,
        fee=state.accrued_fee,
        interest=state.accrued_interest,
        principal=state.drawn,
    )
    assert earned + state.charged_back - state.waived == state.paid + state.payoff
    in_rows = sum((r.paid for r in state.rows), Amounts.zero("CNY"))
    early = Amounts(penalty=ZERO, fee=ZERO, interest=ZERO, principal=state.early_principal)
    assert in_rows + early == state.paid
    late = [r.open.principal for r in state.rows if r.due_on < state.as_of]
    assert sum(late, ZERO) == state.overdue_principal
    fallen = [r.open for r in state.rows if r.due_on <= state.as_of]
    assert sum(fallen, Amounts.zero("CNY")) == state.due_now


def check_money(state: LoanState, story: Story) -> None:
    amounts = {e.reference: e.amount for e in story.standing(Paid)}
    assert {p.reference: p.amounts.total + p.unapplied for p in state.payments} == amounts
    assert sum((p.amounts for p in state.payments), Amounts.zero("CNY")) == state.paid
    credit = sum((p.unapplied for p in state.payments), ZERO)
    covered = state.refunded - state.refunded_beyond
    assert state.unapplied == credit - state.credit_taken - covered
    back = sum((e.amount for e in story.standing(ChargedBack)), ZERO)
    assert state.charged_back.total + state.credit_taken == back + state.refunded_beyond


def check_signs(state: LoanState) -> None:
    sums = [
        state.due_now,
        state.payoff,
        state.paid,
        state.charged_back,
        state.waived,
        *(r.open for r in state.rows),
        *(r.asked for r in state.rows),
        *(r.paid for r in state.rows),
        *([state.written_off] if state.written_off else []),
    ]
    assert all(minor >= 0 for amounts in sums for minor in parts(amounts))
    single = [
        state.unapplied,
        state.overdue_principal,
        state.early_principal,
        state.accrued_interest,
        state.accrued_penalty,
        state.accrued_fee,
        state.credit_taken,
        state.refunded,
        state.refunded_beyond,
        state.recovered,
        *(r.opening for r in state.rows),
    ]
    assert all(amount.minor >= 0 for amount in single)


def check_rows(state: LoanState) -> None:
    assert [r.number for r in state.rows] == list(range(1, len(state.rows) + 1))
    for before, after in zip(state.rows, state.rows[1:], strict=False):
        assert before.due_on <= after.starts_on <= after.due_on
    overdue = any(r.status.value == "OVERDUE" for r in state.rows)
    assert (state.days_past_due > 0) == overdue
    assert state.is_settled == (not state.payoff.total)
    if state.is_settled:
        assert {r.status.value for r in state.rows} == {"PAID"}
        assert not any(r.open.total for r in state.rows)


def check_books(state: LoanState) -> None:
    books = balances(state=state, earned=Earned.by(state))
    assert sum(books.values(), ZERO) == ZERO
    by_name = {code.name: amount for code, amount in books.items()}
    owed = state.payoff if state.written_off is None else Amounts.zero("CNY")
    assert by_name["LOAN_PRINCIPAL"] == owed.principal
    assert by_name["INTEREST_RECEIVABLE"] == owed.interest
    assert by_name["PENALTY_RECEIVABLE"] == owed.penalty
    assert by_name["FEE_RECEIVABLE"] == owed.fee


def known_at(story: Story, day: date) -> Story:
    return replace(story, events=[e for e in story.events if e.on <= day], today=day)


@many(150)
@given(stories())
def test_every_sum_agrees(story: Story) -> None:
    days = {story.today, *(e.on for e in story.events)}
    for day in sorted(days):
        try:
            state = story.at(day)
        except InvalidEventsError:
            assert day < story.today
            continue
        check_principal(state)
        check_claims(state)
        check_signs(state)
        check_rows(state)
        check_books(state)
        check_money(state, known_at(story, day))


@many(60)
@given(stories(), st.randoms(use_true_random=False))
def test_the_order_of_a_list_means_nothing(story: Story, random: Random) -> None:
    shuffled = list(story.events)
    random.shuffle(shuffled)
    assert replay(terms=story.terms, events=shuffled, as_of=story.today) == story.at(story.today)


@many(60)
@given(stories(most=6))
def test_undoing_an_event_equals_never_having_had_it(story: Story) -> None:
    undo = Reversed(on=story.today, reference="", sequence=99)
    for event in story.standing():
        without = [e for e in story.events if e is not event]
        undone = [*story.events, replace(undo, reference=event.reference)]
        try:
            expected = replay(terms=story.terms, events=without, as_of=story.today)
        except InvalidEventsError:
            continue
        assert replay(terms=story.terms, events=undone, as_of=story.today) == expected


@many(60)
@given(stories())
def test_events_and_terms_survive_storage(story: Story) -> None:
    terms = terms_from_json(body=json.loads(json.dumps(terms_to_json(terms=story.terms))))
    events = [
        event_from_json(body=json.loads(json.dumps(event_to_json(event=event))))
        for event in story.events
    ]
    assert events == story.events
    assert replay(terms=terms, events=events, as_of=story.today) == story.at(story.today)


def states_by_day(story: Story) -> dict[date, LoanState]:
    """The fold stopped and looked at on every day: what a look costs must be nothing."""
    terms, today = story.terms, story.today
    _, standing = standing_events(terms=terms, events=story.events, as_of=today)
    fold = Fold(
        terms,
        pauses=[e for e in standing if isinstance(e, InterestPaused)],
        overtaken=frozenset(e.reference for e in standing if not isinstance(e, Disbursed)),
    )
    coming, states = list(standing), {}
    for offset in range((today - terms.disbursed_on).days + 1):
        day = terms.disbursed_on + timedelta(days=offset)
        fold.advance(day)
        while coming and coming[0].on == day:
            happen(fold, coming.pop(0))
            state_of(fold, as_of=day, drawn=terms.principal)
        states[day] = state_of(fold, as_of=day, drawn=terms.principal)
    return states


@many(30)
@given(stories(most=6))
def test_day_by_day_is_the_same_as_at_once_and_no_income_is_lost(story: Story) -> None:
    states = states_by_day(story)
    assert states[story.today] == story.at(story.today)
    rewriting = (Reversed, InterestPaused)
    if not any(isinstance(e, rewriting) for e in story.events) and not story.is_entered_late:
        assert all(story.at(day) == state for day, state in states.items())
    before: LoanState | None = None
    for state in states.values():
        if before is not None:
            assert state.accrued_interest >= before.accrued_interest
            assert state.accrued_penalty >= before.accrued_penalty
            assert state.accrued_fee >= before.accrued_fee
            if state.written_off and before.written_off:
                assert state.accrued_interest == before.accrued_interest
                assert state.accrued_penalty == before.accrued_penalty
                assert state.accrued_fee == before.accrued_fee
        before = state


@many(60)
@given(stories())
def test_a_payoff_settles_for_good(story: Story) -> None:
    before = story.at(story.today)
    if before.is_settled:
        return
    amount, kind = before.payoff.total, PaymentKind.PAYOFF
    payoff = Paid(on=story.today, amount=amount, kind=kind, reference="payoff", sequence=99)
    settled = replace(story, events=[*story.events, payoff])
    for day in (story.today, story.today + timedelta(days=1000)):
        state = settled.at(day)
        assert state.settled_on == story.today
        assert not state.payoff.total
        assert not state.due_now.total
        assert state.days_past_due == 0
        assert state.unapplied == before.unapplied
        assert Earned.by(state) == Earned.by(before)
        check_rows(state)


@st.composite
def reported_late(draw: st.DrawFn) -> tuple[Story, LoanEvent]:
    """A loan, and money of any day that the bank reports only now."""
    story = draw(stories())
    days = (story.today - story.terms.disbursed_on).days
    on = story.terms.disbursed_on + timedelta(days=draw(st.integers(0, days)))
    share = draw(st.integers(1, 1200))
    amount = Money(max(story.terms.principal.minor * share // 1000, 1), "CNY")
    payments = {e.reference: e for e in story.standing(Paid)}
    taken = dict.fromkeys(payments, 0)
    for back in story.standing(ChargedBack):
        taken[back.payment] += back.amount.minor
    what = draw(st.sampled_from(["paid", "undone", "charged back"]))
    unspent = [p for p in payments.values() if not taken[p.reference]]
    if what == "undone" and unspent:
        gone = draw(st.sampled_from(unspent))
        return story, Reversed(on=story.today, reference=gone.reference, sequence=99)
    left = [p for p in payments.values() if taken[p.reference] < p.amount.minor]
    written_off = story.at(story.today).written_off is not None
    if what == "charged back" and left and not written_off:
        bounced = draw(st.sampled_from(left))
        most = bounced.amount.minor - taken[bounced.reference]
        return story, ChargedBack(
            on=max(on, bounced.on),
            amount=Money(draw(st.integers(1, most)), "CNY"),
            payment=bounced.reference,
            reference="late",
            sequence=99,
        )
    kind = draw(st.sampled_from(PaymentKind))
    return story, Paid(on=on, amount=amount, kind=kind, reference="late", sequence=99)


@many(150)
@given(reported_late())
def test_money_reported_late_is_never_impossible(case: tuple[Story, LoanEvent]) -> None:
    story, event = case
    told = replace(story, events=[*story.events, event])
    state = told.at(story.today)
    check_principal(state)
    check_claims(state)
    check_signs(state)
    check_rows(state)
    check_books(state)
    check_money(state, told)


#: Kinds that do not look at what the other changes.
INDEPENDENT: tuple[tuple[type[LoanEvent], type[LoanEvent]], ...] = (
    (InterestPaused, Paid),
    (InterestPaused, Charged),
    (InterestPaused, DueDateMoved),
    (RateChanged, Paid),
    (RateChanged, Charged),
    (RateChanged, Waived),
    (CreditRefunded, Charged),
    (CreditRefunded, RateChanged),
    (CreditRefunded, Extended),
)


@many(60)
@given(st.data())
def test_independent_events_of_one_day_may_be_entered_in_any_order(data: st.DataObject) -> None:
    story = data.draw(stories(most=5))
    pair = []
    for name, kind in zip("ab", data.draw(st.sampled_from(INDEPENDENT)), strict=True):
        scene = Scene(story=story, state=story.at(story.today), on=story.today, reference=name)
        event = data.draw(made(kind, scene))
        if event is None or not is_possible(story, replace(event, sequence=98)):
            return
        pair.append(event)
    first, second = pair
    one = [*story.events, replace(first, sequence=98), replace(second, sequence=99)]
    other = [*story.events, replace(first, sequence=99), replace(second, sequence=98)]
    later = story.today + timedelta(days=data.draw(st.integers(0, 100)))
    assert replay(terms=story.terms, events=one, as_of=later) == replay(
        terms=story.terms, events=other, as_of=later
    )

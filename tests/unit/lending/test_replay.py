from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings

from core.money import Money
from lending.loans.domain import (
    Component,
    Disbursed,
    InstalmentStatus,
    InvalidEventsError,
    LoanEvent,
    LoanState,
    LoanTerms,
    Method,
    PaymentKind,
    Reversed,
    build_schedule,
    replay,
)
from lending.loans.domain.calendar import interest_periods
from tests.unit.lending.loan_builders import (
    cny,
    disbursed,
    histories,
    loan_terms,
    make_terms,
    paid,
    paid_on_every_due_date,
)

History = tuple[LoanTerms, list[LoanEvent], date]
TERMS = make_terms()  # 3000.00, three instalments of 1020.07, 1020.07, 1020.06 from 15 February
DUE_1 = date(2026, 2, 15)


def at(as_of: date, *events: LoanEvent, terms: LoanTerms = TERMS) -> LoanState:
    return replay(terms=terms, events=[disbursed(terms), *events], as_of=as_of)


def statuses(state: LoanState) -> list[str]:
    return [row.status.value for row in state.rows]


def test_before_disbursement_the_agreed_rows_stand_and_nothing_is_owed() -> None:
    for as_of in (date(2026, 1, 1), date(2027, 1, 1)):
        state = replay(terms=TERMS, events=[], as_of=as_of)
        assert not state.drawn
        assert not state.outstanding_principal
        assert not state.payoff.total
        assert not state.due_now.total
        assert state.days_past_due == 0
        assert not state.is_settled
        assert set(statuses(state)) == {"UPCOMING"}


def test_a_row_is_upcoming_then_due_then_overdue() -> None:
    assert statuses(at(DUE_1 - timedelta(days=1)))[0] == "UPCOMING"
    assert statuses(at(DUE_1))[0] == "DUE"
    assert at(DUE_1).days_past_due == 0
    assert not at(DUE_1).overdue_principal
    late = at(DUE_1 + timedelta(days=1))
    assert statuses(late) == ["OVERDUE", "UPCOMING", "UPCOMING"]
    assert late.days_past_due == 1
    assert late.overdue_principal == cny("990.07")


def test_a_part_paid_on_the_due_day_is_partly_paid_and_later_overdue() -> None:
    part = paid(DUE_1, cny("1000"), PaymentKind.DUE)
    assert statuses(at(DUE_1, part))[0] == "PARTLY_PAID"
    assert at(DUE_1, part).rows[0].open.principal == cny("20.07")
    assert statuses(at(DUE_1 + timedelta(days=1), part))[0] == "OVERDUE"


def test_a_due_payment_never_pays_in_advance() -> None:
    state = at(DUE_1, paid(DUE_1, cny("1100"), PaymentKind.DUE))
    assert state.unapplied == cny("79.93")
    assert state.outstanding_principal == cny("2009.93")
    assert state.rows[0].status is InstalmentStatus.PAID
    assert state.rows[0].settled_on == DUE_1
    assert state.next_instalment is not None
    assert state.next_instalment.number == 2


def test_money_back_on_the_day_it_was_lent_bears_no_interest() -> None:
    state = at(TERMS.disbursed_on, paid(TERMS.disbursed_on, cny("3000"), PaymentKind.PAYOFF))
    assert state.is_settled
    assert not state.accrued_interest


def test_too_much_is_unapplied_and_the_day_of_settlement_stays() -> None:
    payoff = paid(DUE_1, cny("5000"), PaymentKind.PAYOFF)
    again = paid(date(2026, 3, 1), cny("10"))
    state = at(date(2026, 4, 1), payoff, again)
    assert state.settled_on == DUE_1
    assert state.unapplied == cny("1980")
    assert set(statuses(state)) == {"PAID"}


def test_a_payment_is_applied_in_the_order_of_day_and_sequence() -> None:
    early = paid(date(2026, 2, 1), cny("100"), reference="early")
    later = paid(date(2026, 2, 20), cny("1020.07"), reference="later")
    assert at(date(2026, 3, 1), later, early) == at(date(2026, 3, 1), early, later)


def test_on_one_day_the_sequence_decides() -> None:
    due = replace(paid(DUE_1, cny("1020.07"), PaymentKind.DUE, "due"), sequence=2)
    manual = replace(paid(DUE_1, cny("1020.07"), reference="manual"), sequence=1)
    for given_order in ([due, manual], [manual, due]):
        state = at(DUE_1, *given_order)
        assert [p.reference for p in state.payments] == ["manual", "due"]
        assert state.unapplied == cny("1020.07")


def test_the_next_instalment_is_one_after_today() -> None:
    state = at(DUE_1)
    assert state.next_instalment is not None
    assert state.next_instalment.number == 2
    assert at(date(2026, 4, 15)).next_instalment is None


def test_the_order_of_the_terms_is_used() -> None:
    order = (Component.PRINCIPAL, Component.INTEREST, Component.PENALTY, Component.FEE)
    terms = make_terms(allocation_order=order)
    state = at(DUE_1, paid(DUE_1, cny("500"), PaymentKind.DUE), terms=terms)
    assert state.paid.principal == cny("500")
    assert not state.paid.interest


def test_grace_bears_nothing_and_penalty_counts_the_days_after_it() -> None:
    # 990.07 overdue at 18 %/360 = 0.495035 a day, from the third day of grace on
    terms = make_terms(grace_days=3)
    within = at(date(2026, 2, 18), terms=terms)
    assert not within.accrued_penalty
    assert within.days_past_due == 3
    assert at(date(2026, 2, 19), terms=terms).accrued_penalty == cny("0.50")
    assert at(date(2026, 2, 28), terms=terms).accrued_penalty == cny("4.95")
    in_time = at(
        date(2026, 2, 28), paid(date(2026, 2, 18), cny("1020.07"), PaymentKind.DUE), terms=terms
    )
    assert not in_time.accrued_penalty
    assert in_time.days_past_due == 0


def test_penalty_rests_on_principal_alone() -> None:
    # Principal of the first instalment is paid, interest is not: late, but no penalty.
    order = (Component.PRINCIPAL, Component.INTEREST, Component.PENALTY, Component.FEE)
    terms = make_terms(allocation_order=order)
    state = at(date(2026, 3, 1), paid(DUE_1, cny("990.07"), PaymentKind.DUE), terms=terms)
    assert state.days_past_due == 14
    assert not state.accrued_penalty
    assert state.due_now.total == cny("30.00")


@pytest.mark.parametrize(
    "events",
    [
        [disbursed(TERMS)],
        [Disbursed(on=TERMS.disbursed_on, amount=TERMS.principal, sequence=1)],
        [paid(DUE_1, cny("1"), reference="a"), paid(DUE_1, cny("2"), reference="a")],
        [paid(DUE_1, Money(0, "CNY"))],
        [paid(DUE_1, Money(5, "USD"))],
        [paid(date(2026, 1, 1), cny("1"))],
        [Reversed(on=DUE_1, reference="unknown")],
        [
            paid(DUE_1, cny("1"), reference="a"),
            Reversed(on=DUE_1, reference="a", sequence=1),
            Reversed(on=DUE_1, reference="a", sequence=2),
        ],
        [paid(DUE_1, cny("1"), reference="a"), Reversed(on=date(2026, 2, 1), reference="a")],
    ],
)
def test_a_history_no_loan_can_have_is_refused(events: list[LoanEvent]) -> None:
    with pytest.raises(InvalidEventsError):
        at(date(2026, 12, 31), *events)


def test_the_disbursement_is_the_agreed_one() -> None:
    for wrong in (
        Disbursed(on=TERMS.disbursed_on, amount=cny("2999")),
        Disbursed(on=date(2026, 1, 16), amount=TERMS.principal),
    ):
        with pytest.raises(InvalidEventsError):
            replay(terms=TERMS, events=[wrong], as_of=date(2026, 2, 1))


def test_a_reversal_is_not_known_before_its_day() -> None:
    payment = paid(DUE_1, cny("1020.07"), PaymentKind.DUE, "a")
    undo = Reversed(on=date(2026, 2, 20), reference="a")
    assert at(date(2026, 2, 19), payment, undo).days_past_due == 0
    assert at(date(2026, 2, 20), payment, undo) == at(date(2026, 2, 20))
    assert at(date(2026, 2, 20), payment, undo).days_past_due == 5


@given(loan_terms())
def test_paid_on_every_due_date_the_loan_follows_its_schedule_exactly(terms: LoanTerms) -> None:
    schedule = build_schedule(terms=terms)
    state = replay(terms=terms, events=paid_on_every_due_date(terms), as_of=schedule[-1].due_on)
    assert state.is_settled
    assert state.accrued_interest.minor == sum(r.interest.minor for r in schedule)
    assert not state.accrued_penalty
    assert not state.unapplied
    assert [(r.asked.principal, r.asked.interest) for r in state.rows] == [
        (r.principal, r.interest) for r in schedule
    ]


@given(histories())
def test_every_balance_adds_up_and_nothing_is_below_zero(history: History) -> None:
    terms, events, as_of = history
    state = replay(terms=terms, events=events, as_of=as_of)
    by_rows = sum(r.asked.principal.minor for r in state.rows) + state.early_principal.minor
    assert by_rows == terms.principal.minor
    assert state.paid.principal + state.outstanding_principal == state.drawn
    assert state.payoff.principal == state.outstanding_principal
    assert state.paid.interest + state.payoff.interest == state.accrued_interest
    assert state.paid.penalty + state.payoff.penalty == state.accrued_penalty
    assert state.paid.total + state.unapplied == sum(
        (p.amounts.total + p.unapplied for p in state.payments), Money(0, "CNY")
    )
    parts = [state.due_now, state.payoff, state.paid, *(r.open for r in state.rows)]
    assert all(min(a.penalty.minor, a.interest.minor, a.principal.minor) >= 0 for a in parts)
    assert min(state.unapplied.minor, state.overdue_principal.minor, state.days_past_due) >= 0
    assert (state.days_past_due > 0) == ("OVERDUE" in statuses(state))
    assert state.is_settled == (not state.payoff.total)


@given(histories())
def test_an_undone_payment_equals_never_having_had_it(history: History) -> None:
    terms, events, as_of = history
    for event in events[1:]:
        reference = getattr(event, "reference", "")
        undone = [*events, Reversed(on=as_of, reference=reference, sequence=1)]
        without = [e for e in events if e is not event]
        assert replay(terms=terms, events=undone, as_of=as_of) == replay(
            terms=terms, events=without, as_of=as_of
        )


@given(histories())
def test_a_payoff_today_settles_the_loan_for_good(history: History) -> None:
    terms, events, as_of = history
    before = replay(terms=terms, events=events, as_of=as_of)
    if before.is_settled:
        return
    payoff = paid(as_of, before.payoff.total, PaymentKind.PAYOFF, "payoff")
    for day in (as_of, as_of + timedelta(days=1000)):
        after = replay(terms=terms, events=[*events, payoff], as_of=day)
        assert after.settled_on == as_of
        assert not after.payoff.total
        assert not after.outstanding_principal
        assert after.unapplied == before.unapplied
        assert after.days_past_due == 0
        assert after.accrued_interest == before.accrued_interest
        assert after.accrued_penalty == before.accrued_penalty
        assert set(statuses(after)) == {"PAID"}


@settings(max_examples=15, deadline=None)
@given(histories())
def test_closing_each_day_posts_what_the_whole_earns(history: History) -> None:
    terms, events, last = history
    as_of = min(last, terms.disbursed_on + timedelta(days=150))
    posted = [(0, 0)]
    for offset in range((as_of - terms.disbursed_on).days + 1):
        day = terms.disbursed_on + timedelta(days=offset)
        state = replay(terms=terms, events=events, as_of=day)
        earned = (state.accrued_interest.minor, state.accrued_penalty.minor)
        parts = tuple(whole - sum(p[i] for p in posted) for i, whole in enumerate(earned))
        assert min(parts) >= 0
        posted.append((parts[0], parts[1]))
    known = [e for e in events if e.on <= as_of]
    whole = replay(terms=terms, events=known, as_of=as_of)
    assert sum(p[0] for p in posted) == whole.accrued_interest.minor
    assert sum(p[1] for p in posted) == whole.accrued_penalty.minor


def oracle(terms: LoanTerms, as_of: date) -> tuple[int, int]:
    """Interest and penalty of a loan nobody pays: one day at a time in exact fractions."""
    rate, penalty_rate = Fraction(terms.annual_rate), Fraction(terms.penalty_rate)
    rows = list(zip(interest_periods(terms=terms), build_schedule(terms=terms), strict=True))
    interest = penalty = 0
    for period, row in rows:
        earned = late = Fraction(0)
        base = terms.principal if terms.method is Method.FLAT and row.opening else row.opening
        day = period.starts_on
        while day < as_of:
            if day < period.due_on:
                earned += base.minor * rate / period.year_days
            elif (day - period.due_on).days >= terms.grace_days:
                late += row.principal.minor * penalty_rate / terms.day_count.year_days
            day += timedelta(days=1)
        interest += round(earned)
        penalty += round(late)
    return interest, penalty


@settings(max_examples=25, deadline=None)
@given(loan_terms())
def test_an_unpaid_loan_earns_what_an_independent_daily_sum_says(terms: LoanTerms) -> None:
    end = build_schedule(terms=terms)[-1].due_on
    for as_of in (
        terms.disbursed_on,
        terms.disbursed_on + timedelta(days=40),
        end,
        end + timedelta(days=100),
    ):
        state = at(as_of, terms=terms)
        assert (state.accrued_interest.minor, state.accrued_penalty.minor) == oracle(terms, as_of)


@given(histories())
def test_early_principal_never_makes_a_later_instalment_larger(history: History) -> None:
    terms, events, _ = history
    if terms.principal.minor < 10_000:
        return  # the last instalment of a few cents takes a rounding larger than itself
    day = terms.disbursed_on + timedelta(days=10)
    agreed = replay(terms=terms, events=events[:1], as_of=day)
    early = paid(day, Money(terms.principal.minor // 3, "CNY"), reference="early")
    state = replay(terms=terms, events=[events[0], early], as_of=day)
    slack = 2 * terms.instalments  # the rounding the last instalment takes
    assert [r.due_on for r in state.rows] == [r.due_on for r in agreed.rows]
    for before, after in zip(agreed.rows, state.rows, strict=True):
        assert after.open.total.minor <= before.open.total.minor + slack


def test_penalty_uses_the_days_of_the_loan_s_year() -> None:
    # 990.07 at 18 % for 20 days: /360 9.9007
    assert at(date(2026, 3, 7)).accrued_penalty == cny("9.90")
    assert make_terms(penalty_uplift=Decimal(0)).penalty_rate == Decimal("0.12")

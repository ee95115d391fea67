"""Random histories of all kinds of events, entered one by one as colleagues and banks enter them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any, Final

from hypothesis import strategies as st

from core.money import Money
from lending.loans.domain import (
    Component,
    Disbursed,
    InvalidEventsError,
    LoanEvent,
    LoanState,
    LoanTerms,
    OpenInterest,
    Paid,
    PaymentKind,
    Reversed,
    replay,
)
from lending.loans.domain.checks import Case, faults
from lending.loans.domain.events import (
    Charged,
    ChargedBack,
    ChargeKind,
    CreditRefunded,
    DueDateMoved,
    Extended,
    InterestPaused,
    RateChanged,
    ReAged,
    ReAmortised,
    Restructured,
    Waived,
    WrittenOff,
)
from lending.products.domain.methods import Unit
from tests.unit.lending.loan_builders import disbursed, loan_terms, rates

ORDERS: Final = tuple(permutations(Component))
#: What the bank reports: it must never be impossible.
MONEY: Final = (Paid, ChargedBack)


@dataclass(frozen=True, kw_only=True)
class Story:
    """A loan's events in the order of their entry, which is that of `sequence`."""

    terms: LoanTerms
    events: list[LoanEvent]
    today: date

    def at(self, as_of: date) -> LoanState:
        return replay(terms=self.terms, events=self.events, as_of=as_of)

    @property
    def undone(self) -> set[str]:
        return {e.reference for e in self.events if isinstance(e, Reversed)}

    def standing(self, of: Any = object) -> list[Any]:
        """Events that can be undone, of a class."""
        return [
            e
            for e in self.events
            if not isinstance(e, Disbursed | Reversed)
            and isinstance(e, of)
            and e.reference not in self.undone
        ]

    @property
    def is_entered_late(self) -> bool:
        """Whether something was entered after what happened later."""
        days = [e.on for e in self.events]
        return days != sorted(days)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What an event is drawn from: the loan on the day `on`."""

    story: Story
    state: LoanState
    on: date
    reference: str


Drawn = LoanEvent | None


def _amount(draw: st.DrawFn, most: int) -> Money:
    """All of it, or a part."""
    return Money(draw(st.just(most) | st.integers(1, most)), "CNY")


def _paid(draw: st.DrawFn, scene: Scene) -> Drawn:
    state, principal = scene.state, scene.story.terms.principal.minor
    wanted = [
        state.due_now.total.minor,
        state.payoff.total.minor,
        *(row.open.total.minor for row in state.rows[:2]),
        principal * draw(st.integers(1, 1200)) // 1000,
        draw(st.integers(1, 100)),
    ]
    return Paid(
        on=scene.on,
        amount=Money(max(draw(st.sampled_from(wanted)), 1), "CNY"),
        kind=draw(st.sampled_from(PaymentKind)),
        reference=scene.reference,
    )


def _charged_back(draw: st.DrawFn, scene: Scene) -> Drawn:
    payments = [p for p in scene.story.standing(Paid) if p.on <= scene.on]
    if not payments:
        return None
    payment = draw(st.sampled_from(payments))
    return ChargedBack(
        on=scene.on,
        amount=_amount(draw, payment.amount.minor),
        payment=payment.reference,
        reference=scene.reference,
    )


def _credit_refunded(draw: st.DrawFn, scene: Scene) -> Drawn:
    credit = scene.state.unapplied.minor
    if not credit:
        return None
    return CreditRefunded(on=scene.on, amount=_amount(draw, credit), reference=scene.reference)


def _charged(draw: st.DrawFn, scene: Scene) -> Drawn:
    return Charged(
        on=scene.on,
        amount=Money(draw(st.integers(1, 5000)), "CNY"),
        kind=draw(st.sampled_from(ChargeKind)),
        due_on=draw(st.none() | st.sampled_from([scene.on, *(r.due_on for r in scene.state.rows)])),
        reference=scene.reference,
    )


def _waived(draw: st.DrawFn, scene: Scene) -> Drawn:
    owed = {c: getattr(scene.state.payoff, c.value.lower()).minor for c in Component}
    parts = [c for c, minor in owed.items() if minor]
    if not parts:
        return None
    part = draw(st.sampled_from(parts))
    return Waived(
        on=scene.on,
        amount=_amount(draw, owed[part]),
        component=part,
        reference=scene.reference,
    )


def _rate_changed(draw: st.DrawFn, scene: Scene) -> Drawn:
    return RateChanged(on=scene.on, annual_rate=draw(rates), reference=scene.reference)


def _due_date_moved(draw: st.DrawFn, scene: Scene) -> Drawn:
    coming = [row for row in scene.state.rows if row.due_on > scene.on]
    if not coming:
        return None
    row = draw(st.sampled_from(coming))
    return DueDateMoved(
        on=scene.on,
        due_on=row.due_on,
        moved_to=max(row.starts_on, scene.on) + timedelta(days=draw(st.integers(1, 60))),
        reference=scene.reference,
    )


def _extended(draw: st.DrawFn, scene: Scene) -> Drawn:
    return Extended(on=scene.on, instalments=draw(st.integers(1, 4)), reference=scene.reference)


def _plan(draw: st.DrawFn, scene: Scene) -> dict[str, Any]:
    return {
        "on": scene.on,
        "starts_on": scene.on + timedelta(days=draw(st.just(0) | st.integers(0, 40))),
        "every": draw(st.integers(1, 3)),
        "unit": draw(st.sampled_from(Unit)),
        "instalments": draw(st.integers(1, 5)),
        "reference": scene.reference,
    }


def _re_aged(draw: st.DrawFn, scene: Scene) -> Drawn:
    return ReAged(**_plan(draw, scene), interest=draw(st.sampled_from(OpenInterest)))


def _restructured(draw: st.DrawFn, scene: Scene) -> Drawn:
    return Restructured(**_plan(draw, scene), annual_rate=draw(rates))


def _re_amortised(draw: st.DrawFn, scene: Scene) -> Drawn:
    interest = draw(st.sampled_from(OpenInterest))
    return ReAmortised(on=scene.on, interest=interest, reference=scene.reference)


def _paused(draw: st.DrawFn, scene: Scene) -> Drawn:
    starts_on = scene.on + timedelta(days=draw(st.integers(-40, 40)))
    starts_on = max(starts_on, scene.story.terms.disbursed_on)
    return InterestPaused(
        on=scene.on,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=draw(st.integers(0, 60))),
        reference=scene.reference,
    )


def _written_off(draw: st.DrawFn, scene: Scene) -> Drawn:
    if draw(st.integers(0, 2)):
        return None
    return WrittenOff(on=scene.on, reference=scene.reference)


def _undone(draw: st.DrawFn, scene: Scene) -> Drawn:
    known = [e for e in scene.story.standing() if e.on <= scene.on]
    if not known:
        return None
    return Reversed(on=scene.on, reference=draw(st.sampled_from(known)).reference)


Maker = Callable[[st.DrawFn, Scene], Drawn]
MAKERS: Final[Mapping[type[LoanEvent], Maker]] = {
    Paid: _paid,
    ChargedBack: _charged_back,
    CreditRefunded: _credit_refunded,
    Charged: _charged,
    Waived: _waived,
    RateChanged: _rate_changed,
    DueDateMoved: _due_date_moved,
    Extended: _extended,
    ReAged: _re_aged,
    Restructured: _restructured,
    ReAmortised: _re_amortised,
    InterestPaused: _paused,
    WrittenOff: _written_off,
    Reversed: _undone,
}


def _likely(scene: Scene) -> list[type[LoanEvent]]:
    """Kinds that can happen now; payments more often than anything else."""
    state, story = scene.state, scene.story
    kinds: list[type[LoanEvent]] = [Paid]
    if state.unapplied:
        kinds += [CreditRefunded] * 2
    if story.standing():
        kinds.append(Reversed)
    if state.written_off is not None:
        return kinds
    if story.standing(Paid):
        kinds.append(ChargedBack)
    if state.payoff.total:
        kinds.append(Waived)
    if any(row.due_on > scene.on for row in state.rows):
        kinds += [DueDateMoved, Extended, ReAmortised]
    return [
        *kinds,
        *[Paid] * 4,
        Charged,
        RateChanged,
        InterestPaused,
        ReAged,
        Restructured,
        WrittenOff,
    ]


@st.composite
def made(draw: st.DrawFn, kind: type[LoanEvent], scene: Scene) -> Drawn:
    """An event of a kind; None where the loan has no use for one."""
    return MAKERS[kind](draw, scene)


@st.composite
def rich_terms(draw: st.DrawFn) -> LoanTerms:
    """Terms that may have all that a lender asks of the late."""
    terms = draw(loan_terms())
    return replace(
        terms,
        instalments=min(terms.instalments, draw(st.sampled_from([2, 6, 12]))),
        allocation_order=draw(st.sampled_from(ORDERS)),
        late_fee=min(draw(st.sampled_from([0, 0, 2500])), terms.principal.minor),
        interest_compounds=draw(st.booleans()),
        penalty_uplift=draw(st.sampled_from([Decimal(0), Decimal("0.5")])),
    )


def is_possible(story: Story, event: LoanEvent) -> bool:
    """What the desk lets pass and the fold takes."""
    state = story.at(story.today)
    case = Case(disbursed_on=story.terms.disbursed_on, history=story.events, state=state)
    if faults(event=event, case=case):
        return False
    try:
        replace(story, events=[*story.events, event]).at(story.today)
    except InvalidEventsError:
        return False
    return True


@st.composite
def stories(draw: st.DrawFn, most: int = 8) -> Story:
    """A loan to which up to `most` things happened, some of them entered late."""
    terms = draw(rich_terms())
    story = Story(terms=terms, events=[disbursed(terms)], today=terms.disbursed_on)
    for number in range(1, draw(st.integers(2, most)) + 1):
        today = story.today + timedelta(days=draw(st.integers(0, 10) | st.integers(0, 70)))
        late = draw(st.sampled_from([0, 0, 0, 0, draw(st.integers(1, 90))]))
        on = max(today - timedelta(days=late), terms.disbursed_on)
        story = replace(story, today=today)
        try:
            state = story.at(on)
        except InvalidEventsError:
            # What was entered late may have needed an undoing that was not known on that day.
            continue
        scene = Scene(story=story, state=state, on=on, reference=f"e{number}")
        event = MAKERS[draw(st.sampled_from(_likely(scene)))](draw, scene)
        if event is None:
            continue
        event = replace(event, sequence=number)
        if is_possible(story, event):
            story = replace(story, events=[*story.events, event])
    return replace(story, today=story.today + timedelta(days=draw(st.integers(0, 150))))

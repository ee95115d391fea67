"""One payment, many workers: sent once, asked about in one chain, settled once."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from threading import Event, Lock
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import transaction

from cards.domain.states import BindingState, Direction, PaymentState
from cards.models import CardBinding, Payment
from cards.operations import (
    bindings,
    confirm_binding,
    create_payment,
    payments,
    query_payment,
    start_binding,
    submit_payment,
)
from cards.operations.payments import RESEND_AFTER
from cards.operations.rails import rail_named
from core import outbox
from core.ids import uuid7
from core.models import OutboxDelivery, OutboxEvent
from core.money import Money
from core.outbox import BACK_OFF, LEASE, deliver, list_due
from lending.ledger.models import Entry
from lending.loans.models import Loan
from tests.fixtures.house import House, Person
from tests.fixtures.sandbox import SandboxProcess, wait_for
from tests.outbox import run_outbox
from tests.racing import Meeting, at_once, plain_get, refusals, winners

pytestmark = pytest.mark.django_db(transaction=True)

AMOUNT = 12_300


def bound(house: House) -> Person:
    person = house.person()
    house.bind(person)
    run_outbox()
    return person


def payout(house: House, person: Person, *, key: str = "payout-1") -> UUID:
    """A payment to the person's card that nobody above asked for."""
    assert person.binding_id is not None
    return create_payment(
        key=key,
        direction=Direction.OUT,
        source_type="test",
        source_id=uuid7(),
        binding_id=person.binding_id,
        amount=Money(AMOUNT, "CNY"),
        purpose="loan",
        now=house.now,
    )


def created(house: House, person: Person) -> Payment:
    """A payment that is committed and not sent."""
    with transaction.atomic():
        payment_id = payout(house, person)
    return Payment.objects.get(pk=payment_id)


def live_questions(payment: Payment) -> list[int]:
    """The numbers of the questions that would still be asked when their time comes."""
    payment.refresh_from_db()
    open_ = OutboxDelivery.objects.filter(
        event__name="payment.query_due",
        event__payload__payment_id=str(payment.pk),
        done_at__isnull=True,
    )
    numbers = [int(delivery.event.payload["asked"]) for delivery in open_.select_related("event")]
    return [number for number in numbers if number == payment.queries]


def movements(house: House, person: Person) -> list[int]:
    account = house.bank.account(pan=person.pan)
    return [m["amount"] for m in account["movements"] if m["order_id"] is not None]


def test_one_key_at_once_is_one_payment(house: House) -> None:
    person = bound(house)

    def create() -> UUID:
        with transaction.atomic():
            return payout(house, person)

    results = at_once(*[create] * 8)

    assert len(set(results)) == 1
    assert Payment.objects.count() == 1
    assert OutboxEvent.objects.filter(name="payment.created").count() == 1


def test_a_payment_submitted_by_many_workers_is_sent_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = bound(house)
    payment = created(house, person)
    sent: list[UUID] = []
    send = payments._send

    def count(row: Payment) -> Any:
        sent.append(row.pk)
        return send(row)

    monkeypatch.setattr(payments, "_send", count)

    at_once(*[partial(submit_payment, payment_id=payment.pk, now=house.now)] * 8)

    assert sent == [payment.pk]
    house.bank.wait_settled(order_id=payment.reference)
    assert movements(house, person) == [AMOUNT]


def test_without_the_lock_it_would_be_sent_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And even then the bank knows the reference, and the money leaves once."""
    person = bound(house)
    payment = created(house, person)
    sent: list[UUID] = []
    send = payments._send

    def count(row: Payment) -> Any:
        sent.append(row.pk)
        return send(row)

    monkeypatch.setattr(payments, "_send", count)
    monkeypatch.setattr(payments, "lock_row", Meeting().after(plain_get))

    at_once(*[partial(submit_payment, payment_id=payment.pk, now=house.now)] * 2)

    assert len(sent) == 2
    house.bank.wait_settled(order_id=payment.reference)
    assert movements(house, person) == [AMOUNT]
    assert len(house.bank.trades(order_id=payment.reference)) == 1


def test_a_question_asked_at_once_is_asked_once_and_orders_one_more(house: House) -> None:
    person = bound(house)
    house.bank.fault(name="delay_settlement", argument={"seconds": 30})
    payment = created(house, person)
    submit_payment(payment_id=payment.pk, now=house.now)
    assert live_questions(payment) == [0]

    at_once(*[partial(query_payment, payment_id=payment.pk, asked=0, now=house.now)] * 8)

    assert live_questions(payment) == [1]
    assert payment.queries == 1


def test_news_from_the_bank_does_not_start_a_second_chain(house: House) -> None:
    """However often it is told, and however often the old chain comes due: one chain lives."""
    person = bound(house)
    house.bank.fault(name="delay_settlement", argument={"seconds": 30})
    payment = created(house, person)
    submit_payment(payment_id=payment.pk, now=house.now)
    for _round in range(3):
        with transaction.atomic():
            payments._ask(payment, why="notified", now=house.now, delay=timedelta(0))
        run_outbox()
        payment.refresh_from_db()
        query_payment(payment_id=payment.pk, asked=payment.queries - 1, now=house.now)
        assert live_questions(payment) == [payment.queries]
    assert payment.queries == 3


def test_two_answers_to_two_questions_settle_once(house: House) -> None:
    """A settled payment is told of once, whichever questions are answered in the same moment."""
    person = bound(house)
    payment = created(house, person)
    submit_payment(payment_id=payment.pk, now=house.now)
    house.bank.wait_settled(order_id=payment.reference)
    payment.refresh_from_db()
    assert payment.sent_at is not None
    rail = rail_named(payment.rail)
    answer = rail.query(reference=payment.reference, sent_at=payment.sent_at)

    at_once(*[partial(payments._record, payment_id=payment.pk, outcome=answer, now=house.now)] * 6)
    run_outbox(now=house.now + timedelta(seconds=10))

    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert OutboxEvent.objects.filter(name="payment.settled").count() == 1


@pytest.mark.parametrize("seconds", [-1, 1])
def test_an_order_the_bank_never_heard_of_is_sent_again_after_a_while(
    house: House, seconds: int
) -> None:
    """Not sooner: the first message may still be on its way. The reference stays."""
    person = bound(house)
    house.bank.fault(name="timeout_before_effect", argument={"seconds": 0.1}, txn_type="12")
    payment = created(house, person)
    sent = house.now
    submit_payment(payment_id=payment.pk, now=sent)
    assert house.bank.trades(order_id=payment.reference) == []

    later = sent + RESEND_AFTER + timedelta(seconds=seconds)
    query_payment(payment_id=payment.pk, asked=0, now=later)

    assert len(house.bank.trades(order_id=payment.reference)) == (1 if seconds > 0 else 0)
    payment.refresh_from_db()
    assert payment.state == PaymentState.UNKNOWN
    assert payment.sent_at == sent


def test_an_order_sent_again_at_once_leaves_once(house: House) -> None:
    """Two questions in the same moment both hear that the bank has nothing."""
    person = bound(house)
    house.bank.fault(name="timeout_before_effect", argument={"seconds": 0.1}, txn_type="12")
    payment = created(house, person)
    submit_payment(payment_id=payment.pk, now=house.now)
    later = house.now + RESEND_AFTER

    def ask(number: int) -> None:
        query_payment(payment_id=payment.pk, asked=number, now=later)

    at_once(*[partial(ask, number) for number in (0, 1, 1)])

    house.bank.wait_settled(order_id=payment.reference)
    run_outbox(now=later + timedelta(minutes=2))
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert movements(house, person) == [AMOUNT]


# --- what a settled payment does above --------------------------------------------------------


def test_a_settlement_delivered_by_many_workers_is_one_loan_and_one_entry(house: House) -> None:
    person = house.borrower()
    house.sign(person, house.quote(person))
    run_outbox()
    payment = Payment.objects.get()
    house.bank.wait_settled(order_id=payment.reference)
    query_payment(payment_id=payment.pk, asked=payment.queries, now=house.now)
    handlers = OutboxDelivery.objects.filter(event__name="payment.settled")
    payload = handlers.select_related("event")[0].event.payload

    at_once(*[partial(outbox._resolve("lending.loans.tasks.on_payment_settled"), payload)] * 8)
    run_outbox()

    loan = Loan.objects.get()
    assert Entry.objects.filter(source_id=loan.pk).count() == 1


# --- the outbox itself ------------------------------------------------------------------------


class Counter:
    """A handler that counts its runs, and can be held inside one."""

    def __init__(self) -> None:
        self.runs = 0
        self.inside = Event()
        self.go = Event()
        self._lock = Lock()

    def __call__(self, _payload: dict[str, str]) -> None:
        with self._lock:
            self.runs += 1
        self.inside.set()
        self.go.wait(timeout=10)


@pytest.fixture
def counter(monkeypatch: pytest.MonkeyPatch) -> Counter:
    handler = Counter()
    monkeypatch.setattr(outbox, "list_handlers", lambda event: ("tests.counted",))
    monkeypatch.setattr(outbox, "_resolve", lambda _path: handler)
    return handler


def owed(now: datetime) -> UUID:
    with transaction.atomic():
        outbox.publish(name="test.happened", key="1", payload={}, now=now)
    return OutboxDelivery.objects.get(handler="tests.counted").pk


def test_a_delivery_claimed_by_many_workers_runs_once(house: House, counter: Counter) -> None:
    counter.go.set()
    now = house.now
    delivery_id = owed(now)

    results = at_once(*[partial(deliver, delivery_id=delivery_id, now=now)] * 8)

    assert sorted(results) == [False] * 7 + [True]
    assert counter.runs == 1


def test_a_delivery_in_hand_is_not_taken_over_before_its_lease_ends(
    house: House, counter: Counter
) -> None:
    """A worker that died holds it for the lease; one that is merely slow may then run beside."""
    now = house.now
    delivery_id = owed(now)

    def others() -> list[bool]:
        assert counter.inside.wait(timeout=10)
        early = deliver(delivery_id=delivery_id, now=now + LEASE - timedelta(seconds=1))
        counter.go.set()
        return [early, deliver(delivery_id=delivery_id, now=now + LEASE)]

    def hold() -> bool:
        return deliver(delivery_id=delivery_id, now=now)

    held, (early, _late) = at_once(hold, others)

    assert (held, early) == (True, False)


def test_the_lease_of_a_dead_worker_ends_and_the_back_off_is_kept(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_payload: dict[str, str]) -> None:
        raise RuntimeError("the bank is closed")

    monkeypatch.setattr(outbox, "list_handlers", lambda event: ("tests.failing",))
    monkeypatch.setattr(outbox, "_resolve", lambda _path: fail)
    now = house.now
    with transaction.atomic():
        outbox.publish(name="test.happened", key="1", payload={}, now=now)
    delivery_id = OutboxDelivery.objects.get(handler="tests.failing").pk
    assert outbox._claim(delivery_id=delivery_id, now=now) is not None  # and dies here
    assert list_due(now=now + LEASE - timedelta(seconds=1)) == []
    now += LEASE
    for pause in BACK_OFF[1:]:  # the first try was the dead worker's
        assert list_due(now=now) == [delivery_id]
        assert not deliver(delivery_id=delivery_id, now=now)
        assert list_due(now=now + pause - timedelta(seconds=1)) == []
        now += pause


def test_two_sweeps_at_once_hand_each_delivery_on_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = house.now
    with transaction.atomic():
        for number in range(20):
            outbox.publish(name="payment.created", key=str(number), payload={}, now=now)
    handed: list[UUID] = []
    monkeypatch.setattr(outbox, "enqueue", lambda delivery_id: handed.append(delivery_id))

    at_once(*[partial(outbox.sweep, now=now + outbox.RESEND)] * 4)

    assert len(handed) == len(set(handed)) == 20


# --- agreements -------------------------------------------------------------------------------


def start(house: House) -> tuple[Person, UUID, str]:
    person = house.person()
    binding = start_binding(user_id=person.id, card_number=person.pan, phone=None, now=house.now)
    return person, binding.pk, house.bank.sms_code(to=person.phone)


@pytest.mark.parametrize("parties", [2, 6])
def test_a_code_confirmed_at_once_binds_once_and_nobody_is_told_it_was_wrong(
    house: House, parties: int
) -> None:
    person, binding_id, code = start(house)
    confirm = partial(
        confirm_binding, user_id=person.id, binding_id=binding_id, code=code, now=house.now
    )

    results = at_once(*[confirm] * parties)

    assert refusals(results) == []
    assert {row.state for row in winners(results)} == {BindingState.ACTIVE}
    binding = CardBinding.objects.get()
    assert (binding.state, binding.wrong_codes) == (BindingState.ACTIVE, 0)
    assert binding.is_default


def test_a_code_that_the_other_request_used_up_binds_as_well(
    house: House, sandbox_process: SandboxProcess
) -> None:
    """Both codes reach the bank before either agreement is open: the bank refuses the second."""
    person, binding_id, code = start(house)
    confirm = partial(
        confirm_binding, user_id=person.id, binding_id=binding_id, code=code, now=house.now
    )
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    url = sandbox_process.database_url
    with psycopg.connect(url) as bank, psycopg.connect(url, autocommit=True) as watch:
        bank.execute("SELECT * FROM sms_code WHERE pan = %s FOR UPDATE", [person.pan])

        def release() -> None:
            def both_wait() -> bool:
                row = watch.execute(waiting).fetchone()
                return row is not None and row[0] >= 2

            wait_for(answer=both_wait)
            bank.rollback()

        results = at_once(confirm, confirm, release)

    assert refusals(results) == []
    binding = CardBinding.objects.get()
    assert (binding.state, binding.wrong_codes) == (BindingState.ACTIVE, 0)


def test_two_cards_bound_at_once_have_one_default(house: House) -> None:
    person, binding_id, code = start(house)
    other = house.bank.create_account(
        name=person.name, id_number=person.id_number, phone=person.phone, bank="CCB"
    )
    second = start_binding(user_id=person.id, card_number=other["pan"], phone=None, now=house.now)
    second_code = house.bank.sms_code(to=person.phone)

    results = at_once(
        partial(
            confirm_binding, user_id=person.id, binding_id=binding_id, code=code, now=house.now
        ),
        partial(
            confirm_binding,
            user_id=person.id,
            binding_id=second.pk,
            code=second_code,
            now=house.now,
        ),
    )

    assert refusals(results) == []
    assert CardBinding.objects.filter(is_default=True).count() == 1
    assert CardBinding.objects.filter(state=BindingState.ACTIVE).count() == 2


def test_a_card_bound_twice_at_once_is_one_open_binding(house: House) -> None:
    person = house.person()
    begin = partial(
        start_binding, user_id=person.id, card_number=person.pan, phone=None, now=house.now
    )

    at_once(*[begin] * 3)

    open_ = CardBinding.objects.filter(user_id=person.id, state__in=bindings._OPEN)
    assert open_.count() == 1

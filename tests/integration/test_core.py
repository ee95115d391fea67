"""The kernel on a real database: sealed columns, outbox, idempotency, locks, business date."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from core import audit, businessday, outbox, subscriptions
from core.crypto import SealedValueError, blind_index
from core.errors import Conflict, InvalidInput, NotFound, Refused
from core.idempotency import Answer, fingerprint, parse_key, run_once
from core.locks import lock_row, lock_rows
from core.models import AuditRecord, IdempotencyRecord, OutboxDelivery, OutboxEvent

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HANDLED: list[dict[str, str]] = []
FAILING: list[Exception] = []


def handle(payload: dict[str, str]) -> None:
    """A subscriber of this module's tests."""
    if FAILING:
        raise FAILING[0]
    HANDLED.append(payload)


@pytest.fixture(autouse=True)
def subscribed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One handler for "test.happened", and nothing handled yet."""
    monkeypatch.setattr(subscriptions, "_handlers", {"test.happened": [f"{__name__}.handle"]})
    HANDLED.clear()
    FAILING.clear()
    outbox._resolve.cache_clear()
    yield
    outbox._resolve.cache_clear()


def make_user(phone: str) -> User:
    return User.objects.create(
        phone=phone,
        phone_index=blind_index(text=phone, purpose="phone"),
        kind="PERSON",
        created_at=NOW,
    )


# --- sealed columns -----------------------------------------------------------------------------


def test_a_sealed_column_reads_back_and_is_not_plain_in_the_database() -> None:
    user = make_user("13800138000")
    assert User.objects.get(pk=user.pk).phone == "13800138000"
    with connection.cursor() as cursor:
        cursor.execute("SELECT phone FROM accounts_user WHERE id = %s", [user.pk])
        stored = bytes(cursor.fetchone()[0])
    assert b"13800138000" not in stored


def test_saving_again_does_not_disturb_it() -> None:
    user = User.objects.get(pk=make_user("13800138000").pk)
    user.is_active = False
    user.save()
    assert User.objects.get(pk=user.pk).phone == "13800138000"


def test_a_ciphertext_moved_to_another_row_does_not_open() -> None:
    one, other = make_user("13800138000"), make_user("13900139000")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_user SET phone = (SELECT phone FROM accounts_user WHERE id = %s)"
            " WHERE id = %s",
            [one.pk, other.pk],
        )
    with pytest.raises(SealedValueError):
        _ = User.objects.get(pk=other.pk).phone


def test_update_cannot_write_plain_text_into_it() -> None:
    make_user("13800138000")
    with pytest.raises(TypeError):
        User.objects.update(phone="13900139000")


# --- outbox ------------------------------------------------------------------------------------


def publish(key: str = "1", *, delay: timedelta = timedelta(0)) -> UUID:
    outbox.publish(name="test.happened", key=key, payload={"id": key}, now=NOW, delay=delay)
    return OutboxDelivery.objects.get(event__key=key).pk


def test_an_event_is_published_once_per_key() -> None:
    publish()
    publish()
    assert OutboxEvent.objects.count() == OutboxDelivery.objects.count() == 1


def test_delivery_runs_the_handler_once() -> None:
    delivery_id = publish()
    assert outbox.deliver(delivery_id=delivery_id, now=NOW)
    assert not outbox.deliver(delivery_id=delivery_id, now=NOW + timedelta(days=1))
    assert HANDLED == [{"id": "1"}]


def test_a_failing_handler_comes_due_again_and_later_each_time() -> None:
    delivery_id = publish()
    FAILING.append(RuntimeError("no"))
    moments = [NOW]
    for _ in range(3):
        assert not outbox.deliver(delivery_id=delivery_id, now=moments[-1])
        row = OutboxDelivery.objects.get(pk=delivery_id)
        assert row.done_at is None
        assert "RuntimeError: no" in row.last_error
        moments.append(row.due_at)
    pauses = [after - before for before, after in itertools.pairwise(moments)]
    assert pauses == sorted(pauses)
    assert pauses[0] > timedelta(0)
    FAILING.clear()
    assert not outbox.deliver(delivery_id=delivery_id, now=moments[-1] - timedelta(seconds=1))
    assert outbox.deliver(delivery_id=delivery_id, now=moments[-1])


def test_a_delayed_event_waits() -> None:
    delivery_id = publish(delay=timedelta(seconds=10))
    assert not outbox.deliver(delivery_id=delivery_id, now=NOW)
    assert outbox.list_due(now=NOW) == []
    later = NOW + timedelta(seconds=10)
    assert outbox.list_due(now=later) == [delivery_id]
    assert outbox.deliver(delivery_id=delivery_id, now=later)


def test_the_sweep_finds_what_the_broker_lost_and_does_not_shout(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[UUID] = []
    monkeypatch.setattr(outbox, "enqueue", lambda *, delivery_id: sent.append(delivery_id))
    delivery_id = publish()
    assert outbox.sweep(now=NOW + timedelta(seconds=1)) == 0
    assert outbox.sweep(now=NOW + outbox.RESEND) == 1
    assert outbox.sweep(now=NOW + outbox.RESEND + timedelta(seconds=1)) == 0
    assert sent == [delivery_id]
    outbox.deliver(delivery_id=delivery_id, now=NOW + outbox.RESEND)
    assert outbox.sweep(now=NOW + timedelta(days=1)) == 0


def test_the_sweep_takes_a_delayed_event_as_soon_as_it_is_due() -> None:
    publish(delay=timedelta(seconds=3))
    assert outbox.sweep(now=NOW + timedelta(seconds=2)) == 0
    assert outbox.sweep(now=NOW + timedelta(seconds=3)) == 1


def test_a_worker_that_died_loses_its_lease() -> None:
    delivery_id = publish()
    assert outbox._claim(delivery_id=delivery_id, now=NOW) is not None
    assert outbox._claim(delivery_id=delivery_id, now=NOW + timedelta(seconds=1)) is None
    assert outbox.deliver(delivery_id=delivery_id, now=NOW + outbox.LEASE)
    assert HANDLED == [{"id": "1"}]


# --- idempotency -------------------------------------------------------------------------------

OWNER = uuid4()


def test_the_first_answer_is_kept_and_replayed() -> None:
    calls: list[int] = []

    def act() -> Answer:
        calls.append(1)
        return Answer(201, {"n": len(calls)})

    first = run_once(owner=OWNER, key="k" * 8, print_="p", now=NOW, action=act)
    again = run_once(owner=OWNER, key="k" * 8, print_="p", now=NOW, action=act)
    assert (first.status, first.body, first.replayed) == (201, {"n": 1}, False)
    assert (again.status, again.body, again.replayed) == (201, {"n": 1}, True)
    other = run_once(owner=uuid4(), key="k" * 8, print_="p", now=NOW, action=act)
    assert other.body == {"n": 2}


def test_another_body_under_the_same_key_is_refused() -> None:
    run_once(owner=OWNER, key="k" * 8, print_="p", now=NOW, action=lambda: Answer(200, {}))
    with pytest.raises(Refused) as refused:
        run_once(owner=OWNER, key="k" * 8, print_="q", now=NOW, action=lambda: Answer(200, {}))
    assert refused.value.code == "idempotency-key-reused"


def test_a_request_in_flight_is_a_conflict_until_its_lock_ends() -> None:
    IdempotencyRecord.objects.create(
        owner=OWNER,
        key="k" * 8,
        fingerprint="p",
        created_at=NOW,
        locked_until=NOW + timedelta(seconds=5),
    )
    with pytest.raises(Conflict) as refused:
        run_once(owner=OWNER, key="k" * 8, print_="p", now=NOW, action=lambda: Answer(200, {}))
    assert refused.value.code == "idempotency-in-flight"
    later = NOW + timedelta(seconds=6)
    answer = run_once(
        owner=OWNER, key="k" * 8, print_="p", now=later, action=lambda: Answer(200, {})
    )
    assert answer.status == 200


def test_a_refusal_is_kept_and_a_defect_is_not() -> None:
    def refuse() -> Answer:
        raise Refused(code="over-limit")

    def fail() -> Answer:
        raise ZeroDivisionError

    first = run_once(owner=OWNER, key="a" * 8, print_="p", now=NOW, action=refuse)
    again = run_once(owner=OWNER, key="a" * 8, print_="p", now=NOW, action=lambda: Answer(200, {}))
    assert (first.status, first.body["code"]) == (422, "over-limit")
    assert (again.status, again.replayed) == (422, True)
    with pytest.raises(ZeroDivisionError):
        run_once(owner=OWNER, key="b" * 8, print_="p", now=NOW, action=fail)
    answer = run_once(owner=OWNER, key="b" * 8, print_="p", now=NOW, action=lambda: Answer(200, {}))
    assert (answer.status, answer.replayed) == (200, False)


def test_keys_have_a_form_and_bodies_a_keyed_print() -> None:
    for header in (None, "", "short", "x" * 65, "white space", "键键键键键键键键"):
        with pytest.raises(InvalidInput):
            parse_key(header=header)
    one = fingerprint(method="POST", path="/a", body=b"{}")
    assert one != fingerprint(method="POST", path="/b", body=b"{}")
    assert one != fingerprint(method="POST", path="/a", body=b"\xff\x00")


# --- locks, date, audit -----------------------------------------------------------------------


def test_locks_want_every_row() -> None:
    user = make_user("13800138000")
    assert lock_row(User, pk=user.pk) == user
    with pytest.raises(NotFound):
        lock_rows(User, ids=[user.pk, uuid4()])


def test_the_business_date_moves_once_per_close() -> None:
    first = businessday.open_business_date(now=NOW)
    assert first == date(2026, 11, 23)
    assert businessday.open_business_date(now=NOW + timedelta(days=3)) == first
    second = businessday.advance_business_date(closed=first, now=NOW)
    assert second == first + timedelta(days=1)
    assert businessday.advance_business_date(closed=first, now=NOW) == second
    assert businessday.hold_business_date() == businessday.get_business_date() == second


def test_without_a_business_date_nothing_pretends() -> None:
    for read in (businessday.get_business_date, businessday.hold_business_date):
        with pytest.raises(Conflict):
            read()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_auditrecord SET reason = 'x'",
        "DELETE FROM core_auditrecord",
        "TRUNCATE core_auditrecord",
    ],
)
def test_audit_records_stay(statement: str) -> None:
    audit.record(actor="system", action="test", subject="x:1", now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditRecord.objects.count() == 1

"""Parts of a whole instance killed while money moves: it leaves exactly once, and all ends well."""

from __future__ import annotations

import secrets
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
import requests

from tests.fixtures.live import Live, LiveBorrower
from tests.fixtures.sandbox import wait_for

AMOUNT = 600_000
PAYOUT = "12"
#: A bank that did not hear an order is sent it again after 15 s, when it is next asked (30 s).
RECOVERY_SECONDS = 75.0


def sign(borrower: LiveBorrower) -> str:
    """Sign the contract over AMOUNT; the drawdown's id."""
    answer = borrower.send("drawdowns", borrower.contract, key=secrets.token_hex(8))
    assert answer.status_code == 202, answer.text
    found: str = answer.json()["id"]
    return found


def payout_of(live: Live, drawdown_id: str) -> dict[str, Any] | None:
    """The payment of a drawdown, once there is one."""
    found = live.rows(
        "SELECT state, reference, queries FROM cards_payment WHERE source_id = %s",
        UUID(drawdown_id),
    )
    assert len(found) <= 1
    return dict(zip(("state", "reference", "queries"), found[0], strict=True)) if found else None


def wait_payment(live: Live, drawdown_id: str, *states: str) -> dict[str, Any]:
    def reached() -> dict[str, Any] | None:
        payment = payout_of(live, drawdown_id)
        return payment if payment and payment["state"] in states else None

    return wait_for(answer=reached, seconds=30)


def wait_spent(live: Live) -> None:
    """Wait until every programmed fault has met its message."""
    url = f"{live.sandbox_url}/control/faults"
    wait_for(answer=lambda: not requests.get(url, timeout=10).json()["faults"], seconds=30)


def fault(live: Live, name: str, borrower: LiveBorrower, **argument: object) -> None:
    """Bend the next payout to this borrower's card."""
    live.control.fault(
        name=name, txn_type=PAYOUT, card_last4=borrower.account["pan"][-4:], argument=argument
    )


def assert_paid_once(live: Live, borrower: LiveBorrower, drawdown_id: str) -> None:
    """One drawdown, one payment, one order at the bank, one movement on the card, one loan."""
    assert borrower.received() == [AMOUNT]
    assert borrower.balance() == borrower.opening_balance + AMOUNT
    payment = payout_of(live, drawdown_id)
    assert payment is not None
    assert payment["state"] == "SUCCEEDED"
    (trade,) = live.control.trades(order_id=payment["reference"])
    assert (trade["status"], trade["amount"]) == ("succeeded", AMOUNT)
    entries = live.rows(
        "SELECT e.event FROM ledger_entry e JOIN loans_loan l ON l.id = e.source_id"
        " WHERE l.drawdown_id = %s",
        UUID(drawdown_id),
    )
    assert entries == [("disbursed.1",)]


def test_a_worker_killed_at_three_moments_of_a_payout(whole: Live) -> None:
    """Before the bank took the order, right after, and while the settlement is pending."""
    before, after, pending = whole.borrowers(3)
    fault(whole, "delay_settlement", pending, seconds=6)
    pending_id = sign(pending)
    wait_payment(whole, pending_id, "SUBMITTED")
    wait_spent(whole)
    fault(whole, "timeout_before_effect", before, seconds=12)
    fault(whole, "timeout_after_effect", after, seconds=12)
    before_id, after_id = sign(before), sign(after)
    wait_spent(whole)  # both orders hang at the bank now, and the worker with them

    whole.kill_and_wait("worker")

    for borrower, drawdown_id in ((after, after_id), (pending, pending_id), (before, before_id)):
        borrower.wait_disbursed(drawdown_id, seconds=RECOVERY_SECONDS)
        assert_paid_once(whole, borrower, drawdown_id)
    assert whole.ledger_is_sound()


def test_a_bank_that_does_not_answer_is_asked_and_pays_once(whole: Live) -> None:
    """After the effect: doubt, then the answer to a query. Before it: the same order again."""
    before, after = whole.borrowers(2)
    fault(whole, "timeout_before_effect", before, seconds=12)
    fault(whole, "timeout_after_effect", after, seconds=12)
    fault(whole, "delay_settlement", after, seconds=11)  # a query finds it only after the time-out
    fault(whole, "no_notification", after)
    before_id, after_id = sign(before), sign(after)

    doubted = wait_payment(whole, after_id, "UNKNOWN")
    first = wait_payment(whole, before_id, "UNKNOWN")
    assert whole.control.trades(order_id=first["reference"]) == []

    after.wait_disbursed(after_id, seconds=RECOVERY_SECONDS)
    assert_paid_once(whole, after, after_id)
    before.wait_disbursed(before_id, seconds=RECOVERY_SECONDS)
    assert_paid_once(whole, before, before_id)
    again = payout_of(whole, before_id)
    assert again is not None
    assert again["reference"] == first["reference"]
    for reference in (doubted["reference"], first["reference"]):
        assert_one_chain_of_questions(whole, reference)


def assert_one_chain_of_questions(live: Live, reference: str) -> None:
    """Each question was ordered once, by the one before it (or by the order itself)."""
    due = live.rows(
        "SELECT (e.payload->>'asked')::int FROM core_outboxevent e"
        " JOIN cards_payment p ON p.id::text = e.payload->>'payment_id'"
        " WHERE e.name = 'payment.query_due' AND p.reference = %s AND e.key LIKE '%%:due'",
        reference,
    )
    asked = live.one("SELECT queries FROM cards_payment WHERE reference = %s", reference)
    assert sorted(number for (number,) in due) == list(range(asked + 1))


def test_jobs_that_the_broker_forgot_are_done_all_the_same(whole: Live) -> None:
    """The worker had the job and died, and Valkey forgot that it ever knew of it."""
    (borrower,) = whole.borrowers(1)
    whole.pause("worker")
    drawdown_id = sign(borrower)
    assert payout_of(whole, drawdown_id) is None

    whole.empty_broker()
    whole.kill_and_wait("worker")

    borrower.wait_disbursed(drawdown_id, seconds=RECOVERY_SECONDS)
    assert_paid_once(whole, borrower, drawdown_id)


def test_a_contract_is_signed_while_valkey_is_dead(whole: Live) -> None:
    """The request costs a second more; the sweep finds what it could not hand on."""
    (borrower,) = whole.borrowers(1)
    whole.pause("redis")  # worse than dead: it takes connections and does not answer
    drawdown_id = sign(borrower)

    whole.kill_and_wait("redis")

    borrower.wait_disbursed(drawdown_id, seconds=RECOVERY_SECONDS)
    assert_paid_once(whole, borrower, drawdown_id)


def test_postgres_killed_while_the_bank_has_the_order(whole: Live) -> None:
    (borrower,) = whole.borrowers(1)
    fault(whole, "timeout_after_effect", borrower, seconds=4)
    drawdown_id = sign(borrower)
    wait_spent(whole)

    whole.kill_and_wait("postgres")

    borrower.wait_disbursed(drawdown_id, seconds=RECOVERY_SECONDS)
    assert_paid_once(whole, borrower, drawdown_id)
    assert whole.ledger_is_sound()
    whole.person()  # sequences go on where they were: nobody gets a number that is taken


def _post_in_background(borrower: LiveBorrower, key: str) -> Future[int | None]:
    """The drawdown's POST; its status, or None when the connection broke."""

    def post() -> int | None:
        try:
            return borrower.send("drawdowns", borrower.contract, key=key).status_code
        except requests.ConnectionError:
            return None

    pool = ThreadPoolExecutor(1)
    future = pool.submit(post)
    pool.shutdown(wait=False)
    return future


def _repeat_until_answered(borrower: LiveBorrower, key: str) -> requests.Response:
    """What a client does: the same request again while the first may still run (409)."""

    def answered() -> requests.Response | None:
        with suppress(requests.ConnectionError):
            answer = borrower.send("drawdowns", borrower.contract, key=key)
            if answer.status_code != 409:
                return answer
            assert answer.json()["code"] == "idempotency-in-flight", answer.text
        return None

    return wait_for(answer=answered, seconds=60)


def _wait_for_key(live: Live, key: str) -> None:
    """Until a request has claimed its key."""
    query = "SELECT count(*) FROM core_idempotencyrecord WHERE key = %s"
    wait_for(answer=lambda: live.one(query, key) == 1, seconds=20)


@pytest.mark.parametrize("moment", ["before the commit", "after the commit"])
def test_web_killed_during_a_request_that_is_repeated(whole: Live, moment: str) -> None:
    """The lock on the line holds the request before its commit, the lock on its key after it."""
    (borrower,) = whole.borrowers(1)
    key = secrets.token_hex(8)
    line = (
        "SELECT id FROM loans_creditline WHERE id = (SELECT line_id FROM loans_quote WHERE id = %s)"
    )
    count = "SELECT count(*) FROM loans_drawdown WHERE quote_id = %s"
    quote_id = UUID(borrower.contract["quote_id"])
    record = b"SELECT id FROM core_idempotencyrecord WHERE key = %s FOR UPDATE"
    with whole.connect() as holds_line, whole.connect() as holds_record:
        holds_line.execute(f"{line} FOR UPDATE".encode(), [quote_id])
        first = _post_in_background(borrower, key)
        _wait_for_key(whole, key)
        whole.wait_blocked()
        if moment == "after the commit":
            holds_record.execute(record, [key])
            holds_line.rollback()
            wait_for(answer=lambda: whole.one(count, quote_id) == 1, seconds=20)
            whole.wait_blocked()
        whole.kill_and_wait("web")
    assert first.result(timeout=60) is None
    assert whole.one(count, quote_id) == (1 if moment == "after the commit" else 0)

    answer = _repeat_until_answered(borrower, key)

    assert answer.status_code == 202, answer.text
    again = borrower.send("drawdowns", borrower.contract, key=key)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert again.json() == answer.json()
    borrower.wait_disbursed(answer.json()["id"], seconds=RECOVERY_SECONDS)
    assert_paid_once(whole, borrower, answer.json()["id"])
    assert whole.one(count, quote_id) == 1

"""The UnionPay rail against a real sandbox process, over HTTP."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from cards.domain.responses import ResponseClass
from cards.rails.base import (
    ForgedNotification,
    FourFactors,
    Payee,
    PaymentOrder,
    Rail,
    RailStatus,
    RefundOrder,
    SignOrder,
    SignStatus,
)
from cards.rails.registry import get_rail
from cards.rails.unionpay import signature
from cards.rails.unionpay.rail import UnionPayConfig, UnionPayRail
from config.ports import find_free
from core.ids import uuid7
from core.money import Money
from sandbox.keys import make_keys
from tests.fixtures.sandbox import (
    Mailbox,
    SandboxControl,
    SandboxProcess,
    running_sandbox,
    wait_for,
)

NOWHERE = "http://127.0.0.1:9/notify"


def cny(text: str) -> Money:
    return Money.parse(text, "CNY")


def reference() -> str:
    return uuid7().hex


@pytest.fixture
def rail(sandbox_process: SandboxProcess) -> Rail:
    return get_rail(name="unionpay", options=sandbox_process.rail_settings)


@pytest.fixture
def hasty_rail(sandbox_process: SandboxProcess) -> Rail:
    """A rail that waits half a second for an answer."""
    settings = {**sandbox_process.rail_settings, "read_timeout": "0.5"}
    return get_rail(name="unionpay", options=settings)


def factors_of(account: dict[str, Any]) -> FourFactors:
    return FourFactors(
        name=account["name"],
        id_number=account["id_number"],
        pan=account["pan"],
        phone=account["phone"],
    )


def sign_order(account: dict[str, Any]) -> SignOrder:
    return SignOrder(reference=reference(), factors=factors_of(account), sent_at=datetime.now(UTC))


@dataclass
class Signed:
    """A person whose card has an agreement."""

    account: dict[str, Any]
    agreement_no: str

    @property
    def pan(self) -> str:
        return str(self.account["pan"])

    def order(self, amount: str, *, notify_url: str = NOWHERE) -> PaymentOrder:
        return PaymentOrder(
            reference=reference(),
            agreement_no=self.agreement_no,
            amount=cny(amount),
            sent_at=datetime.now(UTC),
            notify_url=notify_url,
        )


def make_signed(rail: Rail, sandbox: SandboxControl, **facts: Any) -> Signed:
    account = sandbox.create_account(**facts)
    order = sign_order(account)
    assert rail.sign(order=order).status is SignStatus.SMS_SENT
    code = sandbox.sms_code(to=account["phone"])
    outcome = rail.confirm_sign(order=order, sms_code=code)
    assert outcome.status is SignStatus.SIGNED
    return Signed(account=account, agreement_no=outcome.agreement_no)


@pytest.fixture
def signed(rail: Rail, sandbox: SandboxControl) -> Signed:
    return make_signed(rail, sandbox)


# --- agreements ---------------------------------------------------------------------------------


def test_signing_a_card_gives_an_agreement_that_can_be_recovered(
    rail: Rail, sandbox: SandboxControl
) -> None:
    account = sandbox.create_account()
    order = sign_order(account)
    assert rail.sign(order=order).status is SignStatus.SMS_SENT
    [message] = sandbox.messages(to=account["phone"])
    assert account["pan"][-4:] in message["text"]
    assert account["pan"] not in message["text"]

    missing = rail.query_sign(reference=order.reference, sent_at=order.sent_at)
    assert (missing.status, missing.code) == (SignStatus.UNKNOWN, "34")
    code = sandbox.sms_code(to=account["phone"])
    outcome = rail.confirm_sign(order=order, sms_code=code)
    assert outcome.status is SignStatus.SIGNED
    assert outcome.agreement_no not in ("", account["pan"])
    assert outcome.valid_until is not None
    assert outcome.valid_until > order.sent_at + timedelta(days=365)
    again = rail.query_sign(reference=order.reference, sent_at=order.sent_at)
    assert again == outcome


def test_a_wrong_code_is_rejected_and_the_right_one_still_works(
    rail: Rail, sandbox: SandboxControl
) -> None:
    account = sandbox.create_account()
    order = sign_order(account)
    rail.sign(order=order)
    code = sandbox.sms_code(to=account["phone"])
    wrong = "000000" if code != "000000" else "111111"
    outcome = rail.confirm_sign(order=order, sms_code=wrong)
    assert outcome.status is SignStatus.REJECTED
    assert (outcome.code, outcome.response_class) == ("71", ResponseClass.FIX)
    assert outcome.agreement_no == ""
    assert rail.confirm_sign(order=order, sms_code=code).status is SignStatus.SIGNED


def test_a_code_cannot_be_guessed_for_ever(rail: Rail, sandbox: SandboxControl) -> None:
    account = sandbox.create_account()
    order = sign_order(account)
    rail.sign(order=order)
    code = sandbox.sms_code(to=account["phone"])
    for wrong in [f"{number:06d}" for number in range(4) if f"{number:06d}" != code][:3]:
        rail.confirm_sign(order=order, sms_code=wrong)
    assert rail.confirm_sign(order=order, sms_code=code).code == "71"
    # Asking for a new code gives new tries.
    rail.sign(order=order)
    code = sandbox.sms_code(to=account["phone"])
    assert rail.confirm_sign(order=order, sms_code=code).status is SignStatus.SIGNED


@pytest.mark.parametrize(
    ("factor", "value", "code"),
    [
        ("name", "别人", "66"),
        ("id_number", "110101199003074514", "66"),
        ("phone", "13800000000", "66"),
        ("pan", "6222029999999999993", "61"),
    ],
)
def test_wrong_factors_are_rejected_and_nothing_is_sent(
    rail: Rail, sandbox: SandboxControl, factor: str, value: str, code: str
) -> None:
    account = sandbox.create_account()
    factors = replace(factors_of(account), **{factor: value})
    outcome = rail.sign(order=replace(sign_order(account), factors=factors))
    assert (outcome.status, outcome.code) == (SignStatus.REJECTED, code)
    assert outcome.response_class is ResponseClass.FIX
    assert sandbox.messages(to=account["phone"]) == []


@pytest.mark.parametrize(
    ("status", "code"),
    [("lost", "63"), ("closed", "61"), ("expired", "73"), ("not_enabled", "77")],
)
def test_an_unusable_card_is_rejected(
    rail: Rail, sandbox: SandboxControl, status: str, code: str
) -> None:
    outcome = rail.sign(order=sign_order(sandbox.create_account(status=status)))
    assert (outcome.status, outcome.code) == (SignStatus.REJECTED, code)


def test_after_unsigning_nothing_can_be_debited(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    for _ in range(2):
        outcome = rail.unsign(
            reference=reference(), agreement_no=signed.agreement_no, sent_at=datetime.now(UTC)
        )
        assert outcome.status is SignStatus.UNSIGNED
    refused = rail.debit(order=signed.order("1.00"))
    assert (refused.status, refused.code) == (RailStatus.FAILED, "40")
    assert sandbox.balance(pan=signed.pan) == 1_000_000


# --- money --------------------------------------------------------------------------------------


def test_a_debit_is_accepted_then_settles_and_is_notified(
    rail: Rail, sandbox: SandboxControl, signed: Signed, mailbox: Mailbox
) -> None:
    before = sandbox.merchant_balance()
    order = signed.order("123.45", notify_url=mailbox.url)
    outcome = rail.debit(order=order)
    assert (outcome.status, outcome.code) == (RailStatus.ACCEPTED, "00")
    [body] = mailbox.wait()
    told = rail.parse_notification(body=body, headers={})
    assert told.reference == order.reference
    assert told.sent_at == order.sent_at.replace(microsecond=0)
    assert told.outcome.status is RailStatus.SUCCEEDED
    assert told.outcome.amount == order.amount
    asked = rail.query(reference=order.reference, sent_at=order.sent_at)
    assert asked.status is RailStatus.SUCCEEDED
    assert asked.amount == order.amount
    assert asked.bank_reference == told.outcome.bank_reference == outcome.bank_reference
    assert sandbox.balance(pan=signed.pan) == 1_000_000 - 12_345
    assert sandbox.merchant_balance() - before == 12_345
    assert sandbox.books()["balanced"] is True
    assert signed.pan not in str(told.fields)
    assert signed.agreement_no not in str(told.fields)


def test_until_it_settles_a_payment_is_unknown(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    sandbox.fault(name="delay_settlement", card_last4=signed.pan[-4:], argument={"seconds": 1})
    order = signed.order("10.00")
    assert rail.debit(order=order).status is RailStatus.ACCEPTED
    asked = rail.query(reference=order.reference, sent_at=order.sent_at)
    assert (asked.status, asked.code) == (RailStatus.UNKNOWN, "05")
    sandbox.wait_settled(order_id=order.reference)
    asked = rail.query(reference=order.reference, sent_at=order.sent_at)
    assert asked.status is RailStatus.SUCCEEDED


def test_insufficient_funds_is_a_certain_failure(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    order = signed.order("10000.01")
    outcome = rail.debit(order=order)
    assert (outcome.status, outcome.code) == (RailStatus.FAILED, "64")
    assert outcome.response_class is ResponseClass.LATER
    asked = rail.query(reference=order.reference, sent_at=order.sent_at)
    assert (asked.status, asked.code) == (RailStatus.FAILED, "64")
    assert sandbox.balance(pan=signed.pan) == 1_000_000
    assert sandbox.trades(order_id=order.reference)[0]["notices"] == 0


def test_a_debit_above_the_daily_limit_fails_for_today(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    sandbox.change_account(pan=signed.pan, daily_limit=10_000)
    first = signed.order("60.00")
    rail.debit(order=first)
    sandbox.wait_settled(order_id=first.reference)
    second = rail.debit(order=signed.order("60.00"))
    assert (second.code, second.response_class) == ("33", ResponseClass.LATER)


def test_a_credit_card_pays_up_to_its_limit(rail: Rail, sandbox: SandboxControl) -> None:
    signed = make_signed(rail, sandbox, bank="CMB", kind="credit", balance=0, credit_limit=50_000)
    order = signed.order("500.00")
    rail.debit(order=order)
    sandbox.wait_settled(order_id=order.reference)
    assert sandbox.balance(pan=signed.pan) == -50_000
    assert rail.debit(order=signed.order("0.01")).code == "64"


def test_money_that_vanishes_before_settlement_fails_the_payment(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    sandbox.fault(name="delay_settlement", card_last4=signed.pan[-4:], argument={"seconds": 0.5})
    order = signed.order("9000.00")
    assert rail.debit(order=order).status is RailStatus.ACCEPTED
    sandbox.change_account(pan=signed.pan, withdraw=500_000)
    settled = sandbox.wait_settled(order_id=order.reference)
    assert (settled["resp_code"], settled["notices"]) == ("64", 0)
    asked = rail.query(reference=order.reference, sent_at=order.sent_at)
    assert (asked.status, asked.code) == (RailStatus.FAILED, "64")


def test_a_payout_reaches_the_card(
    rail: Rail, sandbox: SandboxControl, signed: Signed, mailbox: Mailbox
) -> None:
    before = sandbox.merchant_balance()
    payee = Payee(name=signed.account["name"], pan=signed.pan)
    order = signed.order("5000.00", notify_url=mailbox.url)
    assert rail.payout(order=order, payee=payee).status is RailStatus.ACCEPTED
    [body] = mailbox.wait()
    told = rail.parse_notification(body=body, headers={})
    assert (told.outcome.status, told.outcome.amount) == (RailStatus.SUCCEEDED, cny("5000.00"))
    assert sandbox.balance(pan=signed.pan) == 1_500_000
    assert before - sandbox.merchant_balance() == 500_000


def test_a_payout_to_somebody_else_is_refused(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    payee = Payee(name="别人", pan=signed.pan)
    outcome = rail.payout(order=signed.order("1.00"), payee=payee)
    assert (outcome.status, outcome.code) == (RailStatus.FAILED, "66")
    assert sandbox.balance(pan=signed.pan) == 1_000_000


def test_the_lender_cannot_pay_out_more_than_it_has_at_the_bank(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    order = signed.order("200000000.00")
    payee = Payee(name=signed.account["name"], pan=signed.pan)
    assert rail.payout(order=order, payee=payee).status is RailStatus.ACCEPTED
    sandbox.wait_settled(order_id=order.reference)
    asked = rail.query(reference=order.reference, sent_at=order.sent_at)
    assert (asked.status, asked.code) == (RailStatus.FAILED, "64")
    assert sandbox.balance(pan=signed.pan) == 1_000_000


def test_a_refund_gives_back_no_more_than_was_taken(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    order = signed.order("100.00")
    taken = rail.debit(order=order)
    sandbox.wait_settled(order_id=order.reference)

    def refund(amount: str) -> RefundOrder:
        return RefundOrder(
            reference=reference(),
            original_bank_reference=taken.bank_reference,
            amount=cny(amount),
            sent_at=datetime.now(UTC),
            notify_url=NOWHERE,
        )

    part = refund("60.00")
    assert rail.refund(order=part).status is RailStatus.ACCEPTED
    outcome = rail.refund(order=refund("40.01"))
    assert (outcome.status, outcome.code) == (RailStatus.FAILED, "36")
    sandbox.wait_settled(order_id=part.reference)
    assert rail.query(reference=part.reference, sent_at=part.sent_at).amount == cny("60.00")
    assert sandbox.balance(pan=signed.pan) == 1_000_000 - 4_000


# --- doubt --------------------------------------------------------------------------------------


def test_a_time_out_before_effect_stays_unknown(
    hasty_rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    sandbox.fault(name="timeout_before_effect", txn_type="01", argument={"seconds": 1})
    order = signed.order("10.00")
    outcome = hasty_rail.debit(order=order)
    assert (outcome.status, outcome.code) == (RailStatus.UNKNOWN, "")
    asked = hasty_rail.query(reference=order.reference, sent_at=order.sent_at)
    assert (asked.status, asked.code) == (RailStatus.UNKNOWN, "34")
    assert sandbox.balance(pan=signed.pan) == 1_000_000


def test_a_time_out_after_effect_is_found_by_query_and_not_paid_twice(
    hasty_rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    sandbox.fault(name="timeout_after_effect", txn_type="01", argument={"seconds": 1})
    order = signed.order("10.00")
    assert hasty_rail.debit(order=order).status is RailStatus.UNKNOWN
    sandbox.wait_settled(order_id=order.reference)
    asked = hasty_rail.query(reference=order.reference, sent_at=order.sent_at)
    assert asked.status is RailStatus.SUCCEEDED
    again = hasty_rail.debit(order=order)
    assert (again.status, again.code) == (RailStatus.UNKNOWN, "12")
    assert sandbox.balance(pan=signed.pan) == 1_000_000 - 1_000


def test_an_order_sent_again_is_never_told_that_it_failed(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    order = signed.order("10.00")
    rail.debit(order=order)
    sandbox.wait_settled(order_id=order.reference)
    rail.unsign(reference=reference(), agreement_no=signed.agreement_no, sent_at=datetime.now(UTC))
    again = rail.debit(order=order)
    assert (again.status, again.code) == (RailStatus.UNKNOWN, "12")


def test_nobody_listening_is_unknown(sandbox_process: SandboxProcess, signed: Signed) -> None:
    settings = {**sandbox_process.rail_settings, "gateway_url": f"http://127.0.0.1:{find_free()}"}
    outcome = get_rail(name="unionpay", options=settings).debit(order=signed.order("1.00"))
    assert outcome.status is RailStatus.UNKNOWN


def test_a_programmed_refusal_is_spent_once(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    order = signed.order("10.00")
    prefix = order.reference[:20]
    sandbox.fault(name="respond_code", order_prefix=prefix, argument={"code": "62"})
    outcome = rail.debit(order=order)
    assert (outcome.status, outcome.response_class) == (RailStatus.FAILED, ResponseClass.STOP)
    assert rail.debit(order=signed.order("10.00")).status is RailStatus.ACCEPTED


def test_an_accepted_payment_may_fail_later(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    sandbox.fault(name="fail_settlement", card_last4=signed.pan[-4:], argument={"code": "62"})
    order = signed.order("10.00")
    assert rail.debit(order=order).status is RailStatus.ACCEPTED
    sandbox.wait_settled(order_id=order.reference)
    asked = rail.query(reference=order.reference, sent_at=order.sent_at)
    assert (asked.status, asked.code) == (RailStatus.FAILED, "62")


# --- notifications ------------------------------------------------------------------------------


def test_a_notification_is_sent_until_it_is_taken(
    rail: Rail, signed: Signed, mailbox: Mailbox
) -> None:
    mailbox.statuses = [500, 302, 404]
    rail.debit(order=signed.order("1.00", notify_url=mailbox.url))
    bodies = mailbox.wait(count=4)
    assert len(set(bodies)) == 1


def test_a_notification_is_sent_at_most_five_times(
    rail: Rail, sandbox: SandboxControl, signed: Signed, mailbox: Mailbox
) -> None:
    mailbox.statuses = [500] * 10
    order = signed.order("1.00", notify_url=mailbox.url)
    rail.debit(order=order)
    mailbox.wait(count=5)
    with pytest.raises(TimeoutError):
        wait_for(answer=lambda: len(mailbox.bodies) > 5 or None, seconds=4)
    assert sandbox.trades(order_id=order.reference)[0]["notices_delivered"] == 0


def test_notifications_can_be_missing_or_doubled(
    rail: Rail, sandbox: SandboxControl, signed: Signed, mailbox: Mailbox
) -> None:
    last4 = signed.pan[-4:]
    sandbox.fault(name="no_notification", card_last4=last4)
    silent = signed.order("1.00", notify_url=mailbox.url)
    rail.debit(order=silent)
    sandbox.wait_settled(order_id=silent.reference)
    sandbox.fault(name="duplicate_notification", card_last4=last4, argument={"times": 3})
    rail.debit(order=signed.order("2.00", notify_url=mailbox.url))
    bodies = mailbox.wait(count=3)
    told = [rail.parse_notification(body=body, headers={}).outcome.amount for body in bodies]
    assert told == [cny("2.00")] * 3


@pytest.fixture
def notified(rail: Rail, signed: Signed, mailbox: Mailbox) -> dict[str, str]:
    """The fields of a genuine notification."""
    rail.debit(order=signed.order("1.00", notify_url=mailbox.url))
    return dict(parse_qsl(mailbox.wait()[0].decode(), strict_parsing=True))


def parse(rail: Rail, fields: dict[str, str]) -> None:
    rail.parse_notification(body=urlencode(fields).encode(), headers={})


def test_a_genuine_notification_is_believed(rail: Rail, notified: dict[str, str]) -> None:
    parse(rail, notified)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("txnAmt", "1000000"),
        ("orderId", "1" * 32),
        ("respCode", "01"),
        ("merId", "777290058110049"),
        ("extra", "1"),
        ("signature", ""),
        ("signature", base64.b64encode(b"0" * 256).decode()),
        ("signPubKeyCert", ""),
        ("signPubKeyCert", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----"),
    ],
)
def test_a_changed_notification_is_forged(
    rail: Rail, notified: dict[str, str], name: str, value: str
) -> None:
    with pytest.raises(ForgedNotification):
        parse(rail, {**notified, name: value})


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"a", b"orderId=1&orderId=2", b"{" * 1000])
def test_rubbish_is_forged(rail: Rail, body: bytes) -> None:
    with pytest.raises(ForgedNotification):
        rail.parse_notification(body=body, headers={})


def resign(fields: dict[str, str], directory: Path, name: str) -> dict[str, str]:
    """Sign a message with another key and its certificate."""
    key = serialization.load_pem_private_key((directory / f"{name}.key").read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    changed = {**fields, "signPubKeyCert": (directory / f"{name}.pem").read_text()}
    raw = key.sign(signature.digest(fields=changed), padding.PKCS1v15(), hashes.SHA256())
    return {**changed, "signature": base64.b64encode(raw).decode()}


def test_another_bank_with_the_same_name_is_not_believed(
    rail: Rail, notified: dict[str, str], tmp_path: Path
) -> None:
    make_keys(directory=tmp_path)
    with pytest.raises(ForgedNotification):
        parse(rail, resign(notified, tmp_path, "bank_sign"))


def test_a_merchant_of_the_same_root_does_not_speak_for_the_bank(
    rail: Rail, sandbox_process: SandboxProcess, notified: dict[str, str]
) -> None:
    parse(rail, resign(notified, sandbox_process.keys_dir, "bank_sign"))
    for name in ("merchant", "bank_encrypt", "kadai_root"):
        with pytest.raises(ForgedNotification):
            parse(rail, resign(notified, sandbox_process.keys_dir, name))


def test_what_the_bank_tells_another_merchant_is_not_for_us(
    rail: Rail, sandbox_process: SandboxProcess, notified: dict[str, str]
) -> None:
    for name, value in (("merId", "777290058110049"), ("orderId", "")):
        changed = resign({**notified, name: value}, sandbox_process.keys_dir, "bank_sign")
        with pytest.raises(ForgedNotification, match="not addressed to us"):
            parse(rail, changed)


def test_the_bank_may_tell_of_a_failure_or_of_nonsense(
    rail: Rail, sandbox_process: SandboxProcess, notified: dict[str, str]
) -> None:
    def told(**changes: str) -> RailStatus:
        fields = resign({**notified, **changes}, sandbox_process.keys_dir, "bank_sign")
        body = urlencode(fields).encode()
        return rail.parse_notification(body=body, headers={}).outcome.status

    assert told() is RailStatus.SUCCEEDED
    assert told(respCode="64") is RailStatus.FAILED
    assert told(respCode="A6") is RailStatus.UNKNOWN
    assert told(txnAmt="much") is RailStatus.UNKNOWN
    assert told(currencyCode="840") is RailStatus.UNKNOWN


def fixed(moment: datetime) -> datetime:
    return moment


def test_the_banks_certificate_does_not_count_for_ever(
    sandbox_process: SandboxProcess, notified: dict[str, str]
) -> None:
    config = UnionPayConfig.from_settings(sandbox_process.rail_settings)
    for days in (-2, 3651):
        moment = datetime.now(UTC) + timedelta(days=days)
        rail = UnionPayRail(config=config, clock=partial(fixed, moment))
        with pytest.raises(ForgedNotification):
            parse(rail, notified)


# --- somebody in the middle ---------------------------------------------------------------------


@contextmanager
def relay(target: str, change: Callable[[bytes], bytes]) -> Iterator[str]:
    """A gateway that passes everything on and changes the answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {"Content-Type": self.headers["Content-Type"]}
            answer = requests.post(target + self.path, data=body, headers=headers, timeout=10)
            changed = change(answer.content)
            self.send_response(200)
            self.send_header("Content-Length", str(len(changed)))
            self.end_headers()
            self.wfile.write(changed)

        def log_message(self, *args: object) -> None:
            """Keep the test's output quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", find_free()), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def rewrite(**changes: str) -> Callable[[bytes], bytes]:
    def change(body: bytes) -> bytes:
        return urlencode({**dict(parse_qsl(body.decode())), **changes}).encode()

    return change


@pytest.mark.parametrize(
    "change",
    [
        rewrite(respCode="64"),
        rewrite(origRespCode="00"),
        rewrite(signature=""),
        lambda body: b"",
        lambda body: b"<html>maintenance</html>",
        lambda body: body * 200,
        lambda body: body[:-40],
    ],
    ids=["code", "fate", "unsigned", "empty", "html", "huge", "cut"],
)
def test_a_forged_answer_is_no_answer(
    sandbox_process: SandboxProcess,
    sandbox: SandboxControl,
    signed: Signed,
    change: Callable[[bytes], bytes],
) -> None:
    target = sandbox_process.rail_settings["gateway_url"]
    with relay(target, change) as url:
        settings = {**sandbox_process.rail_settings, "gateway_url": url}
        rail = get_rail(name="unionpay", options=settings)
        order = signed.order("1.00")
        outcome = rail.debit(order=order)
        assert (outcome.status, outcome.code) == (RailStatus.UNKNOWN, "")
        assert rail.query(reference=order.reference, sent_at=order.sent_at).code == ""
        sign = sign_order(sandbox.create_account())
        assert rail.sign(order=sign).status is SignStatus.UNKNOWN


def test_the_banks_answer_about_another_order_is_no_answer(
    sandbox_process: SandboxProcess, sandbox: SandboxControl, signed: Signed, rail: Rail
) -> None:
    paid = signed.order("1.00")
    rail.debit(order=paid)
    sandbox.wait_settled(order_id=paid.reference)
    kept: list[bytes] = []

    def replay(body: bytes) -> bytes:
        kept.append(body)
        return kept[0]

    target = sandbox_process.rail_settings["gateway_url"]
    with relay(target, replay) as url:
        settings = {**sandbox_process.rail_settings, "gateway_url": url}
        between = get_rail(name="unionpay", options=settings)
        genuine = between.query(reference=paid.reference, sent_at=paid.sent_at)
        assert genuine.status is RailStatus.SUCCEEDED
        other = signed.order("1.00")
        outcome = between.query(reference=other.reference, sent_at=other.sent_at)
        assert (outcome.status, outcome.code) == (RailStatus.UNKNOWN, "")
        moved = paid.sent_at + timedelta(seconds=5)
        assert between.query(reference=paid.reference, sent_at=moved).code == ""


# --- the sandbox itself -------------------------------------------------------------------------


def test_an_accepted_payment_settles_once_although_the_bank_is_killed(tmp_path: Path) -> None:
    with running_sandbox(folder=tmp_path) as process:
        control = process.control
        rail = get_rail(name="unionpay", options=process.rail_settings)
        signed = make_signed(rail, control)
        control.fault(name="delay_settlement", argument={"seconds": 6}, count=10)
        orders = [signed.order("10.00") for _ in range(10)]
        for order in orders:
            assert rail.debit(order=order).status is RailStatus.ACCEPTED
        process.kill()
        process.start()
        # A second process over the same rows: nothing is settled twice.
        second = replace(process, port=find_free(), process=None)
        second.start()
        try:
            for order in orders:
                control.wait_settled(order_id=order.reference)
                asked = rail.query(reference=order.reference, sent_at=order.sent_at)
                assert asked.status is RailStatus.SUCCEEDED
        finally:
            second.kill()
        assert control.balance(pan=signed.pan) == 1_000_000 - 10_000
        # Each trade was claimed by one of them: neither ran into the other's work.
        assert "interrupted" not in process.log.read_text()
        assert control.books()["balanced"] is True

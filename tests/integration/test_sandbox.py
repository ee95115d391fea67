"""The sandbox itself: what a merchant, a test and a person with a browser meet there."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests

from cards.rails.base import Rail, RailStatus
from cards.rails.registry import get_rail
from cards.rails.unionpay import messages, signature
from cards.rails.unionpay.rail import UnionPayConfig
from config.ports import find_free
from sandbox import keys
from tests.fixtures.sandbox import (
    ROOT,
    SMS_TOKEN,
    SandboxControl,
    SandboxProcess,
    running_sandbox,
    sandbox_schema,
    wait_for,
)
from tests.integration.test_unionpay_rail import (
    NOWHERE,
    Signed,
    make_signed,
    reference,
)

TRID = "62000000001"


@pytest.fixture
def rail(sandbox_process: SandboxProcess) -> Rail:
    return get_rail(name="unionpay", options=sandbox_process.rail_settings)


@pytest.fixture
def signed(rail: Rail, sandbox: SandboxControl) -> Signed:
    return make_signed(rail, sandbox)


class Merchant:
    """A merchant that writes its messages by hand."""

    def __init__(self, process: SandboxProcess) -> None:
        self.url = f"{process.base_url}/unionpay/gateway/api"
        self.config = UnionPayConfig.from_settings(process.rail_settings)

    def fields(self, kind: str, sub_kind: str, **more: str) -> dict[str, str]:
        return {
            "version": "5.1.0",
            "encoding": "UTF-8",
            "signMethod": "01",
            "txnType": kind,
            "txnSubType": sub_kind,
            "bizType": "000902",
            "accessType": "0",
            "merId": self.config.merchant_id,
            "certId": str(self.config.merchant_certificate.serial_number),
            "orderId": reference(),
            "txnTime": messages.print_time(moment=datetime.now(UTC)),
            "currencyCode": "156",
            "backUrl": NOWHERE,
            **more,
        }

    def post(self, fields: dict[str, str], *, address: str = "backTransReq.do") -> dict[str, str]:
        answer = requests.post(f"{self.url}/{address}", data=fields, timeout=10)
        assert answer.status_code == 200
        return dict(parse_qsl(answer.text))

    def send(self, fields: dict[str, str], *, address: str = "backTransReq.do") -> dict[str, str]:
        signed = {
            **fields,
            "signature": signature.sign(fields=fields, key=self.config.merchant_key),
        }
        return self.post(signed, address=address)


@pytest.fixture
def merchant(sandbox_process: SandboxProcess) -> Merchant:
    return Merchant(sandbox_process)


def debit_fields(merchant: Merchant, signed: Signed, **more: str) -> dict[str, str]:
    token = messages.print_group(fields={"token": signed.agreement_no, "trId": TRID})
    return merchant.fields("01", "01", **{"txnAmt": "100", "tokenPayData": token, **more})


# --- the gateway --------------------------------------------------------------------------------


def test_a_message_the_merchant_did_not_sign_is_refused(
    merchant: Merchant, signed: Signed, sandbox: SandboxControl, tmp_path: Path
) -> None:
    fields = debit_fields(merchant, signed)
    keys.make_keys(directory=tmp_path)
    foreign = keys.load_key(tmp_path / "merchant.key")
    good = signature.sign(fields=fields, key=merchant.config.merchant_key)
    for attempt in (
        {**fields, "signature": signature.sign(fields=fields, key=foreign)},
        {**fields, "signature": "AAAA"},
        {**fields, "signature": "é"},
        {**fields, "signature": good, "txnAmt": "99"},
        {**fields, "signature": good, "certId": "1"},
    ):
        assert merchant.post(attempt)["respCode"] == "11"
    assert sandbox.trades(order_id=fields["orderId"]) == []
    assert merchant.post({**fields, "signature": good})["respCode"] == "00"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"version": "5.0.0"}, "10"),
        ({"orderId": "short"}, "10"),
        ({"orderId": "with-a-dash"}, "10"),
        ({"txnTime": "2026"}, "10"),
        ({"txnTime": "20200101000000"}, "10"),
        ({"txnAmt": "0"}, "10"),
        ({"txnAmt": "1.5"}, "10"),
        ({"txnAmt": "-5"}, "10"),
        ({"currencyCode": "840"}, "10"),
        ({"txnType": "99"}, "32"),
        ({"backUrl": "ftp://x"}, "13"),
        ({"merId": ""}, "13"),
        ({"tokenPayData": "{token=1&trId=1}"}, "40"),
        ({"accNo": "6222020001000000016"}, "10"),
        ({"customerInfo": "e3Bob25lTm89MTM4fQ=="}, "10"),
    ],
)
def test_a_malformed_order_is_refused_with_its_code(
    merchant: Merchant, signed: Signed, changes: dict[str, str], code: str
) -> None:
    assert merchant.send(debit_fields(merchant, signed, **changes))["respCode"] == code


def test_an_order_number_counts_once(
    merchant: Merchant, signed: Signed, sandbox: SandboxControl
) -> None:
    fields = debit_fields(merchant, signed)
    with ThreadPoolExecutor(6) as pool:
        codes = sorted(answer["respCode"] for answer in pool.map(merchant.send, [fields] * 6))
    assert codes == ["00"] + ["12"] * 5
    sandbox.wait_settled(order_id=fields["orderId"])
    assert sandbox.balance(pan=signed.pan) == 1_000_000 - 100


def test_what_the_merchant_adds_comes_back(merchant: Merchant, signed: Signed) -> None:
    answer = merchant.send(debit_fields(merchant, signed, reqReserved="借据 7&=+"))
    assert answer["reqReserved"] == "借据 7&=+"


def test_a_debit_with_a_code_needs_the_right_code(
    merchant: Merchant, signed: Signed, sandbox: SandboxControl
) -> None:
    fields = debit_fields(merchant, signed)
    asked = {**fields, "txnType": "77", "txnSubType": "02"}
    assert merchant.send(asked)["respCode"] == "00"
    code = sandbox.sms_code(to=signed.account["phone"])
    for given, expected in (("000000" if code != "000000" else "1", "71"), (code, "00")):
        info = messages.customer_info(
            open_parts={"smsCode": given},
            sealed={},
            certificate=merchant.config.encryption_certificate,
        )
        assert merchant.send({**fields, "customerInfo": info})["respCode"] == expected


def test_a_void_gives_back_the_whole_debit_once(
    merchant: Merchant, signed: Signed, sandbox: SandboxControl
) -> None:
    def void(amount: str) -> str:
        fields = merchant.fields("31", "00", txnAmt=amount, origQryId=query_id)
        return merchant.send(fields)["respCode"]

    sandbox.fault(name="delay_settlement", txn_type="01", argument={"seconds": 0.5})
    fields = debit_fields(merchant, signed)
    query_id = merchant.send(fields)["queryId"]
    assert void("100") == "35"
    sandbox.wait_settled(order_id=fields["orderId"])
    assert [void("99"), void("100"), void("100")] == ["36", "00", "36"]
    wait_for(answer=lambda: sandbox.balance(pan=signed.pan) == 1_000_000)


def test_each_address_takes_its_own_messages(merchant: Merchant, signed: Signed) -> None:
    fields = debit_fields(merchant, signed)
    for address in ("cardTransReq.do", "queryTrans.do"):
        assert merchant.send(fields, address=address)["respCode"] == "32"


def test_many_debits_at_once_never_take_more_than_there_is(
    rail: Rail, sandbox: SandboxControl
) -> None:
    signed = make_signed(rail, sandbox, balance=1_000)
    orders = [signed.order("3.00") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda order: rail.debit(order=order), orders))
    fates = []
    for order in orders:
        sandbox.wait_settled(order_id=order.reference)
        fates.append(rail.query(reference=order.reference, sent_at=order.sent_at))
    assert [fate.status for fate in fates].count(RailStatus.SUCCEEDED) == 3
    assert {fate.code for fate in fates} == {"00", "64"}
    assert sandbox.balance(pan=signed.pan) == 100
    assert sandbox.books()["balanced"] is True


# --- control ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/control/accounts", {"name": "甲"}),
        ("/control/accounts", {"name": "甲", "id_number": "1", "phone": "1", "balance": -1}),
        ("/control/accounts", {"name": "甲", "id_number": "1", "phone": "1", "pan": "42"}),
        ("/control/accounts", {"name": "甲", "id_number": "1", "phone": "1", "bank": "NONE"}),
        ("/control/accounts", {"name": "甲", "id_number": "1", "phone": "1", "status": "odd"}),
        ("/control/faults", {"name": "meteor"}),
        ("/control/faults", {"name": "respond_code"}),
        ("/control/faults", {"name": "no_notification", "count": 0}),
        ("/control/faults", []),
    ],
)
def test_a_wrong_wish_is_explained(sandbox: SandboxControl, path: str, body: Any) -> None:
    answer = requests.post(sandbox.base_url + path, json=body, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_an_id_number_has_one_name(sandbox: SandboxControl) -> None:
    person = sandbox.create_account()
    facts = {name: person[name] for name in ("id_number", "phone")}
    answer = requests.post(
        f"{sandbox.base_url}/control/accounts", json={**facts, "name": "别人"}, timeout=10
    )
    assert answer.status_code == 400


def test_a_fault_waits_for_the_message_it_was_meant_for(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    argument = {"code": "62"}
    last4 = "0000" if signed.pan[-4:] != "0000" else "1111"
    sandbox.fault(name="respond_code", txn_type="12", argument=argument)
    sandbox.fault(name="respond_code", card_last4=last4, argument=argument)
    sandbox.fault(name="respond_code", order_prefix="elsewhere", argument=argument)
    assert rail.debit(order=signed.order("1.00")).status is RailStatus.ACCEPTED
    assert len(requests.get(f"{sandbox.base_url}/control/faults", timeout=10).json()["faults"]) == 3


# --- short messages and pages -------------------------------------------------------------------


def post_sms(sandbox: SandboxControl, token: str = SMS_TOKEN, **body: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {token}"}
    return requests.post(f"{sandbox.base_url}/sms/messages", json=body, headers=headers, timeout=10)


def test_a_short_message_arrives_once(sandbox: SandboxControl) -> None:
    body = {"to": "13911110001", "text": "验证码 123456", "reference": reference()}
    first, second = post_sms(sandbox, **body), post_sms(sandbox, **body)
    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json() == second.json()
    [message] = sandbox.messages(to="13911110001")
    assert message["text"] == "验证码 123456"
    assert sandbox.messages(to="13911110002") == []


@pytest.mark.parametrize(
    "body",
    [
        {"to": "x", "text": "a"},
        {"to": "", "text": "a"},
        {"to": "13911110003", "text": ""},
        {"to": "13911110003", "text": "a" * 1001},
    ],
)
def test_a_short_message_to_nobody_or_about_nothing_is_refused(
    sandbox: SandboxControl, body: dict[str, str]
) -> None:
    assert post_sms(sandbox, **body).status_code == 400


@pytest.mark.parametrize("token", ["", "wrong", "错"])
def test_the_sms_gateway_wants_its_token(sandbox: SandboxControl, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}".encode()}
    answer = requests.post(
        f"{sandbox.base_url}/sms/messages",
        json={"to": "13911110004", "text": "a"},
        headers=headers,
        timeout=10,
    )
    assert answer.status_code == 401
    assert sandbox.messages(to="13911110004") == []


def test_the_sms_page_shows_messages_in_chinese_and_english(sandbox: SandboxControl) -> None:
    post_sms(sandbox, to="13911110005", text="<b>你好</b>", reference=reference())
    chinese = requests.get(f"{sandbox.base_url}/sms/?to=13911110005", timeout=10).text
    assert '<html lang="zh-CN">' in chinese
    assert "&lt;b&gt;你好&lt;/b&gt;" in chinese
    assert "短信" in chinese
    english = requests.get(f"{sandbox.base_url}/sms/?to=13911110006&lang=en", timeout=10).text
    assert "No messages yet" in english
    assert "短信" not in english


def test_the_account_page_shows_masked_cards_in_both_languages(
    rail: Rail, sandbox: SandboxControl, signed: Signed
) -> None:
    order = signed.order("1.00")
    rail.debit(order=order)
    sandbox.wait_settled(order_id=order.reference)
    chinese = requests.get(f"{sandbox.base_url}/", timeout=10).text
    english = requests.get(f"{sandbox.base_url}/?lang=en", timeout=10).text
    for page, words in ((chinese, ("代扣", "账平")), (english, ("Debit by agreement", "balance"))):
        assert all(word in page for word in words)
        assert f"{signed.pan[:6]} **** {signed.pan[-4:]}" in page
        for secret in (signed.pan, signed.account["name"], signed.account["id_number"]):
            assert secret not in page


# --- the process --------------------------------------------------------------------------------


def test_several_sandboxes_may_start_at_once(tmp_path: Path) -> None:
    with sandbox_schema() as url:
        processes = [
            SandboxProcess(
                database_url=url, keys_dir=tmp_path / "keys", log=tmp_path / f"{number}.log"
            )
            for number in range(3)
        ]
        try:
            with ThreadPoolExecutor(3) as pool:
                list(pool.map(lambda process: process.start(), processes))
            funds = {process.control.merchant_balance() for process in processes}
            assert funds == {10_000_000_000}
            assert processes[0].control.books()["balanced"] is True
        finally:
            for process in processes:
                process.kill()


def test_starting_again_changes_nothing(tmp_path: Path) -> None:
    with running_sandbox(folder=tmp_path) as process:
        pan = "6222020001000000016"
        process.control.change_account(pan=pan, withdraw=100, phone="13700000000")
        before = process.control.account(pan=pan)
        process.kill()
        again = replace(process, port=find_free(), process=None)
        again.start()
        try:
            assert again.control.account(pan=pan) == before
        finally:
            again.kill()


def test_the_outside_world_and_the_product_do_not_import_each_other() -> None:
    ours = ("config", "core", "accounts", "cards", "risk", "lending")
    script = (
        "import sys, importlib, pkgutil, sandbox\n"
        "sys.argv = ['x']\n"
        "names = [m.name for m in pkgutil.walk_packages(sandbox.__path__, 'sandbox.')]\n"
        "[importlib.import_module(n) for n in names if n not in ('sandbox.app',)]\n"
        f"print([m for m in sys.modules if m.split('.')[0] in {ours!r}])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    for folder in ours:
        for path in (ROOT / folder).rglob("*.py"):
            text = path.read_text()
            assert "import sandbox" not in text, path
            assert "from sandbox" not in text, path

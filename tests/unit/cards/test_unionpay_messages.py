from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from hypothesis import given
from hypothesis import strategies as st

from cards.rails.unionpay import messages
from cards.rails.unionpay.messages import BadMessage
from core.money import Money
from sandbox import keys

SIGNATURE = base64.b64encode(bytes(range(256))).decode()
NAMES = st.from_regex(r"[a-zA-Z]{1,12}", fullmatch=True)
VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
PLAIN_VALUES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="&={}"))


@given(st.dictionaries(NAMES, VALUES, max_size=8))
def test_a_urlencoded_message_reads_back(fields: dict[str, str]) -> None:
    fields = {**fields, "signature": SIGNATURE}
    assert messages.parse_message(text=urlencode(fields)) == fields


def test_a_plain_answer_reads_back_with_its_groups_and_its_plus_signs() -> None:
    assert "+" in SIGNATURE
    text = f"respMsg=成功[0000000]&tokenPayData={{token=62352&trId=1&x=}}&signature={SIGNATURE}"
    assert messages.parse_message(text=text) == {
        "respMsg": "成功[0000000]",
        "tokenPayData": "{token=62352&trId=1&x=}",
        "signature": SIGNATURE,
    }


@pytest.mark.parametrize(
    "text",
    ["", "a", "&&&", "txnAmt=1&txnAmt=2", "a=1&a=1&signature=%3D", "a=%FF&signature=%3D%3D"],
)
def test_what_could_be_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        messages.parse_message(text=text)


def test_a_message_of_many_fields_is_refused() -> None:
    with pytest.raises(BadMessage):
        messages.parse_message(text="&".join(f"f{number}=1" for number in range(200)))


@given(st.dictionaries(NAMES, PLAIN_VALUES, min_size=1, max_size=6))
def test_a_group_reads_back(fields: dict[str, str]) -> None:
    assert messages.parse_group(text=messages.print_group(fields=fields)) == fields


@pytest.mark.parametrize("value", ["a&smsCode=1", "a=b", "{", "}"])
def test_a_value_cannot_add_fields_to_a_group(value: str) -> None:
    with pytest.raises(ValueError, match="customerNm"):
        messages.print_group(fields={"customerNm": value})


def test_times_are_beijing_times() -> None:
    moment = datetime(2026, 11, 23, 16, 30, 5, 999, tzinfo=UTC)
    assert messages.print_time(moment=moment) == "20261124003005"
    tokyo = moment.astimezone(timezone(timedelta(hours=9)))
    assert messages.print_time(moment=tokyo) == "20261124003005"
    with pytest.raises(ValueError, match="time zone"):
        messages.print_time(moment=moment.replace(tzinfo=None))


@given(st.integers(946_684_800, 4_102_444_800))
def test_a_time_reads_back(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert messages.parse_time(text=messages.print_time(moment=moment)) == moment


@pytest.mark.parametrize("text", ["", "2026", "20261301000000", "x" * 14])
def test_what_is_no_time_reads_as_none(text: str) -> None:
    assert messages.parse_time(text=text) is None


@given(st.integers(1, 10**12))
def test_an_amount_reads_back(minor: int) -> None:
    fields = messages.amount_fields(amount=Money(minor, "CNY"))
    assert fields["txnAmt"] == str(minor)
    assert messages.parse_amount(fields=fields) == Money(minor, "CNY")


@pytest.mark.parametrize("amount", [Money(1, "USD"), Money(0, "CNY"), Money(-1, "CNY")])
def test_other_amounts_are_not_sent(amount: Money) -> None:
    with pytest.raises(ValueError, match="CNY"):
        messages.amount_fields(amount=amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("", "156"), ("-1", "156"), ("1.5", "156"), ("1", "840"), ("１", "156"), ("9" * 30, "156")],
)
def test_what_is_no_amount_reads_as_none(amount: str, currency: str) -> None:
    fields = {"txnAmt": amount, "currencyCode": currency}
    assert messages.parse_amount(fields=fields) is None


@pytest.mark.parametrize("reference", ["1234567", "a" * 41, "1234-5678", "１２３４５６７８", ""])
def test_a_reference_the_gateway_would_not_take_is_refused(reference: str) -> None:
    with pytest.raises(ValueError, match="8 to 40"):
        messages.check_reference(reference=reference)


def test_nothing_sensitive_is_kept() -> None:
    fields = {
        "orderId": "12345678",
        "accNo": "6222020001000000016",
        "tokenPayData": "{token=62352}",
        "customerInfo": "abc",
        "signature": "abc",
        "signPubKeyCert": "abc",
    }
    assert messages.mask(fields=fields) == {"orderId": "12345678", "accNo": "****0016"}


def test_the_phone_travels_sealed_and_only_the_bank_opens_it(tmp_path: Path) -> None:
    keys.make_keys(directory=tmp_path)
    text = messages.customer_info(
        open_parts={"customerNm": "张伟"},
        sealed={"phoneNo": "13800010001"},
        certificate=keys.load_certificate(tmp_path / "bank_encrypt.pem"),
    )
    group = messages.parse_group(text=base64.b64decode(text).decode())
    assert group["customerNm"] == "张伟"
    raw = base64.b64decode(group["encryptedInfo"])
    bank = keys.load_key(tmp_path / "bank_encrypt.key")
    assert bank.decrypt(raw, padding.PKCS1v15()) == b"phoneNo=13800010001"

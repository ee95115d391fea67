from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cards.rails.unionpay import signature
from cards.rails.unionpay.signature import BadSignature
from sandbox import keys
from sandbox.unionpay import channel

BANK = ("00040000:SIGN",)
FIELDS = st.dictionaries(
    st.from_regex(r"[a-zA-Z]{1,12}", fullmatch=True).filter(
        lambda name: name not in ("signature", "signPubKeyCert")
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    min_size=1,
    max_size=8,
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys")
    keys.make_keys(directory=folder)
    return folder


def bank_signed(directory: Path, fields: dict[str, str], name: str = "bank_sign") -> dict[str, str]:
    certificate = (directory / f"{name}.pem").read_text()
    signed = {**fields, "signPubKeyCert": certificate}
    key = keys.load_key(directory / f"{name}.key")
    return {**signed, "signature": signature.sign(fields=signed, key=key)}


def verify(directory: Path, fields: dict[str, str], now: datetime | None = None) -> None:
    signature.verify(
        fields=fields,
        roots=[keys.load_certificate(directory / "kadai_root.pem")],
        signers=BANK,
        now=now or datetime.now(UTC),
    )


def test_the_digest_is_that_of_the_sorted_non_empty_fields() -> None:
    fields = {"txnTime": "1", "bizType": "000902", "b": "", "signature": "x", "B": "张=&"}
    expected = hashlib.sha256("B=张=&&bizType=000902&txnTime=1".encode()).hexdigest()
    assert signature.digest(fields=fields) == expected.encode()


@given(fields=FIELDS)
def test_both_sides_of_the_channel_agree_on_what_is_signed(fields: dict[str, str]) -> None:
    assert signature.digest(fields=fields) == channel.digest(fields=fields)


@settings(max_examples=25)
@given(fields=FIELDS, data=st.data())
def test_a_signed_message_verifies_until_one_field_changes(
    directory: Path, fields: dict[str, str], data: st.DataObject
) -> None:
    signed = bank_signed(directory, fields)
    verify(directory, signed)
    name = data.draw(st.sampled_from(sorted(fields)))
    with pytest.raises(BadSignature):
        verify(directory, {**signed, name: signed[name] + "0"})
    with pytest.raises(BadSignature):
        verify(directory, {**signed, "one-more": "1"})


@pytest.mark.parametrize("name", ["merchant", "bank_encrypt", "kadai_root"])
def test_only_the_banks_name_may_sign(directory: Path, name: str) -> None:
    with pytest.raises(BadSignature, match="not the bank's"):
        verify(directory, bank_signed(directory, {"a": "1"}, name))


def test_another_root_is_not_believed(directory: Path, tmp_path: Path) -> None:
    keys.make_keys(directory=tmp_path)
    with pytest.raises(BadSignature, match="pinned root"):
        verify(directory, bank_signed(tmp_path, {"a": "1"}))


@pytest.mark.parametrize("year", [2020, 2099])
def test_a_certificate_out_of_its_time_is_not_believed(directory: Path, year: int) -> None:
    with pytest.raises(BadSignature, match="not valid now"):
        verify(directory, bank_signed(directory, {"a": "1"}), datetime(year, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("pem", ["", "x", "-----BEGIN CERTIFICATE-----\n", "x" * 20_000])
def test_no_certificate_is_not_believed(directory: Path, pem: str) -> None:
    signed = {**bank_signed(directory, {"a": "1"}), "signPubKeyCert": pem}
    with pytest.raises(BadSignature):
        verify(directory, signed)


@pytest.mark.parametrize("value", ["", "====", "AAAA", "é"])
def test_rubbish_is_no_signature(directory: Path, value: str) -> None:
    with pytest.raises(BadSignature, match="does not hold"):
        verify(directory, {**bank_signed(directory, {"a": "1"}), "signature": value})


def test_making_keys_again_changes_nothing_and_keys_are_private(directory: Path) -> None:
    before = {path.name: path.read_bytes() for path in directory.iterdir()}
    keys.make_keys(directory=directory)
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before
    assert {path.stat().st_mode & 0o777 for path in directory.glob("*.key")} == {0o600}

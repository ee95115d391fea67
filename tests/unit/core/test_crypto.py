"""Sealed values open only where they were sealed; look-ups are keyed and separated."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from core.crypto import SealedValueError, blind_index, seal, unseal
from core.ids import uuid7


@given(st.text(max_size=200))
def test_opens_in_its_context(text: str) -> None:
    assert unseal(sealed=seal(text=text, context="t:c:1"), context="t:c:1") == text


def test_does_not_open_elsewhere() -> None:
    sealed = seal(text="6222020001000000016", context="cards:pan:1")
    with pytest.raises(SealedValueError):
        unseal(sealed=sealed, context="cards:pan:2")


@given(st.integers(0, 60), st.integers(1, 255))
def test_one_changed_byte_is_noticed(place: int, change: int) -> None:
    sealed = bytearray(seal(text="x" * 40, context="c"))
    sealed[place] ^= change
    with pytest.raises(SealedValueError):
        unseal(sealed=bytes(sealed), context="c")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01\x01", b"\x02" * 60])
def test_rubbish_is_no_sealed_value(sealed: bytes) -> None:
    with pytest.raises(SealedValueError):
        unseal(sealed=sealed, context="c")


def test_the_same_text_never_seals_alike() -> None:
    assert seal(text="a", context="c") != seal(text="a", context="c")


def test_an_old_key_still_opens_and_a_removed_one_does_not(settings: Settings) -> None:
    old = seal(text="a", context="c")
    settings.FIELD_KEYS = {**settings.FIELD_KEYS, 2: bytes(range(32))}
    settings.FIELD_KEY_ID = 2
    new = seal(text="b", context="c")
    assert unseal(sealed=old, context="c") == "a"
    assert unseal(sealed=new, context="c") == "b"
    settings.FIELD_KEYS = {2: bytes(range(32))}
    with pytest.raises(SealedValueError):
        unseal(sealed=old, context="c")


def test_indexes_of_two_purposes_differ_and_need_the_key(settings: Settings) -> None:
    index = blind_index(text="13800138000", purpose="phone")
    assert index == blind_index(text="13800138000", purpose="phone")
    assert index != blind_index(text="13800138000", purpose="pan")
    settings.INDEX_KEY = b"another key"
    assert index != blind_index(text="13800138000", purpose="phone")


def test_ids_are_version_7_and_sort_by_time() -> None:
    ids = [uuid7() for _ in range(1000)]
    assert len(set(ids)) == 1000
    assert {(i.version, i.variant) for i in ids} == {(7, uuid.RFC_4122)}
    stamps = [i.int >> 80 for i in ids]
    assert stamps == sorted(stamps)

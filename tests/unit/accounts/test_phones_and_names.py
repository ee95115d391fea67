"""Phones and names as people type them, and as they are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.names import PersonNameError, mask_name, parse_name
from accounts.domain.phones import PhoneError, mask_phone, parse_phone


@pytest.mark.parametrize(
    "typed",
    [
        "13800138000",
        "+8613800138000",
        "+86 138 0013 8000",
        "0086-138-0013-8000",
        "8613800138000",
        "１３８００１３８０００",
        " 138 0013 8000 ",
        "(+86)13800138000",
    ],
)
def test_every_usual_spelling_is_one_number(typed: str) -> None:
    assert parse_phone(typed) == "13800138000"


@pytest.mark.parametrize(
    "typed",
    ["", "1380013800", "138001380001", "12800138000", "+8513800138000", "1380013800a", "1" * 99],
)
def test_other_texts_are_no_mobile_number(typed: str) -> None:
    with pytest.raises(PhoneError):
        parse_phone(typed)


@given(st.text(max_size=40))
def test_whatever_is_typed_gives_eleven_digits_or_a_refusal(typed: str) -> None:
    try:
        number = parse_phone(typed)
    except PhoneError:
        return
    assert len(number) == 11
    assert number.isascii()
    assert number.isdigit()


def test_a_phone_is_masked() -> None:
    assert mask_phone("13800138000") == "138****8000"
    assert mask_phone("") == ""


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("张三丰", "张**"),
        ("欧阳修", "欧阳*"),
        ("司马相如", "司马**"),
        ("欧阳", "欧*"),
        ("阿依古丽·买买提", "阿*******"),
        ("John Smith", "J*** S****"),
    ],
)
def test_a_name_shows_the_surname_only(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("typed", "name"),
    [(" 张三 ", "张三"), ("阿依古丽•买买提", "阿依古丽·买买提"), ("John  Smith", "John Smith")],
)
def test_a_name_is_put_in_order(typed: str, name: str) -> None:
    assert parse_name(typed) == name


@pytest.mark.parametrize("typed", ["", "张", "张3", "<b>张三</b>", "·张三", "张" * 51, "张\x00三"])
def test_other_texts_are_no_name(typed: str) -> None:
    with pytest.raises(PersonNameError):
        parse_name(typed)

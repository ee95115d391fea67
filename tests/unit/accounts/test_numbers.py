"""Checksums, dates and ages of the numbers people and businesses have."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.domain.idnumbers import (
    USCC_ALPHABET,
    NumberError,
    age_on,
    id_check_digit,
    mask_id_number,
    parse_id_number,
    parse_uscc,
    uscc_check_character,
)

TODAY = date(2026, 11, 23)
PROVINCES = ("11", "31", "44", "65", "82")


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
    head = draw(st.sampled_from(PROVINCES)) + draw(st.from_regex(r"\A[0-9]{4}\Z"))
    body = f"{head}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return body + id_check_digit(body)


@st.composite
def usccs(draw: st.DrawFn) -> str:
    letters = st.sampled_from(USCC_ALPHABET)
    body = "".join(
        (
            draw(st.text(letters, min_size=2, max_size=2)),
            draw(st.from_regex(r"\A[0-9]{6}\Z")),
            draw(st.text(letters, min_size=9, max_size=9)),
        )
    )
    return body + uscc_check_character(body)


@pytest.mark.parametrize(
    ("number", "born"),
    [
        # Worked examples of GB 11643-1999.
        ("11010519491231002X", date(1949, 12, 31)),
        ("440524188001010014", date(1880, 1, 1)),
    ],
)
def test_examples_of_the_standard(number: str, born: date) -> None:
    assert parse_id_number(number, today=date(1990, 1, 1)).birth_date == born


def test_a_small_x_and_blanks_around_are_the_same_number() -> None:
    assert parse_id_number(" 11010519491231002x ", today=TODAY).text == "11010519491231002X"


@given(id_numbers())
def test_a_right_number_is_taken_apart(number: str) -> None:
    parsed = parse_id_number(number, today=TODAY)
    assert parsed.text == number
    assert f"{parsed.birth_date:%Y%m%d}" == number[6:14]


@given(id_numbers(), st.integers(0, 17), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_always_found(number: str, at: int, digit: str) -> None:
    wrong = number[:at] + digit + number[at + 1 :]
    if wrong == number:
        return
    with pytest.raises(NumberError):
        parse_id_number(wrong, today=TODAY)


@given(id_numbers(), st.integers(0, 16))
def test_two_neighbours_swapped_are_always_found(number: str, at: int) -> None:
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    if swapped == number:
        return
    with pytest.raises(NumberError):
        parse_id_number(swapped, today=TODAY)


@pytest.mark.parametrize(
    "body",
    [
        "11010119900230123",  # 30 February
        "11010119901301123",  # month 13
        "11010120261124123",  # tomorrow
        "11010118900101123",  # 136 years old
        "99010119900307123",  # no such province
    ],
)
def test_impossible_bodies_are_refused_though_the_checksum_is_right(body: str) -> None:
    with pytest.raises(NumberError):
        parse_id_number(body + id_check_digit(body), today=TODAY)


@pytest.mark.parametrize(
    "text", ["", "1", "X" * 18, "１１０１０５１９４９１２３１００２X", "1" * 1000]
)
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(NumberError):
        parse_id_number(text, today=TODAY)


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2008, 11, 23), TODAY, 18),
        (date(2008, 11, 24), TODAY, 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_counts_completed_years(born: date, on: date, years: int) -> None:
    assert age_on(birth_date=born, as_of=on) == years


@pytest.mark.parametrize(
    "code",
    [
        "91350100M000100Y43",  # the example printed in GB 32100-2015
        "9144030071526726XG",  # two companies everybody knows
        "91330100799655058B",
    ],
)
def test_published_credit_codes(code: str) -> None:
    assert parse_uscc(code.lower()) == code


@given(usccs())
def test_a_right_credit_code_is_taken(code: str) -> None:
    assert parse_uscc(code) == code


@given(usccs(), st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_is_always_found(code: str, at: int, character: str) -> None:
    wrong = code[:at] + character + code[at + 1 :]
    if wrong == code:
        return
    with pytest.raises(NumberError):
        parse_uscc(wrong)


@pytest.mark.parametrize("text", ["", "91350100M000100Y4I", "9135010OM000100Y43", "9" * 500])
def test_other_texts_are_no_credit_code(text: str) -> None:
    with pytest.raises(NumberError):
        parse_uscc(text)


def test_an_id_number_shows_its_ends_only() -> None:
    assert mask_id_number("11010519491231002X") == "1****************X"

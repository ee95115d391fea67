from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.domain.responses import (
    RESPONSE_CLASSES,
    ResponseClass,
    classify_response,
    is_certain_failure,
)

# The lines of domain.md, "UnionPay token flow", as they stand there.
FIGURES = {
    ResponseClass.OK: "00",
    ResponseClass.UNKNOWN: "03 04 05 34",
    ResponseClass.MAYBE_DEBITED: "42 74 75",
    ResponseClass.LATER: "33 64 81",
    ResponseClass.FIX: "40 61 63 65 66 71 73 77 80",
    ResponseClass.STOP: "38 60 62 67",
}


@pytest.mark.parametrize(
    ("code", "expected"),
    [(code, expected) for expected, codes in FIGURES.items() for code in codes.split()],
)
def test_a_code_has_the_class_the_facts_give_it(code: str, expected: ResponseClass) -> None:
    assert classify_response(code=code) is expected


def test_no_answer_is_unknown() -> None:
    assert classify_response(code="") is ResponseClass.UNKNOWN
    assert not is_certain_failure(code="")


@given(st.text(max_size=4).filter(lambda code: code not in RESPONSE_CLASSES))
def test_a_code_nobody_told_us_of_is_unknown_and_never_a_failure(code: str) -> None:
    assert classify_response(code=code) is ResponseClass.UNKNOWN
    assert not is_certain_failure(code=code)


@pytest.mark.parametrize("code", ["00", "03", "12", "34", "42", "74", "75", "A6"])
def test_what_may_have_moved_money_is_no_certain_failure(code: str) -> None:
    assert not is_certain_failure(code=code)


@pytest.mark.parametrize("code", ["64", "71", "62", "11"])
def test_a_refusal_is_a_certain_failure(code: str) -> None:
    assert is_certain_failure(code=code)

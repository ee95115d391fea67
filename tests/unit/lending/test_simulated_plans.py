"""A simulated plan as text and as a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from lending.loans.management.plans import as_html, as_table
from lending.loans.management.plans.chart import NARROW, WIDE, draw_chart
from lending.loans.management.plans.rows import Plan, read_plans

KEYS = [
    "nr",
    "days",
    "due_date",
    "paid_date",
    "balance",
    "principal",
    "interest",
    "fees",
    "penalties",
    "due",
    "paid",
    "in_advance",
    "late",
    "outstanding",
]


def rows_of(text: str) -> list[dict[str, Any]]:
    """A line per row, its cells in the order of KEYS; "-" is null."""
    lines = [line.split() for line in text.strip().splitlines()]
    return [
        {key: None if cell == "-" else cell for key, cell in zip(KEYS, line, strict=True)}
        for line in lines
    ]


ROWS = rows_of(
    """
    - -  2026-01-15 - 3000.0  -       -    0.0 -   0.0     0.0 -   -   -
    1 31 2026-02-15 - 2009.93 990.07  30.0 0.0 0.0 1020.07 0.0 0.0 0.0 1020.07
    2 28 2026-03-15 - 1009.96 999.97  20.1 0.0 0.0 1020.07 0.0 0.0 0.0 1020.07
    3 31 2026-04-15 - 0.0     1009.96 10.1 0.0 0.0 1020.06 0.0 0.0 0.0 1020.06
    """
)
PAID = rows_of(
    """
    - -  2026-01-15 -          3000.0  -       -    0.0 -   0.0     0.0     -      -       -
    1 31 2026-02-15 2026-02-20 2009.93 990.07  30.0 5.0 0.0 1025.07 1025.07 0.0    1025.07 0.0
    2 28 2026-03-15 -          0.0     2009.93 20.1 0.0 1.5 2031.53 1000.0  1000.0 0.0     1031.53
    """
)
PAYOUT = ROWS[0]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def test_a_table_lines_up_and_sums_up() -> None:
    assert as_table(results=[{"id": "three", "rows": ROWS}]).splitlines() == [
        "three",
        "     No.      Due on  Days  Principal  Interest    To pay   Balance",
        "-------------------------------------------------------------------",
        "Paid out  2026-01-15     –          –         –      0.00  3,000.00",
        "       1  2026-02-15    31     990.07     30.00  1,020.07  2,009.93",
        "       2  2026-03-15    28     999.97     20.10  1,020.07  1,009.96",
        "       3  2026-04-15    31   1,009.96     10.10  1,020.06      0.00",
        "-------------------------------------------------------------------",
        "   Total                     3,000.00     60.20  3,060.20",
    ]


def test_what_is_paid_late_or_charged_has_columns_of_its_own() -> None:
    head = as_table(results=[{"id": "paid", "rows": PAID}]).splitlines()[1].split("  ")
    titles = [title.strip() for title in head if title.strip()]
    assert titles[5:8] == ["Fees", "Penalties", "To pay"]
    assert titles[9:] == ["Paid on", "Paid", "In advance", "Late", "Still to pay"]
    assert "2,025.07" in as_table(results=[{"id": "paid", "rows": PAID}]).splitlines()[-1]


def test_chinese_headings_take_two_columns_each() -> None:
    with translation.override("zh-hans"):
        lines = as_table(results=[{"id": "三期", "rows": ROWS}]).splitlines()
    assert lines[1].endswith("余额")
    wide = [len(line.encode("gbk", "replace")) for line in lines[1:-2] if "–" not in line]
    assert len(set(wide)) == 1


def test_whole_units_have_no_point() -> None:
    yen = [{**PAYOUT, "balance": "3000"}, {**ROWS[1], "principal": "990", "interest": "30"}]
    for one in yen:
        one.update(balance="3000", fees="0", penalties="0", due="1020", paid="0", in_advance="0")
        one.update(late="0", outstanding="1020")
    table = as_table(results=[{"id": "yen", "rows": yen}])
    assert "1,020    3,000" in table
    assert "." not in table.splitlines()[-1]


def test_a_case_that_could_not_be_carried_out_says_why() -> None:
    results: list[dict[str, Any]] = [
        {"id": "bad", "error": "rate: below 0 <b>"},
        {"id": "three", "rows": ROWS},
    ]
    assert as_table(results=results).startswith("bad\nNot possible: rate: below 0 <b>\n\nthree\n")
    page = as_html(results=results)
    assert "Not possible: rate: below 0 &lt;b&gt;" in page
    assert '<a href="#loan-1">bad</a>' in page


class _Page(HTMLParser):
    """Which tags there are, what they fetch, and whether they close."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.fetched += [v or "" for k, v in attrs if k in {"src", "href", "srcset", "data"}]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_stands_alone_and_is_well_formed() -> None:
    page = as_html(results=[{"id": "three", "rows": ROWS}, {"id": "paid", "rows": PAID}])
    parser = _Page()
    parser.feed(page)
    assert parser.open == []
    assert all(target.startswith("#") for target in parser.fetched)
    assert not {"script", "link", "img", "iframe"} & set(parser.tags)
    assert "url(" not in page
    assert "@import" not in page
    assert parser.tags.count("svg") == 4  # each loan wide and narrow
    assert '<html lang="en">' in page
    with translation.override("zh-hans"):
        assert "余额" in as_html(results=[{"id": "three", "rows": ROWS}])


def test_bars_are_as_high_as_what_they_stand_for() -> None:
    (plan,) = read_plans(results=[{"id": "three", "rows": ROWS}])
    chart = draw_chart(plan=plan, frame=WIDE)
    heights = {(bar["key"], bar["x"]): Decimal(bar["height"]) for bar in chart.bars}
    columns = sorted({x for _key, x in heights}, key=Decimal)
    assert len(columns) == 3  # a payout has no bar
    # 0 to 1,500 in steps of 500 over 200 units: 990.07 is 132.0 high, 30.00 is 4.0
    assert heights["principal", columns[0]] == Decimal("132.0")
    assert heights["interest", columns[0]] == Decimal("4.0")
    assert [part["key"] for part in chart.parts] == ["principal", "interest"]
    assert [mark["nr"] for mark in chart.marks] == ["1", "2", "3"]
    assert [line["text"] for line in chart.grid][:4] == ["0", "500", "1,000", "1,500"]


amounts = st.decimals(0, 10**7, places=2).map(str)


@given(
    parts=st.lists(st.tuples(amounts, amounts, amounts), min_size=1, max_size=120),
    frame=st.sampled_from([WIDE, NARROW]),
)
def test_nothing_is_drawn_outside(parts: list[tuple[str, str, str]], frame: Any) -> None:
    rows = [PAYOUT] + [
        {**ROWS[1], "nr": number, "principal": principal, "interest": interest, "balance": balance}
        for number, (principal, interest, balance) in enumerate(parts, start=1)
    ]
    chart = draw_chart(plan=Plan("any", tuple(rows)), frame=frame)
    for bar in chart.bars:
        x, y, width, height = (Decimal(bar[name]) for name in ("x", "y", "width", "height"))
        assert frame.left <= x
        assert x + width <= frame.width - frame.right + Decimal("0.1")
        assert frame.bars[0] - 1 <= y
        assert y + height <= frame.bars[1] + 1
    heights = [Decimal(text) for text in re.findall(r"V(-?[\d.]+)", chart.line)]
    assert all(frame.balance[0] - 1 <= y <= frame.balance[1] + 1 for y in heights)
    places = [Decimal(mark["x"]) for mark in chart.marks]
    assert all(b - a >= frame.label for a, b in pairwise(places))


def test_a_plan_of_nothing_but_nulls_is_drawn() -> None:
    empty = [dict.fromkeys(KEYS), {**dict.fromkeys(KEYS), "nr": 1}]
    assert "–" in as_table(results=[{"id": "empty", "rows": empty}])
    assert "<svg" in as_html(results=[{"id": "empty", "rows": empty}])
    assert "There are no rows." in as_html(results=[{"id": "none", "rows": []}])

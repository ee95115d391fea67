"""Posting, reversing and reading the books on a real Postgres."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from pytest_django import DjangoAssertNumQueries

from core.errors import NotFound
from core.ids import uuid7
from core.money import Money
from lending.ledger.domain import (
    CHART,
    AccountCode,
    EntryRequest,
    InvalidPostingsError,
    Posting,
    credit,
    debit,
)
from lending.ledger.operations import (
    MAX_BATCH,
    LedgerConflict,
    post_entries,
    post_entry,
    reverse_entry,
)
from lending.ledger.queries import (
    account_balances,
    count_books,
    currency_totals,
    find_entry,
    get_entry,
    list_entries,
    list_loan_balances,
    loan_balances,
)
from tests.ledger import DAY, NOW, fen, lent, request

pytestmark = pytest.mark.django_db


def post(entry: EntryRequest) -> UUID:
    return post_entries(entries=[entry], now=NOW)[0]


def test_an_entry_is_read_back_as_posted() -> None:
    loan = uuid7()
    entry_id = post_entry(
        source_type="loan",
        source_id=loan,
        event="disbursed",
        business_date=DAY,
        postings=lent(loan_id=loan),
        now=NOW,
        note="借款",
    )
    entry = get_entry(entry_id=entry_id)
    assert entry.postings == lent(loan_id=loan)
    assert (entry.business_date, entry.created_at, entry.note) == (DAY, NOW, "借款")
    assert find_entry(source_type="loan", source_id=loan, event="disbursed") == entry
    assert find_entry(source_type="loan", source_id=loan, event="repaid") is None


def test_the_same_key_with_the_same_lines_is_one_entry() -> None:
    entry = request()
    again = EntryRequest(
        source_type=entry.source_type,
        source_id=entry.source_id,
        event=entry.event,
        business_date=DAY + timedelta(days=1),
        postings=tuple(reversed(entry.postings)),
        note="sent again after midnight",
    )
    assert post(entry) == post(again)
    assert count_books().entries == 1
    assert get_entry(entry_id=post(again)).business_date == DAY


@pytest.mark.parametrize(
    "other",
    [
        lent(minor=100_001),
        lent(currency="EUR"),
        lent(loan_id=uuid4()),
        (*lent(minor=50_000), *lent(minor=50_000)),
        (
            debit(account=AccountCode.LOAN_PRINCIPAL, amount=fen(100_000)),
            credit(account=AccountCode.BANK_CASH, amount=fen(100_000)),
        ),
    ],
)
def test_the_same_key_with_other_lines_is_refused(other: tuple[Posting, ...]) -> None:
    entry = request()
    post(entry)
    with pytest.raises(LedgerConflict):
        post(request(source_id=entry.source_id, postings=other))
    with pytest.raises(LedgerConflict):
        post_entries(entries=[entry, request(source_id=entry.source_id, postings=other)], now=NOW)
    assert count_books().entries == 1


def test_a_conflict_leaves_nothing_of_its_batch() -> None:
    entry = request()
    post(entry)
    wrong = request(source_id=entry.source_id, postings=lent(minor=7))
    with pytest.raises(LedgerConflict):
        post_entries(entries=[request(), wrong, request()], now=NOW)
    assert count_books().entries == 1


def test_lines_that_are_no_entry_reach_no_table() -> None:
    with pytest.raises(InvalidPostingsError):
        post(request(postings=lent()[:1]))
    assert count_books().entries == 0


def test_one_entry_is_one_round_trip(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    post(request())
    with django_assert_num_queries(1):
        post_entry(
            source_type="loan",
            source_id=uuid7(),
            event="disbursed",
            business_date=DAY,
            postings=lent(),
            now=NOW,
        )


def test_a_batch_is_set_based_and_keeps_its_order(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    entries = [request() for _ in range(300)]
    post(entries[7])
    with django_assert_max_num_queries(12):
        ids = post_entries(entries=[*entries, entries[0]], now=NOW)
    assert len(set(ids)) == 300
    assert ids[-1] == ids[0]
    for entry, entry_id in zip(entries[:10], ids, strict=False):
        assert get_entry(entry_id=entry_id).source_id == entry.source_id
    assert post_entries(entries=entries, now=NOW) == ids[:-1]
    assert count_books().lines == 600


def test_an_empty_batch_and_one_too_large() -> None:
    assert post_entries(entries=[], now=NOW) == ()
    with pytest.raises(ValueError, match="batch"):
        post_entries(entries=[request()] * (MAX_BATCH + 1), now=NOW)


def test_a_reversal_is_the_mirror_and_happens_once() -> None:
    loan = uuid7()
    entry = request(source_id=loan, postings=lent(loan_id=loan))
    entry_id = post(entry)
    day = DAY + timedelta(days=3)
    undone = reverse_entry(entry_id=entry_id, business_date=day, now=NOW, note="bank took it back")
    again = reverse_entry(entry_id=entry_id, business_date=day + timedelta(days=1), now=NOW)
    assert undone == again
    mirror = get_entry(entry_id=undone)
    assert (mirror.reverses, mirror.business_date, mirror.event) == (
        entry_id,
        day,
        "disbursed.reversed",
    )
    assert loan_balances(loan_id=loan) == {AccountCode.LOAN_PRINCIPAL: fen(0)}
    assert loan_balances(loan_id=loan, as_of=DAY) == {AccountCode.LOAN_PRINCIPAL: fen(100_000)}


def test_neither_a_reversal_nor_nothing_can_be_reversed() -> None:
    undone = reverse_entry(entry_id=post(request()), business_date=DAY, now=NOW)
    with pytest.raises(LedgerConflict) as caught:
        reverse_entry(entry_id=undone, business_date=DAY, now=NOW)
    assert caught.value.code == "ledger-reversal"
    with pytest.raises(NotFound):
        reverse_entry(entry_id=uuid7(), business_date=DAY, now=NOW)


def test_the_trial_balance_sums_to_zero_in_each_currency() -> None:
    post(request(postings=lent(minor=300)))
    post(request(postings=lent(minor=55, currency="EUR"), business_date=date(2026, 4, 1)))
    balances = {(row.code, row.balance.currency): row for row in account_balances()}
    assert len(balances) == 2 * len(CHART)
    principal = balances[AccountCode.LOAN_PRINCIPAL, "CNY"]
    assert (principal.debits, principal.credits) == (fen(300), fen(0))
    clearing = balances[AccountCode.PAYOUT_CLEARING, "EUR"]
    assert clearing.balance == fen(-55, "EUR")
    assert clearing.normal_balance == fen(55, "EUR")
    for total in currency_totals():
        assert total.debits == total.credits
    assert {total.debits for total in currency_totals()} == {fen(300), fen(55, "EUR")}
    before = {total.debits for total in currency_totals(as_of=date(2026, 3, 31))}
    assert before == {fen(300), fen(0, "EUR")}


def test_balances_of_many_loans_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    loans = [uuid7() for _ in range(3)]
    for place, loan in enumerate(loans[:2], start=1):
        post(request(postings=lent(minor=place, loan_id=loan)))
    with django_assert_num_queries(1):
        found = list_loan_balances(loan_ids=loans)
    assert [found[loan] for loan in loans] == [
        {AccountCode.LOAN_PRINCIPAL: fen(1)},
        {AccountCode.LOAN_PRINCIPAL: fen(2)},
        {},
    ]


def test_a_loan_in_two_currencies_is_a_defect() -> None:
    loan = uuid7()
    post(request(postings=lent(loan_id=loan)))
    post(request(postings=lent(loan_id=loan, currency="EUR")))
    with pytest.raises(ValueError, match="two currencies"):
        loan_balances(loan_id=loan)


def test_entries_come_newest_first_page_by_page() -> None:
    loan = uuid7()
    ids = [post(request()) for _ in range(5)]
    ids.append(post(request(source_id=loan, postings=lent(loan_id=loan))))
    seen = []
    before = None
    while True:
        page = list_entries(before=before, limit=4)
        seen += [entry.id for entry in page.entries]
        before = page.next
        if before is None:
            break
    assert seen == sorted(ids, reverse=True)
    assert [entry.id for entry in list_entries(loan_id=loan).entries] == ids[-1:]
    assert [entry.id for entry in list_entries(source_id=loan).entries] == ids[-1:]
    assert len(list_entries(limit=0).entries) == 1


def test_the_largest_amounts_fit() -> None:
    loan = uuid7()
    post(request(postings=lent(minor=10**15, loan_id=loan)))
    assert loan_balances(loan_id=loan)[AccountCode.LOAN_PRINCIPAL] == Money(10**15)

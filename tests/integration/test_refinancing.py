"""A new loan pays an old one: both or neither, and no money moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from accounts.models import InboxMessage
from cards.models import BindingHold, Payment
from core.businessday import get_business_date
from core.errors import Conflict, InvalidInput, KadaiError, NotFound, Refused
from core.models import OutboxEvent
from core.money import Money
from lending.ledger.domain import AccountCode
from lending.ledger.queries import loan_balances
from lending.loans.domain import LoanEvent, Paid, PaymentKind, Restructured, Reversed
from lending.loans.domain.states import LoanStatus
from lending.loans.models import CreditLine, Drawdown, Loan, LoanChange, Quote
from lending.loans.operations import approve_change, propose_change, record_payment, settle_check
from lending.loans.operations.verification import verify_loans
from lending.loans.queries.fold import loan_state
from lending.loans.queries.lines import get_line
from lending.loans.queries.loans import get_drawdown, get_loan
from lending.loans.queries.quotes import get_quote
from lending.loans.queries.refinancing import compare, list_replacements
from lending.products.domain.methods import Unit
from lending.repayments.operations import close_day, issue_certificate, repay
from lending.repayments.queries import get_certificate
from risk.operations import decide_request
from tests.fixtures.console import staff
from tests.fixtures.house import House, Person
from tests.outbox import run_outbox
from tests.refinancing import after_days, clearing, quote_new, used
from tests.servicing import check_earned, check_fold, everything

pytestmark = pytest.mark.django_db

CNY = "CNY"


@dataclass
class Old:
    """Somebody with a loan that runs for ten days."""

    house: House
    person: Person
    loan_id: UUID

    @property
    def loan(self) -> Loan:
        return Loan.objects.get(pk=self.loan_id)

    @property
    def payoff(self) -> Money:
        return loan_state(self.loan, as_of=get_business_date()).payoff.total

    def quote(self, **changes: Any) -> UUID:
        return quote_new(self.person, self.loan_id, **changes)

    def sign(self, quote_id: UUID | None = None) -> UUID:
        return self.house.sign(self.person, quote_id or self.quote())

    def replace(self, quote_id: UUID | None = None) -> Loan:
        drawdown_id = self.sign(quote_id)
        run_outbox()
        return Loan.objects.get(drawdown_id=drawdown_id)

    def repay(self, kind: PaymentKind, minor: int | None = None) -> UUID:
        return repay(
            borrower_id=self.person.id,
            loan_id=self.loan_id,
            key=str(uuid4()),
            kind=kind,
            amount=None if minor is None else Money(minor, CNY),
            binding_id=None,
            now=self.house.now,
        )

    def pay(self, minor: int) -> None:
        """Money that is counted already."""
        record_payment(
            loan_id=self.loan_id,
            amount=Money(minor, CNY),
            kind=PaymentKind.MANUAL,
            reference=str(uuid4()),
            on=get_business_date(),
            now=self.house.now,
        )

    def propose(self, event: LoanEvent | None = None) -> UUID:
        goodwill = Paid(
            on=get_business_date(),
            amount=Money(20_000, CNY),
            kind=PaymentKind.GOODWILL,
            reference="",
        )
        return propose_change(
            loan_id=self.loan_id,
            event=event or goodwill,
            reason="Our app was down.",
            proposer_id=staff("officer").pk,
            now=self.house.now,
        )


@pytest.fixture
def old(house: House) -> Old:
    person = house.borrower()
    loan_id = house.loan(person)
    after_days(house, 10)
    return Old(house, person, loan_id)


def refused(old: Old, act: Callable[[], object], error: type[KadaiError], code: str) -> KadaiError:
    """The act is refused and nothing is different after it."""
    before = everything(old.loan_id), Quote.objects.count(), Drawdown.objects.count()
    with pytest.raises(error) as caught:
        act()
    assert caught.value.code == code
    assert (everything(old.loan_id), Quote.objects.count(), Drawdown.objects.count()) == before
    return caught.value


def kinds(person: Person) -> list[str]:
    messages = InboxMessage.objects.filter(user_id=person.id).order_by("pk")
    return list(messages.values_list("kind", flat=True))


# --- both loans ---------------------------------------------------------------------------------


def test_the_new_loan_pays_the_old_one_and_no_money_moves(old: Old) -> None:
    owed, today = old.payoff, get_business_date()
    assert owed.minor > 600_000
    payments, told = Payment.objects.count(), kinds(old.person)
    balance = old.house.bank.balance(pan=old.person.pan)

    new = old.replace()
    old.house.settle()

    assert old.loan.status == LoanStatus.CLOSED_REFINANCED
    assert (old.loan.settled_on, old.loan.outstanding_principal) == (today, 0)
    assert (new.status, new.disbursed_on) == (LoanStatus.ACTIVE, today)
    assert new.principal == new.outstanding_principal == owed.minor
    assert new.instalments.count() == 12
    assert Payment.objects.count() == payments
    assert old.house.bank.balance(pan=old.person.pan) == balance
    paid = old.loan.history.get(payment_kind="REFINANCE")
    assert (paid.amount, paid.on, paid.reference) == (owed.minor, today, str(new.pk))
    drawdown = Drawdown.objects.get(loan=new)
    assert (drawdown.state, drawdown.payment_id, drawdown.failure) == ("DISBURSED", None, "")

    assert clearing() == [-owed.minor, owed.minor]
    for loan_id in (old.loan_id, new.pk):
        check_fold(loan_id)
        check_earned(loan_id)
    books = loan_balances(loan_id=old.loan_id)
    zero = Money.zero(CNY)
    assert books.get(AccountCode.LOAN_PRINCIPAL, zero) == zero
    assert books.get(AccountCode.INTEREST_RECEIVABLE, zero) == zero
    assert loan_balances(loan_id=new.pk)[AccountCode.LOAN_PRINCIPAL] == owed
    assert used(old.person) == owed.minor

    assert kinds(old.person) == [*told, "loan_refinanced"]
    message = InboxMessage.objects.get(kind="loan_refinanced")
    assert message.params == {"amount": owed.display}
    holds = BindingHold.objects.filter(released_at=None).values_list("source_type", "source_id")
    assert list(holds) == [("loan", new.pk)]


def test_each_loan_knows_the_other(old: Old) -> None:
    new, today = old.replace(), get_business_date()
    view = get_loan(borrower_id=old.person.id, loan_id=old.loan_id, as_of=today)
    assert (view.replaces, view.replaced_by) == (None, new.pk)
    view = get_loan(borrower_id=old.person.id, loan_id=new.pk, as_of=today)
    assert (view.replaces, view.replaced_by) == (old.loan_id, None)


def test_there_is_no_certificate_of_a_loan_that_was_replaced(old: Old) -> None:
    old.replace()
    assert not OutboxEvent.objects.filter(name="loan.settled").exists()
    issue_certificate(loan_id=old.loan_id, now=old.house.now)
    with pytest.raises(NotFound):
        get_certificate(borrower_id=old.person.id, loan_id=old.loan_id)


def test_the_contract_names_the_loan_that_is_paid(old: Old) -> None:
    drawdown = Drawdown.objects.get(pk=old.sign())
    assert old.loan.number in drawdown.contract.body
    first = Drawdown.objects.get(loan=old.loan)
    assert old.loan.number not in first.contract.body


def test_the_books_stay_right_as_days_go_by(old: Old) -> None:
    new = old.replace()
    after_days(old.house, 35)
    new.refresh_from_db()
    assert new.history.filter(payment_kind="DUE").count() == 1
    for loan_id in (old.loan_id, new.pk):
        check_fold(loan_id)
    assert sum(clearing()) == 0
    assert [found for _count, found in verify_loans()] == [[]]


def test_a_loan_that_replaced_one_can_be_replaced(old: Old) -> None:
    second = old.replace()
    after_days(old.house, 3)
    third = Old(old.house, old.person, second.pk).replace(
        quote_new(old.person, second.pk, product_code="declining", instalments=6)
    )
    second.refresh_from_db()
    assert second.status == LoanStatus.CLOSED_REFINANCED
    for loan in (old.loan, second, third):
        check_fold(loan.pk)
    assert sum(clearing()) == 0


@pytest.mark.parametrize("product_code", ["declining", "flexible"])
def test_another_product_may_replace_it(old: Old, product_code: str) -> None:
    new = old.replace(old.quote(product_code=product_code, instalments=6))
    assert new.product_version.product.code == product_code
    assert sum(clearing()) == 0
    check_fold(new.pk)


def test_on_a_due_day_what_is_due_is_paid_too(old: Old) -> None:
    """The debit was refused by the bank, and the day is not over."""
    due_on = old.loan.next_due_on
    assert due_on is not None
    old.house.bank.change_account(pan=old.person.pan, withdraw=1_600_000)
    after_days(old.house, (due_on - get_business_date()).days)
    assert get_business_date() == due_on
    assert loan_state(old.loan, as_of=due_on).due_now.total
    old.replace()
    assert old.loan.status == LoanStatus.CLOSED_REFINANCED
    check_fold(old.loan_id)


# --- the limit ----------------------------------------------------------------------------------


def test_a_full_line_has_room_for_the_loan_it_frees_and_its_interest(house: House) -> None:
    person = house.borrower()
    line = get_line(borrower_id=person.id)
    assert line is not None
    old = Old(house, person, house.loan(person, amount=line.limit.minor))
    after_days(house, 10)
    new = old.replace()
    assert new.principal > line.limit.minor
    assert used(person) == new.principal
    check_fold(new.pk)


def test_what_the_rest_of_the_line_holds_is_not_free_for_it(house: House) -> None:
    """Two loans fill the line, then the limit is less: the new one would not fit beside the other."""
    person = house.borrower()
    old = Old(house, person, house.loan(person, amount=600_000))
    house.loan(person, amount=600_000)
    CreditLine.objects.filter(borrower_id=person.id).update(limit=1_000_000)
    refused(old, old.quote, Refused, "over-limit")


def test_the_limit_is_asked_again_when_it_is_signed(old: Old) -> None:
    quote_id = old.quote()
    CreditLine.objects.filter(borrower_id=old.person.id).update(limit=500_000)
    refused(old, lambda: old.sign(quote_id), Refused, "over-limit")


# --- refused from the start ---------------------------------------------------------------------


def test_an_overdue_loan_is_no_matter_of_a_new_one(old: Old) -> None:
    due_on = old.loan.next_due_on
    assert due_on is not None
    old.house.bank.change_account(pan=old.person.pan, withdraw=1_600_000)
    after_days(old.house, (due_on - get_business_date()).days + 1)
    assert loan_state(old.loan, as_of=get_business_date()).days_past_due == 1
    error = refused(old, old.quote, Refused, "loan-overdue")
    assert "overdue" in str(error) or "逾期" in str(error)


def test_a_loan_restructured_in_difficulty_stays_watched(old: Old) -> None:
    event = Restructured(
        on=get_business_date(),
        annual_rate=Decimal("0.06"),
        starts_on=get_business_date(),
        every=1,
        unit=Unit.MONTHS,
        instalments=12,
        reference="",
    )
    approver = staff("senior_officer").pk
    approve_change(change_id=old.propose(event), decider_id=approver, now=old.house.now)
    refused(old, old.quote, Refused, "loan-restructured")


def test_a_settled_loan_is_not_replaced(old: Old) -> None:
    old.pay(old.payoff.minor)
    refused(old, old.quote, Conflict, "loan-closed")


def test_not_while_a_repayment_is_on_its_way(old: Old) -> None:
    quote_id = old.quote()
    old.repay(PaymentKind.MANUAL, 10_000)
    refused(old, old.quote, Conflict, "repayment-open")
    refused(old, lambda: old.sign(quote_id), Conflict, "repayment-open")


def test_not_while_a_change_waits_for_a_decision(old: Old) -> None:
    quote_id = old.quote()
    old.propose()
    refused(old, old.quote, Conflict, "change-open")
    refused(old, lambda: old.sign(quote_id), Conflict, "change-open")


def test_not_twice(old: Old) -> None:
    first, second = old.quote(), old.quote()
    old.sign(first)
    refused(old, old.quote, Conflict, "refinancing-open")
    refused(old, lambda: old.sign(second), Conflict, "refinancing-open")
    run_outbox()
    refused(old, lambda: old.sign(second), Conflict, "loan-closed")
    assert Loan.objects.count() == 2


def test_figures_that_no_longer_hold_are_not_signed(old: Old) -> None:
    paid, moved = old.quote(), old.quote()
    old.pay(10_000)
    refused(old, lambda: old.sign(paid), Conflict, "payoff-changed")
    close_day(day=get_business_date(), now=old.house.now)
    refused(old, lambda: old.sign(moved), Conflict, "payoff-changed")


def test_somebody_elses_loan_is_not_there(old: Old) -> None:
    stranger = old.house.borrower()
    refused(old, lambda: quote_new(stranger, old.loan_id), NotFound, "not-found")
    refused(old, lambda: quote_new(old.person, uuid4()), NotFound, "not-found")
    with pytest.raises(NotFound):
        list_replacements(borrower_id=stranger.id, loan_id=old.loan_id, today=get_business_date())


@pytest.mark.parametrize("product_code", ["business-monthly", "no-such-product"])
def test_a_product_that_is_not_for_it(old: Old, product_code: str) -> None:
    error = refused(
        old, lambda: old.quote(product_code=product_code), InvalidInput, "invalid-input"
    )
    assert list(error.fields) == ["product"]


def test_a_loan_too_small_for_every_product(old: Old) -> None:
    old.pay(old.payoff.minor - 40_000)
    error = refused(old, old.quote, InvalidInput, "invalid-input")
    assert list(error.fields) == ["product"]


def test_a_number_of_instalments_that_is_not_offered(old: Old) -> None:
    error = refused(old, lambda: old.quote(instalments=5), InvalidInput, "invalid-input")
    assert list(error.fields) == ["instalments"]


# --- refused in the end -------------------------------------------------------------------------


def in_between(old: Old, happens: Callable[[], object]) -> Drawdown:
    """Something happens after the signature and before the check is settled."""
    drawdown = Drawdown.objects.get(pk=old.sign())
    assert drawdown.decision_id is not None
    happens()
    decide_request(decision_id=drawdown.decision_id, now=old.house.now)
    before = everything(old.loan_id)
    settle_check(drawdown_id=drawdown.pk, now=old.house.now)
    settle_check(drawdown_id=drawdown.pk, now=old.house.now)
    drawdown.refresh_from_db()
    after = everything(old.loan_id)
    *known, message = after.pop("messages")
    assert known == before.pop("messages")
    assert (message["kind"], message["user_id"]) == ("refinancing_failed", old.person.id)
    own = {str(drawdown.pk)}
    for state in (before, after):
        state["holds"] = [row for row in state["holds"] if str(row["source_id"]) not in own]
    assert after == before
    assert not clearing()
    assert not Loan.objects.filter(drawdown=drawdown).exists()
    held = BindingHold.objects.filter(source_id=drawdown.pk, released_at=None)
    assert not held.exists()
    check_fold(old.loan_id)
    return drawdown


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (lambda old: old.pay(10_000), "payoff-changed"),
        (lambda old: old.pay(old.payoff.minor), "loan-closed"),
        (lambda old: old.repay(PaymentKind.MANUAL, 10_000), "repayment-open"),
        (lambda old: old.propose(), "change-open"),
        (lambda old: close_day(day=get_business_date(), now=old.house.now), "payoff-changed"),
    ],
)
def test_nothing_is_half_done(old: Old, happens: Callable[[Old], object], code: str) -> None:
    drawdown = in_between(old, lambda: happens(old))
    assert (drawdown.state, drawdown.failure) == ("FAILED", code)
    assert drawdown.payment_id is None
    view = get_drawdown(borrower_id=old.person.id, drawdown_id=drawdown.pk)
    assert view.reasons
    assert view.refinances == old.loan_id


def test_after_it_failed_it_can_be_asked_for_again(old: Old) -> None:
    in_between(old, lambda: old.pay(10_000))
    new = old.replace()
    assert old.loan.status == LoanStatus.CLOSED_REFINANCED
    assert new.principal == used(old.person)
    check_fold(new.pk)


def test_a_check_that_does_not_pass_changes_nothing(old: Old) -> None:
    """The line ended while it was checked."""
    drawdown_id = old.sign()
    CreditLine.objects.filter(borrower_id=old.person.id).update(state="CLOSED")
    before = everything(old.loan_id)
    run_outbox()
    after = everything(old.loan_id)
    for state in (before, after):
        del state["holds"]
    assert after == before
    assert Drawdown.objects.get(pk=drawdown_id).state == "REJECTED"
    assert Loan.objects.count() == 1


def test_settled_twice_it_is_one_loan(old: Old) -> None:
    drawdown_id = old.sign()
    run_outbox()
    settle_check(drawdown_id=drawdown_id, now=old.house.now)
    assert Loan.objects.count() == 2
    assert len(clearing()) == 2


# --- afterwards ---------------------------------------------------------------------------------


def test_what_the_new_loan_paid_is_not_undone(old: Old) -> None:
    new = old.replace()
    undo = Reversed(on=get_business_date(), reference=str(new.pk))
    error = refused(
        old,
        lambda: propose_change(
            loan_id=old.loan_id,
            event=undo,
            reason="A mistake.",
            proposer_id=staff("finance").pk,
            now=old.house.now,
        ),
        InvalidInput,
        "invalid-input",
    )
    assert list(error.fields) == ["reference"]
    assert not LoanChange.objects.exists()


def test_an_earlier_payment_that_is_undone_leaves_the_clearing_at_zero(old: Old) -> None:
    old.pay(10_000)
    earlier = old.loan.history.get(kind="PAID").reference
    new = old.replace()
    change_id = propose_change(
        loan_id=old.loan_id,
        event=Reversed(on=get_business_date(), reference=earlier),
        reason="It was another's.",
        proposer_id=staff("finance").pk,
        now=old.house.now,
    )
    approve_change(change_id=change_id, decider_id=staff("senior_officer").pk, now=old.house.now)
    assert old.loan.status == LoanStatus.ACTIVE
    assert old.loan.outstanding_principal == 10_000
    assert sum(clearing()) == 0
    for loan_id in (old.loan_id, new.pk):
        check_fold(loan_id)


def test_the_two_plans_beside_each_other(old: Old) -> None:
    today = get_business_date()
    quote = get_quote(borrower_id=old.person.id, quote_id=old.quote())
    found = compare(quote=quote, today=today)
    assert found is not None
    view = get_loan(borrower_id=old.person.id, loan_id=old.loan_id, as_of=today)
    assert found.old.owed == found.new.owed == view.payoff.total
    assert found.old.instalment == view.schedule[0].asked.total
    assert found.old.last_due_on == view.schedule[-1].due_on
    assert found.old.to_pay == sum((row.asked.total for row in view.schedule), Money.zero(CNY))
    assert found.new.instalment == quote.schedule[0].total
    assert found.new.to_pay == quote.total_repayment
    assert found.more == quote.total_repayment - found.old.to_pay
    assert not found.less
    assert found.new.instalment < found.old.instalment
    first = Quote.objects.get(drawdown__loan=old.loan)
    assert found.old.annual_cost == first.annual_cost
    plain = get_quote(borrower_id=old.person.id, quote_id=first.pk)
    assert compare(quote=plain, today=today) is None

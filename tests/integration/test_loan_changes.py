"""Four eyes on a running loan: proposed, decided, and nothing in between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from accounts.models import InboxMessage
from core.businessday import get_business_date
from core.errors import Conflict, Forbidden, InvalidInput, KadaiError, NotFound
from core.models import AuditRecord
from core.money import Money
from lending.ledger.domain import AccountCode
from lending.ledger.queries import loan_balances
from lending.loans.domain import LoanEvent, Paid, PaymentKind, Reversed
from lending.loans.domain.changes import ChangeState, Service
from lending.loans.models import Loan, LoanChange
from lending.loans.operations import (
    approve_change,
    propose_change,
    record_payment,
    reject_change,
    withdraw_change,
)
from lending.loans.queries.changes import preview_change
from lending.repayments.operations import close_through
from lending.repayments.queries import get_certificate
from tests.fixtures.console import staff
from tests.fixtures.house import House
from tests.servicing import check_earned, check_fold, everything

pytestmark = pytest.mark.django_db

CNY = "CNY"


@dataclass
class Desk:
    """A loan, and two colleagues."""

    house: House
    loan_id: UUID
    borrower_id: UUID
    proposer: UUID
    approver: UUID

    @property
    def today(self) -> date:
        return get_business_date()

    def goodwill(self, minor: int = 20_000, **changes: Any) -> LoanEvent:
        facts: dict[str, Any] = {"on": self.today, "amount": Money(minor, CNY), **changes}
        return Paid(kind=PaymentKind.GOODWILL, reference="", **facts)

    def propose(self, event: LoanEvent | None = None, **changes: Any) -> UUID:
        facts: dict[str, Any] = {
            "loan_id": self.loan_id,
            "event": event or self.goodwill(),
            "reason": "Our app was down on the due day.",
            "proposer_id": self.proposer,
            "now": self.house.now,
            **changes,
        }
        return propose_change(**facts)

    def approve(self, change_id: UUID, decider_id: UUID | None = None) -> None:
        approve_change(
            change_id=change_id, decider_id=decider_id or self.approver, now=self.house.now
        )

    def pay(self, minor: int, kind: PaymentKind, reference: str | None = None) -> str:
        reference = reference or str(uuid4())
        record_payment(
            loan_id=self.loan_id,
            amount=Money(minor, CNY),
            kind=kind,
            reference=reference,
            on=self.today,
            now=self.house.now,
        )
        return reference


@pytest.fixture
def desk(house: House) -> Desk:
    person = house.borrower()
    loan_id = house.loan(person)
    return Desk(house, loan_id, person.id, staff("officer").pk, staff("senior_officer").pk)


def state_of(change_id: UUID) -> str:
    return LoanChange.objects.get(pk=change_id).state


def refused(desk: Desk, act: Callable[[], object], error: type[KadaiError], code: str) -> None:
    """The act is refused, and the loan is as it was."""
    before, changes = everything(desk.loan_id), list(LoanChange.objects.order_by("pk").values())
    with pytest.raises(error) as caught:
        act()
    assert caught.value.code == code
    assert everything(desk.loan_id) == before
    assert list(LoanChange.objects.order_by("pk").values()) == changes


def test_nothing_happens_before_approval_and_all_of_it_with_it(desk: Desk) -> None:
    before = everything(desk.loan_id)
    change_id = desk.propose()
    assert everything(desk.loan_id) == before
    change = LoanChange.objects.get(pk=change_id)
    assert (change.state, change.service) == (ChangeState.PROPOSED, Service.GOODWILL)
    line = AuditRecord.objects.get(action="loan-change.proposed")
    assert (line.actor, line.subject) == (str(desk.proposer), f"loan:{desk.loan_id}")
    assert line.reason == "Our app was down on the due day."

    desk.approve(change_id)
    assert state_of(change_id) == ChangeState.APPROVED
    row = Loan.objects.get(pk=desk.loan_id).history.get(kind="PAID")
    assert (row.payment_kind, row.amount, row.reference) == ("GOODWILL", 20_000, str(change_id))
    books = loan_balances(loan_id=desk.loan_id)
    assert books[AccountCode.GOODWILL_EXPENSE] == Money(20_000, CNY)
    check_fold(desk.loan_id)
    check_earned(desk.loan_id)
    told = InboxMessage.objects.get(user_id=desk.borrower_id, kind="goodwill_given")
    assert told.params == {"amount": "¥200.00"}
    line = AuditRecord.objects.get(action="loan-change.approved")
    assert line.actor == str(desk.approver)
    assert line.data["event"] == change.event


def test_a_preview_writes_nothing_and_says_what_approval_does(desk: Desk) -> None:
    before = everything(desk.loan_id)
    preview = preview_change(loan_id=desk.loan_id, event=desk.goodwill(), today=desk.today)
    assert everything(desk.loan_id) == before
    assert dict(preview.entry)[AccountCode.GOODWILL_EXPENSE] == Money(20_000, CNY)
    assert preview.before.figures.open > preview.after.figures.open
    desk.approve(desk.propose())
    loan = Loan.objects.get(pk=desk.loan_id)
    assert loan.outstanding_principal == preview.after.figures.principal.minor
    assert [row.principal for row in loan.instalments.order_by("number")] == [
        row.principal.minor for row in preview.after.rows
    ]


def test_who_proposed_does_not_approve(desk: Desk) -> None:
    change_id = desk.propose()
    refused(desk, lambda: desk.approve(change_id, desk.proposer), Forbidden, "own-change")
    refused(
        desk,
        lambda: reject_change(
            change_id=change_id, decider_id=desk.proposer, note="No.", now=desk.house.now
        ),
        Forbidden,
        "own-change",
    )
    with pytest.raises(IntegrityError, match="change_four_eyes"), transaction.atomic():
        LoanChange.objects.filter(pk=change_id).update(
            state="APPROVED", decider=desk.proposer, ended_at=desk.house.now
        )
    with pytest.raises(IntegrityError, match="change_four_eyes"), transaction.atomic():
        LoanChange.objects.filter(pk=change_id).update(state="APPROVED", ended_at=desk.house.now)


def test_nobody_changes_their_own_loan(desk: Desk) -> None:
    refused(desk, lambda: desk.propose(proposer_id=desk.borrower_id), Forbidden, "own-loan")
    change_id = desk.propose()
    refused(desk, lambda: desk.approve(change_id, desk.borrower_id), Forbidden, "own-loan")


def test_rejected_with_a_note(desk: Desk) -> None:
    change_id = desk.propose()
    before = everything(desk.loan_id)
    facts: dict[str, Any] = {"change_id": change_id, "decider_id": desk.approver}
    refused(
        desk,
        lambda: reject_change(note=" ", now=desk.house.now, **facts),
        InvalidInput,
        "invalid-input",
    )
    reject_change(note="Not our fault.", now=desk.house.now, **facts)
    assert state_of(change_id) == ChangeState.REJECTED
    assert everything(desk.loan_id) == before
    refused(desk, lambda: desk.approve(change_id), Conflict, "change-decided")


def test_only_who_proposed_withdraws(desk: Desk) -> None:
    change_id = desk.propose()
    refused(
        desk,
        lambda: withdraw_change(change_id=change_id, proposer_id=desk.approver, now=desk.house.now),
        Forbidden,
        "forbidden",
    )
    withdraw_change(change_id=change_id, proposer_id=desk.proposer, now=desk.house.now)
    assert state_of(change_id) == ChangeState.WITHDRAWN
    refused(desk, lambda: desk.approve(change_id), Conflict, "change-decided")
    desk.propose()  # the way is free for another


def test_one_proposal_at_a_time_and_one_approval(desk: Desk) -> None:
    change_id = desk.propose()
    refused(desk, desk.propose, Conflict, "change-open")
    desk.approve(change_id)
    refused(desk, lambda: desk.approve(change_id), Conflict, "change-decided")


def test_a_proposal_expires_when_the_loan_moves_on(desk: Desk) -> None:
    change_id = desk.propose()
    desk.pay(100_000, PaymentKind.MANUAL)
    before = everything(desk.loan_id)
    with pytest.raises(Conflict) as caught:
        desk.approve(change_id)
    assert caught.value.code == "change-expired"
    assert state_of(change_id) == ChangeState.EXPIRED
    assert everything(desk.loan_id) == before
    assert AuditRecord.objects.filter(action="loan-change.expired").count() == 1
    desk.approve(desk.propose())


def test_a_debit_on_the_due_day_was_expected(desk: Desk) -> None:
    change_id = desk.propose()
    first = Loan.objects.get(pk=desk.loan_id).next_due_on
    assert first is not None
    close_through(day=first - timedelta(days=1), now=desk.house.now)
    desk.house.settle()
    assert Loan.objects.get(pk=desk.loan_id).history.filter(payment_kind="DUE").count() == 1
    desk.approve(change_id)
    assert state_of(change_id) == ChangeState.APPROVED
    check_fold(desk.loan_id)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": Money(0, CNY)}, "amount"),
        ({"amount": Money(100, "EUR")}, "amount"),
        ({"on": date(2020, 1, 1)}, "on"),
        ({"on": date(2099, 1, 1)}, "on"),
    ],
)
def test_what_cannot_be_is_refused_by_field(
    desk: Desk, changes: dict[str, Any], field: str
) -> None:
    event = desk.goodwill(**changes)
    refused(desk, lambda: desk.propose(event), InvalidInput, "invalid-input")
    with pytest.raises(InvalidInput) as caught:
        preview_change(loan_id=desk.loan_id, event=event, today=desk.today)
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001])
def test_a_reason_is_needed(desk: Desk, reason: str) -> None:
    refused(desk, lambda: desk.propose(reason=reason), InvalidInput, "invalid-input")


def test_what_is_not_open_to_the_loan_is_refused(desk: Desk) -> None:
    recovery = Paid(on=desk.today, amount=Money(100, CNY), kind=PaymentKind.RECOVERY, reference="")
    refused(desk, lambda: desk.propose(recovery), Conflict, "loan-closed")
    desk.pay(600_000, PaymentKind.PAYOFF)
    assert Loan.objects.get(pk=desk.loan_id).status == "CLOSED_REPAID"
    refused(desk, desk.propose, Conflict, "loan-closed")


def test_no_such_loan_or_change(desk: Desk) -> None:
    refused(desk, lambda: desk.propose(loan_id=uuid4()), NotFound, "not-found")
    refused(desk, lambda: desk.approve(uuid4()), NotFound, "not-found")


def test_an_undone_payment_reopens_the_loan(desk: Desk) -> None:
    before = everything(desk.loan_id)
    reference = desk.pay(600_000, PaymentKind.PAYOFF)
    assert Loan.objects.get(pk=desk.loan_id).status == "CLOSED_REPAID"
    change_id = desk.propose(Reversed(on=desk.today, reference=reference))
    desk.approve(change_id)
    after = everything(desk.loan_id)
    loan = Loan.objects.get(pk=desk.loan_id)
    assert (loan.status, loan.settled_on) == ("ACTIVE", None)
    assert loan.closed_through == desk.today - timedelta(days=1)
    figures = [{k: v for k, v in row.items() if k != "id"} for row in after["rows"]]
    assert figures == [{k: v for k, v in row.items() if k != "id"} for row in before["rows"]]
    assert [hold["released_at"] for hold in after["holds"]].count(None) == 1
    check_fold(desk.loan_id)
    kinds = list(InboxMessage.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds[-2:] == ["loan_settled", "booking_corrected"]
    refused(
        desk,
        lambda: desk.propose(Reversed(on=desk.today, reference=reference)),
        InvalidInput,
        "invalid-input",
    )
    desk.pay(600_000, PaymentKind.PAYOFF)
    assert Loan.objects.get(pk=desk.loan_id).status == "CLOSED_REPAID"
    assert InboxMessage.objects.filter(kind="loan_settled").count() == 2


def test_money_for_a_settled_loan_is_the_borrowers(desk: Desk) -> None:
    desk.pay(600_000, PaymentKind.PAYOFF)
    event = Paid(on=desk.today, amount=Money(500, CNY), kind=PaymentKind.REFUND, reference="")
    desk.approve(desk.propose(event))
    assert loan_balances(loan_id=desk.loan_id)[AccountCode.BORROWER_CREDIT] == Money(-500, CNY)
    check_fold(desk.loan_id)


def test_a_certificate_does_not_outlive_what_it_says(desk: Desk) -> None:
    reference = desk.pay(600_000, PaymentKind.PAYOFF)
    desk.house.settle()
    assert get_certificate(borrower_id=desk.borrower_id, loan_id=desk.loan_id)
    desk.approve(desk.propose(Reversed(on=desk.today, reference=reference)))
    with pytest.raises(NotFound):
        get_certificate(borrower_id=desk.borrower_id, loan_id=desk.loan_id)

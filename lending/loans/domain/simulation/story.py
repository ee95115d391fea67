"""The story of a case: what happened, entered in some order, told in the order of its days."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from lending.loans.domain.allocation import Component
from lending.loans.domain.engine.book import Book, Counted
from lending.loans.domain.engine.buckets import TransactionKind
from lending.loans.domain.engine.calendar_of import agreed_due_dates
from lending.loans.domain.engine.lending_out import disburse
from lending.loans.domain.engine.owing import (
    charge,
    charge_back,
    charge_each,
    refund_credit,
    write_off,
)
from lending.loans.domain.engine.paying import interest_until, pay, settlement
from lending.loans.domain.engine.renewal import NewPlan
from lending.loans.domain.engine.replanning import (
    change_rate,
    extend,
    move_due_date,
    pause,
    re_age_loan,
    re_amortise_loan,
)
from lending.loans.domain.simulation.reading import (
    MAX_INSTALMENTS,
    CaseError,
    Terms,
    read_choice,
    read_count,
    read_day,
    read_every,
    read_handling,
    read_object,
    share_of,
)
from lending.loans.domain.simulation.report import report
from lending.loans.domain.simulation.steps import Step

_REFUNDS: Final = (TransactionKind.MERCHANT_ISSUED_REFUND, TransactionKind.PAYOUT_REFUND)
_DISBURSEMENT: Final = "disbursement"
#: What an event undoes the last one of.
_LAST: Final = {
    "undo_last_disbursal": _DISBURSEMENT,
    "undo_last_repayment": "repayment",
    "undo_reage": "re age",
    "undo_reamortize": "re amortize",
    "undo_write_off": "write off",
}

Event = Mapping[str, Any]


def simulate_story(*, meta: Mapping[str, Any], case: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of one case, as of its day. Raises CaseError for a case that cannot be."""
    try:
        return Story(meta, case).tell()
    except (LookupError, TypeError, AttributeError) as error:
        raise CaseError(f"the case is not of the expected form ({error!r})") from error
    except (ValueError, ArithmeticError, StopIteration, RuntimeError) as error:
        if isinstance(error, CaseError):
            raise
        raise CaseError(f"events: {error}") from error


class Story:
    """One case. `today` is the business date while events are entered."""

    def __init__(self, meta: Mapping[str, Any], case: Mapping[str, Any]) -> None:
        case = read_object(case, "case")
        orders = read_object(meta.get("allocation_orders") or {}, "allocation_orders")
        self.terms = Terms(read_object(case["params"], "params"), orders)
        if not isinstance(case["events"], list):
            raise CaseError("events: is not a list")
        self.events = [read_object(event, "events") for event in case["events"]]
        self.today = self.terms.submitted_on
        self.as_of = read_day(case["as_of"], "as_of") if case.get("as_of") else None
        self.refunds_interest = self.terms.refunds_interest
        self.steps: list[Step] = []
        self.approved: tuple[date, int] | None = None

    def tell(self) -> list[dict[str, Any]]:
        """Enter the events, fold them, print the rows."""
        last = self.today
        for event in self.events:
            enter = _ENTER.get(event["type"])
            if enter is None:
                raise CaseError(f"type: no rule for {event['type']!r}")
            enter(self, event)
            if event["type"] != "set_business_date":
                last = self.today
        # A table shows the loan as it was last worked on: the clock alone changes nothing.
        if self.as_of and self.events and self.events[-1]["type"] != "set_business_date":
            last = self.as_of
        book = self.fold()
        book.accrue(last)
        lent = [(s.on, s.amount) for s in self.standing if s.name == _DISBURSEMENT]
        return report(
            book=book,
            lent=lent or [self.expected],
            is_lent=bool(lent),
            decimals=self.terms.decimals,
        )

    # --- folding ---------------------------------------------------------------------------------

    @property
    def standing(self) -> list[Step]:
        """The steps that were not undone, in the order in which they count."""
        return sorted((s for s in self.steps if s.stands), key=lambda s: (s.on, s.first, s.number))

    @property
    def expected(self) -> tuple[date, int]:
        """The disbursement that is planned while none has been made."""
        return self.approved or self.terms.expected

    def blank(self) -> Book:
        """The loan before anything has happened."""
        first = next((s.on for s in self.standing if s.name == _DISBURSEMENT), self.expected[0])
        conditions = self.terms.conditions(first)
        return Book(conditions=conditions, due_dates=agreed_due_dates(conditions=conditions))

    def fold(self) -> Book:
        """The loan after all that stands."""
        book, steps = self.blank(), self.standing
        if not any(step.name == _DISBURSEMENT for step in steps):
            on, amount = self.expected
            disburse(book, on=on, amount=amount)
        for step in steps:
            step.run(book)
        return book

    # --- entering --------------------------------------------------------------------------------

    def add(self, name: str, on: date, run: Callable[[Book], object], amount: int = 0) -> Step:
        step = Step(on=on, number=len(self.steps), name=name, run=run, amount=amount)
        self.steps.append(step)
        return step

    def _dated(self, event: Event) -> tuple[date, int]:
        on = read_day(event["date"], "date")
        self.today = max(self.today, on)
        return on, self.terms.minor(event["amount"], "amount")

    def approve(self, event: Event) -> None:
        _, amount = self._dated(event)
        expected = read_day(event["expected_disbursement"], "expected_disbursement")
        self.approved = (expected, amount)

    def set_business_date(self, event: Event) -> None:
        self.today = read_day(event["date"], "date")

    def close_day(self, event: Event) -> None:
        """The day's close changes no figure that a table shows."""

    def disburse(self, event: Event) -> None:
        on, amount = self._dated(event)
        down: list[int] = []
        step = self.add(
            _DISBURSEMENT,
            on,
            lambda book: down.append(disburse(book, on=on, amount=amount)),
            amount,
        )
        if self.terms.has_automatic_down_payment:
            number = len(self.steps)

            def pay_down(book: Book) -> None:
                if down[-1]:
                    kind = TransactionKind.DOWN_PAYMENT
                    pay(book, on=on, amount=down[-1], kind=kind, number=number)

            self.add("down payment", on, pay_down).with_step = step

    def repay(self, event: Event) -> None:
        self._pay(*self._dated(event), TransactionKind.REPAYMENT)

    def transact(self, event: Event) -> None:
        self._pay(*self._dated(event), read_choice(TransactionKind, event["tx"], "tx"))

    def pay_off(self, event: Event) -> None:
        on = read_day(event["date"], "date")
        self.today = max(self.today, on)
        amount = settlement(self.fold(), on=on)
        if amount > 0:
            self._pay(on, amount, TransactionKind.REPAYMENT)

    def _pay(self, on: date, amount: int, kind: TransactionKind) -> None:
        if all(step.on > on for step in self.standing if step.name == _DISBURSEMENT):
            raise CaseError("date: a payment before the disbursement")
        number = len(self.steps)
        name = kind.value.replace("_", " ").lower()
        step = self.add(
            name, on, lambda book: pay(book, on=on, amount=amount, kind=kind, number=number), amount
        )
        if kind in _REFUNDS:
            step.refunds_interest = True
            refund = self.add("interest refund", on, lambda book: self._refund(book, refund))
            refund.with_step = step

    def _refund(self, book: Book, refund: Step) -> None:
        """A refund gives the interest back that its sum has borne since it was lent: all interest
        by now, less what was given back, less what it would be had all refunds come at once."""
        if not self.refunds_interest:
            return
        before = self.standing[: self.standing.index(refund)]
        borne = interest_until(book, on=refund.on) - book.interest_refunded
        amount = borne - self._interest(before, refund.on)
        if amount > 0:
            book.interest_refunded += amount
            kind = TransactionKind.INTEREST_REFUND
            pay(book, on=refund.on, amount=amount, kind=kind, number=refund.number)

    def _interest(self, steps: Sequence[Step], on: date) -> int:
        """All interest asked by the day if what was refunded had been paid back at once."""
        left = sum(step.amount for step in steps if step.refunds_interest)
        book = self.blank()
        for step in steps:
            if step.refunds_interest or step.name == "interest refund":
                continue
            step.run(book)
            if step.name == _DISBURSEMENT and left > 0:
                part = min(left, step.amount)
                left -= part
                kind = TransactionKind.REPAYMENT
                pay(book, on=step.on, amount=part, kind=kind, number=step.number)
        book.accrue(on)
        return interest_until(book, on=on)

    def charge_back(self, event: Event) -> None:
        on, amount = self.today, self.terms.minor(event["amount"], "amount")
        number = int(event.get("payment_nr") or 0)
        self.add(
            "chargeback",
            on,
            lambda book: charge_back(book, on=on, amount=amount, counted=_payment(book, number)),
        )

    def refund_credit(self, event: Event) -> None:
        on, amount = self._dated(event)
        if not self.refunds_interest and self.fold().over < amount:
            # The terms only suggest whether refunds bring interest with them. Credit that is given
            # back was there: they do, where it is there only then.
            self.refunds_interest = True
            self.refunds_interest = self.fold().over >= amount
        self.add(
            "credit balance refund", on, lambda book: refund_credit(book, on=on, amount=amount)
        )

    def charge_on(self, event: Event) -> None:
        due, on = read_day(event["date"], "date"), self.today
        amount = self.terms.minor(event["amount"], "amount")
        component = Component.PENALTY if "NSF" in event["charge"] else Component.FEE
        self.add(
            "charge",
            min(due, on),
            lambda book: charge(book, on=on, due=due, amount=amount, component=component),
        )

    def charge_each(self, event: Event) -> None:
        on, of = self.today, share_of(str(event.get("charge") or ""))
        amount: int | Decimal
        if of:
            amount = self.terms.rate(event["amount"], "amount")
        else:
            amount = self.terms.minor(event["amount"], "amount")
        fee = Component.FEE
        self.add(
            "charge", on, lambda book: charge_each(book, on=on, amount=amount, of=of, component=fee)
        )

    def pause(self, event: Event) -> None:
        first, last = read_day(event["start"], "start"), read_day(event["end"], "end")
        if last < first:
            raise CaseError("end: the pause ends before it begins")
        self.add(
            "interest pause", first, lambda book: pause(book, first=first, last=last)
        ).first = -1

    def reschedule(self, event: Event) -> None:
        """Changes of the terms count from their day, before what else happens on it."""
        data = read_object(event["data"], "data")
        since = read_day(data["rescheduleFromDate"], "rescheduleFromDate")

        def change(name: str, run: Callable[[Book], object]) -> None:
            self.add(name, since, run).first = -1

        if data.get("newInterestRate") is not None:
            rate = self.terms.rate(data["newInterestRate"], "newInterestRate")
            change("rate", lambda book: change_rate(book, on=since, annual_rate=rate))
        if data.get("extraTerms"):
            count = read_count(data["extraTerms"], "extraTerms", low=1, high=MAX_INSTALMENTS)
            change("extension", lambda book: extend(book, on=since, instalments=count))
        if data.get("adjustedDueDate"):
            to = read_day(data["adjustedDueDate"], "adjustedDueDate")
            change("due date", lambda book: move_due_date(book, due=since, to=to))

    def re_age(self, event: Event) -> None:
        data = read_object(event["data"], "data")
        count = data["numberOfInstallments"]
        frequency = ("frequencyNumber", "frequencyType")
        every, unit = read_every(data["frequencyNumber"], data["frequencyType"], frequency)
        new = NewPlan(
            first_due=read_day(data["startDate"], "startDate"),
            every=every,
            unit=unit,
            instalments=read_count(count, "numberOfInstallments", low=1, high=MAX_INSTALMENTS),
        )
        on = min(new.first_due, self.today)
        interest = read_handling(data, "reAgeInterestHandling")
        step = self.add(
            "re age", on, lambda book: re_age_loan(book, on=on, new=new, interest=interest)
        )
        # Money lent on the same day is part of what is planned anew.
        step.first = 1

    def re_amortise(self, event: Event) -> None:
        on, interest = self.today, read_handling(event, "interest_handling")
        self.add("re amortize", on, lambda book: re_amortise_loan(book, on=on, interest=interest))

    def write_off(self, event: Event) -> None:
        on = read_day(event["date"], "date")
        self.today = max(self.today, on)
        self.add("write off", on, lambda book: write_off(book, on=on))

    def undo(self, event: Event) -> None:
        on, tx = read_day(event["date"], "date"), event.get("tx")
        name = " ".join(str(tx).replace("-", " ").replace("_", " ").lower().split()) if tx else None
        hidden = {"charge"} if self.refunds_interest else {"charge", "interest refund"}
        same = [
            step
            for step in self.steps
            if step.on == on
            and step.stands
            and step.name not in hidden
            and name in (None, step.name)
        ]
        nth = read_count(event.get("nth") or 1, "nth", low=1, high=10_000)
        if nth > len(same):
            raise CaseError(f"nth: no {tx or 'transaction'} of that day stands to be undone")
        same[nth - 1].is_undone = True

    def undo_disbursal(self, event: Event) -> None:
        """Nothing was lent; charges stay with the loan."""
        for step in self.steps:
            step.is_undone |= step.name != "charge"

    def undo_last(self, event: Event) -> None:
        name = _LAST[event["type"]]
        steps = [step for step in self.steps if step.name == name and step.stands]
        if not steps:
            raise CaseError(f"type: no {name} stands to be undone")
        steps[-1].is_undone = True


def _payment(book: Book, number: int) -> Counted:
    """The payment of a number (0: the last one), down payments aside, in the order of entry."""
    entered = sorted(book.counted, key=lambda counted: counted.number)
    own = [one for one in entered if one.kind is not TransactionKind.DOWN_PAYMENT] or entered
    if number > len(own) or not own:
        raise CaseError("payment_nr: there is no such payment to charge back")
    return own[number - 1]


_ENTER: Final[Mapping[str, Callable[[Story, Event], None]]] = {
    "approve": Story.approve,
    "set_business_date": Story.set_business_date,
    "inline_cob": Story.close_day,
    "disburse": Story.disburse,
    "repayment": Story.repay,
    "transaction": Story.transact,
    "payoff": Story.pay_off,
    "chargeback": Story.charge_back,
    "credit_balance_refund": Story.refund_credit,
    "charge_due_date": Story.charge_on,
    "installment_charge": Story.charge_each,
    "interest_pause": Story.pause,
    "reschedule": Story.reschedule,
    "reage": Story.re_age,
    "reamortize": Story.re_amortise,
    "write_off": Story.write_off,
    "undo_transaction": Story.undo,
    "undo_disbursal": Story.undo_disbursal,
    **dict.fromkeys(_LAST, Story.undo_last),
}

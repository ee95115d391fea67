"""Kinds of inbox message: their words, the parameters each needs, and which go out by SMS too.

Parameters are strings, ready for either language: amounts as shown ("¥1,200.00"), dates in ISO 8601
under a name that ends in `_date`, `bank` as the bank calls itself, the `last4` digits of the card.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from core.texts import gettext_noop as _


class MessageKind(StrEnum):
    CARD_BOUND = "card_bound"
    LINE_APPROVED = "line_approved"
    LINE_DECLINED = "line_declined"
    LINE_UNDER_REVIEW = "line_under_review"
    MONEY_ON_ITS_WAY = "money_on_its_way"
    MONEY_ARRIVED = "money_arrived"
    PAYOUT_FAILED = "payout_failed"
    INSTALMENT_DUE_SOON = "instalment_due_soon"
    INSTALMENT_PAID = "instalment_paid"
    DEBIT_FAILED = "debit_failed"
    OVERDUE = "overdue"
    REPAID_EARLY = "repaid_early"
    LOAN_SETTLED = "loan_settled"
    LOAN_REFINANCED = "loan_refinanced"
    REFINANCING_FAILED = "refinancing_failed"
    GOODWILL_GIVEN = "goodwill_given"
    REFUND_COUNTED = "refund_counted"
    RECOVERY_COUNTED = "recovery_counted"
    PAYMENT_TAKEN_BACK = "payment_taken_back"
    CREDIT_RETURNED = "credit_returned"
    CREDIT_NOT_RETURNED = "credit_not_returned"
    BOOKING_CORRECTED = "booking_corrected"
    CHARGED = "charged"
    CHARGED_PER_INSTALMENT = "charged_per_instalment"
    CLAIM_WAIVED = "claim_waived"
    RATE_CHANGED = "rate_changed"
    DUE_DATE_MOVED = "due_date_moved"
    LOAN_EXTENDED = "loan_extended"
    INTEREST_PAUSED = "interest_paused"
    PLAN_CHANGED = "plan_changed"


@dataclass(frozen=True)
class MessageText:
    """Message ids of the catalogue, with %(name)s where parameters go."""

    title: str
    body: str

    @property
    def params(self) -> frozenset[str]:
        return frozenset(re.findall(r"%\((\w+)\)s", self.title + self.body))


TEXTS: Final[Mapping[MessageKind, MessageText]] = {
    MessageKind.CARD_BOUND: MessageText(
        _("Card added"),
        _("Your %(bank)s card ending in %(last4)s is ready to receive money and repay."),
    ),
    MessageKind.LINE_APPROVED: MessageText(
        _("Your limit is ready"),
        _("You can now borrow up to %(limit)s. It costs nothing until you borrow."),
    ),
    MessageKind.LINE_DECLINED: MessageText(
        _("We cannot offer you a limit now"),
        _("Open your application to see why, and what you can do about it."),
    ),
    MessageKind.LINE_UNDER_REVIEW: MessageText(
        _("A colleague is looking at your application"),
        _("You need not do anything. We will tell you as soon as it is decided."),
    ),
    MessageKind.MONEY_ON_ITS_WAY: MessageText(
        _("Your money is on its way"),
        _(
            "%(amount)s is going to your %(bank)s card ending in %(last4)s. It mostly takes seconds."
        ),
    ),
    MessageKind.MONEY_ARRIVED: MessageText(
        _("Your money has arrived"),
        _("%(amount)s is on your %(bank)s card ending in %(last4)s."),
    ),
    MessageKind.PAYOUT_FAILED: MessageText(
        _("Your money could not be sent"),
        _(
            "Your bank did not take %(amount)s for the %(bank)s card ending in %(last4)s. You owe "
            "nothing for it. Please try again with another card."
        ),
    ),
    MessageKind.INSTALMENT_DUE_SOON: MessageText(
        _("A repayment is coming up"),
        _(
            "We will take %(amount)s from your %(bank)s card ending in %(last4)s on %(due_date)s. "
            "Please make sure there is enough on it."
        ),
    ),
    MessageKind.INSTALMENT_PAID: MessageText(
        _("Repayment received"),
        _("We received %(amount)s for the repayment due on %(due_date)s. Thank you."),
    ),
    MessageKind.DEBIT_FAILED: MessageText(
        _("We could not collect your repayment"),
        _(
            "%(amount)s could not be taken from your %(bank)s card ending in %(last4)s. Please put "
            "money on it or repay in the app."
        ),
    ),
    MessageKind.OVERDUE: MessageText(
        _("Your repayment is overdue"),
        _(
            "%(amount)s was due on %(due_date)s. Please repay soon, so that it does not cost you "
            "more. If you are in difficulty, talk to us."
        ),
    ),
    MessageKind.REPAID_EARLY: MessageText(
        _("Early repayment received"),
        _("We received %(amount)s. Your repayment plan is up to date."),
    ),
    MessageKind.LOAN_SETTLED: MessageText(
        _("Your loan is repaid in full"),
        _("Your loan of %(amount)s is closed. You owe nothing more for it. Thank you."),
    ),
    MessageKind.LOAN_REFINANCED: MessageText(
        _("Your old loan is paid off"),
        _("Your new loan paid %(amount)s on the old one, which is closed."),
    ),
    MessageKind.REFINANCING_FAILED: MessageText(
        _("Your loan was not replaced"),
        _(
            "Something changed on it before the new loan of %(amount)s could begin. Nothing was "
            "done: your loan goes on as it is. You can ask for new figures."
        ),
    ),
    MessageKind.GOODWILL_GIVEN: MessageText(
        _("We credited your loan"),
        _("%(amount)s was credited to your loan at our expense. Your plan is up to date."),
    ),
    MessageKind.REFUND_COUNTED: MessageText(
        _("A refund was counted on your loan"),
        _("%(amount)s that was refunded was counted on your loan. Your plan is up to date."),
    ),
    MessageKind.RECOVERY_COUNTED: MessageText(
        _("Payment received"),
        _("We received %(amount)s and counted it on your loan. Thank you."),
    ),
    MessageKind.PAYMENT_TAKEN_BACK: MessageText(
        _("Your bank took a payment back"),
        _(
            "%(amount)s that you had paid went back to your bank, so it is owed again. Your plan "
            "shows what is due now."
        ),
    ),
    MessageKind.CREDIT_RETURNED: MessageText(
        _("We return what you paid too much"),
        _("%(amount)s goes to your %(bank)s card ending in %(last4)s."),
    ),
    MessageKind.CREDIT_NOT_RETURNED: MessageText(
        _("Money could not be returned to your card"),
        _("Your bank did not take %(amount)s. It is still yours; we will be in touch."),
    ),
    MessageKind.BOOKING_CORRECTED: MessageText(
        _("We corrected your loan"),
        _("An entry that was wrong was undone. Your plan shows what is owed now."),
    ),
    MessageKind.CHARGED: MessageText(
        _("A charge on your loan"),
        _("%(amount)s was charged to your loan, due on %(due_date)s."),
    ),
    MessageKind.CHARGED_PER_INSTALMENT: MessageText(
        _("A charge on your loan"),
        _("%(amount)s is charged with every instalment from now on."),
    ),
    MessageKind.CLAIM_WAIVED: MessageText(
        _("You owe less"),
        _("You need not pay %(amount)s of what was asked for. Your plan is up to date."),
    ),
    MessageKind.RATE_CHANGED: MessageText(
        _("The rate of your loan changed"),
        _(
            "From %(from_date)s your annual rate is %(rate)s. Your next repayment is %(amount)s on "
            "%(due_date)s."
        ),
    ),
    MessageKind.DUE_DATE_MOVED: MessageText(
        _("Your due dates moved"),
        _(
            "What was due on %(old_date)s is due on %(new_date)s, and later repayments moved with "
            "it. Your next repayment is %(amount)s on %(due_date)s."
        ),
    ),
    MessageKind.LOAN_EXTENDED: MessageText(
        _("Your loan was extended"),
        _("It now runs until %(last_date)s. Your next repayment is %(amount)s on %(due_date)s."),
    ),
    MessageKind.INTEREST_PAUSED: MessageText(
        _("Your interest pauses"),
        _("From %(from_date)s to %(to_date)s your loan bears no interest."),
    ),
    MessageKind.PLAN_CHANGED: MessageText(
        _("You have a new repayment plan"),
        _(
            "Your repayments were planned anew as agreed. The next one is %(amount)s on "
            "%(due_date)s."
        ),
    ),
}

#: What a person must not find out days later.
BY_SMS: Final = frozenset(
    {
        MessageKind.LINE_APPROVED,
        MessageKind.MONEY_ARRIVED,
        MessageKind.PAYOUT_FAILED,
        MessageKind.INSTALMENT_DUE_SOON,
        MessageKind.DEBIT_FAILED,
        MessageKind.OVERDUE,
        MessageKind.LOAN_SETTLED,
        MessageKind.LOAN_REFINANCED,
        MessageKind.REFINANCING_FAILED,
        MessageKind.PAYMENT_TAKEN_BACK,
        MessageKind.CHARGED,
        MessageKind.CHARGED_PER_INSTALMENT,
        MessageKind.RATE_CHANGED,
        MessageKind.DUE_DATE_MOVED,
        MessageKind.LOAN_EXTENDED,
        MessageKind.PLAN_CHANGED,
    }
)


class MessageParamsError(ValueError):
    """A message was not given every parameter of its kind."""


def check_params(*, kind: MessageKind, params: Mapping[str, str]) -> None:
    """Raise MessageParamsError unless `params` has all that the kind's words need: our mistake."""
    lacking = TEXTS[kind].params - params.keys()
    if lacking:
        raise MessageParamsError(f"{kind} lacks {sorted(lacking)}")

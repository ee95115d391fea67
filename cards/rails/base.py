"""The protocol every rail speaks, and the values that cross it.

A rail translates and transports; it keeps no state and opens no transaction. Whoever calls it has
already committed the reference the message carries (design.md, rule 8). A rail never raises for what
the bank or the network does: that is an outcome, and doubt is `UNKNOWN`. It raises only
`ForgedNotification`, and `ValueError` for a call that could not be put on the wire at all (a currency
the rail does not carry, a malformed reference): a mistake of the caller, and nothing was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from cards.domain.responses import ResponseClass
from core.money import Money


class RailStatus(StrEnum):
    """How far a payment is known to have come.

    ACCEPTED   the bank took the order; it has not been paid yet. Wait for a notification or query.
    SUCCEEDED  the money moved (only a query or a notification can say so).
    FAILED     proven that no money moved.
    UNKNOWN    no proof either way: query, reconcile; never send again under a new reference.
    """

    ACCEPTED = "accepted"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SignStatus(StrEnum):
    """How far an agreement (协议) on a card has come."""

    SMS_SENT = "sms_sent"
    SIGNED = "signed"
    UNSIGNED = "unsigned"
    REJECTED = "rejected"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class FourFactors:
    """Name, ID number, card number and phone (四要素). Nothing of it shows in a repr or a log."""

    name: str = field(repr=False)
    id_number: str = field(repr=False)
    pan: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOrder:
    """A request for an agreement on a card.

    `confirm_sign` must be given an equal order: the bank ties the SMS code to `reference` and
    `sent_at` together, so both are stored when the binding is made.
    """

    reference: str
    factors: FourFactors
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOutcome:
    """What is known of an agreement after a call. `agreement_no` is set exactly when SIGNED."""

    status: SignStatus
    code: str
    response_class: ResponseClass
    message: str = ""
    agreement_no: str = field(default="", repr=False)
    valid_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """Who is paid. The card number is decrypted by the vault for this one call and dropped after it."""

    name: str = field(repr=False)
    pan: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentOrder:
    """One debit (代扣) or payout (代付). `reference` is 8-40 letters and digits, ours for ever."""

    reference: str
    agreement_no: str = field(repr=False)
    amount: Money
    sent_at: datetime
    notify_url: str
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundOrder:
    """Money back to the card for an earlier debit, in part or in full.

    `original_bank_reference` is the `bank_reference` of the debit's SUCCEEDED outcome.
    """

    reference: str
    original_bank_reference: str
    amount: Money
    sent_at: datetime
    notify_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RailOutcome:
    """What is known of a payment after a call. `code` is "" when nobody answered.

    `amount` is what the bank says it moved; the caller compares it with what was asked.
    """

    status: RailStatus
    code: str
    response_class: ResponseClass
    bank_reference: str = ""
    amount: Money | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """A verified message from the bank about one of our references.

    `fields` is the message with everything sensitive masked, safe to store. `sent_at` is the time our
    original order carried, as the bank repeats it; together with `reference` it names the order.
    """

    reference: str
    outcome: RailOutcome
    fields: Mapping[str, str]
    sent_at: datetime | None


class ForgedNotification(Exception):
    """A message that does not prove it comes from the bank. Nothing in it may be believed."""


@runtime_checkable
class Rail(Protocol):
    """One way to move money to and from bank cards."""

    name: str

    def sign(self, *, order: SignOrder) -> SignOutcome:
        """Ask the bank to check the four factors and send its SMS code: SMS_SENT, REJECTED, UNKNOWN."""
        ...

    def confirm_sign(self, *, order: SignOrder, sms_code: str) -> SignOutcome:
        """Open the agreement with the code the holder received: SIGNED, REJECTED or UNKNOWN."""
        ...

    def query_sign(self, *, reference: str, sent_at: datetime) -> SignOutcome:
        """Recover the agreement of an earlier `confirm_sign`: SIGNED, REJECTED or UNKNOWN."""
        ...

    def unsign(self, *, reference: str, agreement_no: str, sent_at: datetime) -> SignOutcome:
        """End an agreement: UNSIGNED, REJECTED or UNKNOWN; ending an ended one is UNSIGNED."""
        ...

    def debit(self, *, order: PaymentOrder) -> RailOutcome:
        """Collect from the card under its agreement: ACCEPTED, FAILED or UNKNOWN."""
        ...

    def payout(self, *, order: PaymentOrder, payee: Payee) -> RailOutcome:
        """Pay to the card: ACCEPTED, FAILED or UNKNOWN."""
        ...

    def query(self, *, reference: str, sent_at: datetime) -> RailOutcome:
        """Ask for a payment's fate: SUCCEEDED, FAILED or UNKNOWN; "not found" is UNKNOWN."""
        ...

    def refund(self, *, order: RefundOrder) -> RailOutcome:
        """Send a debit back: ACCEPTED, FAILED or UNKNOWN."""
        ...

    def parse_notification(self, *, body: bytes, headers: Mapping[str, str]) -> Notification:
        """Verify and read a message POSTed by the bank.

        Raises:
            ForgedNotification: the signature, its certificate or the form does not hold.
        """
        ...

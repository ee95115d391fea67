"""Kinds and states of people and businesses."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from core.statemachine import TransitionTable


class BorrowerKind(StrEnum):
    """Who borrows: a consumer, or a small business through its representative."""

    PERSON = "PERSON"
    BUSINESS = "BUSINESS"


class UserKind(StrEnum):
    """Who can log in: a borrower of either kind, or the lender's staff."""

    PERSON = "PERSON"
    BUSINESS = "BUSINESS"
    STAFF = "STAFF"


class CodePurpose(StrEnum):
    """What an SMS code is good for. A code of one purpose never serves another."""

    REGISTER = "REGISTER"
    LOGIN = "LOGIN"
    CONSOLE = "CONSOLE"


class Role(StrEnum):
    """The lender's staff, as Django groups."""

    OFFICER = "officer"
    SENIOR_OFFICER = "senior_officer"
    FINANCE = "finance"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class IdentityState(StrEnum):
    """How far a declared name and number were confirmed by somebody who knows."""

    DECLARED = "DECLARED"
    VERIFIED = "VERIFIED"
    REJECTED = "REJECTED"


class IdentityEvent(StrEnum):
    DECLARE = "DECLARE"
    VERIFY = "VERIFY"
    REJECT = "REJECT"


_DECLARED, _VERIFIED, _REJECTED = IdentityState

#: VERIFIED is final: another person behind the same login would inherit loans and cards.
#: A rejected declaration is made anew.
IDENTITY: Final = TransitionTable(
    name="identity",
    initial=_DECLARED,
    rows={
        (_DECLARED, IdentityEvent.DECLARE): _DECLARED,
        (_DECLARED, IdentityEvent.VERIFY): _VERIFIED,
        (_DECLARED, IdentityEvent.REJECT): _REJECTED,
        (_REJECTED, IdentityEvent.DECLARE): _DECLARED,
    },
)

"""What is known of a borrower and a request when it is decided.

The caller (lending.loans) collects the facts; they are stored as they were handed over, so that
a decision can be explained and repeated years later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, Final

from core.money import Money
from risk.domain.reading import choice, flag, integer, members, text

VERSION: Final = 1


class DecisionSubject(StrEnum):
    """What is decided on: a credit line (授信) or one drawdown from it (用信)."""

    CREDIT_LINE = "CREDIT_LINE"
    DRAWDOWN = "DRAWDOWN"


class BorrowerKind(StrEnum):
    PERSON = "PERSON"
    BUSINESS = "BUSINESS"


class Occupation(StrEnum):
    EMPLOYED = "EMPLOYED"
    SELF_EMPLOYED = "SELF_EMPLOYED"
    CIVIL_SERVANT = "CIVIL_SERVANT"
    FREELANCE = "FREELANCE"
    STUDENT = "STUDENT"
    RETIRED = "RETIRED"
    UNEMPLOYED = "UNEMPLOYED"
    BUSINESS_OWNER = "BUSINESS_OWNER"


class CardKind(StrEnum):
    DEBIT = "DEBIT"
    CREDIT = "CREDIT"


class Purpose(StrEnum):
    """The closed list of purposes. RENOVATION is decorating one's own home.

    The last three are excluded by regulation (domain.md: 互联网贷款管理暂行办法 art. 6); they are
    here so that they can be asked for, refused and counted. Which are refused is the policy's data.
    """

    CONSUMPTION = "CONSUMPTION"
    EDUCATION = "EDUCATION"
    RENOVATION = "RENOVATION"
    MEDICAL = "MEDICAL"
    TRAVEL = "TRAVEL"
    BUSINESS_TURNOVER = "BUSINESS_TURNOVER"
    BUSINESS_EQUIPMENT = "BUSINESS_EQUIPMENT"
    HOUSING = "HOUSING"
    SECURITIES = "SECURITIES"
    EQUITY_INVESTMENT = "EQUITY_INVESTMENT"


class InvalidFacts(ValueError):
    """Facts that cannot be true: a defect of whoever collected them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskFacts:
    """All amounts are in `currency`. None means unknown, never zero. Raises InvalidFacts.

    `requested`: the line asked for, or the drawdown's amount. `outstanding`: principal owed now
    on all loans, this request not counted. `line_limit`: of the open line, if there is one.
    `age`: of the borrower or the business's owner, in whole years. `card_kind` and
    `card_bound_days`: of the card the money would go to. `worst_overdue_days`: ever, with us.
    `applications_30d`: other requests in the last 30 days.
    """

    subject: DecisionSubject
    borrower_kind: BorrowerKind
    age: int | None
    identity_verified: bool
    occupation: Occupation | None
    monthly_income: Money | None
    card_kind: CardKind | None
    card_bound_days: int | None
    verified_cards: int
    requested: Money
    outstanding: Money
    line_limit: Money | None
    overdue_days_now: int
    worst_overdue_days: int
    closed_loans: int
    applications_30d: int
    purpose: Purpose | None
    years_in_business: int | None
    annual_revenue: Money | None
    currency: str

    def __post_init__(self) -> None:
        for name in _MONEY:
            amount: Money | None = getattr(self, name)
            if amount is not None and (amount.currency != self.currency or amount.minor < 0):
                raise InvalidFacts(f"{name}: not an amount of {self.currency}")
        for name in _COUNTS:
            count: int | None = getattr(self, name)
            if count is not None and not 0 <= count <= MAX_COUNT:
                raise InvalidFacts(f"{name}: out of range")
        if not self.requested:
            raise InvalidFacts("requested: nothing is asked for")
        if self.worst_overdue_days < self.overdue_days_now:
            raise InvalidFacts("worst_overdue_days: less than today's")

    def to_json(self) -> dict[str, object]:
        """A JSON object: amounts in minor units, absent facts as null."""
        body: dict[str, object] = {"version": VERSION}
        for field in fields(self):
            value = getattr(self, field.name)
            body[field.name] = value.minor if isinstance(value, Money) else _plain(value)
        return body

    @classmethod
    def from_json(cls, body: object) -> RiskFacts:
        """The exact reverse of `to_json`. Raises MalformedBody, InvalidFacts, MoneyError."""
        names = [field.name for field in fields(cls)]
        read = members(body, "facts", required=["version", *names])
        integer(read["version"], "facts.version", low=VERSION, high=VERSION)
        currency = text(read["currency"], "facts.currency")
        return cls(**{name: _value(name, read[name], currency) for name in names})


MAX_COUNT: Final = 100_000

_MONEY: Final = ("monthly_income", "requested", "outstanding", "line_limit", "annual_revenue")
_COUNTS: Final = (
    "age",
    "card_bound_days",
    "verified_cards",
    "overdue_days_now",
    "worst_overdue_days",
    "closed_loans",
    "applications_30d",
    "years_in_business",
)
_CHOICES: Final[Mapping[str, type[StrEnum]]] = {
    "subject": DecisionSubject,
    "borrower_kind": BorrowerKind,
    "occupation": Occupation,
    "card_kind": CardKind,
    "purpose": Purpose,
}
_OPTIONAL: Final = frozenset(
    field.name for field in fields(RiskFacts) if str(field.type).endswith("| None")
)


def _plain(value: object) -> object:
    return value.value if isinstance(value, StrEnum) else value


def _value(name: str, value: object, currency: str) -> Any:
    """One member as the type its field has."""
    path = f"facts.{name}"
    if value is None and name in _OPTIONAL:
        return None
    if name in _MONEY:
        return Money(integer(value, path), currency)
    if name in _COUNTS:
        return integer(value, path, high=MAX_COUNT)
    if name in _CHOICES:
        return choice(value, path, _CHOICES[name])
    return flag(value, path) if name == "identity_verified" else currency

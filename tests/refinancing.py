"""Replacing a loan by another one, for the tests of it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from core.businessday import get_business_date
from core.clock import now
from lending.ledger.domain import AccountCode
from lending.ledger.models import Line
from lending.loans.models import CreditLine
from lending.loans.operations import open_disclosure, quote_refinancing
from lending.loans.queries.lines import line_usage
from lending.repayments.operations import close_through
from tests.fixtures.house import House, Person


def quote_new(
    person: Person, loan_id: UUID, *, product_code: str = "monthly", instalments: int = 12
) -> UUID:
    """A quote of a loan that replaces this one, its disclosure opened a minute ago."""
    quote_id = quote_refinancing(
        borrower_id=person.id,
        loan_id=loan_id,
        product_code=product_code,
        instalments=instalments,
        now=now(),
    )
    a_minute_ago = now() - timedelta(minutes=1)
    open_disclosure(borrower_id=person.id, quote_id=quote_id, now=a_minute_ago)
    return quote_id


def after_days(house: House, days: int) -> None:
    """The day close runs some times; what it asks of the bank is settled."""
    close_through(day=get_business_date() + timedelta(days=days - 1), now=house.now)
    house.settle()


def clearing() -> list[int]:
    """What was posted to the clearing account of refinancing, in fen."""
    lines = Line.objects.filter(account__code=AccountCode.REFINANCING_CLEARING)
    return list(lines.order_by("pk").values_list("amount", flat=True))


def used(person: Person) -> int:
    """What stands against the person's line, in fen."""
    return line_usage(line=CreditLine.objects.get(borrower_id=person.id)).minor

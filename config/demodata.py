"""The demonstration's people: staff of each role, and borrowers at different points of the way.

Everything goes through the operations a real person's clicks would call, against the running
sandbox bank and worker. Each person is made once; a second run finds them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

import requests
from django.conf import settings

from accounts.domain.states import BorrowerKind, CodePurpose
from accounts.operations import (
    ShownDocument,
    create_staff,
    declare_identity,
    grant_consents,
    register,
    request_sms_code,
)
from accounts.queries import find_user_id, get_borrower, list_documents
from cards.operations import confirm_binding, start_binding
from cards.queries import get_default_card
from core.businessday import open_business_date
from core.clock import now
from core.errors import KadaiError
from core.money import Money
from lending.ledger.domain import AccountCode, credit, debit
from lending.ledger.operations import post_entry
from lending.loans.operations import (
    LineRequest,
    QuoteRequest,
    apply_for_line,
    make_quote,
    open_disclosure,
    sign_drawdown,
)
from lending.loans.queries.lines import get_latest_application, get_line
from lending.loans.queries.loans import get_drawdown, list_loans

PASSWORD: Final = "kadai-demo-2026"  # noqa: S105 - the demonstration's, printed at the start
#: What the lender has at the sandbox bank when it opens: ¥100 million.
FUNDING: Final = Money(10_000_000_000, "CNY")
_FUNDING_ID: Final = UUID("01900000-0000-7000-8000-000000000001")
_WAIT_SECONDS: Final = 30

T = TypeVar("T")

STAFF: Final = (
    ("officer", "13900000001"),
    ("senior_officer", "13900000002"),
    ("finance", "13900000003"),
    ("auditor", "13900000004"),
    ("administrator", "13900000005"),
)


@dataclass(frozen=True, kw_only=True)
class DemoBorrower:
    """Somebody the sandbox bank knows, and how far they go at the start."""

    name: str
    phone: str
    id_number: str
    pan: str
    bind: bool = False
    apply: LineRequest | None = None
    borrow: bool = False
    kind: BorrowerKind = BorrowerKind.PERSON
    legal_name: str = ""
    uscc: str = ""


def _line_request(*, income: int, occupation: str, requested: int = 5_000_000) -> LineRequest:
    return LineRequest(
        requested=Money(requested, "CNY"),
        purpose="CONSUMPTION",
        occupation=occupation,
        monthly_income=Money(income, "CNY"),
    )


def wait_for(*, answer: Callable[[], T | None], what: str) -> T:
    """Ask until there is an answer. Raises TimeoutError, naming what did not come."""
    end = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < end:
        found = answer()
        if found is not None:
            return found
        time.sleep(0.05)
    raise TimeoutError(what)


def newest_code(*, phone: str) -> str:
    """The six digits of the newest message the sandbox's phone network delivered."""
    url = f"{settings.SANDBOX_URL}/sms/messages"
    answer = requests.get(url, params={"to": phone}, timeout=10).json()
    text: str = answer["messages"][0]["text"]
    return next(word for word in _digit_runs(text) if len(word) == 6)


def _digit_runs(text: str) -> list[str]:
    return "".join(char if char.isascii() and char.isdigit() else " " for char in text).split()


def load(*, borrowers: tuple[DemoBorrower, ...], say: Callable[[str], None]) -> None:
    """Make the staff, the opening capital and the borrowers that are not there yet."""
    today = open_business_date(now=now())
    say(f"business date {today}")
    post_entry(
        source_type="opening",
        source_id=_FUNDING_ID,
        event="funded",
        business_date=today,
        postings=(
            debit(account=AccountCode.BANK_CASH, amount=FUNDING),
            credit(account=AccountCode.FUNDING, amount=FUNDING),
        ),
        now=now(),
    )
    for role, phone in STAFF:
        if find_user_id(phone=phone) is None:
            create_staff(phone=phone, password=PASSWORD, roles=[role], now=now())
    for borrower in borrowers:
        _make(borrower)
        say(f"borrower {borrower.phone}")


def _make(person: DemoBorrower) -> None:
    """Bring one borrower to where they should be, from wherever an earlier run left them."""
    user_id = find_user_id(phone=person.phone) or _register(person)
    if get_borrower(user_id=user_id).identity_state is None:
        declare_identity(user_id=user_id, name=person.name, id_number=person.id_number, now=now())
    if person.bind and get_default_card(user_id=user_id) is None:
        binding = start_binding(user_id=user_id, card_number=person.pan, phone=None, now=now())
        code = newest_code(phone=person.phone)
        confirm_binding(user_id=user_id, binding_id=binding.pk, code=code, now=now())
    if person.apply is not None and get_latest_application(borrower_id=user_id) is None:
        apply_for_line(borrower_id=user_id, key="demo-line", request=person.apply, now=now())
    if person.borrow and not list_loans(borrower_id=user_id):
        _borrow(user_id)


def _register(person: DemoBorrower) -> UUID:
    request_sms_code(phone=person.phone, purpose=CodePurpose.REGISTER, now=now())
    user_id = register(
        phone=person.phone,
        code=newest_code(phone=person.phone),
        password=PASSWORD,
        kind=person.kind,
        legal_name=person.legal_name,
        uscc=person.uscc,
        now=now(),
    )
    shown = [
        ShownDocument(document_id=document.id, body_hash=document.body_hash)
        for document in list_documents(language="zh-hans", now=now())
    ]
    grant_consents(user_id=user_id, shown=shown, now=now())
    return user_id


def _borrow(user_id: UUID) -> None:
    """A small loan, so that the pages and the console have something to show."""
    wait_for(answer=lambda: get_line(borrower_id=user_id), what="a credit line")
    moment: datetime = now()
    quote_id = make_quote(
        borrower_id=user_id,
        request=QuoteRequest(
            product_code="monthly",
            amount=Money(600_000, "CNY"),
            instalments=6,
            purpose="CONSUMPTION",
        ),
        now=moment,
    )
    read_since = moment - timedelta(minutes=1)
    open_disclosure(borrower_id=user_id, quote_id=quote_id, now=read_since)
    drawdown_id = sign_drawdown(
        borrower_id=user_id, quote_id=quote_id, key="demo-loan", confirmed=True, now=moment
    )

    def arrived() -> UUID | None:
        view = get_drawdown(borrower_id=user_id, drawdown_id=drawdown_id)
        if view.loan_id is None and not view.is_open:
            raise KadaiError(code="demo-loan-refused", message=str(view.state))
        return view.loan_id

    wait_for(answer=arrived, what="the demo loan's money")


def logins(*, borrowers: tuple[DemoBorrower, ...]) -> list[Mapping[str, str]]:
    """Who can log in where, for whoever started the instance."""
    pages, console = settings.PUBLIC_URL, f"{settings.PUBLIC_URL}/admin/"
    people = [("borrower", person.phone, pages) for person in borrowers]
    staff = [(role, phone, console) for role, phone in STAFF]
    return [
        {"role": role, "phone": phone, "password": PASSWORD, "url": url}
        for role, phone, url in (*people, *staff)
    ]


BORROWERS: Final = (
    DemoBorrower(
        name="张伟",
        phone="13800010001",
        id_number="110101199003074514",
        pan="6222020001000000016",
        bind=True,
        apply=_line_request(income=2_000_000, occupation="EMPLOYED"),
        borrow=True,
    ),
    DemoBorrower(
        name="王芳",
        phone="13800010002",
        id_number="310104198805123025",
        pan="",
    ),
    DemoBorrower(
        name="徐丽",
        phone="13800010011",
        id_number="610103199808091275",
        pan="6221880001000000116",
        bind=True,
        # Above what is decided without an officer: there is something in the review queue.
        apply=_line_request(income=3_000_000, occupation="EMPLOYED", requested=15_000_000),
    ),
)

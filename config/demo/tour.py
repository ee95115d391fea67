"""One borrower's way through the public API, from the first SMS to the settlement certificate."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar

import requests

from config.console import gettext as _
from config.console import say
from config.demo.instance import DemoError, Instance

T = TypeVar("T")

WAIT_SECONDS: Final = 30.0
POLL_SECONDS: Final = 0.05
OPENING_BALANCE: Final = 2_000_000
_ID_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass
class Tour:
    """What the borrower knows so far. Amounts at the bank are in fen."""

    instance: Instance
    token: str = ""
    account: dict[str, Any] = field(default_factory=dict)
    password: str = field(default_factory=lambda: f"demo-{secrets.token_hex(6)}")
    expected_balance: int = OPENING_BALANCE
    balances_matched: bool = True
    apply_to_cash: float = 0.0
    read_for: float = 0.0
    loan: dict[str, Any] = field(default_factory=dict)

    # --- the wire -----------------------------------------------------------------------------

    def call(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Any:
        """One call of the public API. Raises DemoError unless it answers `status`."""
        headers = {"Accept-Language": "en", "Idempotency-Key": secrets.token_hex(16)}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        url = f"{self.instance.public_url}/api/v1/{path}"
        answer = requests.request(method, url, json=body, headers=headers, timeout=30)
        if answer.status_code != status:
            raise DemoError(f"{method} {path}: {answer.status_code} {answer.text[:300]}")
        return answer.json() if answer.content else None

    def bank(self, method: str, path: str, body: Any = None) -> Any:
        """One call of the sandbox's controls: the world outside the product."""
        url = f"{self.instance.sandbox_url}/{path}"
        answer = requests.request(method, url, json=body, timeout=30)
        if not answer.ok:
            raise DemoError(f"sandbox {path}: {answer.status_code} {answer.text[:200]}")
        return answer.json()

    def code(self) -> str:
        """The code in the newest message on the borrower's phone."""
        inbox = self.bank("GET", f"sms/messages?to={self.account['phone']}")["messages"]
        found = re.search(r"(?<!\d)\d{6}(?!\d)", inbox[0]["text"])
        if found is None:
            raise DemoError(_("There is no code in the newest message."))
        return found[0]

    def balance(self) -> int:
        """What the bank says is on the card."""
        return int(self.bank("GET", f"control/accounts/{self.account['pan']}")["balance"])

    def check_balance(self) -> None:
        """Compare the bank's figure with ours."""
        self.balances_matched &= self.balance() == self.expected_balance

    # --- the way ------------------------------------------------------------------------------

    def open_bank_account(self) -> None:
        body = f"110101{1970 + secrets.randbelow(30)}0{1 + secrets.randbelow(9)}15"
        body += f"{secrets.randbelow(1000):03d}"
        total = sum(int(d) * w for d, w in zip(body, _ID_WEIGHTS, strict=True))
        self.account = self.bank(
            "POST",
            "control/accounts",
            {
                "name": "林晓",
                "id_number": body + "10X98765432"[total % 11],
                "phone": f"137{secrets.randbelow(10**8):08d}",
                "balance": OPENING_BALANCE,
            },
        )

    def register(self) -> None:
        phone = self.account["phone"]
        self.call("POST", "auth/sms-codes", {"phone": phone, "purpose": "REGISTER"}, status=202)
        answer = self.call(
            "POST",
            "auth/register",
            {"phone": phone, "code": self.code(), "password": self.password, "kind": "PERSON"},
            status=201,
        )
        self.token = answer["token"]

    def give_consents(self) -> None:
        documents = self.call("GET", "consent-documents")
        shown = [{"id": d["id"], "body_hash": d["body_hash"]} for d in documents]
        self.call("POST", "me/consents", {"documents": shown}, status=201)

    def verify_identity(self) -> None:
        body = {"name": self.account["name"], "id_number": self.account["id_number"]}
        self.call("PUT", "me/identity", body)

    def bind_card(self) -> None:
        card = self.call("POST", "cards", {"card_number": self.account["pan"]}, status=202)
        card = self.call("POST", f"cards/{card['id']}/confirm", {"code": self.code()})
        if card["state"] != "ACTIVE":
            raise DemoError(_("The card was not bound."))

    def activate_line(self) -> str:
        application = self.call(
            "POST",
            "credit-applications",
            {
                "requested": "50000",
                "purpose": "CONSUMPTION",
                "occupation": "EMPLOYED",
                "monthly_income": "20000",
            },
            status=202,
        )
        path = f"credit-applications/{application['id']}"
        done = self._until(lambda: self._ended(self.call("GET", path), "decided_at"))
        if done["state"] != "APPROVED":
            raise DemoError(_("The line was not approved: {why}").format(why=done["reasons"]))
        line = self.call("GET", "credit-line")
        return f"{line['limit']} {line['currency']}, {Decimal(line['annual_rate']) * 100:.2f} %"

    def quote(self) -> dict[str, Any]:
        quote: dict[str, Any] = self.call(
            "POST",
            "quotes",
            {"product": "monthly", "amount": "6000", "instalments": 6, "purpose": "CONSUMPTION"},
            status=201,
        )
        return quote

    def read_disclosure(self, quote_id: str) -> None:
        """Open the sheet and read it for as long as the rules ask."""
        sheet = self.call("POST", f"quotes/{quote_id}/disclosure")
        seconds = sheet["reading_seconds"]
        time.sleep(seconds)
        self.read_for += seconds

    def draw(self, quote: dict[str, Any]) -> None:
        """Sign, and wait until the bank itself shows the money."""
        body = {"quote_id": quote["id"], "confirmed": True}
        drawdown = self.call("POST", "drawdowns", body, status=202)
        self.expected_balance += fen(quote["amount"])
        self._until(lambda: self.balance() == self.expected_balance or None)
        self._drawdown = drawdown["id"]

    def loan_begins(self) -> None:
        path = f"drawdowns/{self._drawdown}"
        view = self._until(lambda: self._ended(self.call("GET", path), "ended_at"))
        if view["loan_id"] is None:
            raise DemoError(_("The drawdown ended as {state}.").format(state=view["state"]))
        self.loan = self.call("GET", f"loans/{view['loan_id']}")
        self.check_balance()

    def due_day(self) -> None:
        """Close days until the first due date; the debit comes by itself."""
        first = self.loan["schedule"][0]
        eve = date.fromisoformat(first["due_on"]) - timedelta(days=1)
        self.instance.manage("close_day", "--through", eve.isoformat())

        def paid() -> dict[str, Any] | None:
            loan: dict[str, Any] = self.call("GET", f"loans/{self.loan['id']}")
            return loan if loan["schedule"][0]["status"] == "PAID" else None

        self.loan = self._until(paid)
        self.expected_balance -= fen(first["asked"]["total"])
        self.check_balance()

    def repay_rest(self) -> None:
        """Some days later the borrower repays everything."""
        later = date.fromisoformat(self.loan["as_of"]) + timedelta(days=4)
        self.instance.manage("close_day", "--through", later.isoformat())
        path = f"loans/{self.loan['id']}"
        payoff = self.call("GET", path)["payoff"]["total"]
        repayment = self.call("POST", f"{path}/repayments", {"kind": "PAYOFF"}, status=202)
        if repayment["amount"] != payoff:
            raise DemoError(_("Another amount was asked for than was shown."))
        own = f"repayments/{repayment['id']}"
        done = self._until(lambda: self._ended(self.call("GET", own), "ended_at"))
        if done["state"] != "APPLIED":
            raise DemoError(_("The repayment ended as {state}.").format(state=done["state"]))
        self.expected_balance -= fen(payoff)
        self.loan = self.call("GET", path)
        if self.loan["status"] != "CLOSED_REPAID":
            raise DemoError(_("The loan is {state}.").format(state=self.loan["status"]))
        self.check_balance()

    def certificate(self) -> str:
        """The certificate follows the settlement within a moment."""
        path = f"{self.instance.public_url}/api/v1/loans/{self.loan['id']}/certificate"

        def issued() -> dict[str, Any] | None:
            headers = {"Authorization": f"Bearer {self.token}"}
            answer = requests.get(path, headers=headers, timeout=30)
            return answer.json() if answer.ok else None

        found = self._until(issued)
        return f"{found['number']} sha256:{found['sha256'][:16]}…"

    # --- helpers ------------------------------------------------------------------------------

    @staticmethod
    def _ended(view: dict[str, Any], mark: str) -> dict[str, Any] | None:
        return view if view[mark] is not None else None

    @staticmethod
    def _until(answer: Callable[[], T | None]) -> T:
        end = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < end:
            found = answer()
            if found is not None:
                return found
            time.sleep(POLL_SECONDS)
        raise DemoError(_("Nothing happened for {seconds:.0f} s.").format(seconds=WAIT_SECONDS))


def fen(text: str) -> int:
    """Minor units of an amount of yuan."""
    return int(Decimal(text).scaleb(2))


@contextmanager
def step(name: str) -> Iterator[list[str]]:
    """Print one step with its time; what is appended to the list is printed with it."""
    notes: list[str] = []
    begun = time.monotonic()
    yield notes
    took = time.monotonic() - begun
    say("  ".join([f"{took:7.2f} s", name, *notes]))


def play(*, instance: Instance) -> Tour:
    """The whole way. Raises DemoError at the first thing that does not hold."""
    tour = Tour(instance=instance)
    with step(_("open an account at the sandbox bank")):
        tour.open_bank_account()
    with step(_("register by SMS code")):
        tour.register()
    with step(_("give the consents")):
        tour.give_consents()
    with step(_("tell name and ID number")):
        tour.verify_identity()
    with step(_("bind the card by the bank's SMS code")):
        tour.bind_card()
    begun = time.monotonic()
    with step(_("activate the credit line")) as notes:
        notes.append(tour.activate_line())
    with step(_("quote")) as notes:
        quote = tour.quote()
        cost = Decimal(quote["annual_cost"]) * 100
        notes.append(_("6 instalments, annual cost {cost:.2f} %").format(cost=cost))
    with step(_("read the disclosure sheet")):
        tour.read_disclosure(quote["id"])
    with step(_("sign, and wait for the money at the bank")):
        tour.draw(quote)
    tour.apply_to_cash = time.monotonic() - begun - tour.read_for
    with step(_("the loan begins")) as notes:
        tour.loan_begins()
        notes.append(tour.loan["number"])
    with step(_("the day close moves the date; the first instalment is debited")):
        tour.due_day()
    with step(_("repay the rest early")):
        tour.repay_rest()
    with step(_("settlement certificate")) as notes:
        notes.append(tour.certificate())
    return tour

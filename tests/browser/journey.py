"""A borrower's way through the pages, by what the pages are made of and not by their words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, Response

from tests.fixtures.sandbox import SandboxControl, wait_for

PASSWORD = "correct-horse-9"
_MOVES_MS = 30_000
_CHROMIUM = "/usr/bin/chromium"
LAUNCH: dict[str, Any] = {
    "executable_path": _CHROMIUM,
    "args": [
        "--no-sandbox",
        "--headless=new",
        "--disable-gpu",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ],
}


def _ignore(_name: str) -> None:
    """Nobody wants a picture."""


@dataclass
class Journey:
    """One person with a card at the sandbox bank, in one browser window.

    `seen` is called at each stop with its name. `problems` collects what a visitor must never
    meet: errors in the console (a broken content security policy among them), answers of 5xx,
    pages that scroll sideways.
    """

    page: Page
    base_url: str
    bank: SandboxControl
    person: dict[str, Any]
    seen: Callable[[str], None] = _ignore
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.set_default_timeout(_MOVES_MS)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.problems.append(f"console: {message.text} ({message.location.get('url')})")

    def _response(self, response: Response) -> None:
        if response.status >= 500:
            self.problems.append(f"{response.status}: {response.url}")

    def stop(self, name: str) -> None:
        """Look at a page: it may not be wider than the window."""
        self.page.wait_for_load_state()
        widths = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        if widths[0] > widths[1]:
            self.problems.append(f"{name} scrolls sideways: {widths[0]} > {widths[1]}")
        self.seen(name)

    def open(self, path: str) -> None:
        """Go to an address of ours."""
        self.page.goto(self.base_url + path)

    def submit(
        self, selector: str = "main form button.btn-primary, main form .btn-primary"
    ) -> None:
        """Press the page's main button and wait for the page that follows."""
        with self.page.expect_navigation():
            self.page.click(selector)

    def code(self, *, after: int) -> str:
        """The code in the message that came after the first `after` ones."""
        phone = self.person["phone"]
        messages = wait_for(
            answer=lambda: found if len(found := self.bank.messages(to=phone)) > after else None
        )
        code = re.search(r"\d{6}", messages[0]["text"])
        assert code is not None
        return code[0]

    def count_messages(self) -> int:
        """How many messages the phone has."""
        return len(self.bank.messages(to=self.person["phone"]))

    def register(self) -> None:
        """From the landing page to the home of somebody new."""
        self.open("/")
        self.stop("landing")
        self.page.click("main a[href='/register/']")
        self.stop("register")
        self.page.fill("[name=phone]", self.person["phone"])
        before = self.count_messages()
        self.page.click("[name=send_code]")
        self.page.wait_for_selector("#send-code [role=status]")
        self.page.fill("[name=code]", self.code(after=before))
        self.page.fill("[name=password]", PASSWORD)
        for box in self.page.query_selector_all("[name=agreed]"):
            box.check()
        self.stop("register-filled")
        self.submit()
        self.stop("home-new")

    def agree(self) -> None:
        """Agree to all the next step needs."""
        self.stop("agree")
        for box in self.page.query_selector_all("[name=agreed]"):
            box.check()
        self.submit()

    def identify(self) -> None:
        """Name and number, then the consents that binding a card needs."""
        self.open("/me/identity/")
        self.page.fill("[name=name]", self.person["name"])
        self.page.fill("[name=id_number]", self.person["id_number"])
        self.stop("identity")
        self.submit()
        self.agree()

    def bind_card(self) -> None:
        """Type the card and the bank's code."""
        self.page.type("[name=card_number]", self.person["pan"])
        self.page.wait_for_function("document.getElementById('issuer').textContent !== ''")
        self.stop("bind")
        before = self.count_messages()
        self.submit()
        self.page.fill("[name=code]", self.code(after=before))
        self.stop("bind-code")
        self.submit()
        self.stop("home-bound")

    def activate(self, *, income: str = "20000") -> None:
        """Ask for a limit and wait for the answer."""
        self.open("/limit/")
        if "/agree/" in self.page.url:
            self.agree()
        self.page.fill("[name=requested]", "50000")
        self.page.select_option("[name=purpose]", index=1)
        self.page.select_option("[name=occupation]", index=1)
        self.page.fill("[name=monthly_income]", income)
        self.stop("activate")
        self.submit()
        self.stop("deciding")
        self.page.wait_for_selector(
            "#application:not([hx-get]), #application[hx-trigger='every 15s']"
        )
        self.stop("decided")

    def borrow(self, *, amount: str = "6000") -> None:
        """Choose, read, sign, and wait until the money is on the card."""
        self.open("/borrow/")
        self.page.wait_for_selector("#plan .figure")
        self.stop("borrow")
        self.page.fill("[name=amount]", amount)
        self.page.press("[name=amount]", "Tab")
        self.page.check("[name=instalments][value='3']")
        self.page.wait_for_load_state("networkidle")
        self.submit("main form > div > button.btn-primary")
        self.stop("disclosure")
        self.page.check("[name=confirmed]")
        self.page.wait_for_selector("[data-needs-ticks]:enabled")
        self.stop("disclosure-read")
        self.submit()
        self.stop("on-its-way")
        self.page.wait_for_selector("#drawdown:not([hx-get])")
        self.stop("arrived")
        self.page.click("#drawdown .btn-primary")
        self.stop("loan")

    def replace(self) -> None:
        """Replace the loan whose page is open by a new one: compare, read, sign, wait."""
        self.page.click("a[href$='/replace/']")
        self.page.wait_for_selector("#plan table")
        self.page.check("[name=instalments][value='6']")
        self.page.wait_for_load_state("networkidle")
        self.stop("replace")
        self.submit("main form > div > button.btn-primary")
        self.stop("replace-disclosure")
        self.page.check("[name=confirmed]")
        self.page.wait_for_selector("[data-needs-ticks]:enabled")
        self.submit()
        self.stop("replacing")
        self.page.wait_for_selector("#drawdown:not([hx-get])")
        self.stop("replaced")
        self.page.click("#drawdown .btn-primary")
        self.stop("new-loan")

    def repay(self, *, kind: str, amount: str = "") -> None:
        """Repay from the loan's page that is open, and wait for the bank."""
        self.page.click("a.btn-primary[href^='/repay/']")
        self.page.check(f"[name=kind][value={kind}]")
        if amount:
            self.page.fill("[name=amount]", amount)
        self.stop(f"repay-{kind.lower()}")
        self.submit()
        self.stop("repaying")
        self.page.wait_for_selector("#result:not([hx-get])")
        self.stop(f"repaid-{kind.lower()}")
        self.page.click("#result .btn-secondary")
        self.stop("loan-after")

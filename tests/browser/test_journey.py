"""The whole way of a borrower on an old phone's width, in both languages, against a live instance."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.journey import LAUNCH, Journey
from tests.fixtures.live import Live

WIDTH, HEIGHT = 360, 640


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(**LAUNCH)
        yield chromium
        chromium.close()


def start(browser: Browser, live: Live, *, locale: str, scripts: bool = True) -> Journey:
    """A new person with ¥20,000 on a card, before the landing page."""
    context = browser.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, locale=locale, java_script_enabled=scripts
    )
    person = live.control.create_account(bank="CMB", balance=2_000_000)
    return Journey(
        page=context.new_page(), base_url=live.public_url, bank=live.control, person=person
    )


@pytest.mark.parametrize(("locale", "language"), [("zh-CN", "zh-hans"), ("en-GB", "en")])
def test_a_borrower_goes_the_whole_way(
    browser: Browser, whole: Live, locale: str, language: str
) -> None:
    journey = start(browser, whole, locale=locale)
    journey.register()
    assert journey.page.locator("html").get_attribute("lang") == language
    journey.identify()
    journey.bind_card()
    journey.activate()
    journey.borrow(amount="6000")
    assert whole.control.balance(pan=journey.person["pan"]) == 2_000_000 + 600_000
    journey.repay(kind="MANUAL", amount="1000")
    journey.repay(kind="PAYOFF")
    assert whole.control.balance(pan=journey.person["pan"]) == 2_000_000
    with journey.page.expect_download() as download:
        journey.page.click("a[download]")
    assert download.value.suggested_filename.endswith(".pdf")
    for path in ("/", "/repay/", "/cards/", "/me/", "/inbox/", "/me/consents/", "/loans/"):
        journey.open(path)
        journey.stop(path)
    assert journey.problems == []


def test_a_loan_is_replaced_by_a_new_one(browser: Browser, whole: Live) -> None:
    journey = start(browser, whole, locale="zh-CN")
    journey.register()
    journey.identify()
    journey.bind_card()
    journey.activate()
    journey.borrow(amount="6000")
    first = journey.page.url
    journey.replace()
    assert whole.control.balance(pan=journey.person["pan"]) == 2_000_000 + 600_000
    assert journey.page.url != first
    journey.open(first.removeprefix(whole.public_url))
    journey.stop("old-loan")
    assert journey.page.locator("a[href$='/replace/']").count() == 0
    assert journey.problems == []


def test_the_language_switch_keeps_the_page(browser: Browser, whole: Live) -> None:
    journey = start(browser, whole, locale="zh-CN")
    journey.open("/login/?by=code")
    journey.submit("header button[name=language]")
    assert journey.page.url.endswith("/login/?by=code")
    assert journey.page.locator("html").get_attribute("lang") == "en"
    journey.submit("header button[name=language]")
    assert journey.page.locator("html").get_attribute("lang") == "zh-hans"
    assert journey.problems == []


def test_a_refused_debit_says_why_and_leads_on(browser: Browser, whole: Live) -> None:
    journey = start(browser, whole, locale="zh-CN")
    journey.register()
    journey.identify()
    journey.bind_card()
    journey.activate()
    journey.borrow(amount="6000")
    whole.control.change_account(pan=journey.person["pan"], withdraw=2_599_900)
    journey.page.click("a.btn-primary[href^='/repay/']")
    journey.submit()
    journey.page.wait_for_selector("#result:not([hx-get]) a[href^='/repay/']")
    journey.stop("refused")
    assert journey.problems == []


def test_it_works_without_scripts(browser: Browser, whole: Live) -> None:
    """A browser that runs none of our scripts gets a code, registers, and binds a card."""
    journey = start(browser, whole, locale="zh-CN", scripts=False)
    journey.open("/register/")
    page, phone = journey.page, journey.person["phone"]
    page.fill("[name=phone]", phone)
    before = journey.count_messages()
    journey.submit("[name=send_code]")
    assert page.input_value("[name=phone]") == phone
    page.fill("[name=code]", journey.code(after=before))
    page.fill("[name=password]", "correct-horse-9")
    for box in page.locator("[name=agreed]").all():
        box.check()
    journey.submit()
    journey.open("/me/identity/")
    page.fill("[name=name]", journey.person["name"])
    page.fill("[name=id_number]", journey.person["id_number"])
    journey.submit()
    for box in page.locator("[name=agreed]").all():
        box.check()
    journey.submit()
    page.fill("[name=card_number]", journey.person["pan"])
    before = journey.count_messages()
    journey.submit()
    page.fill("[name=code]", journey.code(after=before))
    journey.submit()
    assert page.locator(".notice-good").count() == 1

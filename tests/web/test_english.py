"""Every page in English: nothing on it is Dutch but what the site says itself, and axe finds nothing there either."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from irmacall.core.ids import SubjectId
from irmacall.web.management.pages import management
from lab.catalogue import kept
from tests.web.admin.office import Office, opened
from tests.web.conftest import Public, Staff, running_staff
from tests.web.doubles import PASSWORD, card
from tests.web.management.conftest import CONFIG
from tests.web.management.doubles import MemoryManagement
from tests.web.test_accessibility import LIVE
from tests.web.test_accessibility import _hold as hold

OWN_WORDS = frozenset({"Pauze", "Overleg", "Training", "Afval", "Gemeente", "gesloten"})
"""What the site says itself, which happens to be among our own words too."""
_SAID = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), found = [];
  while (walker.nextNode()) {
    const { parentElement, textContent } = walker.currentNode;
    if (!parentElement.closest("[lang=nl], option, script, template")) found.push(textContent.trim());
  }
  return found;
}"""


@pytest.fixture(params=[("light", 1280, 720), ("dark", 320, 640)], ids=str)
async def page(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[Page]:
    """A browser that asks for English."""
    look: tuple[Literal["light", "dark"], int, int] = request.param
    scheme, width, height = look
    context = await browser.new_context(
        ignore_https_errors=True, color_scheme=scheme, viewport={"width": width, "height": height}, locale="en-GB"
    )
    yield await context.new_page()
    await context.close()


async def _english(page: Page, axe: str, where: str) -> None:
    await hold(page, axe, where)
    assert await page.get_attribute("html", "lang") == "en", where
    dutch = {str(each.id) for each in kept("en") if each.id and each.string != each.id} - OWN_WORDS
    assert not dutch.intersection(await page.evaluate(_SAID)), where


async def _log_in(page: Page, origin: str, login: str) -> None:
    await page.goto(f"{origin}/login")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.click("form[action='/login'] button")
    await page.wait_for_url(lambda url: not url.endswith("/login"))


async def test_the_citizens_pages(page: Page, public: Public, axe: str) -> None:
    """What is shared, and every state of her call."""
    for path in ("/", "/onderwerp/paspoort", "/nu", "/nergens"):
        await page.goto(public.origin + path)
        await _english(page, axe, path)
    begun = await public.desk.begin(SubjectId("paspoort"))
    cookie = {"name": "__Host-irmacall-page", "value": begun.page, "url": public.origin, "secure": True}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    for state in ("disclosing", "sealed", "waiting", "talking", "dropped", "erased", "failed"):
        if state == "sealed":
            public.desk.seal(begun.page)
        else:
            public.desk.become(begun.page, state=state, code=None, tel=None)
            public.desk.become(begun.page, seen=state == "talking", live=LIVE)
        await page.goto(f"{public.origin}/bellen")
        await _english(page, axe, state)


async def test_the_agents_screen(page: Page, staff: Staff, axe: str) -> None:
    """The login, her screen at rest, a ring, the card, and passing on."""
    await page.goto(f"{staff.origin}/login")
    await _english(page, axe, "login")
    await _log_in(page, staff.origin, "anna")
    await expect(page.locator("#state")).to_have_attribute("data-availability", "away")
    await _english(page, axe, "away")
    staff.desk.ring(staff.desk.only)
    await expect(page.locator("#ringing")).to_be_visible()
    await _english(page, axe, "ringing")
    staff.desk.grant(staff.desk.only, card(1))
    await expect(page.locator("#card")).to_be_visible()
    await _english(page, axe, "card")
    await page.click("#transfer")
    await page.locator("#people").press_sequentially("wi")
    await expect(page.locator("#people-list [role=option]").first).to_be_visible()
    await _english(page, axe, "passing on")


async def test_the_officials_screen(page: Page, staff: Staff, axe: str) -> None:
    """Her own, with her colleagues."""
    await _log_in(page, staff.origin, "willem")
    await expect(page.locator("#state")).to_have_attribute("data-availability", "away")
    await _english(page, axe, "official")


async def test_managements_pages(page: Page, tls: ssl.SSLContext, axe: str) -> None:
    """The wallboard, the emergency switch, reports."""
    async with running_staff(tls, parts=[management(MemoryManagement(), lambda: CONFIG)]) as staff:
        await _log_in(page, staff.origin, "maria")
        await expect(page.locator("main tbody tr").first).to_be_visible()
        await _english(page, axe, "wallboard")
        for path in ("/wallboard/emergency", "/reports"):
            await page.goto(staff.origin + path)
            await _english(page, axe, path)


@pytest.fixture
async def office(tmp_path: Path, tls: ssl.SSLContext) -> AsyncIterator[Office]:
    """The administrator's pages over real files."""
    async with opened(tmp_path, tls) as office:
        await office.logs_in()
        yield office


async def test_the_administrators_pages(page: Page, office: Office, axe: str) -> None:
    """Each of them."""
    await _log_in(page, office.origin, "noor")
    for path in ("users", "users/new", "users/phones", "sessions", "site", "audit", "nodes"):
        await page.goto(f"{office.origin}/admin/{path}")
        await _english(page, axe, path)

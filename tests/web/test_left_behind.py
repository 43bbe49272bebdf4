"""What is left of a caller in the browser once she may not be seen: in memory, on paper, behind the back button."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from lab.browser import CHROMIUM, FLAGS
from tests.heap import heap
from tests.web.conftest import Staff, available
from tests.web.doubles import card

NAME = "Xanthippe"
NOTED = "Zij wil een reisdocument voor Vlissingen"
FORGOTTEN_WITHIN = 5.0
"""Seconds after blanking in which a page must have forgotten who it was."""


async def _shown(screen: Page, staff: Staff, grant: int = 1) -> None:
    staff.desk.grant(staff.desk.only, card(grant, NAME))
    await expect(screen.locator("#card")).to_contain_text(NAME)


async def _is_forgotten(screen: Page, *words: str) -> None:
    """None of the words is kept by the page's scripts, within the time that they have."""
    began = time.monotonic()
    while found := [word for word in words if word in await heap(screen)]:
        assert time.monotonic() - began < FORGOTTEN_WITHIN, found


async def test_the_heap_forgets_who_it_was(screen: Page, staff: Staff) -> None:
    """Five seconds after a card was blanked no string, node or closure of the page holds name or note."""
    await _shown(screen, staff)
    assert NAME in await heap(screen)
    await screen.keyboard.press("Alt+Shift+T")
    await screen.get_by_label("Reden van doorverbinden").fill(NOTED)
    staff.desk.withdraw(staff.desk.only)
    await expect(screen.locator("#card")).to_be_hidden()
    await _is_forgotten(screen, NAME, NOTED)
    assert await screen.locator("#note").input_value() == ""


async def test_the_heap_forgets_a_card_that_came_too_late(screen: Page, staff: Staff) -> None:
    """An answer that was on its way when the card was withdrawn is not kept either."""
    seat = staff.desk.seat(staff.desk.only)
    seat.hold = asyncio.Event()
    async with screen.expect_request("**/card?*"):
        staff.desk.grant(staff.desk.only, card(1, NAME))
    staff.desk.withdraw(staff.desk.only)
    await expect(screen.locator("#idle")).to_be_visible()
    seat.hold.set()
    await _is_forgotten(screen, NAME)


async def test_a_print_has_no_card(screen: Page, staff: Staff) -> None:
    """On paper, and in the preview, stands in its place that it is not printed."""
    await _shown(screen, staff)
    await screen.emulate_media(media="print")
    await expect(screen.locator("#card")).to_be_hidden()
    await expect(screen.get_by_text("Gegevens van bellers worden niet afgedrukt.")).to_be_visible()
    await screen.emulate_media(media="screen")
    await expect(screen.locator("#card")).to_contain_text(NAME)
    await expect(screen.get_by_text("Gegevens van bellers worden niet afgedrukt.")).to_be_hidden()


async def test_a_reload_asks_anew(screen: Page, staff: Staff) -> None:
    """What was withdrawn meanwhile does not come back with it; the card that stands does, by a fresh GET."""
    await _shown(screen, staff)
    asked = len(staff.desk.reveals)
    await screen.reload()
    await expect(screen.locator("#card")).to_contain_text(NAME)
    assert len(staff.desk.reveals) == asked + 1
    staff.desk.withdraw(staff.desk.only)
    await screen.reload()
    await expect(screen.locator("#idle")).to_be_visible()
    assert NAME not in await screen.content()


@pytest.fixture
async def remembering() -> AsyncIterator[Browser]:
    """A Chromium that keeps the pages that are left, as people's own do (Playwright's does not by itself)."""
    async with async_playwright() as playwright:
        off = ["--disable-back-forward-cache"]
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS, ignore_default_args=off)
        yield started
        await started.close()


@pytest.fixture
async def going_back(remembering: Browser) -> BrowserContext:
    """A fresh profile in it."""
    return await remembering.new_context(ignore_https_errors=True, locale="nl-NL")


async def test_the_back_button_shows_no_earlier_card(going_back: BrowserContext, staff: Staff) -> None:
    """Left while a card was shown, and come back to: by a fresh GET while the call goes on, and not after it."""
    async with available(going_back, staff, "anna") as screen:
        await _shown(screen, staff)
        asked = len(staff.desk.reveals)
        await screen.goto(f"{staff.origin}/static/irmacall.svg")
        await screen.go_back()
        await expect(screen.locator("#card")).to_contain_text(NAME)
        assert len(staff.desk.reveals) == asked + 1
        await screen.goto(f"{staff.origin}/static/irmacall.svg")
        staff.desk.withdraw(staff.desk.only)
        await screen.go_back()
        await expect(screen.locator("#idle")).to_be_visible()
        assert NAME not in await screen.content()


async def test_the_back_button_after_the_login_ended_shows_the_form(going_back: BrowserContext, staff: Staff) -> None:
    """Whoever sits down after her finds the login, and nothing behind it."""
    async with available(going_back, staff, "anna") as screen:
        await _shown(screen, staff)
        await screen.get_by_role("button", name="Afmelden").click()
        await expect(screen.get_by_label("Wachtwoord")).to_be_visible()
        await screen.go_back()
        await expect(screen.get_by_label("Wachtwoord")).to_be_visible()
        assert NAME not in await screen.content()

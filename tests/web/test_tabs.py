"""Many tabs of one login: one stream for all, whoever of them leads, and none for a page of another login."""

from __future__ import annotations

import asyncio

from playwright.async_api import BrowserContext, Page, expect

from tests.web.conftest import Staff, available
from tests.web.doubles import PASSWORD, card

NAME = "Xanthippe"
TABS = 10


async def _another(context: BrowserContext, staff: Staff) -> Page:
    tab = await context.new_page()
    await tab.goto(f"{staff.origin}/")
    await expect(tab.locator("#headline")).not_to_have_text("…")
    return tab


async def _streams_become(staff: Staff, number: int) -> None:
    """So many are open; whoever gave the lead away is gone with its next beat."""
    async with asyncio.timeout(10):
        while staff.desk.ears.listening(staff.desk.only) != number:
            staff.desk.ears.left.clear()
            await staff.desk.ears.left.wait()


async def test_ten_tabs_share_one_stream(context: BrowserContext, staff: Staff) -> None:
    """Each shows the card of its seat and is blank with the others, although a browser allows six connections."""
    async with available(context, staff, "anna") as first:
        tabs = [first] + [await _another(context, staff) for _ in range(TABS - 1)]
        await _streams_become(staff, 1)
        staff.desk.grant(staff.desk.only, card(1, NAME))
        for tab in tabs:
            await expect(tab.locator("#card")).to_contain_text(NAME)
        staff.desk.withdraw(staff.desk.only)
        for tab in tabs:
            await expect(tab.locator("#card")).to_be_hidden()
            assert NAME not in await tab.content()
        assert await asyncio.gather(*(tab.get_by_role("alert").inner_text() for tab in tabs)) == [""] * TABS


async def test_the_tabs_go_on_when_the_one_that_led_is_closed(context: BrowserContext, staff: Staff) -> None:
    """Another leads at once: nothing is lost, and nobody is told that the connection was."""
    async with available(context, staff, "anna") as first:
        second = await _another(context, staff)
        await _streams_become(staff, 1)
        lost = await first.evaluate_handle(
            """() => { const seen = [], alarm = document.getElementById("alarm");
                 new MutationObserver(() => seen.push(alarm.textContent)).observe(alarm, { childList: true });
                 return seen; }"""
        )
        await second.close()
        staff.desk.ears.arrived.clear()
        if not staff.desk.ears.listening(staff.desk.only):
            await asyncio.wait_for(staff.desk.ears.arrived.wait(), 5)
        staff.desk.grant(staff.desk.only, card(1, NAME))
        await expect(first.locator("#card")).to_contain_text(NAME)
        assert await lost.json_value() == []


async def test_a_page_of_an_earlier_login_is_drawn_anew(context: BrowserContext, staff: Staff) -> None:
    """Somebody else logs in in the next tab of the same browser: what the first one shows is hers then too."""
    async with available(context, staff, "anna") as first:
        staff.desk.seats.clear()
        second = await context.new_page()
        await first.route("**/*", lambda route: route.abort())  # or it might ask while nobody is logged in, and leave
        await context.clear_cookies()
        await second.goto(f"{staff.origin}/login")
        await second.get_by_label("Naam").fill("karim")
        await second.get_by_label("Wachtwoord").fill(PASSWORD)
        await second.get_by_role("button", name="Aanmelden").click()
        await expect(second.get_by_text("Karim Haddad")).to_be_visible()
        await first.unroute("**/*")
        sessions = staff.accounts.sessions  # a login ends the one before it in this browser
        for key in [key for key, user in sessions.items() if user.name == "Anna de Boer"]:
            del sessions[key]
        await expect(first.get_by_text("Karim Haddad")).to_be_visible(timeout=15_000)
        await expect(first.get_by_text("Anna de Boer")).to_be_hidden()

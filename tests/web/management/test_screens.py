"""Management's screens in Chromium: what axe-core finds, a morning by the keyboard alone, what stays in its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from irmacall.core.figures import NOTHING
from irmacall.core.wallboard import Doing
from irmacall.web.management.ports import EmergencyLine
from tests.web.doubles import PASSWORD
from tests.web.management.conftest import Lead, Opens
from tests.web.management.doubles import AT, agent, busy, quiet
from tests.web.test_accessibility import _hold

LOOKS = [("light", 1280), ("dark", 320)]
"""Colours do not depend on the width, nor the layout on the colours."""


@pytest.fixture(params=LOOKS, ids=str)
async def look(request: pytest.FixtureRequest, browser: Browser) -> BrowserContext:
    """A window in one of the looks."""
    scheme, width = request.param
    return await browser.new_context(
        ignore_https_errors=True, color_scheme=scheme, viewport={"width": width, "height": 720}, locale="nl-NL"
    )


async def _log_in(page: Page, lead: Lead) -> None:
    await page.goto(f"{lead.origin}/login")
    await page.get_by_label("Naam").fill("maria")
    await page.get_by_label("Wachtwoord").fill(PASSWORD)
    await page.get_by_role("button", name="Aanmelden").click()
    await expect(page.locator("#queues tr")).to_have_count(3)


async def test_axe_finds_nothing_on_any_page(look: BrowserContext, lead: Lead, axe: str) -> None:
    """The board busy, quiet, big, in an emergency and lost; acts; the switch with faults; reports full and empty."""
    page = await look.new_page()
    await _log_in(page, lead)
    await _hold(page, axe, "busy")
    await page.get_by_text("Dezelfde cijfers als tabel").click()
    await _hold(page, axe, "with its table")
    lead.desk.seen = replace(quiet(), emergency=EmergencyLine("Algemeen", True, AT), counted_at=AT - 600)
    await expect(page.locator("#emergency-told")).to_be_visible(timeout=10_000)
    await _hold(page, axe, "quiet, in an emergency")
    for path in ("/wallboard/emergency", "/wallboard?told=paused&big"):
        await page.goto(lead.origin + path)
        await _hold(page, axe, path)
    lead.desk.away = True
    await expect(page.locator("#live")).to_have_text("geen verbinding", timeout=10_000)
    await _hold(page, axe, "lost")
    lead.desk.seen, lead.desk.away = busy(), False
    for user in ("u11", "u12"):
        await page.goto(f"{lead.origin}/wallboard/agent?user={user}")
        await _hold(page, axe, user)
    await page.goto(f"{lead.origin}/wallboard/emergency")
    await page.get_by_role("button", name="Verder").click()
    await expect(page.get_by_role("alert")).to_contain_text("De schakelaar is niet omgezet")
    await _hold(page, axe, "faults")
    for query in ("", "?by=hour", "?from=2026-01-01&to=2026-11-01&by=week", "?from=x&to=y"):
        await page.goto(f"{lead.origin}/reports{query}")
        await _hold(page, axe, query)
    lead.desk.figures = NOTHING
    await page.goto(f"{lead.origin}/reports")
    await _hold(page, axe, "no calls")
    await look.close()


async def _tab_to(page: Page, what: str) -> None:
    """Press Tab until this has the focus, which can be seen there."""
    for _ in range(80):
        await page.keyboard.press("Tab")
        if await page.evaluate("(what) => document.activeElement.matches(what)", what):
            outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", what
            return
    raise AssertionError(f"{what} is not reached with Tab")


async def test_a_team_leads_morning_by_the_keyboard_alone(context: BrowserContext, lead: Lead) -> None:
    """She logs in, puts the board on the wall, pauses an agent, throws the switch and ends it, and makes a report."""
    page = await context.new_page()
    await page.goto(f"{lead.origin}/login")
    await _tab_to(page, "[name=login]")
    await page.keyboard.type("maria")
    await _tab_to(page, "[name=password]")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#agents tr")).to_have_count(9)
    await page.keyboard.press("Alt+Shift+F")
    await expect(page.locator("#big")).to_have_attribute("aria-pressed", "true")
    await page.keyboard.press("Alt+Shift+F")
    await expect(page.locator("#big")).to_have_attribute("aria-pressed", "false")

    await _tab_to(page, "tr[data-id=u12] [data-part=acts]")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Bo Jansen")).to_be_visible()
    await _tab_to(page, "#reason")
    await page.keyboard.type("Overleg")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(page.locator("#told")).to_have_text("De medewerker staat op pauze.")
    assert lead.desk.done == [("pause", "u12", "Overleg", "u3")]

    await _tab_to(page, "#emergency-link")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Aanzetten")).to_be_visible()
    await _tab_to(page, "#to")
    await page.keyboard.type("Burg")
    await _tab_to(page, "#reason")
    await page.keyboard.type("brand")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Weet u het zeker?")).to_be_visible()
    await _tab_to(page, ".ic-button--danger")
    await page.keyboard.press("Enter")
    await expect(page.locator("#emergency-told")).to_contain_text("wachtrij Burgerzaken")
    await _tab_to(page, "#emergency-link")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="De noodschakelaar staat aan")).to_be_visible()
    await _tab_to(page, "form[action='/wallboard/emergency/end'] button")
    await page.keyboard.press("Enter")
    await expect(page.locator("#told")).to_have_text("De noodschakelaar staat uit.")

    await _tab_to(page, "a[href='/reports']")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Rapporten")).to_be_visible()
    await _tab_to(page, "#by")
    await page.keyboard.type("Week")
    await _tab_to(page, ".ic-ask button")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**by=week**")
    await expect(page.get_by_role("heading", name="Per wachtrij")).to_be_visible()
    await _tab_to(page, "a[download]")
    async with page.expect_download() as file:
        await page.keyboard.press("Enter")
    assert (await file.value).suggested_filename.endswith("-week.csv")


async def test_rows_stay_whose_they_are(opens: Opens, lead: Lead) -> None:
    """Another agent logs in above the one who has the focus, and the first leaves: the focus stays on her row."""
    page = await opens("/wallboard")
    acts = page.locator("tr[data-id=u12] [data-part=acts]")
    await acts.focus()
    early = agent(10, "Aaltje Aarts", Doing.FREE)
    lead.desk.seen = replace(busy(), agents=(early, *busy().agents[1:]))
    await expect(page.locator("#agents tr").first).to_contain_text("Aaltje Aarts", timeout=10_000)
    await expect(page.locator("tr[data-id=u11]")).to_have_count(0)
    await expect(acts).to_be_focused()
    assert await acts.get_attribute("href") == "/wallboard/agent?user=u12"


async def test_a_board_that_is_not_live_says_so_and_since_when(opens: Opens, lead: Lead) -> None:
    """An alarm with the time of what is seen; when it is live again, the alarm is gone and the figures are new."""
    page = await opens("/wallboard")
    await expect(page.locator("#live")).to_have_text("live")
    lead.desk.away = True
    await expect(page.locator("#alarm")).to_have_text("Geen verbinding. Wat u ziet, is van 10:42.", timeout=10_000)
    await expect(page.locator("#queues tr")).to_have_count(3)
    lead.desk.away, lead.desk.seen = False, quiet()
    await expect(page.locator("#alarm")).to_be_empty(timeout=10_000)
    await expect(page.locator("#nobody")).to_be_visible()


async def test_figures_in_a_chart_are_in_the_table_beside_it(opens: Opens) -> None:
    """The charts are drawn and hidden from a screen reader; the table has a row for each quarter of an hour."""
    page = await opens("/wallboard")
    await expect(page.locator("#quarters-chart canvas")).to_have_count(1)
    await expect(page.locator("#waiting-chart canvas")).to_have_count(1)
    assert await page.locator("#quarters-chart").get_attribute("aria-hidden") == "true"
    await page.get_by_text("Dezelfde cijfers als tabel").click()
    first = page.locator("#quarters tr").first
    await expect(first.locator("th")).to_have_text("10:30")
    assert await page.locator("#quarters tr").count() >= 11
    await page.goto(page.url.replace("/wallboard", "/reports"))
    await expect(page.locator("#report-chart canvas")).to_have_count(1)


async def test_the_board_fits_at_twice_its_size(opens: Opens) -> None:
    """At 200 % of 1280 pixels nothing is wider than the window."""
    page = await opens("/wallboard")
    await page.set_viewport_size({"width": 640, "height": 360})
    for path in ("/wallboard", "/wallboard?big", "/reports"):
        page = await opens(path)
        await page.wait_for_load_state("networkidle")
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path

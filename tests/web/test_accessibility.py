"""WCAG 2.2 AA, as far as a machine can tell: axe-core finds nothing on any screen, light or dark, wide or narrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from irmacall.core.ids import SubjectId, UserId
from irmacall.web.citizen_ports import LiveView, SightView
from irmacall.web.ports import ConsultingView, PanelView, ReturnedView, RingingView, TalkingView
from tests.web.conftest import Public, Staff
from tests.web.doubles import CALL, CALLBACKS, PASSWORD, WAITING, card

LIVE = LiveView(
    position=4,
    wait=300.0,
    seers=[SightView("medewerker Publiekszaken", "", 0.0), SightView("teamleider", "", 0.0, by_glass=True)],
    sights=[SightView("medewerker Publiekszaken", "", 0.0, 60.0)],
    words=("tulp", "fiets"),
    doubt="citizen",
)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TARGETS = "button, input:not([type=hidden]), select, textarea, [role=option], a.utrecht-button"
SMALL_TARGETS = """(targets) => [...document.querySelectorAll(targets)]
  .filter((e) => e.checkVisibility()).map((e) => [e.outerHTML, e.getBoundingClientRect()])
  .filter(([, r]) => r.width && (r.width < 24 || r.height < 24)).map(([html]) => html)"""

SHOW_STEP = """(step) => {
  for (const part of document.querySelectorAll("#yivi [data-when]")) part.hidden = part.dataset.when !== step;
}"""


async def _hold(page: Page, axe: str, where: str) -> None:
    await page.wait_for_load_state()  # or there is no style yet
    session = await page.context.new_cdp_session(page)
    await session.send("Runtime.evaluate", {"expression": axe})
    found = await page.evaluate(
        """async (rules) => (await axe.run(document, { runOnly: rules })).violations
             .map((v) => v.id + ": " + v.nodes.map((n) => n.html).join(" | "))""",
        RULES,
    )
    assert found == [], where
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (
        f"{where}: wider than the window"
    )
    assert await page.evaluate(SMALL_TARGETS, TARGETS) == [], where


@pytest.fixture(params=[("light", 1280, 720), ("dark", 1280, 720), ("light", 320, 640), ("dark", 320, 640)], ids=str)
async def page(request: pytest.FixtureRequest, browser: Browser) -> Page:
    """A page in one of the looks."""
    look: tuple[Literal["light", "dark"], int, int] = request.param
    scheme, width, height = look
    context: BrowserContext = await browser.new_context(
        ignore_https_errors=True, color_scheme=scheme, viewport={"width": width, "height": height}, locale="nl-NL"
    )
    return await context.new_page()


async def test_the_citizens_pages(page: Page, public: Public, axe: str) -> None:
    """Every page and every state that a citizen can meet."""
    for path in ("/", "/onderwerp/paspoort", "/nergens"):
        await page.goto(public.origin + path)
        await _hold(page, axe, path)
    await page.goto(f"{public.origin}/onderwerp/paspoort")
    for step in ("qr", "pairing", "button", "follow", "failed-refused", "failed-unavailable", "failed-busy"):
        await page.evaluate(SHOW_STEP, step)
        await _hold(page, axe, step)
    begun = await public.desk.begin(SubjectId("paspoort"))
    cookie = {"name": "__Host-irmacall-page", "value": begun.page, "url": public.origin, "secure": True}
    await page.context.add_cookies([cookie])  # type: ignore[list-item]
    for state in ("disclosing", "sealed", "in_call", "waiting", "talking", "dropped", "back", "erased", "failed"):
        if state == "sealed":
            public.desk.seal(begun.page)
        elif state == "back":
            await public.desk.renew_code(begun.page)
        else:
            public.desk.become(begun.page, state=state, code=None, tel=None, callback=state in ("waiting", "erased"))
            public.desk.become(begun.page, seen=state == "talking", live=LIVE)
        await page.goto(f"{public.origin}/bellen")
        await _hold(page, axe, state)
    await page.context.close()


async def test_the_agents_screens(page: Page, staff: Staff, axe: str) -> None:
    """The login and every state of the screen."""
    await page.goto(f"{staff.origin}/login")
    await _hold(page, axe, "login")
    for password in ("wrong", PASSWORD):
        await page.get_by_label("Naam").fill("anna")
        await page.get_by_label("Wachtwoord").fill(password)
        await page.get_by_role("button", name="Aanmelden").click()
        await _hold(page, axe, "after the login")
    await expect(page.locator("#headline")).to_have_text("Afwezig")
    seat = staff.desk.only
    states: list[tuple[str, Callable[[], None]]] = [
        ("Er komt een gesprek", lambda: staff.desk.ring(seat)),
        ("In gesprek", lambda: staff.desk.grant(seat, card(1))),
        ("In gesprek", lambda: staff.desk.withdraw(seat, still_talking=True)),
        ("Niet beschikbaar", lambda: staff.desk.show(seat, PanelView("unavailable", "no-answer", waiting=WAITING))),
        ("Terugbelverzoek", lambda: staff.desk.ring(seat, callback=True)),
        (
            "Nawerk",
            lambda: staff.desk.show(seat, PanelView("wrap-up", left=90.0, waiting=WAITING, callbacks=CALLBACKS)),
        ),
    ]
    for headline, make in states:
        make()
        await expect(page.locator("#headline")).to_have_text(headline)
        await _hold(page, axe, headline)
    await page.context.close()


CONSULTED: dict[Literal["ringing", "consulted", "aside", "together"], str] = {
    "ringing": "wordt gebeld",
    "consulted": "U overlegt",
    "aside": "Wisselen doet u",
    "together": "U spreekt met de beller en",
}


async def test_the_screens_of_who_passes_a_caller_on(page: Page, staff: Staff, axe: str) -> None:
    """The panel with who was found, a queue's places, every state of a consultation, and how it ends."""
    await _log_in(page, staff, "anna")
    desk, seat = staff.desk, staff.desk.only
    desk.grant(seat, card(1))
    await page.locator("#transfer").click()
    await page.locator("#people").press_sequentially("wi")
    await expect(page.locator("#people-list [role=option]")).to_have_count(4)
    await page.keyboard.press("ArrowDown")
    await _hold(page, axe, "found")
    await page.keyboard.press("Enter")
    await page.locator("#note").fill("x" * 500)
    await _hold(page, axe, "noted")
    await page.locator("#people").fill("afval")
    await expect(page.locator("#people-list [role=option]")).to_have_count(1)
    await page.locator("#people").press("Enter")
    await expect(page.locator("#standing")).to_be_visible()
    await _hold(page, axe, "a queue")
    await page.keyboard.press("Escape")
    desk.change(seat, held=True, muted=True, passed_by="Samira Bakker", passed_by_user=UserId("u8"))
    await expect(page.locator("#call-state")).to_be_visible()
    await _hold(page, axe, "held and muted")
    for state, told in CONSULTED.items():
        desk.change(seat, held=False, consult=ConsultingView(state, "Willem Smit", 3.0, by_phone=state == "aside"))
        await expect(page.locator("#consulting-told")).to_contain_text(told)
        await _hold(page, axe, state)
    desk.change(seat, consult=None, returned=ReturnedView("no-answer", "Willem Smit"))
    await expect(page.locator("#returned")).not_to_be_empty()
    await _hold(page, axe, "returned")
    await page.context.close()


async def test_the_officials_screens(page: Page, staff: Staff, axe: str) -> None:
    """Nobody on the line, colleagues found, somebody passed on, asked about a caller, a card with a note."""
    await _log_in(page, staff, "willem")
    desk, seat = staff.desk, staff.desk.only
    desk.show(seat, PanelView("available", since=1.0, official=True))
    await expect(page.locator("#headline")).to_have_text("Beschikbaar")
    await _hold(page, axe, "idle")
    await page.get_by_role("searchbox").fill("wi")
    await expect(page.locator("#directory-list li")).to_have_count(3)
    await _hold(page, axe, "colleagues")
    ringing = RingingView(CALL, "Burgerzaken", "Paspoort", 4.0, passed_by="Samira Bakker", consult=True)
    desk.show(seat, PanelView("available", ringing=ringing, official=True))
    await expect(page.locator("#ringing")).to_be_visible()
    await _hold(page, axe, "ringing")
    consulted = TalkingView(CALL, None, False, 1.0, "Burgerzaken", consulted_by="Samira Bakker", together=True)
    desk.show(seat, PanelView("available", talking=consulted, official=True))
    await expect(page.locator("#anonymous")).to_be_visible()
    await _hold(page, axe, "consulted")
    for identified in (True, False):
        noted = replace(
            card(2 + identified), identified=identified, note="wil uitstel " * 40, note_by="Samira Bakker"
        )
        desk.grant(seat, noted)
        desk.change(seat, identified=identified)
        await expect(page.locator("#message")).to_be_visible()
        await _hold(page, axe, f"a note, {identified}")
    await page.context.close()


async def _log_in(page: Page, staff: Staff, login: str) -> None:
    await page.goto(f"{staff.origin}/login")
    await page.get_by_label("Naam").fill(login)
    await page.get_by_label("Wachtwoord").fill(PASSWORD)
    await page.get_by_role("button", name="Aanmelden").click()
    await expect(page.locator("#headline")).to_have_text("Afwezig")


async def test_all_can_be_done_with_the_keyboard(browser: Browser, staff: Staff) -> None:
    """Every control of the agent's screen is reached with Tab, and its focus shows."""
    context = await browser.new_context(ignore_https_errors=True, locale="nl-NL")
    page = await context.new_page()
    await page.goto(f"{staff.origin}/login")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Ga naar de inhoud")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="English")).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(page.get_by_text("Kleuren")).to_be_focused()
    await page.keyboard.press("Tab")
    await page.keyboard.type("anna")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#headline")).to_have_text("Afwezig")
    staff.desk.grant(staff.desk.only, card(1))
    await expect(page.locator("#card")).to_be_visible()
    seat = staff.desk.seat(staff.desk.only)
    staff.desk.show(staff.desk.only, replace(seat.panel, availability="paused"))
    await expect(page.locator("#hold")).to_be_visible()  # she may press the other already when she is away
    await expect(page.locator("#available")).to_be_enabled()
    met = await _tab_through(page)
    assert [
        name
        for name in ("available", "reason", "keys", "hold", "mute", "transfer", "hangup", "crm")
        if name not in met
    ] == []
    staff.desk.show(staff.desk.only, replace(seat.panel, availability="wrap-up", talking=None, left=90.0))
    await expect(page.locator("#more")).to_be_enabled()
    assert {"available", "more"} <= await _tab_through(page)
    await context.close()


async def _tab_through(page: Page) -> set[str]:
    met: set[str] = set()
    for _ in range(20):
        await page.keyboard.press("Tab")
        name, outline = await page.evaluate(
            "[document.activeElement.id, getComputedStyle(document.activeElement).outlineStyle]"
        )
        if name:
            met.add(name)
            assert outline != "none", name
    return met

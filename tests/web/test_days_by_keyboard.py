"""An agent's day and an official's, by keyboard alone: each telephone act in one key, and no mouse anywhere."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page, expect

from irmacall.web.ports import ConsultingView, PanelView
from tests.web.conftest import Staff
from tests.web.doubles import CALL, PASSWORD, WAITING, card


async def _logs_in(page: Page, staff: Staff, login: str) -> None:
    await page.goto(f"{staff.origin}/login")
    await page.get_by_label("Naam").focus()
    await page.keyboard.type(login)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator("#headline")).to_have_text("Afwezig")
    await page.keyboard.press("Alt+Shift+B")
    await expect(page.locator("#headline")).to_have_text("Beschikbaar")


async def _tabs_to(page: Page, control: str, most: int = 40) -> None:
    """Press Tab until this control has the focus."""
    for _ in range(most):
        if await page.evaluate("document.activeElement.id") == control:
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{control} is not reached with Tab")


async def _is_done(staff: Staff, page: Page, key: str, act: str) -> None:
    """One key, and the desk is asked this of the call on the screen."""
    async with page.expect_response("**/act"):
        await page.keyboard.press(f"Alt+Shift+{key}")
    assert staff.desk.acts[-1] == (act, CALL)


async def test_an_agents_day(context: BrowserContext, staff: Staff) -> None:
    """Available, a call held, muted and passed on after asking, another hung up, a pause with a reason, and home."""
    page = await context.new_page()
    page.on("request", lambda _: None)
    await _logs_in(page, staff, "anna")
    desk, seat = staff.desk, staff.desk.only
    desk.ring(seat)
    await expect(page.locator("#ringing")).to_be_visible()
    desk.grant(seat, card(1))
    await expect(page.locator("#card")).to_be_visible()
    await expect(page.locator("#hold")).to_be_visible()
    await _is_done(staff, page, "W", "hold")
    await expect(page.locator("#hold")).to_have_text("Terugnemen")
    await _is_done(staff, page, "W", "resume")
    await _is_done(staff, page, "D", "mute")
    await expect(page.locator("#mute")).to_have_attribute("aria-pressed", "true")
    await _is_done(staff, page, "D", "unmute")

    await page.keyboard.press("Alt+Shift+T")
    await page.keyboard.type("willem")
    await expect(page.locator("#people-list li")).to_have_count(1)
    await page.keyboard.press("Enter")
    await _tabs_to(page, "note")
    await page.keyboard.type("wil uitstel")
    await page.keyboard.press("Alt+Shift+E")
    await expect(page.locator("#consulting")).to_be_visible()
    assert (desk.wishes[-1].consult, desk.wishes[-1].note) == (True, "wil uitstel")
    desk.change(seat, consult=ConsultingView("consulted", "Willem Smit", 1.0))
    await expect(page.locator("#swap")).to_be_visible()
    for key, act in (("X", "swap"), ("J", "join"), ("A", "cancel"), ("V", "complete")):
        await _is_done(staff, page, key, act)

    desk.grant(seat, card(2))
    await expect(page.locator("#hold")).to_be_visible()
    async with page.expect_response("**/hangup"):
        await page.keyboard.press("Alt+Shift+O")
    desk.show(seat, PanelView("wrap-up", since=0.0, left=60.0, waiting=WAITING))
    await expect(page.locator("#more")).to_be_enabled()
    async with page.expect_response("**/wrap-up"):
        await page.keyboard.press("Alt+Shift+M")
    await _tabs_to(page, "reason")
    await page.keyboard.type("Ov")
    await page.keyboard.press("Alt+Shift+P")
    await expect(page.locator("#headline")).to_have_text("Pauze – Overleg")
    await _tabs_to(page, "keys")
    await page.keyboard.press("Space")
    before = list(desk.acts)
    await page.keyboard.press("Alt+Shift+B")
    await _tabs_to(page, "sound")
    await page.keyboard.press("Space")
    await expect(page.get_by_label("Geluid bij een gesprek")).to_be_checked()
    assert desk.acts == before
    await page.get_by_role("button", name="Afmelden").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Wachtwoord")).to_be_visible()


async def test_an_officials_day(context: BrowserContext, staff: Staff) -> None:
    """Available, a colleague found, a caller who is passed to her, given back by one key, and another hung up."""
    page = await context.new_page()
    page.on("request", lambda _: None)
    await _logs_in(page, staff, "willem")
    desk, seat = staff.desk, staff.desk.only
    await _tabs_to(page, "directory")
    await page.keyboard.type("wilma")
    await expect(page.locator("#directory-list li")).to_have_count(1)
    desk.grant(seat, card(1))
    desk.change(seat, passed_by="Samira Bakker", passed_by_user="u8")
    await expect(page.locator("#card")).to_be_visible()
    assert await page.evaluate("document.activeElement.id") == "directory"
    await expect(page.locator("#back")).to_be_visible()
    async with page.expect_response("**/transfer"):
        await page.keyboard.press("Alt+Shift+R")
    assert desk.wishes[-1].user == "u8"
    desk.grant(seat, card(2))
    await expect(page.locator("#card")).to_be_visible()
    async with page.expect_response("**/hangup"):
        await page.keyboard.press("Alt+Shift+O")
    await expect(page.locator("#card")).to_be_hidden()

"""What tells her that somebody calls while she looks elsewhere: title, icon, ring, notification; never who it is."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, expect

from irmacall.web.ports import PanelView
from tests.web.conftest import Staff, available
from tests.web.doubles import WAITING, card

NAME = "Xanthippe"
NOTIFIED = """() => { window.notes = [];
  window.Notification = class { static permission = "default";
    static async requestPermission() {
      window.askedFor = (window.askedFor ?? 0) + 1;
      return (this.permission = window.leave);
    }
    constructor(title, options) {
      Object.assign(this, { title, options, closed: false });
      window.notes.push(this);
    }
    close() { this.closed = true; } };
  document.hasFocus = () => false; }"""
"""A browser's notifications as Chromium without a window has none: what is asked for, shown and closed."""


async def _until(page: Page, so: str) -> None:
    """Wait in the page for what is so there. (`wait_for_function` needs what our policy forbids.)"""
    await page.evaluate(
        f"() => new Promise((done) => {{ const look = () => ({so}) ? done() : setTimeout(look, 20); look(); }})"
    )


async def _icon(page: Page, state: str) -> None:
    await expect(page.locator("link[rel=icon]")).to_have_attribute("href", f"/static/states/{state}.svg")
    assert (await page.request.get(f"{page.url}static/states/{state}.svg")).ok


async def test_title_and_icon_say_the_state(screen: Page, staff: Staff) -> None:
    """Of the tab that she does not look at: available, called, talking, paused, and without a connection."""
    desk, seat = staff.desk, staff.desk.only
    await expect(screen).to_have_title("Beschikbaar – gemeente Voorbeeld")
    await _icon(screen, "available")
    desk.ring(seat)
    await expect(screen).to_have_title("Er komt een gesprek – gemeente Voorbeeld")
    await _icon(screen, "ringing")
    desk.grant(seat, card(1, NAME))
    await expect(screen.locator("#card")).to_contain_text(NAME)
    await expect(screen).to_have_title("In gesprek – gemeente Voorbeeld")
    await _icon(screen, "talking")
    desk.show(seat, PanelView("paused", "Overleg", waiting=WAITING))
    await expect(screen).to_have_title("Pauze – Overleg – gemeente Voorbeeld")
    await _icon(screen, "paused")


async def test_the_title_says_that_there_is_no_connection(
    context: BrowserContext, staff: Staff, screen: Page
) -> None:
    """And the icon, within the time in which a page goes blank."""
    await context.set_offline(True)
    staff.desk.ears.end(staff.desk.only)
    await expect(screen).to_have_title("Geen verbinding – gemeente Voorbeeld", timeout=4000)
    await _icon(screen, "lost")


async def test_a_ring_is_heard_until_she_answers(screen: Page, staff: Staff) -> None:
    """When she has asked for it: once at that click, to know it by, and again and again while a call rings."""
    await screen.get_by_label("Geluid bij een gesprek").check()
    signs = screen.locator("#signs")
    await expect(signs).to_have_attribute("data-rang", "1")
    staff.desk.ring(staff.desk.only)
    await expect(signs).to_have_attribute("data-rang", "2")
    await expect(signs).to_have_attribute("data-rang", "3", timeout=8000)
    staff.desk.grant(staff.desk.only, card(1))
    await expect(screen.locator("#card")).to_be_visible()
    rang = await signs.get_attribute("data-rang")
    await screen.wait_for_timeout(3500)  # longer than from one ring to the next: nothing comes that could be awaited
    assert await signs.get_attribute("data-rang") == rang


async def test_no_ring_is_heard_unasked(screen: Page, staff: Staff) -> None:
    """Whoever did not ask for it sits in silence; the ring is seen."""
    staff.desk.ring(staff.desk.only)
    await expect(screen.locator("#ringing")).to_be_visible()
    assert await screen.locator("#signs").get_attribute("data-rang") is None


async def test_her_choice_is_remembered_and_a_browser_that_keeps_silent_is_told_of(
    context: BrowserContext, staff: Staff
) -> None:
    """A page on which nobody pressed anything may make no sound: then a ring says so, until somebody does."""
    async with available(context, staff, "anna") as page:
        await page.get_by_label("Geluid bij een gesprek").check()
        staff.desk.ring(staff.desk.only)
        await context.add_init_script(
            "AudioContext.prototype.resume = () => new Promise(() => {});"
            "Object.defineProperty(AudioContext.prototype, 'state', { get: () => 'suspended' });"
        )
        await page.reload()
        await expect(page.get_by_label("Geluid bij een gesprek")).to_be_checked()
        await expect(page.get_by_role("alert")).to_contain_text("De browser houdt het geluid tegen")


async def test_a_notification_says_nothing_of_the_caller(screen: Page, staff: Staff) -> None:
    """That somebody calls, and for which queue. Permission is asked at her click, and it goes when she answers."""
    await screen.evaluate(NOTIFIED)
    await screen.evaluate("window.leave = 'granted'")
    staff.desk.ring(staff.desk.only)
    await expect(screen.locator("#ringing")).to_be_visible()
    assert await screen.evaluate("[window.askedFor, window.notes.length]") == [None, 0]
    staff.desk.show(staff.desk.only, PanelView("available", waiting=WAITING))
    await expect(screen.locator("#idle")).to_be_visible()
    await screen.get_by_label("Melding bij een gesprek").check()
    await _until(screen, "window.askedFor === 1")
    staff.desk.ring(staff.desk.only)
    await _until(screen, "window.notes.length === 1")
    shown = await screen.evaluate("JSON.stringify([window.notes[0].title, window.notes[0].options])")
    assert "Er komt een gesprek: Burgerzaken" in shown
    staff.desk.grant(staff.desk.only, card(1, NAME))
    await _until(screen, "window.notes[0].closed")
    assert NAME not in await screen.evaluate("JSON.stringify(window.notes)")
    assert await screen.evaluate("window.notes.length") == 1


async def test_a_browser_that_allows_no_notifications_is_told_of(screen: Page, staff: Staff) -> None:
    """The switch goes back, and says why."""
    await screen.evaluate(NOTIFIED)
    await screen.evaluate("window.leave = 'denied'")
    box = screen.get_by_label("Melding bij een gesprek")
    await box.click()
    await expect(screen.locator("#notify-told")).to_contain_text("staat geen meldingen toe")
    await expect(box).not_to_be_checked()


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
async def test_a_ring_is_seen_without_motion_too(screen: Page, staff: Staff, motion: str) -> None:
    """The border stands out either way; it breathes only for who has nothing against that."""
    await screen.emulate_media(reduced_motion="reduce" if motion == "reduce" else "no-preference")
    staff.desk.ring(staff.desk.only)
    ringing = screen.locator("#ringing")
    await expect(ringing).to_be_visible()
    look = "(one) => [getComputedStyle(one).animationName, parseFloat(getComputedStyle(one).borderTopWidth)]"
    animation, width = await ringing.evaluate(look)
    assert (animation == "none") == (motion == "reduce")
    assert width >= 2

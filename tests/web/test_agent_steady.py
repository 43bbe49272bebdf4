"""The agent's screen stays where it is: nothing jumps of what nobody pressed, at any size at which she has it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, expect

from irmacall.web.ports import PanelView, ReturnedView
from irmacall.web.today import DayView, DoneView
from tests.web.conftest import Staff, available
from tests.web.doubles import CALLBACKS, WAITING, card

SIZES = {"a side screen": (1280, 720), "beside a CRM": (400, 720), "a phone": (390, 844), "at 200 %": (640, 360)}
UNNOTICED = 0.003
"""Of the layout instability score, which calls a page good up to 0.1: a clock moves aside for a longer word."""
DAY = DayView(7, 1900.0, [DoneView(f"1{hour}:05", "Burgerzaken", "Paspoort", 130.0) for hour in range(6)])
WATCHED = """() => { window.shifts = [];
  new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput)
    window.shifts.push([entry.value, ...entry.sources.map(({ node }) => node?.id || node?.className)]);
  }).observe({ type: "layout-shift", buffered: false }); }"""


async def _drawn(page: Page) -> None:
    """Two frames later: what was painted has been laid out, and measured."""
    await page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


async def _a_call(page: Page, staff: Staff) -> None:
    """A ring, an answer, the card, one that comes back, a withdrawal, the time after it, and available again."""
    desk, seat = staff.desk, staff.desk.only
    desk.ring(seat)
    await expect(page.locator("#ringing")).to_be_visible()
    await _drawn(page)
    who = replace(card(1, "Vries"), others={"uw geboortedatum": "01-02-1980", "uw postcode": "6511 AB"})
    desk.grant(seat, who)
    desk.change(seat, queue="Burgerzaken", subject="Paspoort", seconds=3.0)  # no panel has one without the other
    await expect(page.locator("#card")).to_be_visible()
    await expect(page.locator("#about")).not_to_be_empty()
    await _drawn(page)
    desk.change(seat, returned=ReturnedView("no-answer", "Willem Smit"))
    await expect(page.locator("#returned")).not_to_be_empty()
    desk.change(seat, returned=None, phone_held=True)
    await expect(page.locator("#call-state")).not_to_be_empty()
    await _drawn(page)
    desk.withdraw(seat, still_talking=True)
    await expect(page.locator("#anonymous")).to_be_visible()
    await _drawn(page)
    desk.show(seat, PanelView("wrap-up", since=0.0, left=60.0, waiting=WAITING, callbacks=CALLBACKS))
    await expect(page.locator("#idle")).to_be_visible()
    await _drawn(page)
    desk.show(seat, PanelView("unavailable", "phone-busy", waiting=WAITING))
    await expect(page.locator("#headline")).to_have_text("Niet beschikbaar")
    desk.show(seat, PanelView("available", since=0.0, waiting=WAITING))
    await expect(page.locator("#headline")).to_have_text("Beschikbaar")
    await _drawn(page)


@pytest.mark.parametrize("size", SIZES)
async def test_nothing_jumps_that_nobody_pressed(browser: Browser, staff: Staff, size: str) -> None:
    """Through a call from its ring to the time after it; each part has its room before it is there."""
    width, height = SIZES[size]
    context = await browser.new_context(
        ignore_https_errors=True, viewport={"width": width, "height": height}, locale="nl-NL"
    )
    staff.day.day = DAY
    async with available(context, staff, "anna") as page:
        await expect(page.locator("#today")).to_be_visible()
        await page.evaluate("() => (scrollTo(0, 0), document.fonts.ready)")
        await page.mouse.move(1, 1)
        await page.evaluate(WATCHED)
        await page.wait_for_timeout(600)  # the press on Beschikbaar excuses what follows it for half a second
        await _a_call(page, staff)
        shifts = await page.evaluate("window.shifts")
        assert sum(value for value, *_ in shifts) < UNNOTICED, shifts
    await context.close()


async def test_the_measure_sees_a_jump(screen: Page) -> None:
    """What pushes the page down is counted: a part that comes above the others, unasked."""
    await screen.evaluate(WATCHED)
    await screen.wait_for_timeout(600)  # the press on Beschikbaar excuses what follows it for half a second
    await screen.evaluate(
        """() => new Promise((done) => {
             const pushing = Object.assign(document.createElement("p"), { textContent: "hoi" });
             document.querySelector(".ic-desk").before(pushing);
             const look = () => (window.shifts.length ? done() : setTimeout(look, 20));
             look(); })"""
    )
    assert sum(value for value, *_ in await screen.evaluate("window.shifts")) > UNNOTICED

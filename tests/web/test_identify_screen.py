"""Identifying during the call in a real Chromium: the owner's panel, by keyboard, and the caller's page."""

from __future__ import annotations

import re
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from irmacall.core.ids import SeatId
from irmacall.web.ports import PanelView, TalkingView
from tests.web.conftest import Public, Staff
from tests.web.doubles import CALL, WAITING, card
from tests.web.identify_doubles import ASKED, CHOICES, MORE, NUMBER, OFFERED, TAKEN, asked
from tests.web.test_accessibility import SHOW_STEP, _hold


def _seat(staff: Staff) -> SeatId:
    return staff.desk.only


async def _anonymous(screen: Page, staff: Staff) -> None:
    talking = TalkingView(CALL, None, False, 5.0, "Burgerzaken", identify=OFFERED)
    staff.desk.show(_seat(staff), PanelView("available", talking=talking, waiting=WAITING))
    await expect(screen.get_by_role("button", name="Identificeer")).to_be_visible()


async def _presses(screen: Page, button: str, path: str) -> None:
    """And the server has answered."""
    async with screen.expect_response(f"**{path}"):
        await screen.get_by_role("button", name=button).click()


async def test_she_asks_by_keyboard_and_reads_the_number_aloud(screen: Page, staff: Staff) -> None:
    """Its key opens the panel, the likeliest subject is chosen already, and the number stands large to be read."""
    await _anonymous(screen, staff)
    await screen.keyboard.press("Alt+Shift+I")
    what = screen.get_by_label("Wat vraagt u aan de beller?")
    await expect(what).to_be_focused()
    await expect(what.locator("option")).to_have_text([choice.title for choice in CHOICES])
    await screen.keyboard.press("Tab")
    await expect(screen.get_by_role("button", name="Geef een nummer")).to_be_focused()
    async with screen.expect_response("**/identify"):
        await screen.keyboard.press("Enter")
    staff.desk.change(_seat(staff), identify=asked())
    await expect(screen.locator("#identify-number")).to_have_text("123 456")
    await expect(screen.locator("#identify-address")).to_have_text("bellen.example.nl/nu")
    await expect(screen.locator("#identify-told")).to_have_text("De beller heeft het nummer nog niet ingetoetst.")
    await expect(screen.locator("#identify-left")).to_have_text(re.compile("4:5[0-9]"))
    await expect(screen.get_by_role("button", name="Nieuw nummer")).to_be_focused()
    assert staff.identify.acts == [("identify", CALL, "paspoort", None)]


async def test_she_follows_how_far_it_is_and_the_number_goes(screen: Page, staff: Staff) -> None:
    """Typed in, shared, failed and why, done: and the number stands there only while it can be typed in."""
    await _anonymous(screen, staff)
    for state, told in (
        ("taken", "Het nummer is ingetoetst."),
        ("sharing", "De beller deelt de gegevens nu met de Yivi-app."),
        ("failed", "De beller is gestopt in de Yivi-app."),
        ("stopped", "Gestopt op de pagina van de beller."),
        ("expired", "De tijd is voorbij."),
        ("done", "Gelukt."),
    ):
        why = "refused" if state == "failed" else None
        staff.desk.change(_seat(staff), identify=asked(state=state, number=None, why=why))
        await expect(screen.locator("#identify-told")).to_contain_text(told)
        await expect(screen.locator("#identify-number")).to_be_hidden()
        await expect(screen.locator("#said")).to_contain_text(told)
    await expect(screen.locator("#identify-left")).to_be_hidden()
    await _presses(screen, "Sluiten", "/identify/stop")
    assert staff.identify.acts == [("drop", CALL)]


async def test_an_attribute_more_can_be_asked_of_who_is_known(screen: Page, staff: Staff) -> None:
    """It comes first, in the words of the site."""
    staff.desk.grant(_seat(staff), card(1))
    await expect(screen.locator("#card")).to_be_visible()
    more = OFFERED.__class__(OFFERED.address, (MORE, *CHOICES))
    staff.desk.change(_seat(staff), identify=more)
    await screen.get_by_role("button", name="Meer vragen").click()
    await expect(screen.locator("#identify-what option").first).to_have_text("Paspoort: ook uw geboortedatum")
    await _presses(screen, "Geef een nummer", "/identify")
    await expect(screen.locator("#card")).to_be_visible()
    assert staff.identify.acts == [("identify", CALL, "paspoort", "dateofbirth")]


async def test_a_text_is_sent_where_that_can_be_done(screen: Page, staff: Staff) -> None:
    """The button is there only where it works; what became of it is said."""
    await _anonymous(screen, staff)
    staff.desk.change(_seat(staff), identify=asked(texted="never"))
    await expect(screen.locator("#identify-number")).to_be_visible()
    await expect(screen.get_by_role("button", name="Stuur sms")).to_be_hidden()
    staff.desk.change(_seat(staff), identify=asked())
    await _presses(screen, "Stuur sms", "/identify/text")
    staff.desk.change(_seat(staff), identify=asked(texted="sent"))
    await expect(screen.locator("#identify-texted")).to_have_text("De sms is verstuurd.")
    assert staff.identify.acts == [("text", CALL)]


async def test_the_panel_is_of_its_call_and_goes_with_it(screen: Page, staff: Staff) -> None:
    """Nothing of it stands beside the next caller; what is asked of her opens where it goes on already."""
    await _anonymous(screen, staff)
    staff.desk.change(_seat(staff), identify=asked())
    await expect(screen.locator("#identifying")).to_be_visible()
    talking = TalkingView(type(CALL)("near-2"), None, False, 1.0, "Afval", identify=OFFERED)
    staff.desk.show(_seat(staff), PanelView("available", talking=talking, waiting=WAITING))
    await expect(screen.locator("#identifying")).to_be_hidden()
    await expect(screen.locator("#identify-number")).to_have_text("")
    staff.desk.show(_seat(staff), PanelView("wrap-up", left=30.0, waiting=WAITING))
    await expect(screen.locator("#talking")).to_be_hidden()
    assert NUMBER not in (await screen.content()).replace(" ", "")


async def test_what_is_refused_is_said(screen: Page, staff: Staff) -> None:
    """The call is over, or had too many numbers: a sentence, and no jump."""
    await _anonymous(screen, staff)
    staff.identify.refuse = True
    await screen.keyboard.press("Alt+Shift+I")
    await screen.get_by_role("button", name="Geef een nummer").click()
    await expect(screen.locator("#alarm")).to_have_text("Voor dit gesprek kunt u nu geen nummer krijgen.")


LOOKS: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 320)]


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
async def test_the_callers_pages_are_for_everybody(
    browser: Browser, public: Public, axe: str, scheme: Literal["light", "dark"], width: int
) -> None:
    """axe-core finds nothing while a number is typed in, wrong, taken, shared, and over; nothing overflows."""
    context = await browser.new_context(
        ignore_https_errors=True, color_scheme=scheme, viewport={"width": width, "height": 720}, locale="nl-NL"
    )
    page = await context.new_page()
    await page.goto(f"{public.origin}/nu")
    await _hold(page, axe, "the number")
    await page.get_by_label("Nummer van zes cijfers").fill("654 321")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("Dit nummer klopt niet")
    await _hold(page, axe, "a wrong number")
    await page.get_by_label("Nummer van zes cijfers").fill(NUMBER)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Is dit uw gesprek?")).to_be_visible()
    await _hold(page, axe, "whose call it is")
    for step in ("qr", "pairing", "button", "follow", "failed-refused", "failed-busy"):
        await page.evaluate(SHOW_STEP, step)
        await _hold(page, axe, step)
    for state, told in (("done", "Gelukt."), ("none", "Dit nummer geldt niet meer.")):
        public.paired.become(state)
        await expect(page.get_by_text(told)).to_be_visible()
        await expect(page.locator("#yivi")).to_be_hidden()
        await _hold(page, axe, state)
    await context.close()


@pytest.mark.parametrize("typed", ["12345", ""])
async def test_too_few_digits_are_told_in_the_pages_own_words(browser: Browser, public: Public, typed: str) -> None:
    """The browser's own bubble, in whatever language it speaks, does not come in the place of the page's sentence."""
    context = await browser.new_context(ignore_https_errors=True, locale="nl-NL")
    page = await context.new_page()
    await page.goto(f"{public.origin}/nu")
    await page.get_by_label("Nummer van zes cijfers").fill(typed)
    await page.get_by_role("button", name="Ga verder").click()
    await expect(page.get_by_role("alert")).to_contain_text("Dit nummer klopt niet")
    await expect(page.get_by_label("Nummer van zes cijfers")).to_have_attribute("aria-invalid", "true")
    assert public.paired.tried == []
    await context.close()


async def test_who_did_not_call_stops_with_one_press(browser: Browser, public: Public) -> None:
    """It needs no script: the page says that nothing was shared, and whom to call."""
    context = await browser.new_context(ignore_https_errors=True, java_script_enabled=False, locale="nl-NL")
    page = await context.new_page()
    await page.goto(f"{public.origin}/nu")
    await page.get_by_label("Nummer van zes cijfers").fill(NUMBER)
    await page.get_by_role("button", name="Ga verder").click()
    await expect(page.get_by_text("Het eindigt op 56")).to_be_visible()
    await page.get_by_role("button", name="Nee, stop: dit is niet mijn gesprek").click()
    await expect(page.get_by_role("heading", name="U bent gestopt")).to_be_visible()
    assert len(public.paired.stopped) == 1
    await context.close()


async def test_the_owners_panel_is_for_everybody(screen: Page, staff: Staff, axe: str) -> None:
    """axe-core finds nothing in any state of it, also at 320 pixels."""
    await _anonymous(screen, staff)
    await screen.keyboard.press("Alt+Shift+I")
    for width in (1280, 320):
        await screen.set_viewport_size({"width": width, "height": 720})
        for state in ("asked", "sharing", "stopped"):
            number = ASKED.number if state == "asked" else None
            staff.desk.change(_seat(staff), identify=asked(state=state, number=number, texted="sent"))
            await expect(screen.locator("#identify-read")).to_be_visible(visible=state == "asked")
            await _hold(screen, axe, f"{state}, {width}")
    assert TAKEN.last_digits == "56"

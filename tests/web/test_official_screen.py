"""The screen of an official, who serves no queue and is called by name: status, call and colleagues."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import BrowserContext, Page, expect

from irmacall.core.ids import GrantNumber
from irmacall.web.ports import PanelView, PassOn, RingingView, TalkingView
from tests.web.conftest import Staff, available
from tests.web.doubles import CALL, PEOPLE, card

NAME = "Xanthippe"
IDLE = PanelView("available", since=3.0, official=True)
RINGING = RingingView(CALL, "Burgerzaken", "Paspoort", 42.0, passed_by="Samira Bakker")
CONSULTED = TalkingView(CALL, None, False, 2.0, "Burgerzaken", "Paspoort", consulted_by="Samira Bakker")


@pytest.fixture
async def official(context: BrowserContext, staff: Staff) -> AsyncIterator[Page]:
    """An official who has logged in and is available."""
    async with available(context, staff, "willem") as page:
        staff.desk.show(staff.desk.only, IDLE)
        await expect(page.locator("#sentence")).to_have_text("U krijgt een gesprek als een collega u doorverbindt.")
        yield page


async def test_there_is_nothing_of_queues(official: Page) -> None:
    """Neither a table nor callbacks, also not for a screen reader."""
    assert not await official.locator("#queues, #callbacks").count()
    assert "achtrijen" not in await official.content()
    await expect(official.get_by_role("button", name="Beschikbaar")).to_be_disabled()
    assert "minuut erbij" not in await official.locator(".ic-keys").inner_text()  # nothing of hers is wrapped up


async def test_colleagues_are_found_while_one_types(official: Page, staff: Staff) -> None:
    """With department, extension and whether they are free, told anew by itself; who is not there is said so."""
    search = official.get_by_role("searchbox", name="Zoek op naam")
    await search.fill("belas")
    rows = official.locator("#directory-list li")
    await expect(rows).to_have_count(1)
    await expect(rows).to_contain_text("Willem Smit")
    await expect(rows).to_contain_text("Belastingen · 204")
    await expect(rows).to_contain_text("vrij")
    staff.desk.people = (replace(PEOPLE[0], presence="away"),)
    await expect(rows).to_contain_text("afwezig", timeout=9000)
    await search.fill("niemand")
    await expect(official.get_by_text("Niemand gevonden")).to_be_visible()
    await search.fill("")
    await expect(official.get_by_text("Niemand gevonden")).to_be_hidden()
    await expect(rows).to_have_count(0)


async def test_who_is_passed_a_caller_sees_her_once_she_is_on_the_line(official: Page, staff: Staff) -> None:
    """First who passes her on, and nothing of the caller; then the card, the note, and the way back."""
    seat = staff.desk.only
    staff.desk.show(seat, replace(IDLE, ringing=RINGING))
    await expect(official.locator("#ringing-title")).to_have_text("Samira Bakker verbindt een beller door")
    await expect(official.locator("#ringing-note")).to_contain_text("pas als u opneemt")
    await expect(official.locator("#ringing dt:visible")).to_have_text(["Wachtrij", "Onderwerp", "Wachtte"])
    assert not staff.desk.reveals
    staff.desk.grant(seat, replace(card(1, NAME), note="Wil uitstel.", note_by="Samira Bakker"))
    talking = TalkingView(CALL, GrantNumber(1), True, 0.0, "Burgerzaken", passed_by="Samira Bakker")
    staff.desk.show(seat, replace(IDLE, talking=talking))
    await expect(official.locator("#greeting")).to_contain_text(NAME)
    await expect(official.locator("#message")).to_contain_text("Wil uitstel.")
    await expect(official.locator("#passed-by")).to_have_text("Doorverbonden door Samira Bakker")
    await official.keyboard.press("Alt+Shift+T")
    await official.keyboard.type("wilma")
    await expect(official.locator("#people-list [role=option]")).to_have_count(1)
    await official.keyboard.press("Enter")
    await official.keyboard.press("Alt+Shift+V")
    await expect(official.locator("#idle")).to_be_visible()
    assert staff.desk.wishes == [PassOn(user=PEOPLE[1].user)]
    assert NAME not in await official.content()


async def test_who_has_no_seat_reads_by_herself_that_a_caller_comes(official: Page, staff: Staff) -> None:
    """Nobody tells a page without a seat: it looks, and says which button shows her who it is."""
    seat = staff.desk.only
    staff.desk.show(seat, PanelView("away", official=True))
    await expect(official.locator("#headline")).to_have_text("Afwezig")
    staff.desk.seat(seat).panel = PanelView("away", "on-the-line", official=True)
    told = "Een collega verbindt een beller met u door. Druk op Beschikbaar: dan ziet u wie het is."
    await expect(official.locator("#sentence")).to_have_text(told, timeout=9000)
    await expect(official.get_by_role("button", name="Beschikbaar")).to_be_enabled()


async def test_who_is_consulted_is_shown_nothing_and_can_hang_up(official: Page, staff: Staff) -> None:
    """Before and after the caller joins; no card is even asked for, and once passed on it comes."""
    seat = staff.desk.only
    staff.desk.show(seat, replace(IDLE, ringing=replace(RINGING, queue="", subject=None, consult=True)))
    await expect(official.locator("#ringing-title")).to_have_text("Samira Bakker wil met u overleggen")
    await expect(official.locator("#ringing dt:visible")).to_have_text(["Wachtte"])
    told = official.locator("#anonymous")
    staff.desk.show(seat, replace(IDLE, talking=CONSULTED))
    await expect(told).to_have_text("Samira Bakker overlegt met u over een beller. U ziet geen gegevens.")
    await expect(official.locator("#headline")).to_have_text("In overleg")
    staff.desk.change(seat, queue="", subject=None)
    await expect(official.locator("#about")).to_be_empty()
    assert "·" not in await official.locator("#talking").inner_text()
    staff.desk.change(seat, together=True)
    await expect(told).to_contain_text("De beller praat mee. U ziet geen gegevens.")
    await expect(official.locator("#talking button:visible")).to_have_text(["Ophangen"])
    await expect(official.locator("#card")).to_be_hidden()
    assert not staff.desk.reveals
    staff.desk.grant(seat, card(1, NAME))
    await expect(official.locator("#greeting")).to_contain_text(NAME)
    await expect(told).to_be_hidden()
    await official.get_by_role("button", name="Ophangen").click()
    await expect(official.locator("#idle")).to_be_visible()
    assert staff.desk.acts[-1] == ("hang_up", CALL)

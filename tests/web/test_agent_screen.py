"""The agent's screen in a real Chromium: what it shows, what it never shows, and when it goes blank by itself."""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.async_api import BrowserContext, Page, expect

from irmacall.core.ids import SeatId
from irmacall.web.ports import PanelView
from irmacall.web.pulse import SILENT_SECONDS
from tests.web.conftest import Staff
from tests.web.doubles import CALL, WAITING, card

NAME = "Xanthippe"


def _seat(staff: Staff) -> SeatId:
    return staff.desk.only


async def _shown(screen: Page, staff: Staff, grant: int = 1) -> None:
    staff.desk.grant(_seat(staff), card(grant, NAME))
    await expect(screen.locator("#card")).to_be_visible()


async def _nothing_left(screen: Page) -> None:
    await expect(screen.locator("#card")).to_be_hidden()
    await expect(screen.locator("html")).not_to_contain_text(NAME)
    assert NAME not in await screen.content()


async def test_ringing_says_all_but_who(screen: Page, staff: Staff) -> None:
    """Queue, subject and waiting time; the name is not even asked for."""
    staff.desk.ring(_seat(staff))
    await expect(screen.locator("#ringing")).to_be_visible()
    await expect(screen.locator("#ringing")).to_contain_text("Burgerzaken")
    await expect(screen.locator("#ringing")).to_contain_text("0:42")
    assert not staff.desk.reveals


async def test_the_card_greets_her_caller(screen: Page, staff: Staff) -> None:
    """Greeting, name, gender, age, time left, where it comes from, and that it is a demonstration."""
    await _shown(screen, staff)
    text = screen.locator("#card")
    await expect(text).to_contain_text(f"mevrouw De {NAME}")
    await expect(text).to_contain_text(f"J. de {NAME}")
    await expect(text).to_contain_text("vrouw")
    await expect(text).to_contain_text("1:3")
    await expect(text).to_contain_text("58:")
    await expect(text).to_contain_text("irmacall-demo · Gemeente Voorbeeld")
    await expect(screen.locator("#demo")).to_be_visible()
    await expect(screen.locator("#real")).to_be_hidden()
    await expect(screen.locator("#crm")).to_have_attribute("href", "https://crm.example/contact?ref=a1b2c3")
    assert staff.desk.reveals == [1]


async def test_who_chose_english_is_greeted_in_it(screen: Page, staff: Staff) -> None:
    """And a screen reader reads the greeting so; the next caller's is Dutch again."""
    greeting = screen.locator("#greeting")
    for grant, (language, address) in enumerate([("en", "Ms"), ("nl", "mevrouw")], 1):
        staff.desk.grant(_seat(staff), card(grant, NAME, language=language))
        await expect(greeting).to_contain_text(f" {address} De {NAME}")
        await expect(greeting).to_have_attribute("lang", language)


async def test_no_identity_where_a_screen_reader_speaks_by_itself(screen: Page, staff: Staff) -> None:
    """The live regions say the state, never who it is; and the focus stays where she left it."""
    await screen.get_by_label("Reden", exact=True).focus()
    await _shown(screen, staff)
    await expect(screen.locator("#said")).to_have_text("In gesprek. Beller geïdentificeerd.")
    live = "[aria-live], [role=status], [role=alert], [role=log], output"
    assert NAME not in " ".join(await screen.locator(live).all_text_contents())
    assert not await screen.locator(f":is({live}) #card").count()
    assert not await screen.locator(f"#card :is({live})").count()
    assert await screen.evaluate("document.activeElement.id") == "reason"
    assert NAME not in await screen.title()


async def test_hang_up_blanks(screen: Page, staff: Staff) -> None:
    """When it is withdrawn nothing of the name is left in the page (how soon: `make bench`, revoke)."""
    await _shown(screen, staff)
    staff.desk.withdraw(_seat(staff))
    await expect(screen.locator("#card")).to_be_hidden()
    await _nothing_left(screen)
    await expect(screen.locator("#idle")).to_be_visible()


async def test_a_withdrawn_identity_is_told(screen: Page, staff: Staff) -> None:
    """When the citizen erases her data in mid-call the agent is told, and goes on with an anonymous caller."""
    await _shown(screen, staff)
    staff.desk.withdraw(_seat(staff), still_talking=True)
    await expect(screen.get_by_role("alert")).to_contain_text("ingetrokken")
    await expect(screen.locator("#anonymous")).to_be_visible()
    await _nothing_left(screen)


async def test_what_she_takes_away_herself_is_no_alarm(screen: Page, staff: Staff) -> None:
    """She says that it is not right, by its key: nothing of it stays, and the card's place says why, once."""
    await _shown(screen, staff)
    await screen.keyboard.press("Alt+Shift+N")
    await expect(screen.locator("#anonymous")).to_contain_text("U zei dat de gegevens niet kloppen.")
    assert [act for act, _ in staff.desk.acts] == ["claim", "doubt"]
    await expect(screen.locator("#alarm")).to_be_empty()
    await _nothing_left(screen)


async def _hide(screen: Page, hidden: bool) -> None:
    """Chromium without a window never hides a tab, so the page is told as the browser would tell it."""
    await screen.evaluate(
        """(hidden) => { Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
             document.dispatchEvent(new Event("visibilitychange")); }""",
        hidden,
    )


async def test_a_hidden_page_is_blank(screen: Page, staff: Staff) -> None:
    """Hidden: blank at once, and a card that comes meanwhile is not asked for. Seen again: only after a fresh GET."""
    await _shown(screen, staff)
    await _hide(screen, True)
    await _nothing_left(screen)
    before = len(staff.desk.reveals)
    staff.desk.grant(_seat(staff), card(2, NAME))
    async with screen.expect_response("**/panel"):
        pass
    assert len(staff.desk.reveals) == before
    await _hide(screen, False)
    await expect(screen.locator("#card")).to_contain_text(NAME)
    assert staff.desk.reveals[before:] == [2]


async def test_a_page_that_is_being_frozen_is_blank(screen: Page, staff: Staff) -> None:
    """The browser's last word before it freezes a page blanks it; thawed, it asks anew before it paints."""
    await _shown(screen, staff)
    before = len(staff.desk.reveals)
    await screen.evaluate("document.dispatchEvent(new Event('freeze'))")
    await _nothing_left(screen)
    await screen.evaluate("document.dispatchEvent(new Event('resume'))")
    await expect(screen.locator("#card")).to_contain_text(NAME)
    assert staff.desk.reveals[before:] == [1]


async def test_a_page_that_stood_still_asks_anew(screen: Page, staff: Staff) -> None:
    """Stopped for more than 3 s without warning, it trusts nothing that it showed: blank, then a fresh GET."""
    await _shown(screen, staff)
    before = len(staff.desk.reveals)
    await screen.evaluate("() => { const end = Date.now() + 3500; while (Date.now() < end); }")
    await expect(screen.locator("#card")).to_contain_text(NAME)
    await expect(screen.get_by_role("alert")).to_have_text("")
    assert staff.desk.reveals[before:] == [1]


async def test_a_silent_stream_blanks(screen: Page, staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that stands but says nothing for 3 s: blank, told, and back only after a fresh GET."""
    await _shown(screen, staff)
    silence = asyncio.Event()
    real = staff.accounts.session_user
    beats = 0

    async def stuck(*args: object, **kwargs: object) -> object:
        nonlocal beats
        beats += 1
        await silence.wait()
        return await real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(staff.accounts, "session_user", stuck)
    began = time.monotonic()
    await expect(screen.get_by_role("alert")).to_contain_text("Geen verbinding", timeout=15000)
    await _nothing_left(screen)
    assert time.monotonic() - began < SILENT_SECONDS + 3 + 1  # so long a login is believed in, then the silence
    assert beats
    before = len(staff.desk.reveals)
    silence.set()
    await expect(screen.locator("#card")).to_contain_text(NAME)
    await expect(screen.get_by_role("alert")).to_have_text("")
    assert len(staff.desk.reveals) == before + 1


async def test_a_lost_network_blanks(screen: Page, staff: Staff, context: BrowserContext) -> None:
    """Without a network the card is gone within 3 s, and comes back with it."""
    await _shown(screen, staff)
    await context.set_offline(True)
    staff.desk.ears.end(_seat(staff))
    await expect(screen.get_by_role("alert")).to_contain_text("Geen verbinding", timeout=4000)
    await _nothing_left(screen)
    await context.set_offline(False)
    await expect(screen.locator("#card")).to_contain_text(NAME, timeout=15000)


async def test_a_late_answer_never_paints(screen: Page, staff: Staff) -> None:
    """An answer that is on its way when the card is withdrawn is dropped, whatever the server still sends."""
    seat = staff.desk.seat(_seat(staff))
    seat.hold = asyncio.Event()
    async with screen.expect_request("**/card?*"):
        staff.desk.grant(_seat(staff), card(1, NAME))
    staff.desk.withdraw(_seat(staff))
    await expect(screen.locator("#idle")).to_be_visible()
    painted = await screen.evaluate_handle(
        """() => { const seen = []; new MutationObserver(() => seen.push(document.body.textContent))
             .observe(document.body, { subtree: true, childList: true, attributes: true }); return seen; }"""
    )
    seat.hold.set()
    staff.desk.show(_seat(staff), PanelView("paused", "Overleg", waiting=WAITING))
    await expect(screen.locator("#headline")).to_have_text("Pauze – Overleg")
    assert NAME not in " ".join(await painted.json_value())
    await _nothing_left(screen)


async def test_an_earlier_grants_answer_never_paints_over_the_current(screen: Page, staff: Staff) -> None:
    """Two grants in a row: the first one's answer, held up on its way, is dropped."""
    held = staff.desk.seat(_seat(staff))
    held.hold = asyncio.Event()
    async with screen.expect_request("**/card?*") as asked:
        staff.desk.grant(_seat(staff), card(1, "Eerste"))
    first, held.hold = held.hold, None
    staff.desk.grant(_seat(staff), card(2, "Tweede"))
    await expect(screen.locator("#card")).to_contain_text("Tweede")
    first.set()
    await (await asked.value).response()  # it came, or the screen had broken it off
    await screen.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    await expect(screen.locator("#card")).not_to_contain_text("Eerste")
    await expect(screen.locator("#card")).to_contain_text("Tweede")


async def test_a_refused_card_shows_nothing(screen: Page, staff: Staff) -> None:
    """When the server refuses, the screen stays without a name and asks again later."""
    staff.desk.grant(_seat(staff), card(1, NAME))
    staff.desk.seat(_seat(staff)).card = None
    async with screen.expect_response("**/card?*") as refused:
        pass
    assert (await refused.value).status == 403
    await _nothing_left(screen)


async def test_a_name_is_text_and_no_markup(screen: Page, staff: Staff) -> None:
    """A name with markup in it is shown letter by letter."""
    staff.desk.grant(_seat(staff), card(1, "<img src=x onerror=alert(1)>"))
    await expect(screen.locator("#card")).to_contain_text("<img src=x onerror=alert(1)>")
    assert not await screen.locator("#card img").count()


async def test_she_works_with_keys(screen: Page, staff: Staff) -> None:
    """Every act has a key with modifiers, which can be switched off."""
    await screen.keyboard.press("Alt+Shift+P")
    await expect(screen.locator("#headline")).to_have_text("Pauze")
    await screen.keyboard.press("Alt+Shift+B")
    await expect(screen.locator("#headline")).to_have_text("Beschikbaar")
    await _shown(screen, staff)
    await screen.keyboard.press("Alt+Shift+O")
    await expect(screen.locator("#idle")).to_be_visible()
    acts = list(staff.desk.acts)
    assert acts[-3:] == [("pause", "Pauze"), ("claim", "u1"), ("hang_up", CALL)]
    await screen.get_by_label("Sneltoetsen").uncheck()
    await screen.keyboard.press("Alt+Shift+P")
    await screen.reload()
    await expect(screen.locator("#headline")).to_have_text("Beschikbaar")
    assert not await screen.get_by_label("Sneltoetsen").is_checked()
    assert staff.desk.acts == acts


async def test_she_is_told_why_no_calls_come(screen: Page, staff: Staff) -> None:
    """An unanswered call sets her unavailable, and the screen says so in a sentence."""
    staff.desk.show(_seat(staff), PanelView("unavailable", "no-answer", waiting=WAITING))
    await expect(screen.locator("#sentence")).to_contain_text("U nam een gesprek niet op")
    await expect(screen.get_by_role("button", name="Beschikbaar")).to_be_enabled()


async def test_an_ended_session_leads_to_the_login(screen: Page, staff: Staff) -> None:
    """When her login ends, the card goes and the login form comes."""
    await _shown(screen, staff)
    staff.accounts.sessions.clear()
    await screen.wait_for_url("**/login", timeout=10000)
    await _nothing_left(screen)


async def test_nothing_is_left_in_the_browsers_stores(screen: Page, staff: Staff) -> None:
    """After the call no name in local storage, session storage, caches, history or the page."""
    await _shown(screen, staff)
    staff.desk.withdraw(_seat(staff))
    await _nothing_left(screen)
    stores = await screen.evaluate(
        """async () => JSON.stringify([{...localStorage}, {...sessionStorage}, await caches.keys(),
             await indexedDB.databases(), history.state, location.href])"""
    )
    assert NAME not in stores

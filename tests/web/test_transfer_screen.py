"""Passing a caller on, in a real Chromium: the keys of a call, the search, the note, and what is left of it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from playwright.async_api import Locator, Page, expect

from irmacall.core.ids import CallId, QueueId, SeatId, UserId
from irmacall.errors import Refused
from irmacall.web.ports import ConsultingView, PanelView, PassOn, ReturnedView, TalkingView
from tests.web.conftest import Staff
from tests.web.doubles import CALL, WAITING, card

NAME = "Xanthippe"
NOTE = "Wil uitstel voor de aanslag.\nBelt al voor de derde keer."


def _seat(staff: Staff) -> SeatId:
    return staff.desk.only


async def _talks(screen: Page, staff: Staff) -> None:
    staff.desk.grant(_seat(staff), card(1, NAME))
    await expect(screen.locator("#card")).to_be_visible()
    await expect(screen.locator("#transfer")).to_be_visible()


def _options(screen: Page) -> Locator:
    return screen.locator("#people-list [role=option]")


async def _opens(screen: Page, text: str = "") -> None:
    """Open the panel with its key and type; the focus is in the field."""
    await screen.keyboard.press("Alt+Shift+T")
    await expect(screen.locator("#people")).to_be_focused()
    if text:
        await screen.keyboard.type(text)
        await expect(_options(screen).first).to_be_visible()


async def _nothing_typed_is_left(screen: Page) -> None:
    await expect(screen.locator("#passing")).to_be_hidden()
    await expect(screen.locator("#note")).to_have_value("")
    await expect(screen.locator("#people")).to_have_value("")
    assert NOTE[:20] not in await screen.content()


async def test_hold_and_mute_say_what_they_do_and_how_it_stands(screen: Page, staff: Staff) -> None:
    """With a press or a key; in a sentence to see, and in one to hear."""
    await _talks(screen, staff)
    await screen.locator("#hold").click()
    await expect(screen.locator("#hold")).to_have_text("Terugnemen")
    await expect(screen.locator("#call-state")).to_have_text("De beller hoort muziek.")
    await screen.keyboard.press("Alt+Shift+W")
    await expect(screen.locator("#hold")).to_have_text("Wacht")
    mute = screen.get_by_role("button", name="Microfoon uit", exact=True)
    await expect(mute).to_have_attribute("aria-pressed", "false")
    await screen.keyboard.press("Alt+Shift+D")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await expect(screen.locator("#said")).to_contain_text("Uw microfoon staat uit: niemand hoort u.")
    await mute.click()
    await expect(mute).to_have_attribute("aria-pressed", "false")
    await expect(screen.locator("#call-state")).to_be_hidden()
    assert staff.desk.acts[1:] == [(act, CALL) for act in ("hold", "resume", "mute", "unmute")]


async def test_somebody_is_found_and_asked_with_the_keyboard_alone(screen: Page, staff: Staff) -> None:
    """Type, arrows, Enter, the note, and the key that asks; the list says who is free in a word and a shape."""
    await _talks(screen, staff)
    await _opens(screen, "wi")
    field = screen.get_by_role("combobox", name="Naar wie?")
    await expect(field).to_have_attribute("aria-expanded", "true")
    await expect(_options(screen)).to_have_text(
        [
            re.compile("Willem Smit *vrij *Belastingen · 204"),
            re.compile("Wilma Özdemir *in gesprek *Burgerzaken · 211"),
            re.compile("Wim <b>Vos</b> *afwezig"),
            re.compile("Wijkbeheer *Wachtrij · niemand wacht"),
        ]
    )
    shapes = "(all) => all.map((one) => getComputedStyle(one, '::before').backgroundImage + one.dataset.presence)"
    assert len(set(await screen.locator("#people-list [data-presence]").evaluate_all(shapes))) == 3
    for key, name in (("ArrowUp", "Wijkbeheer"), ("ArrowDown", "Willem Smit"), ("ArrowDown", "Wilma Özdemir")):
        await screen.keyboard.press(key)
        active = await field.get_attribute("aria-activedescendant")
        await expect(screen.locator(f"#{active}")).to_contain_text(name)
        await expect(screen.locator("#people-list [aria-selected=true]")).to_have_count(1)
    await screen.keyboard.press("Enter")
    await expect(field).to_have_value("Wilma Özdemir")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await screen.keyboard.press("Tab")
    await screen.keyboard.type(NOTE)
    await expect(screen.locator("#note-left")).to_contain_text(f"{500 - len(NOTE)} tekens over")
    await screen.keyboard.press("Alt+Shift+E")
    await expect(screen.locator("#consulting-told")).to_have_text(
        "Wilma Özdemir wordt gebeld. De beller hoort muziek."
    )
    assert staff.desk.wishes == [PassOn(user=UserId("u5"), consult=True, note=NOTE)]
    await _nothing_typed_is_left(screen)


async def test_one_press_passes_her_on(screen: Page, staff: Staff) -> None:
    """With the pointer: who is clicked is taken, and the focus stays in the field."""
    await _talks(screen, staff)
    await screen.get_by_role("button", name="Doorverbinden").click()
    await screen.keyboard.type("204")
    await _options(screen).first.click()
    await expect(screen.locator("#people")).to_be_focused()
    await screen.get_by_role("button", name="Verbind door").click()
    await expect(screen.locator("#idle")).to_be_visible()
    assert staff.desk.wishes == [PassOn(user=UserId("u4"))]


async def test_a_queue_takes_her_at_a_place_that_one_chooses(screen: Page, staff: Staff) -> None:
    """First, her own or last; of a queue nobody can be asked first."""
    await _talks(screen, staff)
    await expect(screen.locator("#standing")).to_be_hidden()
    await _opens(screen, "afv")
    await screen.keyboard.press("Enter")  # the only one
    await expect(screen.get_by_role("radio", name="Op de eigen plek")).to_be_checked()
    await expect(screen.locator("#consult")).to_be_disabled()
    await screen.get_by_role("radio", name="Vooraan").check()
    await screen.keyboard.press("Alt+Shift+V")
    await expect(screen.locator("#idle")).to_be_visible()
    assert staff.desk.wishes == [PassOn(queue=QueueId("afval"), standing="first")]
    await _talks(screen, staff)
    await _opens(screen, "afv")
    await expect(screen.locator("#standing")).to_be_hidden()
    await screen.keyboard.press("Enter")
    await expect(screen.get_by_role("radio", name="Op de eigen plek")).to_be_checked()


async def test_a_number_outside_is_offered_where_it_may_be_called(screen: Page, staff: Staff) -> None:
    """Another one finds nobody, in words."""
    await _talks(screen, staff)
    await _opens(screen, "0241234567")
    await expect(_options(screen)).to_have_text(re.compile("0241234567 *Een extern nummer"))
    await screen.locator("#people").fill("0901234567")
    await expect(screen.locator("#people-told")).to_have_text("Niemand gevonden")
    await expect(_options(screen)).to_have_count(0)
    await expect(screen.locator("#blind")).to_be_disabled()


async def test_to_a_number_outside_goes_no_note(screen: Page, staff: Staff) -> None:
    """What was typed before is hidden and not sent; she reads what becomes of the caller's data. Others get it."""
    warning = screen.get_by_text("Zodra zij elkaar spreken, worden de gegevens van de beller gewist.")
    await _talks(screen, staff)
    await _opens(screen)
    await screen.locator("#note").fill(NOTE)
    await expect(warning).to_be_hidden()
    await screen.locator("#people").fill("0241234567")
    await _options(screen).first.click()
    await expect(warning).to_be_visible()
    await expect(screen.locator("#note-field")).to_be_hidden()
    await screen.locator("#people").fill("204")
    await expect(warning).to_be_hidden()
    await expect(screen.locator("#note")).to_have_value(NOTE)
    await screen.locator("#people").fill("0241234567")
    await _options(screen).first.click()
    await screen.locator("#blind").click()
    await expect(screen.locator("#idle")).to_be_visible()
    assert staff.desk.wishes == [PassOn(number="0241234567")]
    await _nothing_typed_is_left(screen)


async def test_who_was_taken_is_let_go_when_the_text_changes(screen: Page, staff: Staff) -> None:
    """Nobody is called whose name is not in the field, nor taken from a list of another text."""
    await _talks(screen, staff)
    await _opens(screen, "204")
    await screen.keyboard.press("Enter")
    await expect(screen.locator("#blind")).to_be_enabled()
    await screen.keyboard.press("Backspace")
    await expect(screen.locator("#blind")).to_be_disabled()
    await screen.keyboard.press("Enter")
    await screen.keyboard.press("Alt+Shift+V")
    await screen.locator("#people").fill("wilma")
    await screen.keyboard.press("Enter")  # before anybody of that name can have been found
    await expect(_options(screen)).to_have_count(1)
    await expect(screen.locator("#people")).to_have_value("wilma")
    await expect(screen.locator("#blind")).to_be_disabled()
    assert not staff.desk.wishes


async def test_what_is_typed_fast_is_asked_once(screen: Page, staff: Staff) -> None:
    """A pause of a sixth of a second begins the search."""
    await _talks(screen, staff)
    await _opens(screen)
    await screen.keyboard.type("willem")
    await expect(_options(screen)).to_have_count(1)
    assert staff.desk.sought == ["willem"]


async def test_escape_closes_the_list_and_then_the_panel(screen: Page, staff: Staff) -> None:
    """And the focus is on the button that opens it."""
    await _talks(screen, staff)
    await _opens(screen, "wi")
    await screen.keyboard.press("Escape")
    await expect(screen.locator("#people-list")).to_be_hidden()
    await expect(screen.locator("#people")).to_have_value("wi")
    await screen.locator("#note").fill(NOTE)
    await screen.keyboard.press("Escape")
    await expect(screen.locator("#transfer")).to_be_focused()
    await _nothing_typed_is_left(screen)


async def test_what_was_refused_is_told_and_can_be_sent_to_another(screen: Page, staff: Staff) -> None:
    """The note is still there; nothing was passed on."""
    await _talks(screen, staff)
    await _opens(screen, "204")
    await screen.keyboard.press("Enter")
    await screen.locator("#note").fill(NOTE)
    staff.desk.refuse = Refused("unknown")
    await screen.locator("#blind").click()
    await expect(screen.get_by_role("alert")).to_have_text(
        "Hierheen kunt u nu niet doorverbinden. Kies iemand anders."
    )
    await expect(screen.locator("#note")).to_have_value(NOTE)
    await expect(screen.locator("#blind")).to_be_enabled()
    await screen.locator("#hold").click()
    await expect(screen.get_by_role("alert")).to_have_text("Dat kan nu niet: het gesprek is net veranderd.")


async def _ends(screen: Page, staff: Staff) -> None:
    staff.desk.withdraw(_seat(staff))
    await expect(screen.locator("#idle")).to_be_visible()


async def _is_withdrawn(screen: Page, staff: Staff) -> None:
    staff.desk.withdraw(_seat(staff), still_talking=True)
    await expect(screen.locator("#anonymous")).to_be_visible()


async def _is_hidden(screen: Page, staff: Staff) -> None:
    await screen.evaluate(
        """() => { Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
             document.dispatchEvent(new Event("visibilitychange")); }"""
    )


async def _is_frozen(screen: Page, staff: Staff) -> None:
    await screen.evaluate("document.dispatchEvent(new Event('freeze'))")


async def _is_another_call(screen: Page, staff: Staff) -> None:
    talking = TalkingView(CallId("node1-1700000000.99"), None, False, 0.0)
    staff.desk.show(_seat(staff), PanelView("available", talking=talking, waiting=WAITING))
    await expect(screen.locator("#anonymous")).to_be_visible()


@pytest.mark.parametrize("happens", [_ends, _is_withdrawn, _is_hidden, _is_frozen, _is_another_call])
async def test_a_note_that_was_not_sent_goes_with_the_card(
    screen: Page, staff: Staff, happens: Callable[[Page, Staff], Awaitable[None]]
) -> None:
    """Whatever takes the card away takes what was typed about the caller."""
    await _talks(screen, staff)
    await _opens(screen, "204")
    await screen.keyboard.press("Enter")
    await screen.locator("#note").fill(NOTE)
    await happens(screen, staff)
    await _nothing_typed_is_left(screen)
    await expect(screen.locator("#card")).to_be_hidden()


async def test_a_note_about_an_anonymous_caller_stays_while_the_panel_is_told_anew(
    screen: Page, staff: Staff
) -> None:
    """Queues that change do not take away what she types."""
    talking = TalkingView(CALL, None, False, 5.0, "Burgerzaken")
    staff.desk.show(_seat(staff), PanelView("available", talking=talking, waiting=WAITING))
    await expect(screen.locator("#transfer")).to_be_visible()
    await _opens(screen, "204")
    await screen.locator("#note").fill(NOTE)
    staff.desk.show(_seat(staff), PanelView("available", talking=talking, waiting=WAITING[:1]))
    await expect(screen.locator("#queues tr")).to_have_count(1)
    await expect(screen.locator("#note")).to_have_value(NOTE)


async def test_back_to_who_passed_her_on_is_one_press(screen: Page, staff: Staff) -> None:
    """She is named, in the head and on the key."""
    await _talks(screen, staff)
    await expect(screen.locator("#back")).to_be_hidden()
    staff.desk.change(_seat(staff), passed_by="Samira Bakker", passed_by_user=UserId("u8"))
    await expect(screen.locator("#passed-by")).to_have_text("Doorverbonden door Samira Bakker")
    await screen.get_by_role("button", name="Terug naar Samira Bakker").click()
    await expect(screen.locator("#idle")).to_be_visible()
    assert staff.desk.wishes == [PassOn(user=UserId("u8"))]


STATES = {
    "ringing": ["mute", "complete", "cancel"],
    "consulted": ["mute", "swap", "join", "complete", "cancel"],
    "aside": ["mute", "swap", "join", "complete", "cancel"],
    "together": ["mute", "swap", "complete", "cancel"],
}
SHOWN = """() => [...document.querySelectorAll("#talking button:not(#card *)")].filter((one) => one.checkVisibility())
  .map((one) => one.id)"""


async def test_while_she_consults_there_are_the_keys_of_that_state(screen: Page, staff: Staff) -> None:
    """Hanging up is none of them, with a key neither; the strip says with whom and since when."""
    await _talks(screen, staff)
    for state, keys in STATES.items():
        consult = ConsultingView(state, "Willem Smit", 12.0)  # type: ignore[arg-type]
        staff.desk.change(_seat(staff), consult=consult)
        await expect(screen.locator("#consulting")).to_have_text(re.compile(r"Willem Smit.*0:1\d"))
        await expect(screen.locator("#hangup")).to_be_hidden()
        await screen.wait_for_function(f"(wanted) => ({SHOWN})().join() === wanted", arg=",".join(keys))
        await screen.keyboard.press("Alt+Shift+O")
    for key in ("X", "V", "A"):
        async with screen.expect_response("**/act"):
            await screen.keyboard.press(f"Alt+Shift+{key}")
    assert staff.desk.acts[1:] == [(act, CALL) for act in ("swap", "complete", "cancel")]
    staff.desk.change(_seat(staff), consult=None)
    await expect(screen.locator("#consulting")).to_be_hidden()
    await expect(screen.locator("#consulting-told")).to_have_text("")
    await expect(screen.locator("#hangup")).to_be_visible()


async def test_a_transfer_that_failed_is_told_at_once(screen: Page, staff: Staff) -> None:
    """As an alert, in a sentence; it goes when something else comes of it, and the card stays."""
    await _talks(screen, staff)
    staff.desk.change(_seat(staff), returned=ReturnedView("no-answer", "Willem Smit"))
    told = screen.get_by_role("alert")
    await expect(told).to_have_text("Willem Smit nam niet op. U spreekt weer met de beller.")
    await expect(screen.locator("#card")).to_contain_text(NAME)
    staff.desk.change(_seat(staff), returned=None)
    await expect(told).to_have_text("")
    staff.desk.change(_seat(staff), returned=ReturnedView("busy", stayed=True))
    await expect(screen.locator("#returned")).to_have_text(
        "Een extern nummer is in gesprek. U spreekt nog met de beller."
    )
    await _ends(screen, staff)
    await expect(told).to_have_text("")


@pytest.mark.parametrize("leaves", [True, False])
async def test_to_be_asked_about_a_caller_whom_one_had_is_no_withdrawal(
    screen: Page, staff: Staff, leaves: bool
) -> None:
    """Whether or not the screen saw a moment without a call in between."""
    await _talks(screen, staff)
    if leaves:
        await _ends(screen, staff)
    consulted = TalkingView(CALL, None, False, 0.0, "Burgerzaken", consulted_by="Willem Smit")
    staff.desk.show(_seat(staff), PanelView("available", talking=consulted, waiting=WAITING))
    await expect(screen.locator("#anonymous")).to_contain_text("Willem Smit overlegt met u")
    await expect(screen.get_by_role("alert")).to_have_text("")
    await expect(screen.locator("#card")).to_be_hidden()


async def test_the_next_callers_card_stands_beside_nothing_of_the_last_call(screen: Page, staff: Staff) -> None:
    """A card may come before what is said of its call."""
    await _talks(screen, staff)
    consult = ConsultingView("consulted", "Willem Smit", 12.0)
    staff.desk.change(_seat(staff), consult=consult, passed_by="Samira Bakker", passed_by_user=UserId("u8"))
    await expect(screen.locator("#consulting")).to_be_visible()
    await _ends(screen, staff)
    await screen.route("**/panel", lambda route: route.abort())
    staff.desk.grant(_seat(staff), card(2, NAME))
    await expect(screen.locator("#card")).to_contain_text(NAME)
    assert await screen.evaluate(SHOWN) == ["hangup"]
    await expect(screen.locator("#talking")).not_to_contain_text("Willem Smit")
    await expect(screen.locator("#talking")).not_to_contain_text("Samira Bakker")


async def test_the_note_for_her_is_on_the_card_and_goes_with_it(screen: Page, staff: Staff) -> None:
    """As text, in lines, outside what a screen reader speaks by itself."""
    note = f"Eerste regel <b>.\nOver {NAME}."
    staff.desk.grant(_seat(staff), replace(card(1, "Vries"), note=note, note_by="Samira Bakker"))
    message = screen.locator("#card [data-card=note]")
    await expect(message).to_have_text(note, use_inner_text=True)
    await expect(screen.locator("#message")).to_contain_text("Bericht van Samira Bakker")
    assert not await screen.locator("#card :is([aria-live], [role=status], [role=alert])").count()
    await _ends(screen, staff)
    assert NAME not in await screen.content()
    await expect(screen.locator("#message")).to_be_hidden()
    staff.desk.grant(_seat(staff), card(2))
    await expect(screen.locator("#card")).to_be_visible()
    await expect(screen.locator("#message")).to_be_hidden()


async def test_of_an_anonymous_caller_the_note_is_shown_alone(screen: Page, staff: Staff) -> None:
    """With the sentence that nobody knows who she is; the next caller's card is whole again."""
    seat, noted = _seat(staff), replace(card(1, NAME), identified=False, note="Belt terug.", note_by="Samira Bakker")
    staff.desk.grant(seat, noted)
    staff.desk.change(seat, identified=False)
    await expect(screen.locator("#anonymous")).to_have_text("Deze beller is anoniem. Vraag zelf wie het is.")
    await expect(screen.locator("#message")).to_contain_text("Belt terug.")
    await expect(screen.locator("#known")).to_be_hidden()
    await expect(screen.locator("#said")).to_have_text("In gesprek. Beller is anoniem.")
    assert NAME not in await screen.content()
    staff.desk.grant(seat, card(2, NAME))
    await expect(screen.locator("#known")).to_be_visible()
    await expect(screen.locator("#anonymous")).to_be_hidden()

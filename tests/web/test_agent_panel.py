"""What stands beside the call on the agent's screen: her state with its clock, her queues, and who is called back."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from playwright.async_api import Page, expect

from irmacall.core.ids import LanguageId, SeatId
from irmacall.web.ports import CallbackView, PanelView, QueueView, RingingView, TalkingView
from irmacall.web.words import NO_QUEUE, UNAVAILABLE
from tests.web.conftest import Staff
from tests.web.doubles import CALL, CALLBACKS, WAITING, card

PLACES = """() => ["headline", "sentence", "available", "reason", "pause", "keys", "queues-title"].map((id) => {
  const at = document.getElementById(id).getBoundingClientRect();
  return [id, Math.round(at.x), Math.round(at.y)];
})"""


def _seat(staff: Staff) -> SeatId:
    return staff.desk.only


async def _shows(screen: Page, staff: Staff, panel: PanelView) -> None:
    async with screen.expect_response("**/panel"):
        staff.desk.show(_seat(staff), panel)


async def test_her_queues_are_there_also_while_nobody_waits(screen: Page, staff: Staff) -> None:
    """In the order in which they come: how many wait, how long the first does, and who is there for them."""
    rows = screen.locator("#queues tr")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(0)).to_have_text(re.compile(r"^Burgerzaken33:[1-5]\d0 van 5$"))
    await expect(rows.nth(1)).to_have_text("Afval0–1 van 2")


async def test_the_longest_wait_counts_on_by_itself(screen: Page, staff: Staff) -> None:
    """Without anything being fetched; and the row stays the same element when something is."""
    longest = screen.locator("#queues tr").nth(0).locator("td").nth(1)
    row = await screen.locator("#queues tr").nth(0).element_handle()
    await expect(longest).to_have_text(re.compile(r"3:\d\d"))
    await expect(longest).not_to_have_text(await longest.inner_text())
    assert row is not None
    await _shows(screen, staff, PanelView("available", waiting=(QueueView("Afval", 1, 3.0, 2, 1),)))
    await expect(screen.locator("#queues tr")).to_have_count(1)
    await expect(screen.locator("#queues tr")).to_contain_text("Afval1")
    assert await row.evaluate("(row) => row.isConnected")


async def test_a_clock_is_not_set_back_by_an_answer_that_was_on_its_way(screen: Page) -> None:
    """An answer that is a moment old goes on as it was shown; one that says something else is taken over."""
    shown = await screen.evaluate(
        """async () => {
          const { tick } = await import("/static/clock.js");
          const clock = document.body.appendChild(document.createElement("p"));
          return [46.1, 45.9, 44.9, 3725.5].map((seconds) => (tick(clock, seconds), clock.textContent));
        }"""
    )
    assert shown == ["0:46", "0:46", "0:44", "1:02:05"]


async def test_her_state_has_a_clock_that_no_screen_reader_reads_out(screen: Page, staff: Staff) -> None:
    """Her state is announced once, by its name; a state of which nobody counts the time has no clock."""
    await _shows(screen, staff, PanelView("available", since=192.0, waiting=WAITING))
    await expect(screen.locator("#state")).to_have_text(re.compile(r"Beschikbaar 3:\d\d"), use_inner_text=True)
    await expect(screen.locator("#said")).to_have_text("Beschikbaar")
    await _shows(screen, staff, PanelView("unavailable", "phone-offline", waiting=WAITING))
    await expect(screen.locator("#headline")).to_have_text("Niet beschikbaar")
    await expect(screen.locator("#state-clock")).to_have_text("")
    assert not await screen.locator("#state").evaluate("(state) => state.closest('[aria-live], [role=status]')")


async def test_her_wrap_up_counts_down_and_can_be_ended_or_extended(screen: Page, staff: Staff) -> None:
    """With buttons and with keys, which are there then and not otherwise."""
    more = screen.get_by_role("button", name="+1 minuut")
    await expect(more).to_be_hidden()
    await screen.keyboard.press("Alt+Shift+M")
    await _shows(screen, staff, PanelView("wrap-up", since=5.0, left=25.0, waiting=WAITING))
    await expect(screen.locator("#state")).to_have_text(re.compile(r"Nawerk nog 0:[12]\d"), use_inner_text=True)
    clock = screen.locator("#state-clock")
    began = await clock.inner_text()
    await expect(clock).not_to_have_text(began)
    assert await clock.inner_text() < began
    await more.click()
    await expect(clock).to_have_text(re.compile(r"1:[12]\d"))
    await screen.keyboard.press("Alt+Shift+M")
    await expect(clock).to_have_text(re.compile(r"2:[12]\d"))
    await screen.get_by_role("button", name="Klaar").click()
    await expect(screen.locator("#headline")).to_have_text("Beschikbaar")
    await expect(more).to_be_hidden()
    await expect(screen.get_by_role("button", name="Klaar")).to_have_count(0)
    assert staff.desk.acts[1:] == [("extend_wrap_up", "60"), ("extend_wrap_up", "60"), ("claim", "u1")]


async def test_the_end_of_a_wrap_up_takes_no_card_away(screen: Page, staff: Staff) -> None:
    """Her clock may still stand at nothing when the next caller is on the line already."""
    await _shows(screen, staff, PanelView("wrap-up", left=1.2, waiting=WAITING))
    staff.desk.seat(_seat(staff)).panel = PanelView("wrap-up", left=0.0, waiting=WAITING)
    await expect(screen.locator("#state-clock")).to_have_text("0:00")
    staff.desk.grant(_seat(staff), card(1))
    await expect(screen.locator("#card")).to_be_visible()
    await expect(screen.locator("#talking-seconds")).to_have_text(re.compile("0:0[2-9]"))
    await expect(screen.locator("#card")).to_be_visible()


async def test_nothing_moves_when_her_state_changes(screen: Page, staff: Staff) -> None:
    """Buttons stay under the hand that goes to them, whatever the state and its sentence say."""
    await _shows(screen, staff, PanelView("available", since=1.0, waiting=WAITING))
    await expect(screen.locator("#headline")).to_have_text("Beschikbaar")
    before = await screen.evaluate(PLACES)
    states = {
        "Nawerk": PanelView("wrap-up", left=25.0, waiting=WAITING, callbacks=CALLBACKS),
        "Pauze – Overleg": PanelView("paused", "Overleg", since=1.0, waiting=WAITING),
        "Terugbelverzoek": PanelView(
            "available", ringing=RingingView(CALL, "Afval", None, 1.0, callback=True), waiting=WAITING
        ),
    }
    for headline, panel in states.items():
        await _shows(screen, staff, panel)
        await expect(screen.locator("#headline")).to_have_text(headline)
        assert await screen.evaluate(PLACES) == before, headline
    for reason, said in UNAVAILABLE.items():
        await _shows(screen, staff, PanelView("unavailable", reason, waiting=WAITING))
        await expect(screen.locator("#sentence")).to_have_text(said)
        assert await screen.evaluate(PLACES) == before, reason
    await _shows(screen, staff, PanelView("available", since=1.0))
    await expect(screen.locator("#sentence")).to_have_text(NO_QUEUE)
    assert await screen.evaluate(PLACES) == before, "no queue"


async def test_who_serves_no_queue_is_told_so(screen: Page, staff: Staff) -> None:
    """With what to do, and the button to go on with once it is done; a telephone that is off comes first."""
    available = screen.get_by_role("button", name="Beschikbaar")
    for none in (PanelView("available", since=1.0), PanelView("away"), PanelView("paused", "Overleg", since=1.0)):
        await _shows(screen, staff, none)
        await expect(screen.locator("#sentence")).to_have_text(
            "U bedient geen wachtrij: vraag uw beheerder om een groep. Meld u dan opnieuw beschikbaar."
        )
    await _shows(screen, staff, PanelView("unavailable", "phone-offline"))
    await expect(screen.locator("#sentence")).to_contain_text("Uw telefoon is niet aangemeld.")
    await _shows(screen, staff, PanelView("available", talking=TalkingView(CALL, None, False, 0.0, "Afval")))
    await expect(screen.locator("#sentence")).to_have_text("Hierna krijgt u geen gesprekken.")
    await available.click()
    await expect(screen.locator("#sentence")).to_have_text("U krijgt het volgende gesprek.")
    await expect(available).to_be_disabled()
    assert staff.desk.acts[-1] == ("claim", "u1")


async def test_a_language_that_the_caller_chose_is_shown(screen: Page, staff: Staff) -> None:
    """While it rings and while they talk, for eyes and ears; of who chose none, nothing is said."""
    ringing = RingingView(CALL, "Burgerzaken", None, 1.0, language=LanguageId("en"))
    await _shows(screen, staff, PanelView("available", ringing=ringing, waiting=WAITING))
    await expect(screen.locator("#ringing dl")).to_contain_text("TaalEngels")
    await expect(screen.locator("#said")).to_have_text("Er komt een gesprek binnen: Burgerzaken. Taal: Engels.")
    talking = TalkingView(CALL, None, False, 0.0, "Burgerzaken", language=LanguageId("en"))
    await _shows(screen, staff, PanelView("available", talking=talking, waiting=WAITING))
    await expect(screen.locator(".ic-call-head p")).to_have_text(
        re.compile(r"^In gesprek 0:0\d Burgerzaken Engels$"), use_inner_text=True
    )
    dot = "getComputedStyle(document.getElementById('about'), '::before').content"  # a style's, so of no text
    assert await screen.evaluate(dot) == '"· "'
    await expect(screen.locator("#said")).to_have_text("In gesprek. Beller is anoniem. Taal: Engels.")
    await _shows(screen, staff, PanelView("available", ringing=replace(ringing, language=None), waiting=WAITING))
    await expect(screen.locator("#said")).to_have_text("Er komt een gesprek binnen: Burgerzaken.")
    await expect(screen.get_by_text("Taal", exact=True)).to_be_hidden()
    await _shows(screen, staff, PanelView("available", talking=replace(talking, language=None), waiting=WAITING))
    await expect(screen.locator("#said")).to_have_text("In gesprek. Beller is anoniem.")
    await expect(screen.locator("#talking-language")).to_be_hidden()


async def test_an_erased_caller_is_told_from_one_who_never_said_who_she_is(screen: Page, staff: Staff) -> None:
    """She may have been greeted by name a moment ago."""
    talking = TalkingView(CALL, None, False, 9.0, "Burgerzaken", erased=True)
    await _shows(screen, staff, PanelView("available", talking=talking, waiting=WAITING))
    gone = "De gegevens van deze beller zijn gewist. Vraag zelf wie het is."
    await expect(screen.locator("#anonymous")).to_have_text(gone)
    await expect(screen.locator("#said")).to_have_text(f"In gesprek. {gone}")


async def test_who_is_to_be_called_back_is_listed_without_a_number(screen: Page, staff: Staff) -> None:
    """Which queue, how long ago, how often tried and when next; of a long list, how many more there are."""
    section = screen.locator("#callbacks-card")
    await expect(section).to_be_hidden()
    await _shows(screen, staff, PanelView("available", waiting=WAITING, callbacks=CALLBACKS))
    rows = section.get_by_role("listitem")
    await expect(rows.nth(0)).to_have_text(
        re.compile(r"Burgerzaken wordt gebeld *Gevraagd 1:15:\d\d geleden, 2 keer gebeld")
    )
    await expect(rows.nth(1)).to_have_text(re.compile(r"Burgerzaken nu *Gevraagd 25:\d\d geleden$"))
    await expect(rows.nth(2)).to_have_text(
        re.compile(r"Afval over [45]:\d\d *Gevraagd 15:\d\d geleden, 1 keer gebeld")
    )
    await expect(screen.locator("#callbacks-more")).to_be_hidden()
    many = tuple(CallbackView("Afval", 60.0 * number, 0, 0.0, False) for number in range(9))
    await _shows(screen, staff, PanelView("available", waiting=WAITING, callbacks=many))
    await expect(rows).to_have_count(6)
    await expect(section).to_contain_text("En nog 3.")
    await _shows(screen, staff, PanelView("available", waiting=WAITING))
    await expect(section).to_be_hidden()


async def test_a_callback_is_told_as_one(screen: Page, staff: Staff) -> None:
    """While her phone rings, while the other one does, and while they talk: then she asks who it is."""
    staff.desk.ring(_seat(staff), callback=True)
    await expect(screen.get_by_role("heading", name="Terugbelverzoek – Burgerzaken")).to_be_visible()
    await expect(screen.locator("#ringing")).to_contain_text("Daarna bellen wij de inwoner")
    await expect(screen.locator("#said")).to_have_text("Terugbelverzoek: Burgerzaken.")
    ringing = RingingView(CALL, "Burgerzaken", None, 42.0, callback=True, dialled=True)
    await _shows(screen, staff, PanelView("available", ringing=ringing, waiting=WAITING))
    await expect(screen.locator("#ringing")).to_contain_text("Wij bellen nu")
    await expect(screen.locator("#sentence")).to_have_text("Blijf aan de lijn.")
    talking = TalkingView(CALL, None, False, 0.0, "Burgerzaken", callback=True)
    await _shows(screen, staff, PanelView("available", talking=talking, waiting=WAITING))
    await expect(screen.locator("#anonymous")).to_have_text("U belt terug: vraag wie u spreekt.")
    await expect(screen.locator("#about")).to_have_text("Burgerzaken · Terugbelverzoek")
    await expect(screen.locator("#said")).to_have_text("In gesprek. U belt terug: vraag wie u spreekt.")
    await _shows(screen, staff, PanelView("available", talking=replace(talking, callback=False), waiting=WAITING))
    await expect(screen.locator("#anonymous")).to_have_text("Deze beller is anoniem. Vraag zelf wie het is.")


async def test_a_call_that_another_took_leaves_nothing_behind(screen: Page, staff: Staff) -> None:
    """Her phone rang with others: she is available as before, and nothing is said against her."""
    staff.desk.ring(_seat(staff))
    await expect(screen.locator("#ringing")).to_be_visible()
    await _shows(screen, staff, PanelView("available", since=60.0, waiting=WAITING))
    await expect(screen.locator("#idle")).to_be_visible()
    await expect(screen.locator("#headline")).to_have_text("Beschikbaar")
    await expect(screen.locator("#sentence")).to_have_text("U krijgt het volgende gesprek.")
    await expect(screen.get_by_role("alert")).to_have_text("")


@pytest.mark.parametrize(("reasons", "chosen"), [(("Lunch", "Overleg"), "Overleg"), (("Lunch", "Training"), "Lunch")])
async def test_reasons_to_pause_are_those_of_now(
    screen: Page, staff: Staff, reasons: tuple[str, ...], chosen: str
) -> None:
    """A site file that was read anew shows on an open page; what she had chosen stays, if it is still there."""
    await screen.get_by_label("Reden", exact=True).select_option("Overleg")
    staff.config = replace(staff.config, pause_reasons=reasons)
    await _shows(screen, staff, PanelView("available", since=0.0, waiting=WAITING))
    await expect(screen.locator("#reason option")).to_have_text(list(reasons))
    await expect(screen.get_by_label("Reden", exact=True)).to_have_value(chosen)
    await screen.get_by_role("button", name="Pauze").click()
    await expect(screen.locator("#headline")).to_have_text(f"Pauze – {chosen}")

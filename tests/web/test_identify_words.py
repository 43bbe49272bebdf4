"""What the owner's screen and the caller's page say of identifying during the call, in sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from playwright.async_api import Browser, expect

from irmacall.core.ids import GrantNumber, SubjectId
from irmacall.core.pairing import LIVE, PairingState
from irmacall.web import callkeys, identification, identify_words, painting, words
from irmacall.web.citizen_ports import FailureReason
from irmacall.web.identify_ports import PairingState as Shown
from irmacall.web.identify_ports import Texted
from irmacall.web.ports import ConsultingView, PanelView, TalkingView
from tests.web.conftest import Public
from tests.web.doubles import CALL
from tests.web.identify_doubles import ASKED, NUMBER, OFFERED, asked


def test_every_state_is_a_sentence_of_its_own() -> None:
    """The core's states are the screen's, and each is told apart from every other."""
    assert {state.value for state in PairingState} == set(get_args(Shown))
    assert {state.value for state in LIVE} == identification.LIVE
    told = [identify_words.state(replace(ASKED, state=state)) for state in get_args(Shown) if state != "failed"]
    told += [
        identify_words.state(replace(ASKED, state="failed", why=why))
        for why in ("refused", "expired", "invalid", "unavailable")
    ]
    told.append(identify_words.state(replace(ASKED, number=None)))
    assert len(set(told)) == len(told)
    assert all(sentence.endswith((".", "?")) for sentence in told)
    assert {identify_words.texted(replace(ASKED, texted=texted)) for texted in get_args(Texted)} >= {""}


def test_no_state_asks_for_a_new_number_where_none_can_be_had() -> None:
    """It says so instead; what came to good needs none."""
    for state in get_args(Shown):
        for number in (NUMBER, None):
            told = identify_words.state(replace(ASKED, state=state, number=number, last=True))
            assert "Vraag een nieuw nummer" not in told
            assert ("Voor dit gesprek kunt u geen nieuw nummer meer krijgen." in told) == (state != "done")


@pytest.mark.parametrize(("language", "word"), [("nl", "toets 123 456"), ("en", "123 456"), ("fy", "toets 123 456")])
def test_a_text_is_in_the_callers_language(language: str, word: str) -> None:
    """And where we lack it, in Dutch; address and number are in it, whoever asks."""
    told = identify_words.text_message(language, "Gemeente Voorbeeld", "bellen.example.nl/nu", NUMBER)
    assert "Gemeente Voorbeeld" in told
    assert "bellen.example.nl/nu" in told
    assert word in told
    assert len(told) <= 160, "more than one SMS"


def test_what_is_announced_is_how_far_it_is_and_never_the_number() -> None:
    """A live region tells everybody in the room: the number is read aloud by the owner alone."""
    talking = TalkingView(CALL, None, False, 5.0, "Burgerzaken", identify=asked())
    shown = painting.panel(PanelView("available", talking=talking), ())
    assert "nog niet ingetoetst" in str(shown["announcement"])
    assert not any(number in str(shown["announcement"]) for number in (NUMBER, "123 456"))


def test_somebody_who_was_called_back_can_be_known() -> None:
    """Once she has identified herself, she is said to be, and her subject is shown."""
    known = TalkingView(CALL, GrantNumber(3), True, 5.0, "Burgerzaken", "Paspoort", callback=True)
    assert words.announcement(PanelView("available", talking=known)) == "In gesprek. Beller geïdentificeerd."
    panel = painting.panel(PanelView("available", talking=known), ())
    assert isinstance(panel["talking"], dict)
    assert panel["talking"]["about"] == "Burgerzaken · Paspoort"


def test_the_key_is_there_for_the_owner_in_every_state_of_her_call() -> None:
    """Held, or while she consults somebody; for whom she consults it is not."""
    talking = TalkingView(CALL, None, False, 5.0, "Burgerzaken", identify=OFFERED)
    for shown in (
        talking,
        replace(talking, held=True),
        replace(talking, consult=ConsultingView("aside", "Wim", 3.0)),
    ):
        assert callkeys.offered(shown)["identify"].label == "Identificeer"
    assert callkeys.offered(replace(talking, identified=True))["identify"].label == "Meer vragen"
    assert "identify" not in callkeys.offered(replace(talking, identify=None))


async def test_her_page_says_what_came_too_late_and_what_was_replaced(browser: Browser, public: Public) -> None:
    """Each in words of its own, with what she can do."""
    assert "unpaired" in get_args(FailureReason)
    context = await browser.new_context(ignore_https_errors=True, locale="nl-NL")
    page = await context.new_page()
    begun = await public.desk.begin(SubjectId("paspoort"))
    cookie = {"name": "__Host-irmacall-page", "value": begun.page, "url": public.origin, "secure": True}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    public.desk.become(begun.page, state="failed", reason="unpaired")
    await page.goto(f"{public.origin}/bellen")
    await expect(page.get_by_role("heading", name="Dit kwam te laat")).to_be_visible()
    await expect(page.get_by_role("link", name="Opnieuw proberen")).to_have_attribute("href", "/nu")
    public.desk.become(begun.page, state="erased", reason=None, replaced=True, on_the_line=True)
    await page.goto(f"{public.origin}/bellen")
    await expect(page.get_by_text("Wat u eerder deelde, is daarom gewist.")).to_be_visible()
    await context.close()

"""What the screen says, and offers to do, of a call that is held, consulted about or passed on."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Literal, get_args, get_type_hints

import pytest

from irmacall.core.ids import UserId
from irmacall.core.transfer import Act, Asked, Failure, Standing
from irmacall.core.views import Presence
from irmacall.web import painting, ports
from irmacall.web.callkeys import offered
from irmacall.web.passing import consulting, passed_by, returned
from irmacall.web.ports import (
    ActName,
    ConsultingView,
    OnlookerView,
    PanelView,
    ReturnedView,
    RingingView,
    TalkingView,
)
from irmacall.web.words import PRESENCE, announcement, headline, onlooker, ringing, ringing_note, sentence, unknown
from tests.web.doubles import CALL, card

TALKING = TalkingView(CALL, None, False, 12.0, "Burgerzaken", "Paspoort")
State = Literal["ringing", "consulted", "aside", "together"]


def _asking(state: State, name: str | None = "Willem Smit", *, by_phone: bool = False) -> TalkingView:
    return replace(TALKING, consult=ConsultingView(state, name, 3.0, by_phone=by_phone))


def test_the_screens_words_are_those_of_the_core() -> None:
    """Acts, states, failures, standings and presence: the same names on both sides, none missing and none more."""
    assert {act.value for act in Act} == set(get_args(ActName))
    assert {state.value for state in Asked} == set(get_args(get_type_hints(ConsultingView)["state"]))
    assert {why.value for why in Failure} == set(get_args(get_type_hints(ReturnedView)["why"]))
    assert {standing.value for standing in Standing} == set(get_args(ports.Standing))
    assert {presence.value for presence in Presence} == set(PRESENCE)


def test_in_a_talk_she_can_hold_mute_pass_on_and_hang_up() -> None:
    """Held, the same key takes the caller back; the microphone's says whether it is off."""
    assert [(name, key.label, key.act) for name, key in sorted(offered(TALKING).items())] == [
        ("hangup", "Ophangen", None),
        ("hold", "Wacht", "hold"),
        ("mute", "Microfoon uit", "mute"),
        ("transfer", "Doorverbinden", None),
    ]
    keys = offered(replace(TALKING, held=True, muted=True))
    assert (keys["hold"].label, keys["hold"].act) == ("Terugnemen", "resume")
    assert (keys["mute"].label, keys["mute"].act, keys["mute"].pressed) == ("Microfoon uit", "unmute", True)


def test_what_the_phone_holds_the_screen_cannot_take_back() -> None:
    """She is told that it is her phone's key."""
    held = replace(TALKING, phone_held=True)
    assert "hold" not in offered(held)
    assert "met de toets van uw telefoon" in announcement(PanelView("available", talking=held))


def test_the_way_back_is_one_key() -> None:
    """Of who passed the caller on, where that one is known."""
    passed = replace(TALKING, passed_by="Samira Bakker", passed_by_user=UserId("u8"))
    assert offered(passed)["back"].label == "Terug naar Samira Bakker"
    assert passed_by(passed) == "Doorverbonden door Samira Bakker"
    assert "back" not in offered(TALKING)


@pytest.mark.parametrize(
    ("state", "keys"),
    [
        ("ringing", {"complete": "Verbind door", "cancel": "Stop"}),
        (
            "consulted",
            {"swap": "Wissel", "join": "Met z’n drieën", "complete": "Verbind door", "cancel": "Stop overleg"},
        ),
        (
            "aside",
            {"swap": "Wissel", "join": "Met z’n drieën", "complete": "Verbind door", "cancel": "Stop overleg"},
        ),
        ("together", {"swap": "Privé verder", "complete": "Verbind door", "cancel": "Stop overleg"}),
    ],
)
def test_while_she_consults_each_state_has_its_keys(state: State, keys: dict[str, str]) -> None:
    """And never the one that hangs up: that would pass the caller on."""
    found = {name: key.label for name, key in offered(_asking(state)).items()}
    assert found == {"mute": "Microfoon uit", **keys}


@pytest.mark.parametrize("state", ["ringing", "consulted", "aside", "together"])
def test_in_a_second_call_of_her_phone_the_phone_swaps(state: State) -> None:
    """The screen completes and stops, and says where the rest is done."""
    asking = _asking(state, by_phone=True)
    assert offered(asking).keys() <= {"mute", "complete", "cancel"}
    assert asking.consult is not None
    assert consulting(asking.consult).endswith("Wisselen doet u met de toetsen van uw telefoon.")


def test_who_is_consulted_can_only_hang_up_and_is_told_why_there_is_no_card() -> None:
    """Also where the caller talks with them."""
    asked = replace(TALKING, consulted_by="Samira Bakker")
    assert list(offered(asked)) == ["hangup"]
    assert unknown(asked) == "Samira Bakker overlegt met u over een beller. U ziet geen gegevens."
    together = "Samira Bakker overlegt met u over een beller. De beller praat mee. U ziet geen gegevens."
    assert unknown(replace(asked, together=True)) == together
    panel = PanelView("available", talking=asked)
    assert (headline(panel), announcement(panel)) == ("In overleg", unknown(asked))


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("ringing", "Willem Smit wordt gebeld. De beller hoort muziek."),
        ("consulted", "U overlegt met Willem Smit. De beller hoort muziek."),
        ("aside", "U spreekt met de beller. Willem Smit hoort muziek."),
        ("together", "U spreekt met de beller en met Willem Smit."),
    ],
)
def test_each_state_says_who_hears_whom(state: State, told: str) -> None:
    """On the strip and to a screen reader; somebody outside has no name."""
    asking = _asking(state)
    assert asking.consult is not None
    assert consulting(asking.consult) == told
    shown = painting.panel(PanelView("available", talking=asking), [])
    assert str(shown["announcement"]).endswith(told)
    outside = consulting(replace(asking.consult, name=None))
    assert outside.lower() == told.lower().replace("willem smit", "een extern nummer")
    assert outside[0].isupper()


def test_a_blind_transfer_that_rings_says_that_it_goes_on_by_itself() -> None:
    """She need not stay."""
    blind = ConsultingView("ringing", "Willem Smit", 0.0, blind=True)
    assert consulting(blind) == "Willem Smit wordt gebeld en krijgt de beller zodra er is opgenomen."


@pytest.mark.parametrize("why", [why.value for why in Failure])
@pytest.mark.parametrize("name", ["Willem Smit", None])
@pytest.mark.parametrize("stayed", [True, False])
def test_every_failure_has_its_sentence_and_says_where_the_caller_is(
    why: str, name: str | None, stayed: bool
) -> None:
    """Talking with her again, or still, where the caller was never away; or still on hold."""
    failed = replace(TALKING, returned=ReturnedView(why, name, stayed))  # type: ignore[arg-type]
    told = returned(failed)
    assert told.endswith(f". U spreekt {'nog' if stayed else 'weer'} met de beller.")
    assert returned(replace(failed, held=True)).endswith(". De beller hoort muziek.")
    assert "{" not in told
    if why in {"busy", "no-answer", "rejected", "unreachable", "hung-up"}:
        assert told.startswith(name or "Een extern nummer")
    assert returned(TALKING) == ""


@pytest.mark.parametrize(
    ("call", "title"),
    [
        ({"passed_by": "Samira Bakker"}, "Samira Bakker verbindt een beller door"),
        ({"passed_by": "Samira Bakker", "consult": True}, "Samira Bakker wil met u overleggen"),
        ({"recall": True}, "Uw beller komt terug"),
        ({"recall": True, "passed_by": "Samira Bakker"}, "Uw beller komt terug"),
    ],
)
def test_a_call_that_rings_says_how_it_comes(call: dict[str, object], title: str) -> None:
    """Passed on, to be consulted, or come back; never whose it is."""
    comes = replace(RingingView(CALL, "Burgerzaken", "Paspoort", 42.0), **call)  # type: ignore[arg-type]
    assert ringing(comes) == title
    assert announcement(PanelView("available", ringing=comes)) == f"{title}: Burgerzaken."
    assert "Gegevens van de beller ziet u pas" in ringing_note(comes)


def test_who_is_asked_reads_of_no_queue_and_no_subject() -> None:
    """There is nothing of the caller to say, not even that she keyed in no code; of any other call there is."""
    asked = PanelView("available", ringing=RingingView(CALL, "", None, 3.0, passed_by="Samira Bakker", consult=True))
    shown = painting.panel(asked, [])
    assert shown["announcement"] == "Samira Bakker wil met u overleggen."
    assert isinstance(shown["ringing"], dict)
    assert (shown["ringing"]["queue"], shown["ringing"]["subject"]) == ("", "")
    anonymous = painting.panel(PanelView("available", ringing=RingingView(CALL, "Afval", None, 3.0)), [])
    assert isinstance(anonymous["ringing"], dict)
    assert (anonymous["ringing"]["queue"], anonymous["ringing"]["subject"]) == ("Afval", "zonder code")


@pytest.mark.parametrize("official", [True, False])
def test_who_shows_no_calls_here_and_gets_a_caller_is_told_how_to_see_her(official: bool) -> None:
    """A colleague passed one on to her telephone before she made herself available."""
    panel = PanelView("away", "on-the-line", official=official)
    told = "Een collega verbindt een beller met u door. Druk op Beschikbaar: dan ziet u wie het is."
    assert sentence(panel) == told


@pytest.mark.parametrize(
    ("panel", "said"),
    [
        (PanelView("available"), "U krijgt een gesprek als een collega u doorverbindt."),
        (PanelView("paused", "Overleg"), "Collega’s zien dat u afwezig bent. U krijgt geen gesprekken."),
        (PanelView("wrap-up", left=20.0), "Daarna kunnen collega’s weer naar u doorverbinden."),
        (PanelView("away"), "U bent aangemeld, maar collega’s zien u nog als afwezig."),
        (PanelView("unavailable", "phone-gone"), "Uw telefoon is niet aangemeld."),
        (PanelView("available", talking=TALKING), "Hierna kunnen collega’s weer naar u doorverbinden."),
        (PanelView("paused", talking=TALKING), "Hierna krijgt u geen gesprekken."),
    ],
)
def test_an_officials_state_is_said_without_queues(panel: PanelView, said: str) -> None:
    """She serves none, and nobody tells her to ask for one."""
    told = sentence(replace(panel, official=True))
    assert told.startswith(said)
    assert "wachtrij" not in told


def test_a_note_is_painted_as_text_that_looks_like_itself() -> None:
    """Line by line, without control and direction characters; of whom it is stands over it."""
    noted = replace(card(1), note="Regel een.\n\nRegel\u202e twee.\n", note_by="Samira Bakker")
    shown = painting.card(noted, "Europe/Amsterdam", time.time())
    assert (shown["note"], shown["from"]) == ("Regel een.\n\nRegel twee.", "Bericht van Samira Bakker")
    bare = painting.card(card(1), "Europe/Amsterdam")
    assert (bare["note"], bare["from"]) == ("", "")


def test_a_card_of_nobody_holds_a_note_and_no_more() -> None:
    """Where nobody knows who she is, no field of an identity is sent, not even an empty greeting."""
    noted = replace(card(1), identified=False, note="Zij belt terug.", note_by="Samira Bakker")
    assert painting.card(noted, "Europe/Amsterdam") == {
        "call": CALL,
        "grant": 1,
        "identified": False,
        "unknown": "Deze beller is anoniem. Vraag zelf wie het is.",
        "note": "Zij belt terug.",
        "from": "Bericht van Samira Bakker",
    }


def test_who_of_management_sees_the_caller_is_said_now_and_afterwards() -> None:
    """However short it was: her page may ask only when it is over."""
    now, before = OnlookerView("Mia Bakker", "10:43:10"), OnlookerView("Mia Bakker", "10:05")
    assert onlooker(TALKING) == ""
    assert "ziet deze gegevens nu ook, tot 10:43:10" in onlooker(replace(TALKING, onlooker=now, looked=before))
    told = onlooker(replace(TALKING, looked=before))
    assert told == "Uw leidinggevende Mia Bakker heeft deze gegevens bekeken, om 10:05."

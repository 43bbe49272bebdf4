"""What the demo tells of what its citizen hears, from what Asterisk says that it plays."""

from __future__ import annotations

from typing import Any

import pytest

from lab.demo.hearing import Hearing, texts
from lab.demo.municipality import EXCHANGE, MENU

HER, OTHER = "1700.1", "1700.2"


@pytest.fixture
def told() -> list[str]:
    """The lines."""
    return []


@pytest.fixture
def hearing(told: list[str]) -> Hearing:
    """She calls, and somebody else does."""
    hearing = Hearing(texts(EXCHANGE), told.append)
    for channel, name in ((HER, "PJSIP/citizen1-00000000"), (OTHER, "PJSIP/citizen2-00000001")):
        hearing.follow({"type": "ChannelCreated", "channel": {"id": channel, "name": name}})
    return hearing


def _plays(sound: str, playback: str = "p1", channel: str = HER, language: str = "nl") -> dict[str, Any]:
    media = {"media_uri": f"sound:irmacall/{sound}", "target_uri": f"channel:{channel}", "language": language}
    return {"type": "PlaybackStarted", "playback": {"id": playback, **media}}


def test_a_sentence_is_told_when_it_begins(hearing: Hearing, told: list[str]) -> None:
    """One of irmacall's, and one of the site's own in the language that she chose."""
    hearing.follow(_plays("waiting-none"))
    hearing.follow(_plays(MENU, "p2", language="en"))
    assert told == [
        '  she hears: "U bent als eerste aan de beurt."',
        '  she hears: "Would you like to make an appointment? Press one. For anything else, press two."',
    ]


def test_a_sentence_of_pieces_is_told_as_one(hearing: Hearing, told: list[str]) -> None:
    """With its number in it; one that a key broke off is not finished with another."""
    for piece in ("waiting-begin", "number-3", "waiting-end"):
        hearing.follow(_plays(piece))
    hearing.follow(_plays("waiting-begin", "p2"))
    hearing.follow(_plays("menu-wrong", "p3"))
    assert told == [
        '  she hears: "Er zijn nog drie wachtenden voor u."',
        '  she hears: "Deze keuze kennen wij niet."',
    ]


def test_a_sentence_that_ends_with_a_number_is_told_when_it_is_over(hearing: Hearing, told: list[str]) -> None:
    """As when the desk says when it opens again; a sound without a text is told by its name."""
    for piece in ("waiting-begin", "number-3"):
        hearing.follow(_plays(piece))
    hearing.follow({**_plays("number-3"), "type": "PlaybackFinished"})
    hearing.follow(_plays("eigen", "p2"))
    hearing.follow({**_plays("eigen", "p2"), "type": "PlaybackFinished"})
    assert told == ['  she hears: "Er zijn nog drie"', '  she hears: "eigen"']


def test_nobody_else_s_is_told(hearing: Hearing, told: list[str]) -> None:
    """Not another caller's, not an agent's, and not hers after her call."""
    hearing.follow(_plays("welcome", channel=OTHER))
    hearing.follow({"type": "ChannelDestroyed", "channel": {"id": HER, "name": "PJSIP/citizen1-00000000"}})
    hearing.follow(_plays("welcome"))
    assert told == []


def test_a_sound_without_a_text_is_told_by_its_name(hearing: Hearing, told: list[str]) -> None:
    """One that somebody put there by hand; it waits for the end of the sentence, as any piece does."""
    hearing.follow(_plays("eigen"))
    hearing.follow(_plays("waiting-none"))
    assert told == ['  she hears: "eigen U bent als eerste aan de beurt."']

"""The texts: the same ones in each language, none without its words, none without somebody who says it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from irmacall.core import spoken
from irmacall.core.commands import Prompt
from irmacall.core.ids import LanguageId, SoundName
from irmacall.errors import Refused
from irmacall.prompts.catalogue import LANGUAGES, is_piece, shipped, whole

NL, EN = LanguageId("nl"), LanguageId("en")
DIALPLAN = Path(__file__).resolve().parents[2] / "dialplan" / "extensions.conf.j2"
MESSAGES = {"closed", "emergency", "busy", "queue-full", "comfort-1", "comfort-2", "comfort-3"}
"""What a site may name, or is given where it names nothing: docs/prompts.md lists them."""
CALLBACK = {f"callback-{name}" for name in ("hint", "offer", "number", "other", "noted", "refused", "hello", "agent")}


def test_dutch_comes_first() -> None:
    """Both languages that there are grammars of have their texts."""
    assert LANGUAGES == (NL, EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_said_by_somebody(language: LanguageId) -> None:
    """By the desk, the grammar of this language, the dialplan, or a site: and whatever these say has its text."""
    dialplan = set(re.findall(r"Playback\(irmacall/([a-z0-9-]+)\)", DIALPLAN.read_text(encoding="utf-8")))
    desk = {prompt.value for prompt in Prompt}
    assert set(shipped(language)) == desk | dialplan | MESSAGES | CALLBACK | spoken.pieces(language)


def test_whoever_chooses_english_misses_nothing() -> None:
    """Besides what the grammars need each for themselves, the names are the same in both languages."""
    assert set(shipped(NL)) - spoken.pieces(NL) == set(shipped(EN)) - spoken.pieces(EN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty(language: LanguageId) -> None:
    """Each has words, on one line, and a sentence ends; a piece within a sentence does not begin one."""
    for name, text in shipped(language).items():
        assert text == " ".join(text.split())
        assert re.search("[a-z]", text)
        assert is_piece(name, language) or text.endswith("."), name


def test_a_callback_tells_that_it_is_anonymous() -> None:
    """Whoever asks to be called back hears that we will not know who she is."""
    assert "Wij weten dan niet meer wie u bent" in shipped(NL)[SoundName("callback-offer")]
    assert "no longer know who you are" in shipped(EN)[SoundName("callback-offer")]


def test_a_sites_own_text_takes_the_place_of_ours() -> None:
    """What two desks share may be the same text under one name."""
    own = {SoundName("welcome"): "Welkom in Nijmegen."}
    texts = whole(NL, [own, own, {}])
    assert texts[SoundName("welcome")] == "Welkom in Nijmegen."
    assert texts.keys() == shipped(NL).keys()


def test_one_name_for_two_texts_is_refused() -> None:
    """There is one file for both desks: one of them would say the other's words."""
    mine, theirs = {SoundName("menu-hoofd"): "Voor paspoorten, toets 1."}, {SoundName("menu-hoofd"): "Iets anders."}
    with pytest.raises(Refused, match=r"two desks say two things by the name of menu-hoofd \(nl\)"):
        whole(NL, [mine, theirs])


@pytest.mark.parametrize("name", ["../welcome", "Welkom", "", ".x", "a--b"])
def test_a_name_that_no_file_should_have_is_refused(name: str) -> None:
    """Nothing is ever written outside the folder, whatever a site file says."""
    with pytest.raises(Refused, match="needs another name"):
        whole(NL, [{SoundName(name): "Iets."}])


def test_a_language_that_we_do_not_speak_is_refused() -> None:
    """With the languages that there are."""
    with pytest.raises(Refused, match="nl, en"):
        shipped(LanguageId("fr"))

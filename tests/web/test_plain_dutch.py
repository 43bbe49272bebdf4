"""Our Dutch is plain: common words and short sentences (B1), and English for every sentence of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from wordfreq import zipf_frequency

from irmacall.web.i18n import LANGUAGES
from lab.catalogue import kept, said

COMMON: Final = 3.0
"""A word is common that is met once in a million words or more, by wordfreq (subtitles, news, books)."""
LONGEST: Final = 20
"""Words in a sentence."""
_WORD: Final = re.compile(r"[^\W\d_]+(?:[’'-][^\W\d_]+)*")
_PLACE: Final = re.compile(r"\{[^}]*\}|%\([a-z_]+\)s")
_LISTED: Final = Path(__file__).parent / "plain_dutch.txt"
TRANSLATED: Final = [language for language in LANGUAGES if language != "nl"]


@cache
def _allowed() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    part = ""
    for line in _LISTED.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            part = line.strip("[]")
        elif line and not line.startswith("#"):
            found[part].add(line.partition(":")[0])
    return {name: frozenset(words) for name, words in found.items()}


def _texts() -> Iterator[tuple[str, bool]]:
    """Each text without its places, and whether citizens read it."""
    for text, places in said().items():
        of_citizens = any(Path(path).parts[:2] == ("templates", "public") for path, _ in places)
        yield _PLACE.sub("x", text), of_citizens


def test_every_word_is_common_or_has_a_reason() -> None:
    """What is rarer than one word in a million stands in a list, with why we say it all the same."""
    rare = {
        (word.lower(), text)
        for text, of_citizens in _texts()
        for word in _WORD.findall(text)
        if len(word) > 1
        and zipf_frequency(word.lower(), "nl") < COMMON
        and word.lower() not in _allowed()["citizens"]
        and (of_citizens or word.lower() not in _allowed()["staff"])
    }
    assert not rare


def test_no_reason_is_left_over() -> None:
    """A word that nobody says any more needs no reason."""
    words = {word.lower() for text, _ in _texts() for word in _WORD.findall(text)}
    assert not (_allowed()["citizens"] | _allowed()["staff"]) - words


def test_no_sentence_is_long() -> None:
    """Twenty words at the most."""
    sentences = (each for text, _ in _texts() for each in re.split(r"(?<=[.!?:;])\s+", text))
    assert not [each for each in sentences if len(_WORD.findall(each)) > LONGEST]


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_translated(language: str) -> None:
    """The catalogue has each text that the pages can say, and no other: `python -m lab.catalogue`."""
    catalogue = {str(message.id): str(message.string) for message in kept(language) if message.id}
    assert catalogue.keys() == said().keys()
    assert not [text for text, translation in catalogue.items() if not translation.strip()]


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_has_the_same_places(language: str) -> None:
    """What is put into a sentence is put into its translation, under the same names."""
    for message in kept(language):
        if message.id:
            assert sorted(_PLACE.findall(str(message.id))) == sorted(_PLACE.findall(str(message.string))), message.id

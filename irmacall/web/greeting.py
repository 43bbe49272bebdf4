"""How a caller is greeted in her language, and how her name is written.

That is by the rules of Dutch in every language (Taalunie, Taaladvies: tussenvoegsels).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from irmacall.core.ids import DUTCH, LanguageId
from irmacall.web.i18n import _

_MALE: Final = {"m", "man", "male", "mannelijk"}
_FEMALE: Final = {"v", "f", "vrouw", "female", "vrouwelijk"}


@dataclass(frozen=True, slots=True)
class _Words:
    """What one greets with in a language."""

    morning: str
    afternoon: str
    evening: str
    woman: str
    man: str


_WORDS: Final = {
    DUTCH: _Words("Goedemorgen", "Goedemiddag", "Goedenavond", "mevrouw", "meneer"),
    LanguageId("en"): _Words("Good morning", "Good afternoon", "Good evening", "Ms", "Mr"),
}


def spoken(language: LanguageId) -> LanguageId:
    """In which language we can greet who speaks this one."""
    return language if language in _WORDS else DUTCH


def greeting(
    at: datetime, *, initials: str, prefix: str, familyname: str, gender: str, language: LanguageId = DUTCH
) -> str:
    """What the agent reads aloud at the local time `at`: "Goedemorgen mevrouw De Vries", "Good morning Ms De Vries".

    Without a gender that we know it is neutral: "Goedemorgen, J. de Vries".
    """
    hello, title = time_of_day(at, language), form_of_address(gender, language)
    if title and printable(familyname):
        return f"{hello} {title} {_capitalised(surname(prefix, familyname))}"
    name = written(initials, prefix, familyname)
    return f"{hello}, {name}" if name else hello


def time_of_day(at: datetime, language: LanguageId = DUTCH) -> str:
    """Morning from 6, afternoon from 12, evening from 18 o'clock."""
    words = _WORDS[spoken(language)]
    if 6 <= at.hour < 12:
        return words.morning
    return words.afternoon if 12 <= at.hour < 18 else words.evening


def form_of_address(gender: str, language: LanguageId = DUTCH) -> str:
    """Mevrouw or meneer, in her language; empty when the gender is absent or neither."""
    word, words = gender.strip().casefold(), _WORDS[spoken(language)]
    if word in _FEMALE:
        return words.woman
    return words.man if word in _MALE else ""


def gender_in_words(gender: str) -> str:
    """The gender as the card shows it."""
    word = gender.strip().casefold()
    if word in _FEMALE:
        return _("vrouw")
    return _("man") if word in _MALE else _("niet bekend")


def written(initials: str, prefix: str, familyname: str) -> str:
    """The name as it is written: "J. de Vries"."""
    return " ".join(part for part in (dotted(initials), surname(prefix, familyname)) if part)


def surname(prefix: str, familyname: str) -> str:
    """The tussenvoegsel before the name, without a space after an apostrophe: "de Vries", "d'Ancona"."""
    prefix, familyname = printable(prefix), printable(familyname)
    if not prefix:
        return familyname
    glue = "" if prefix.lower() in {"d'", "d’", "l'", "l’"} else " "
    return f"{prefix}{glue}{familyname}"


def dotted(initials: str) -> str:
    """Initials with their points: "JP" becomes "J.P."; what has points already stays as it is."""
    initials = printable(initials)
    if initials.isalpha() and initials.isupper():
        return "".join(f"{letter}." for letter in initials)
    return initials


def printable(name: str) -> str:
    """Without control and direction characters, which could make a name look like another one."""
    kept = "".join(c for c in name if unicodedata.category(c) not in {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
    return " ".join(kept.split())


def _capitalised(name: str) -> str:
    """A tussenvoegsel gets its capital after a form of address; an apostrophe in front stays as it is."""
    return name[:1].upper() + name[1:]

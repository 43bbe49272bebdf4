"""How a caller is greeted and written, by the rules of Dutch (Taalunie, Taaladvies: tussenvoegsels)."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Final

from irmacall.web.i18n import _

_MALE: Final = {"m", "man", "male", "mannelijk"}
_FEMALE: Final = {"v", "f", "vrouw", "female", "vrouwelijk"}


def greeting(at: datetime, *, initials: str, prefix: str, familyname: str, gender: str) -> str:
    """What the agent reads aloud at the local time `at`: "Goedemorgen mevrouw De Vries".

    Without a gender that we know it is neutral: "Goedemorgen, J. de Vries".
    """
    hello, title = time_of_day(at), form_of_address(gender)
    if title and familyname:
        return f"{hello} {title} {_capitalised(surname(prefix, familyname))}"
    name = written(initials, prefix, familyname)
    return f"{hello}, {name}" if name else hello


def time_of_day(at: datetime) -> str:
    """Morning from 6, afternoon from 12, evening from 18 o'clock."""
    if 6 <= at.hour < 12:
        return _("Goedemorgen")
    return _("Goedemiddag") if 12 <= at.hour < 18 else _("Goedenavond")


def form_of_address(gender: str) -> str:
    """Mevrouw or meneer; empty when the gender is absent or neither."""
    word = gender.strip().casefold()
    if word in _FEMALE:
        return _("mevrouw")
    return _("meneer") if word in _MALE else ""


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

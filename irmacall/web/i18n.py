"""Texts that people read, in the language of whoever asks.

Dutch is the source; a catalogue (`locale/`, gettext's own format) has each sentence in another language. What cannot
be found in it is shown in Dutch, and a test holds that nothing is left out.
"""

from __future__ import annotations

import gettext
import io
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DUTCH: Final = "nl"
LANGUAGES: Final = (DUTCH, "en")
"""Those in which the pages can be read, by ISO 639-1; the first is the source's."""
CATALOGUES: Final = Path(__file__).resolve().parent / "locale"

_language: ContextVar[str] = ContextVar("language", default=DUTCH)


def speak(language: str) -> None:
    """From now on, and as far as this request goes, texts are in this language. One that we lack: Dutch."""
    _language.set(language if language in LANGUAGES else DUTCH)


def spoken() -> str:
    """The language of this request."""
    return _language.get()


def N_(text: str) -> str:
    """Marks a text that is kept in a constant, so that it is found for translation. Shown, it goes through `_`."""
    return text


def _(text: str) -> str:
    """The text in the language of this request. Never at import: then nobody has asked yet."""
    return catalogue(_language.get()).gettext(text)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """What there is in this language; read once."""
    if language == DUTCH:
        return gettext.NullTranslations()
    written = io.BytesIO()
    with (CATALOGUES / f"{language}.po").open("rb") as file:
        write_mo(written, read_po(file, locale=language))
    written.seek(0)
    return gettext.GNUTranslations(written)

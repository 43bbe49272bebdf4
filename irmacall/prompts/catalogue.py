"""The texts that callers hear, by language and name: those that come with irmacall, and the site's own."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from irmacall.core import spoken
from irmacall.core.ids import LanguageId, SoundName
from irmacall.errors import Refused

_CATALOGUES: Final = Path(__file__).resolve().parents[2] / "asterisk"
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")

Texts = Mapping[SoundName, str]
"""What is said, by the name of its sound."""

LANGUAGES: Final = tuple(sorted(spoken.LANGUAGES, reverse=True))
"""The languages that irmacall comes with, Dutch first."""


def shipped(language: LanguageId) -> dict[SoundName, str]:
    """The texts that come with irmacall. Raises Refused for a language that it does not come with."""
    file = _CATALOGUES / f"prompts.{language}.toml"
    if language not in LANGUAGES:
        raise Refused(f"irmacall has no texts in {language!r}: it has them in {', '.join(LANGUAGES)}")
    return {SoundName(name): text for name, text in tomllib.loads(file.read_text(encoding="utf-8")).items()}


def is_piece(name: SoundName, language: LanguageId) -> bool:
    """Whether this is said in the middle of a sentence, with other sounds right before or behind it."""
    return name in spoken.pieces(language)


def whole(language: LanguageId, own: Iterable[Texts] = ()) -> dict[SoundName, str]:
    """Every text in a language; `own`: those of each desk of a site, in the place of shipped ones of the same name.

    Raises Refused where two desks give one name to two texts, since there is one file for both; and for a name
    that can be no file's.
    """
    texts: dict[SoundName, str] = {}
    for desk in own:
        for name, text in desk.items():
            if not _NAME.fullmatch(name):
                raise Refused(f"the sound {name!r} needs another name: of small letters, digits and hyphens")
            if texts.setdefault(name, text) != text:
                raise Refused(f"two desks say two things by the name of {name} ({language}): give one another name")
    return shipped(language) | texts

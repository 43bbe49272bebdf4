"""What callers hear: the site's own texts, and the names of those that come with irmacall."""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from irmacall.settings import values
from irmacall.settings.reading import key

_CATALOGUE: Final = Path(__file__).resolve().parents[2] / "asterisk" / "prompts.nl.toml"


@functools.cache
def shipped() -> frozenset[str]:
    """The names of the texts that come with irmacall; each is there in every language."""
    return frozenset(tomllib.loads(_CATALOGUE.read_text(encoding="utf-8")))


MESSAGES: Final = frozenset({"busy", "closed", "emergency", "nobody", "queue-full"})
"""The shipped texts with which a call can end; the others are parts of sentences, questions, or for who waits."""


@dataclass(frozen=True, slots=True)
class SoundSettings:
    """A text of the site's own, by the name of its sound file. One of a shipped name takes that one's place."""

    id: str = field(metadata=key(values.slug))
    nl: str | None = field(default=None, metadata=key(values.text(600)))
    en: str | None = field(default=None, metadata=key(values.text(600)))

    def text(self, language: str) -> str | None:
        """What is said in this language; None: nothing is written for it."""
        return {"nl": self.nl, "en": self.en}[language]

    def contradicts(self, other: SoundSettings) -> bool:
        """Whether some language has another text here than there."""
        pairs = ((self.nl, other.nl), (self.en, other.en))
        return any(one is not None and two is not None and one != two for one, two in pairs)

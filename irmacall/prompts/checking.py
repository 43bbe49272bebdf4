"""`irmacall prompts check`: of every text whether a person has recorded it, and what is wrong with the recording."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from irmacall.core.ids import LanguageId
from irmacall.prompts import folder as folders
from irmacall.prompts.catalogue import Texts, is_piece
from irmacall.prompts.folder import NARROW, WIDE, Found, Manifest, Whose
from irmacall.prompts.making import folder_of, lacking, superfluous
from irmacall.prompts.recordings import faults


class Kind(enum.Enum):
    """How it stands with a text."""

    RIGHT = "ok"
    TO_RECORD = "record"
    """A placeholder speaks: a person is to record it."""
    WRONG = "WRONG"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line for the one who looks after the recordings. `what`: language and name, or a file."""

    kind: Kind
    what: str
    words: str


def check(out: Path, language: LanguageId, texts: Texts) -> Iterator[Finding]:
    """All that is to be told of a language; changes nothing. Raises Refused and OSError."""
    folder = folder_of(out, language)
    manifest = folders.load(folder)
    for name, text in texts.items():
        found = folders.find(folder, name, manifest)
        yield from _told(folder, found, text, language, manifest)
    for file in _strangers(folder, texts, manifest):
        yield Finding(Kind.WRONG, f"{language}/{file}", "belongs to no text: is its name spelt right?")


def _told(folder: Path, found: Found, text: str, language: LanguageId, manifest: Manifest) -> Iterator[Finding]:
    wrong = list(_wrong(folder, found, text, language, manifest))
    yield from wrong
    if found.whose is not Whose.PERSON:
        yield Finding(Kind.TO_RECORD, f"{language}/{found.name}", text)
    elif not wrong:
        yield Finding(Kind.RIGHT, f"{language}/{found.name}", "recorded by a person")


def _wrong(folder: Path, found: Found, text: str, language: LanguageId, manifest: Manifest) -> Iterator[Finding]:
    for file in sorted(found.recordings):
        for fault in faults(folder / file, text, piece=is_piece(found.name, language)):
            yield Finding(Kind.WRONG, f"{language}/{file}", fault)
    for file in folders.outdated(found, text, manifest):
        yield Finding(Kind.WRONG, f"{language}/{file}", _OUTDATED.format(f"{language}/{found.name}", text))
    if superfluous(folder, found) or lacking(folder, found, text, language, manifest):
        words = _MAKE_AGAIN if found.files else "there is no sound of it: `irmacall prompts make` makes one"
        yield Finding(Kind.WRONG, f"{language}/{found.name}", words)


_OUTDATED = "the text has changed since it was recorded: record it again, or `irmacall prompts accept {}`. It is: {}"
_MAKE_AGAIN = "what a machine makes of it is not up to date: `irmacall prompts make`"


def _strangers(folder: Path, texts: Texts, manifest: Manifest) -> list[str]:
    """Recordings under a name that no text has: callers never hear them."""
    files = [file for file in folder.glob("*") if file.suffix.lower() in (NARROW, WIDE)] if folder.is_dir() else []
    known = {name + suffix for name in texts for suffix in (NARROW, WIDE)}
    made = {file.name for file in files if folders.digest(file.read_bytes()) in manifest.made.get(file.name, {})}
    return sorted({file.name for file in files} - known - made)

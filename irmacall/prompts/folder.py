"""What lies in the folder of one language, and whose it is.

Beside the sounds lies `irmacall-prompts.json`. It names each file that was made by a machine, by its contents, and
what it was made of; and each recording, by its contents, with the text that was in force when it was first seen. So
whatever is not named there is a person's work, and is never written over; and a text that changed afterwards shows.
"""

from __future__ import annotations

import enum
import fcntl
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from irmacall.core.ids import SoundName
from irmacall.errors import Refused

MANIFEST: Final = "irmacall-prompts.json"
NARROW: Final = ".wav"
WIDE: Final = ".wav16"


class Whose(enum.Enum):
    """Who made what is there for one text."""

    NOBODY = "nobody"
    MACHINE = "machine"
    PERSON = "person"


@dataclass(slots=True)
class Manifest:
    """What is known of the files, by their names. All words of contents and texts are SHA-256, hexadecimal."""

    made: dict[str, dict[str, str]] = field(default_factory=dict)
    """What a machine made: for each file the contents that it may have, and what those were made of."""
    recorded: dict[str, tuple[str, str]] = field(default_factory=dict)
    """What a person recorded: the contents, and the text that they are of."""


@dataclass(frozen=True, slots=True)
class Found:
    """What is there for one text. `recordings`: the files that a person made, by their contents."""

    name: SoundName
    files: dict[str, str]
    """The files that are there, by the words of their contents."""
    recordings: frozenset[str]

    @property
    def whose(self) -> Whose:
        """A person's, where one of its files is."""
        if not self.files:
            return Whose.NOBODY
        return Whose.PERSON if self.recordings else Whose.MACHINE


def make_room(folder: Path) -> None:
    """See to it that this directory is there, and that Asterisk can read it whatever our umask is. Raises OSError."""
    if not folder.is_dir():
        make_room(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o755)


def find(folder: Path, name: SoundName, manifest: Manifest) -> Found:
    """Look what is there. Raises OSError."""
    paths = [folder / f"{name}{suffix}" for suffix in (NARROW, WIDE)]
    files = {path.name: digest(path.read_bytes()) for path in paths if path.is_file()}
    recordings = {file for file, contents in files.items() if contents not in manifest.made.get(file, {})}
    return Found(name, files, frozenset(recordings))


def outdated(found: Found, text: str, manifest: Manifest) -> list[str]:
    """The recordings that were made when the text was another one."""
    now = digest(text.encode())
    noted = {file: manifest.recorded.get(file, ("", "")) for file in sorted(found.recordings)}
    return [file for file, (contents, of) in noted.items() if contents == found.files[file] and of != now]


def digest(raw: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(raw).hexdigest()


def load(folder: Path) -> Manifest:
    """What is known of a folder; nothing of a new one. Raises Refused where its file cannot be understood."""
    file = folder / MANIFEST
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        recorded = {name: (str(contents), str(text)) for name, (contents, text) in told["recorded"].items()}
        return Manifest({name: dict(made) for name, made in told["made"].items()}, recorded)
    except FileNotFoundError:
        return Manifest()
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise Refused(
            f"{file}: cannot be understood. Put it back from a copy; or remove it together with all placeholders, "
            "which would be taken for recordings without it"
        ) from error


def save(folder: Path, manifest: Manifest) -> None:
    """Write it in one step. Raises OSError."""
    fresh = folder / f"{MANIFEST}.new"
    told = {"made": manifest.made, "recorded": manifest.recorded}
    with fresh.open("w", encoding="utf-8") as opened:
        json.dump(told, opened, indent=1, sort_keys=True)
        opened.flush()
        os.fsync(opened.fileno())
    fresh.chmod(0o644)
    os.replace(fresh, folder / MANIFEST)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Only one process at a time changes a folder; the others wait."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

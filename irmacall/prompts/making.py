"""`irmacall prompts make`: see to it that there is a sound for every text. A recording is never written over."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from irmacall.core.ids import LanguageId, SoundName
from irmacall.errors import Refused
from irmacall.prompts import folder as folders
from irmacall.prompts.catalogue import Texts
from irmacall.prompts.folder import NARROW, WIDE, Found, Manifest, Whose, digest
from irmacall.prompts.recordings import playable
from irmacall.prompts.speech import RECIPE, convert, speak


@dataclass(frozen=True, slots=True)
class Made:
    """What is there now. `now`: files that were made this time; `outdated`: recordings of a text that has changed."""

    recorded: int
    placeholders: int
    now: tuple[str, ...]
    outdated: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """Files that have to be made for one text, and of what: the text itself, or (`source`) a recording of it."""

    files: tuple[str, ...]
    of: str
    text: str
    source: Path | None = None

    def do(self, language: LanguageId, into: Path) -> None:
        """Make them in this folder. Raises Refused and PeerError (see speech.run)."""
        paths = [into / file for file in self.files]
        if self.source is None:
            speak(self.text, language, paths)
        else:
            for path in paths:
                convert(self.source, path)


def folder_of(out: Path, language: LanguageId) -> Path:
    """Where Asterisk looks for our sounds in a language, below its `sounds`."""
    return out / language / "irmacall"


def make(out: Path, language: LanguageId, texts: Texts) -> Made:
    """Make what is missing, and anew what was made of another text. Repeated, it makes nothing.

    A recording at 16 kHz alone gets its 8 kHz from itself. One at 8 kHz alone takes the placeholder at 16 kHz away:
    Asterisk uses it for all. Raises Refused, PeerError (see speech.run), and OSError.
    """
    folder = folder_of(out, language)
    folders.make_room(folder)
    with folders.alone(folder):
        manifest = folders.load(folder)
        found = [folders.find(folder, name, manifest) for name in texts]
        wanted = [lacking(folder, each, texts[each.name], language, manifest) for each in found]
        work = [each for each in wanted if each is not None]
        _do_all(work, folder, language, manifest)
        for name, text in texts.items():
            _tidy(folder, name, text, manifest)
        folders.save(folder, manifest)
        return _summary(folder, texts, work, manifest)


def accept(out: Path, language: LanguageId, name: SoundName, texts: Texts) -> None:
    """Note that the recording is of the present text, though it was made of another. Raises Refused and OSError."""
    folder = folder_of(out, language)
    if name not in texts:
        raise Refused(f"there is no text of the name {language}/{name}")
    if not folder.is_dir():
        raise Refused(f"{folder}: is not there: `irmacall prompts make` makes it")
    with folders.alone(folder):
        manifest = folders.load(folder)
        found = folders.find(folder, name, manifest)
        if not found.recordings:
            raise Refused(f"{language}/{name} is not recorded yet")
        for file in found.recordings:
            manifest.recorded[file] = (found.files[file], digest(texts[name].encode()))
        folders.save(folder, manifest)


def lacking(folder: Path, found: Found, text: str, language: LanguageId, manifest: Manifest) -> Work | None:
    """What has to be made for this text; None: nothing. A recording that Asterisk cannot play counts for none, and
    is left alone all the same. Raises OSError.
    """
    narrow, wide = found.name + NARROW, found.name + WIDE
    good = {file for file in found.recordings if playable(folder / file)}
    if wide in good and narrow not in found.recordings:
        return _unless_there(found, manifest, Work((narrow,), f"from {found.files[wide]}", text, folder / wide))
    if good:
        return None
    files = tuple(file for file in (narrow, wide) if file not in found.recordings)
    return _unless_there(found, manifest, Work(files, _recipe(text, language), text))


def superfluous(folder: Path, found: Found) -> bool:
    """Whether a machine would still be heard at 16 kHz where a person is at 8 kHz. Raises OSError."""
    narrow, wide = found.name + NARROW, found.name + WIDE
    return wide in found.files.keys() - found.recordings and narrow in found.recordings and playable(folder / narrow)


def _recipe(text: str, language: LanguageId) -> str:
    return digest("\0".join((RECIPE, language, text)).encode())


def _unless_there(found: Found, manifest: Manifest, work: Work) -> Work | None:
    """The work, where a file of it is not there or was made of something else."""
    there = (file in found.files and manifest.made[file][found.files[file]] == work.of for file in work.files)
    return None if all(there) else work


def _do_all(work: Sequence[Work], folder: Path, language: LanguageId, manifest: Manifest) -> None:
    """Make all files aside, on all cores; then put them in their places.

    They are noted before they are moved, beside what they replace: whenever this is broken off, each file that is
    there is known as made.
    """
    if not work:
        return
    with tempfile.TemporaryDirectory(prefix=".making", dir=folder) as aside:
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(lambda each: each.do(language, Path(aside)), work))
        for each in work:
            for file in each.files:
                manifest.made.setdefault(file, {})[digest((Path(aside) / file).read_bytes())] = each.of
        folders.save(folder, manifest)
        for file in (file for each in work for file in each.files):
            (Path(aside) / file).chmod(0o644)
            os.replace(Path(aside) / file, folder / file)


def _tidy(folder: Path, name: SoundName, text: str, manifest: Manifest) -> None:
    """Take the placeholder away that a recording makes superfluous, note what is new, forget what is gone."""
    found = folders.find(folder, name, manifest)
    narrow, wide = name + NARROW, name + WIDE
    if superfluous(folder, found):
        (folder / wide).unlink()
        found = folders.find(folder, name, manifest)
    for file in (narrow, wide):
        contents, made = found.files.get(file, ""), manifest.made.pop(file, {})
        if contents in made:
            manifest.made[file] = {contents: made[contents]}
        noted = manifest.recorded.pop(file, None)
        if file in found.recordings:
            known = noted is not None and noted[0] == contents
            manifest.recorded[file] = noted if noted and known else (contents, digest(text.encode()))


def _summary(folder: Path, texts: Texts, work: Sequence[Work], manifest: Manifest) -> Made:
    found = [folders.find(folder, name, manifest) for name in texts]
    recorded = sum(each.whose is Whose.PERSON for each in found)
    old = [file for each in found for file in folders.outdated(each, texts[each.name], manifest)]
    return Made(recorded, len(found) - recorded, tuple(f for each in work for f in each.files), tuple(old))

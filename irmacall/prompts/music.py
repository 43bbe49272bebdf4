"""Music on hold that nobody composed and nobody can claim: slow chords of sines, until a site has its own."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from irmacall.prompts.folder import make_room
from irmacall.prompts.speech import as_telephone, run

# Each chord fades in and out: quiet, and told from speech by its steady tones (Hz).
_CHORDS: Final = ((220.0, 277.2, 329.6), (196.0, 246.9, 293.7), (174.6, 220.0, 261.6), (196.0, 246.9, 329.6))
_NAMES: Final = ("quiet.wav", "quiet.wav16")


def compose(directory: Path) -> bool:
    """Make placeholder music where this directory holds no sound yet; whether it was made.

    Raises Refused, PeerError (see speech.run), and OSError.
    """
    make_room(directory)
    if any(not file.name.startswith(".") for file in directory.iterdir()):
        return False
    with tempfile.TemporaryDirectory(prefix=".", dir=directory) as folder:
        for name in _NAMES:
            _compose(Path(folder) / name, Path(folder))
        for name in _NAMES:
            os.replace(Path(folder) / name, directory / name)
    return True


def _compose(out: Path, folder: Path) -> None:
    parts = []
    for number, chord in enumerate(_CHORDS):
        part = folder / f"{number}{out.suffix}"
        tones = [word for tone in chord for word in ("sine", str(tone))]
        run(["sox", "-n", *as_telephone(part), "synth", "4", *tones, "remix", "-", "fade", "h", "0.8", "4", "0.8"])
        parts.append(part)
    read = [word for part in parts for word in ("-t", "wav", part)]
    run(["sox", *read, *as_telephone(out), "norm", "-18"])
    out.chmod(0o644)

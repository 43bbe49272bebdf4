"""A machine's voice, for as long as no person's is there: espeak-ng speaks, sox makes it a telephone's sound."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from irmacall.core.ids import LanguageId
from irmacall.errors import PeerError, Refused
from irmacall.prompts.waves import RATES

_VOICES: Final = {LanguageId("nl"): "nl", LanguageId("en"): "en-gb"}
_WORDS_A_MINUTE: Final = "165"
_QUIET: Final = ("silence", "1", "0.01", "0.5%")  # cut what is softer than this off the beginning
_SHAPE: Final = (*_QUIET, "reverse", *_QUIET, "reverse", "pad", "0.03", "0.08", "norm", "-6")
_PATIENCE_S: Final = 60.0

RECIPE: Final = " ".join(("1", _WORDS_A_MINUTE, *_SHAPE))
"""Changes with whatever changes the sound of the same words."""


def speak(words: str, language: LanguageId, files: Sequence[Path]) -> None:
    """Say these words into each of these files, by their suffixes at 8 or 16 kHz.

    Raises Refused where espeak-ng or sox is not installed, and PeerError where one of them fails.
    """
    voice = _VOICES.get(language)
    if voice is None:
        raise Refused(f"there is no machine's voice for {language!r}: have these texts recorded by a person")
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw.wav"
        run(["espeak-ng", "-v", voice, "-s", _WORDS_A_MINUTE, "--stdin", "-w", raw], words)
        for file in files:
            convert(raw, file, _SHAPE)


def convert(source: Path, file: Path, effects: Sequence[str] = ()) -> None:
    """Write a sound as mono of 16 bits, at the rate that belongs to the file's suffix. Raises as `speak` does."""
    run(["sox", "-t", "wav", source, *as_telephone(file), *effects])


def as_telephone(file: Path) -> list[str | Path]:
    """sox's words for a file that Asterisk reads."""
    return ["-r", str(RATES[file.suffix]), "-c", "1", "-b", "16", "-t", "wav", file]


def run(argv: Sequence[str | Path], said: str = "") -> None:
    """Run one of these programs. Raises Refused where it is not installed, PeerError where it fails."""
    program = str(argv[0])
    try:
        subprocess.run(argv, input=said.encode(), capture_output=True, timeout=_PATIENCE_S, check=True)
    except FileNotFoundError as error:
        raise Refused(
            f"{program} is not installed: `apt-get install {program}`, or what your system calls it"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"{program} did not end within {_PATIENCE_S:.0f} s") from error
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode(errors="replace").strip()[-300:]
        raise PeerError(f"{program} failed with exit status {error.returncode}: {told}") from error

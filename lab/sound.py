"""What a telephone hears: silence, speech, music, or the very tone that another phone plays; now, and over time.

Pure functions over 16-bit mono samples at 8 kHz.
"""

from __future__ import annotations

import array
import enum
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

RATE = 8000
_HEADER = 44  # a canonical WAV header; a file that is still being written has no valid lengths in it
_SILENT_RMS = 60.0  # of 32767; line noise of G.711 stays below
_PURE = 0.6  # a tone has this share of the energy
_PRESENT = 0.2  # each of several tones that sound together has this share
_MUSICAL = 0.25  # music has this share in its tones, also between two chords; speech has less than 0.15
#: The tones that the placeholder music is made of (irmacall/prompts/music.py).
MUSIC_TONES = (174.6, 196.0, 220.0, 246.9, 261.6, 277.2, 293.7, 329.6)


class Heard(enum.Enum):
    """What a stretch of sound is."""

    SILENCE = "silence"
    SPEECH = "speech"
    MUSIC = "music"
    TONE = "tone"
    """One or more of the tones that are listened for: what phones of the lab say."""


_FRAME = RATE // 10
_CLICK_S = 0.2
"""What is shorter between two silences is a click, and ends no silence."""
_PAUSE_S = 0.5
"""A silence that is shorter is a pause in what goes on."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many seconds of one thing, from `began` (seconds from the first sample) on. `tones`: which, of a TONE."""

    what: Heard
    began: float
    seconds: float
    tones: frozenset[float] = frozenset()

    def __str__(self) -> str:
        which = "".join(f" {tone:g}" for tone in sorted(self.tones))
        return f"{self.began:.1f} {self.what.value}{which} {self.seconds:.1f} s"


def recorded(path: Path, seconds: float) -> Sequence[int]:
    """The last `seconds` of a WAV file that may still be growing (its writer lags up to 0.25 s)."""
    return recorded_since(path, 0)[-int(seconds * RATE) :]


def recorded_since(path: Path, first: int) -> Sequence[int]:
    """All of a WAV file that may still be growing, from its sample `first` on."""
    raw = path.read_bytes()[_HEADER + 2 * first :] if path.exists() else b""
    return array.array("h", raw[: len(raw) // 2 * 2])


def recorded_so_far(path: Path) -> int:
    """How many samples a WAV file has that may still be growing."""
    return max(0, path.stat().st_size - _HEADER) // 2 if path.exists() else 0


def rms(samples: Sequence[int]) -> float:
    """Loudness, 0 to 32767."""
    return math.sqrt(sum(s * s for s in samples) / len(samples)) if samples else 0.0


def levels(samples: Sequence[int]) -> list[float]:
    """Loudness of each 100 ms."""
    step = RATE // 10
    return [rms(samples[i : i + step]) for i in range(0, len(samples) - step + 1, step)]


def share(samples: Sequence[int], tones: Sequence[float]) -> float:
    """The share of the energy that lies in these tones (Hz), 0 to 1 (Goertzel's algorithm)."""
    energy = sum(s * s for s in samples) * len(samples) / 2
    return min(1.0, sum(_power(samples, tone) for tone in tones) / energy) if energy else 0.0


def _power(samples: Sequence[int], tone: float) -> float:
    turn = 2 * math.cos(2 * math.pi * tone / RATE)
    before, last = 0.0, 0.0
    for sample in samples:
        before, last = last, sample + turn * last - before
    return before * before + last * last - turn * before * last


def kind(samples: Sequence[int]) -> Heard:
    """What this is; best on half a second or more."""
    if rms(samples) < _SILENT_RMS:
        return Heard.SILENCE
    return Heard.MUSIC if share(samples, MUSIC_TONES) > _MUSICAL else Heard.SPEECH


def is_tone(samples: Sequence[int], hertz: float) -> bool:
    """Whether this is a tone of so many Hz."""
    return rms(samples) >= _SILENT_RMS and share(samples, [hertz]) > _PURE


def timeline(samples: Sequence[int], tones: Sequence[float] = ()) -> list[Stretch]:
    """What is heard, one stretch after the other, without a gap; `tones` (Hz) are those to listen for.

    To a tenth of a second. Speech and tones that sound together with none of `tones` prevailing are SPEECH.
    """
    found: list[Stretch] = []
    for began, seconds, loud in _runs(samples):
        pieces = _pieces(samples, began, seconds, tones) if loud else [Stretch(Heard.SILENCE, began, seconds)]
        for piece in pieces:
            _append(found, piece)
    return _without_pauses(found)


def longest(heard: Sequence[Stretch], what: Heard) -> float:
    """The seconds of the longest stretch of this; 0 where there is none."""
    return max((stretch.seconds for stretch in heard if stretch.what is what), default=0.0)


def _runs(samples: Sequence[int]) -> Iterator[tuple[float, float, bool]]:
    """(began, seconds, loud): by turns, clicks counted as silence."""
    frames = [level >= _SILENT_RMS for level in levels(samples)]
    loud: list[bool] = []
    for is_loud, run in groupby(frames):
        count = len(list(run))
        loud += [is_loud and count * 0.1 >= _CLICK_S] * count
    at = 0
    for is_loud, run in groupby(loud):
        count = len(list(run))
        yield at / 10, count / 10, is_loud
        at += count


def _pieces(samples: Sequence[int], began: float, seconds: float, tones: Sequence[float]) -> Iterator[Stretch]:
    """This stretch in halves of a second, the last one longer, and what each is."""
    count = max(1, int(seconds / 0.5))
    for number in range(count):
        start = began + number * 0.5
        end = began + seconds if number == count - 1 else start + 0.5
        piece = samples[round(start * RATE) : round(end * RATE)]
        what, heard = _heard(piece, tones)
        yield Stretch(what, start, end - start, heard)


def _heard(samples: Sequence[int], tones: Sequence[float]) -> tuple[Heard, frozenset[float]]:
    shares = {tone: share(samples, [tone]) for tone in tones}
    if sum(shares.values()) > _PURE:
        return Heard.TONE, frozenset(tone for tone, part in shares.items() if part >= _PRESENT)
    musical = share(samples, MUSIC_TONES) > _MUSICAL
    return Heard.MUSIC if musical else Heard.SPEECH, frozenset()


def _append(found: list[Stretch], piece: Stretch) -> None:
    last = found[-1] if found else None
    if last is not None and (last.what, last.tones) == (piece.what, piece.tones):
        found[-1] = Stretch(last.what, last.began, last.seconds + piece.seconds, last.tones)
    else:
        found.append(piece)


def _without_pauses(found: Sequence[Stretch]) -> list[Stretch]:
    """Short silences go to what was before them."""
    kept: list[Stretch] = []
    for stretch in found:
        pause = stretch.what is Heard.SILENCE and stretch.seconds < _PAUSE_S and kept
        _append(kept, Stretch(kept[-1].what, stretch.began, stretch.seconds, kept[-1].tones) if pause else stretch)
    return kept

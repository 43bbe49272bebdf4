"""What a telephone hears: silence, speech, music, or the very tone that another phone plays.

Pure functions over 16-bit mono samples at 8 kHz.
"""

from __future__ import annotations

import array
import enum
import math
from collections.abc import Sequence
from pathlib import Path

RATE = 8000
_HEADER = 44  # a canonical WAV header; a file that is still being written has no valid lengths in it
_SILENT_RMS = 60.0  # of 32767; line noise of G.711 stays below
_PURE = 0.6  # a tone has this share of the energy
_MUSICAL = 0.25  # music has this share in its tones, also between two chords; speech has less than 0.15
#: The tones that the placeholder music is made of (irmacall/prompts/music.py).
MUSIC_TONES = (174.6, 196.0, 220.0, 246.9, 261.6, 277.2, 293.7, 329.6)


class Heard(enum.Enum):
    """What a stretch of sound is."""

    SILENCE = "silence"
    SPEECH = "speech"
    MUSIC = "music"


def recorded(path: Path, seconds: float) -> Sequence[int]:
    """The last `seconds` of a WAV file that may still be growing (its writer lags up to 0.25 s)."""
    raw = path.read_bytes()[_HEADER:] if path.exists() else b""
    samples = array.array("h", raw[: len(raw) // 2 * 2])
    return samples[-int(seconds * RATE) :]


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

"""Sound files for tests: made here, or by the machine's voice."""

from __future__ import annotations

import array
import math
import random
import wave
from collections.abc import Sequence
from pathlib import Path

from irmacall.prompts.waves import RATES

TEXT = "Wij zijn nu gesloten."


def voice(seconds: float = 1.5, *, rate: int = 8000, peak: float = 0.35, seed: int = 1) -> list[int]:
    """Something as long and as loud as speech: a tone that swells and fades in syllables, with some noise in it."""
    chance = random.Random(seed)
    count = int(seconds * rate)
    wave_ = (math.sin(2 * math.pi * 180 * at / rate) * (0.6 + 0.4 * math.sin(8 * at / rate)) for at in range(count))
    return [int(32767 * peak * (0.95 * sample + 0.05 * chance.uniform(-1, 1))) for sample in wave_]


def silence(seconds: float, *, rate: int = 8000) -> list[int]:
    """Nothing at all."""
    return [0] * int(seconds * rate)


def write(file: Path, samples: Sequence[int], *, rate: int | None = None, channels: int = 1, bits: int = 16) -> Path:
    """A WAV file of these samples, each of them in every channel; at the rate of its suffix unless told otherwise."""
    with wave.open(str(file), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(bits // 8)
        out.setframerate(rate or RATES[file.suffix])
        if bits == 16:
            raw = array.array("h", (sample for sample in samples for _ in range(channels))).tobytes()
        else:
            raw = bytes(sample // 256 + 128 for sample in samples for _ in range(channels))
        out.writeframes(raw)
    return file

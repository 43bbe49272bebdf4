"""Which of the spoken prompts a telephone hears: told by how their loudness rises and falls.

The words themselves are beyond us, but no two prompts begin with the same rhythm, and a rhythm survives a telephone.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from lab import paths, sound

PROMPTS = ("welcome", "code-again", "without-code", "please-hold", "anonymous", "nobody")
"""Those that a caller can be told, by the names of asterisk/prompts.nl.toml (`moment` is the end of two others)."""
_STEP = sound.RATE // 50  # one point of a curve: 20 ms
_OPENING = 80  # points: what follows may be cut short by a key
_ALIKE = 0.75  # the right prompt correlates by 0.8 and more on a busy machine, another by 0.7 at most
_FLOOR = 30.0  # loudness below this is all the same silence


def find(samples: Sequence[int], prompt: str) -> int | None:
    """Where in these samples the opening of this prompt ends; None where it is not heard, or another fits better."""
    heard = _curve(samples)
    likeness, at = _best(heard, _opening(prompt))
    near = heard[max(0, at - _OPENING // 2) : at + _OPENING]  # two prompts end alike
    if likeness < _ALIKE or any(_best(near, _opening(other))[0] > likeness for other in PROMPTS):
        return None
    return (at + _OPENING) * _STEP


@functools.cache
def _opening(prompt: str) -> list[float]:
    file = paths.rootfs() / "usr/share/asterisk/sounds/nl/irmacall" / f"{prompt}.wav"
    return _curve(sound.recorded(file, 60))[:_OPENING]


def _curve(samples: Sequence[int]) -> list[float]:
    steps = range(0, len(samples) - _STEP + 1, _STEP)
    return [math.log(_FLOOR + sound.rms(samples[i : i + _STEP])) for i in steps]


def _best(heard: list[float], opening: list[float]) -> tuple[float, int]:
    """The best correlation (-1 to 1) of `opening` with a stretch of `heard`, and where that stretch begins."""
    sought, n = _standard(opening), len(opening)
    scores = [(_product(_standard(heard[i : i + n]), sought), i) for i in range(len(heard) - n + 1)]
    return max(scores, default=(-1.0, 0))


def _standard(curve: list[float]) -> list[float]:
    mean = sum(curve) / len(curve)
    size = math.sqrt(sum((point - mean) ** 2 for point in curve)) or 1.0
    return [(point - mean) / size for point in curve]


def _product(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))

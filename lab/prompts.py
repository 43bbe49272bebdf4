"""Which of the spoken prompts a telephone hears, also where the sound was torn on its way.

A busy machine loses and repeats packets, and a phone's jitter buffer stretches what is left. So what was heard is
laid along the opening of the prompt by dynamic time warping (Sakoe and Chiba, 1978), over its loudness in a dozen
bands: the right prompt then differs by 0.6 at most, another by 1.0 and more.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lab import paths, sound

Curves = NDArray[np.float64]
"""One row for every 20 ms; in it the logarithm of the energy in each band."""

PROMPTS: Final = (
    *("welcome", "code-again", "without-code", "please-hold", "code-accepted", "code-unknown", "menu-wrong"),
    *("closed", "emergency", "busy", "queue-full", "comfort-1", "comfort-2", "comfort-3", "anonymous", "nobody"),
    *("callback-hint", "callback-offer", "callback-number", "callback-noted", "callback-refused", "callback-hello"),
    *("callback-other", "callback-agent"),
    *("waiting-none", "waiting-one", "wait-one-minute"),
)
"""Those that are told apart, by the names of asterisk/prompts.nl.toml (`moment` is the end of two others).

A site's own are told apart from these where their openings differ; English ones are called "en/NAME".
"""
_STEP: Final = sound.RATE // 50
_WINDOW: Final = 256
_BANDS: Final = np.geomspace(150, 3700, 13)  # Hz: what a telephone carries, in steps as an ear hears them
_FLOOR: Final = 3e6  # energy below this is all the same silence
_OPENING: Final = 80  # rows: what follows may be cut short by a key
_ALIKE: Final = 0.75


def find(samples: Sequence[int], prompt: str) -> int | None:
    """Where in these samples the opening of this prompt first ends; None where it is not heard."""
    differences = _differences(_curves(samples), _opening(prompt))
    alike = np.flatnonzero(differences < _ALIKE)
    if not len(alike):
        return None
    first = int(alike[0])
    best = first + int(np.argmin(differences[first : first + _OPENING]))
    return (best + 1) * _STEP


@functools.cache
def _opening(prompt: str) -> Curves:
    language, _, name = prompt.rpartition("/")
    file = paths.sounds() / (language or "nl") / "irmacall" / f"{name}.wav"
    return _curves(sound.recorded(file, 60))[:_OPENING]


def _curves(samples: Sequence[int]) -> Curves:
    if len(samples) < _WINDOW:
        return np.empty((0, len(_BANDS) - 1))
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(samples, dtype=np.float64), _WINDOW)[::_STEP]
    power = np.abs(np.fft.rfft(windows * np.hanning(_WINDOW))) ** 2
    band = np.searchsorted(_BANDS, np.fft.rfftfreq(_WINDOW, 1 / sound.RATE))
    energy = np.stack([power[:, band == number].sum(axis=1) for number in range(1, len(_BANDS))], axis=1)
    curves: Curves = np.log(_FLOOR + energy)
    return curves


def _differences(heard: Curves, opening: Curves) -> NDArray[np.float64]:
    """For each row of `heard`: how far a stretch that ends there is from the opening, by the best way to lay it."""
    if not len(heard):
        return np.empty(0)
    apart = np.abs(opening[:, None, :] - heard[None, :, :]).mean(axis=2)
    total = apart[0]
    for row in apart[1:]:
        entered = row + np.minimum(total, np.concatenate(([np.inf], total[:-1])))
        along = np.cumsum(row)  # to stay at this row of the opening costs what each further row of `heard` differs
        total = along + np.minimum.accumulate(entered - along)
    differences: NDArray[np.float64] = total / len(opening)
    return differences

"""What is wrong with a recording, in words that say how to mend it.

Loudness is that of the speech alone: the level of all stretches of 10 ms that are not silence, in dBFS (a square wave
at full scale is 0). Telephony aims at -26 for talk (ITU-T P.56), and prompts are a little louder: we bear 8 dB
around -20.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from irmacall.prompts.waves import RATES, NotSound, Sound, read

LOUD_DB: Final = -12.0
SOFT_DB: Final = -28.0
LONGEST_S: Final = 60.0
_SILENT_DB: Final = -50.0
_FULL: Final = 32768.0
_CLIPPED_RUN: Final = 4  # so many samples in a row at the very peak are a wave that was cut off
_CLIPPED_AT: Final = 0.5  # of full scale: below it a flat top is no harm that can be heard
_SLOWEST, _FASTEST = 5.0, 30.0  # letters a second; people speak 12 to 18
_PAUSE_S: Final = 1.0  # what a short text may take besides
_SILENCE_S: Final = 0.7
_PIECE_SILENCE_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Reading:
    """What is heard in a sound. `level`: of the speech, dBFS; `before`, `behind`: silence at the ends, seconds."""

    level: float
    before: float
    behind: float
    clipped: bool


def faults(file: Path, text: str, *, piece: bool) -> list[str]:
    """What is wrong; nothing, where it can be used. `piece`: other sounds are played right before and behind it.

    Raises OSError where it cannot be read.
    """
    try:
        sound = read(file)
    except NotSound as error:
        return [f"{error}: save it as a WAV file, and check it again"]
    wrong = list(_format_faults(sound, file))
    return wrong or list(_sound_faults(sound, file.name, text, piece))


def playable(file: Path) -> bool:
    """Whether Asterisk can play it at all. Raises OSError."""
    try:
        return not list(_format_faults(read(file), file))
    except NotSound:
        return False


def _format_faults(sound: Sound, file: Path) -> Iterator[str]:
    form, rate = sound.format, RATES[file.suffix]
    mend = f"`sox -t wav {file.name} -r {rate} -c 1 -b 16 -t wav mended-{file.name}` makes it right"
    other = next((suffix for suffix, its in RATES.items() if its == form.rate), None)
    if form.rate != rate:
        hint = f"; or name it {file.stem}{other}" if other else ""
        yield f"has {form.rate} samples a second, and {file.suffix} wants {rate}: {mend}{hint}"
    if form.channels != 1:
        yield f"has {form.channels} channels, and should have one (mono): {mend}"
    if not form.plain or form.bits != 16:
        yield f"is not plain PCM of 16 bits: {mend}"


def _sound_faults(sound: Sound, name: str, text: str, piece: bool) -> Iterator[str]:
    heard = _heard(sound)
    if heard is None:
        yield "is silent: record it again"
        return
    yield from _length_faults(sound.seconds - heard.before - heard.behind, sound.seconds, text)
    yield from _loudness_faults(heard, name)
    most = _PIECE_SILENCE_S if piece else _SILENCE_S
    for where, seconds in (("begins", heard.before), ("ends", heard.behind)):
        if seconds > most:
            yield f"{where} with {seconds:.1f} s of silence, and at most {most} s is pleasant: cut it off"


def _length_faults(spoken: float, whole: float, text: str) -> Iterator[str]:
    if whole > LONGEST_S:
        yield f"takes {whole:.0f} s, and at most {LONGEST_S:.0f} s is listened to: say it in fewer words"
    letters = sum(letter.isalnum() for letter in text)
    if spoken < letters / _FASTEST:
        yield f"takes {spoken:.1f} s, too short for its text: is it the right text, and all of it?"
    elif spoken > letters / _SLOWEST + _PAUSE_S:
        yield f"takes {spoken:.1f} s, too long for its text: is it the right text, said once?"


def _loudness_faults(heard: Reading, name: str) -> Iterator[str]:
    if heard.clipped:
        yield "is clipped (its loudest parts are cut off): record it again with the level lower"
    if heard.level > LOUD_DB:
        yield f"is too loud ({heard.level:.0f} dB, at most {LOUD_DB:.0f}): {_levelled(heard.level, name)}"
    elif heard.level < SOFT_DB:
        yield f"is too soft ({heard.level:.0f} dB, at least {SOFT_DB:.0f}): {_levelled(heard.level, name)}"


def _levelled(level: float, name: str) -> str:
    aim = (LOUD_DB + SOFT_DB) / 2
    return f"`sox -t wav {name} -t wav mended-{name} gain -l {aim - level:+.0f}` brings it to {aim:.0f} dB"


def _heard(sound: Sound) -> Reading | None:
    """None for silence from beginning to end."""
    step = sound.format.rate // 100
    powers = [_power(sound.samples[at : at + step]) for at in range(0, len(sound.samples), step)]
    audible = _power_of(_SILENT_DB)
    spoken = [at for at, power in enumerate(powers) if power > audible]
    if not spoken:
        return None
    level = math.fsum(powers[at] for at in spoken) / len(spoken)
    before, behind = spoken[0] / 100, (len(powers) - 1 - spoken[-1]) / 100
    return Reading(10 * math.log10(level), before, behind, _clipped(sound.samples))


def _power(samples: Sequence[int]) -> float:
    """The mean power, 1 for a square wave at full scale."""
    energy: float = sum(map(operator.mul, samples, samples))
    return energy / len(samples) / _FULL**2


def _power_of(decibels: float) -> float:
    return math.pow(10, decibels / 10)


def _clipped(samples: Sequence[int]) -> bool:
    """Whether the wave stays at its very peak, up or down, for longer than a voice does."""
    for peak in (max(samples), min(samples)):
        if abs(peak) >= _CLIPPED_AT * _FULL and _longest_run(samples, peak) >= _CLIPPED_RUN:
            return True
    return False


def _longest_run(samples: Sequence[int], value: int) -> int:
    longest = run = 0
    for sample in samples:
        run = run + 1 if sample == value else 0
        longest = max(longest, run)
    return longest

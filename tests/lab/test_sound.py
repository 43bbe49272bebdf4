"""A telephone tells silence, speech, music and a tone apart: on the lab's own sounds."""

from __future__ import annotations

import array
import math
import random
import wave
from pathlib import Path

import pytest

from lab import paths, sound
from lab.sound import Heard

_DATA = paths.rootfs() / "usr/share/asterisk"


def _tone(path: Path, hertz: int) -> Path:
    """A second of a soft sine as a WAV file."""
    samples = array.array(
        "h", (int(6000 * math.sin(2 * math.pi * hertz * i / sound.RATE)) for i in range(sound.RATE))
    )
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(sound.RATE)
        out.writeframes(samples.tobytes())
    return path


def test_silence_and_line_noise() -> None:
    """Nothing, and the noise of a quiet line, are silence."""
    noise = [random.Random(1).randint(-40, 40) for _ in range(4000)]
    assert sound.kind([0] * 4000) is Heard.SILENCE
    assert sound.kind(noise) is Heard.SILENCE
    assert sound.rms([]) == 0


def test_a_tone_is_that_tone_and_no_other(tmp_path: Path) -> None:
    """A written tone is recognised by its own frequency alone."""
    samples = sound.recorded(_tone(tmp_path / "tone.wav", 440), 1.0)
    assert len(samples) == sound.RATE
    assert sound.is_tone(samples, 440)
    assert not sound.is_tone(samples, 880)
    assert not sound.is_tone([0] * 4000, 440)


def test_the_music_is_music_throughout() -> None:
    """Every half second of the placeholder music is taken for music."""
    samples = sound.recorded(_DATA / "irmacall-music" / "quiet.wav", 60)
    kinds = [sound.kind(samples[i : i + 4000]) for i in range(2000, len(samples) - 4000, 4000)]
    assert kinds.count(Heard.MUSIC) > 0.8 * len(kinds)
    assert Heard.SPEECH not in kinds


@pytest.mark.parametrize("prompt", ["welcome", "code-again", "nobody"])
def test_speech_is_speech(prompt: str) -> None:
    """No half second of a prompt is taken for music, and most of it for speech."""
    samples = sound.recorded(_DATA / "sounds/nl/irmacall" / f"{prompt}.wav", 60)
    kinds = [sound.kind(samples[i : i + 4000]) for i in range(0, len(samples) - 4000, 4000)]
    assert Heard.MUSIC not in kinds
    assert kinds.count(Heard.SPEECH) > 0.5 * len(kinds)


def test_a_file_that_grows_can_be_read(tmp_path: Path) -> None:
    """The last samples come from a file whose header is not finished; a missing file is silence."""
    path = _tone(tmp_path / "tone.wav", 440)
    with path.open("ab") as out:
        out.write(b"\x00\x00" * 4000 + b"\x00")
    assert sound.kind(sound.recorded(path, 0.5)) is Heard.SILENCE
    assert list(sound.recorded(tmp_path / "none.wav", 1.0)) == []

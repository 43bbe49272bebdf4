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


def _says(*parts: tuple[float, float]) -> list[int]:
    """(Hz, seconds): each in turn; 0 Hz is silence."""
    found: list[int] = []
    for hertz, seconds in parts:
        count = round(seconds * sound.RATE)
        found += [round(6000 * math.sin(2 * math.pi * hertz * i / sound.RATE)) for i in range(count)]
    return found


def _of(heard: list[sound.Stretch]) -> list[tuple[Heard, float, set[float]]]:
    return [(stretch.what, round(stretch.seconds, 1), set(stretch.tones)) for stretch in heard]


def test_a_timeline_tells_who_was_heard_and_for_how_long() -> None:
    """Tones that are listened for are told apart, silence between them is measured; another tone is speech."""
    heard = sound.timeline(_says((600, 2), (0, 1.5), (750, 1), (900, 1)), [600, 750])
    assert _of(heard) == [
        (Heard.TONE, 2.0, {600}),
        (Heard.SILENCE, 1.5, set()),
        (Heard.TONE, 1.0, {750}),
        (Heard.SPEECH, 1.0, set()),
    ]
    assert [round(stretch.began, 1) for stretch in heard] == [0.0, 2.0, 3.5, 4.5]
    assert str(heard[0]) == "0.0 tone 600 2.0 s"


def test_two_who_speak_at_once_are_both_heard() -> None:
    """A timeline of three who talk names whoever speaks."""
    both = [one + other for one, other in zip(_says((600, 1)), _says((750, 1)), strict=True)]
    assert _of(sound.timeline(both, [600, 750])) == [(Heard.TONE, 1.0, {600, 750})]


def test_a_click_ends_no_silence_and_a_pause_ends_no_speech() -> None:
    """So that three seconds of silence with a crack in them are three, and a breath between words is none."""
    cracked = sound.timeline(_says((0, 1.5), (600, 0.1), (0, 1.4)), [600])
    assert _of(cracked) == [(Heard.SILENCE, 3.0, set())]
    assert sound.longest(cracked, Heard.SILENCE) == pytest.approx(3.0)
    assert _of(sound.timeline(_says((600, 1), (0, 0.3), (600, 1)), [600])) == [(Heard.TONE, 2.3, {600})]
    assert sound.longest([], Heard.SILENCE) == 0


def test_the_lab_s_own_sounds_over_time() -> None:
    """Music is music from end to end, and what is said is speech, with no silence in it that would count."""
    music = sound.timeline(sound.recorded(_DATA / "irmacall-music" / "quiet.wav", 60))
    said = sound.timeline(sound.recorded(_DATA / "sounds/nl/irmacall/welcome.wav", 60))
    assert {stretch.what for stretch in music} <= {Heard.MUSIC, Heard.SILENCE}
    assert sound.longest(music, Heard.SILENCE) < 0.5
    assert sound.longest(said, Heard.SPEECH) > 5
    assert sound.longest(said, Heard.SILENCE) < 1

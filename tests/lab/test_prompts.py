"""A telephone knows which prompt it hears: on the lab's own sounds."""

from __future__ import annotations

import random

import pytest

from lab import paths, prompts, sound

_SOUNDS = paths.rootfs() / "usr/share/asterisk/sounds/nl/irmacall"


@pytest.mark.parametrize("prompt", prompts.PROMPTS)
def test_a_prompt_is_found_by_its_own_name_alone(prompt: str) -> None:
    """In line noise, after some silence and at half its loudness, a prompt is that one, and it is found once."""
    noise = random.Random(1)
    spoken = sound.recorded(_SOUNDS / f"{prompt}.wav", 60)
    heard = [s // 2 + noise.randint(-20, 20) for s in (*[0] * 3210, *spoken)]
    found = {name: prompts.find(heard, name) for name in prompts.PROMPTS}
    end = found[prompt]
    assert end is not None
    assert end == pytest.approx(3210 + 1.6 * sound.RATE, abs=200)
    assert [name for name, at in found.items() if at is not None] == [prompt]
    assert prompts.find(heard[end:], prompt) is None


def test_silence_and_music_are_no_prompt() -> None:
    """Nobody is told anything by silence or by music."""
    music = sound.recorded(paths.rootfs() / "usr/share/asterisk/irmacall-music" / "quiet.wav", 8)
    for name in prompts.PROMPTS:
        assert prompts.find([0] * 40000, name) is None
        assert prompts.find(music, name) is None
        assert prompts.find([], name) is None

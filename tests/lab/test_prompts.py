"""A telephone knows which prompt it hears: on the lab's own sounds."""

from __future__ import annotations

import random

import pytest

from lab import paths, prompts, sound

_SOUNDS = paths.rootfs() / "usr/share/asterisk/sounds/nl/irmacall"


@pytest.mark.parametrize("prompt", prompts.PROMPTS)
def test_a_prompt_is_found_by_its_own_name_alone(prompt: str) -> None:
    """In line noise, after some silence and a little softer, a prompt is that one, and it is found once."""
    noise = random.Random(1)
    spoken = sound.recorded(_SOUNDS / f"{prompt}.wav", 60)
    heard = [s * 4 // 5 + noise.randint(-20, 20) for s in (*[0] * 3210, *spoken)]
    found = {name: prompts.find(heard, name) for name in prompts.PROMPTS}
    end = found[prompt]
    assert end is not None
    assert 3210 + sound.RATE < end < 3210 + 1.7 * sound.RATE  # one that ends in a pause is over when it begins
    assert [name for name, at in found.items() if at is not None] == [prompt]
    assert prompts.find(heard[end:], prompt) is None


@pytest.mark.parametrize("prompt", prompts.PROMPTS)
def test_a_torn_prompt_is_still_that_one(prompt: str) -> None:
    """Packets of 20 ms that were lost, came twice or came after a pause make no other prompt of it, and none."""
    spoken = sound.recorded(_SOUNDS / f"{prompt}.wav", 60)
    chance = random.Random(prompt)
    packets = [list(spoken[i : i + 160]) for i in range(0, len(spoken), 160)]
    fates = {"lost": [], "twice": [1, 1], "paused": [0, 0, 1]}
    heard: list[int] = []
    for packet in packets:
        for kept in fates[chance.choice(list(fates))] if chance.random() < 0.15 else [1]:
            heard += packet if kept else [0] * 160
    assert [name for name in prompts.PROMPTS if prompts.find(heard, name) is not None] == [prompt]


def test_silence_and_music_are_no_prompt() -> None:
    """Nobody is told anything by silence or by music."""
    music = sound.recorded(paths.rootfs() / "usr/share/asterisk/irmacall-music" / "quiet.wav", 8)
    for name in prompts.PROMPTS:
        assert prompts.find([0] * 40000, name) is None
        assert prompts.find(music, name) is None
        assert prompts.find([], name) is None

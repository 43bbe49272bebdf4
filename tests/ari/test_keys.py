"""Each key of a caller is told once, however often Asterisk tells it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irmacall.ari.keys import SHORTEST, Key, Keys, PromptBegan, PromptOver
from irmacall.core.code import Digits
from irmacall.core.events import ChannelGone, KeysPressed, NodeEvent, PlaybackEnded
from irmacall.core.ids import CallId, ChannelId, NodeName, playback

NODE = NodeName("north")
CALLER = ChannelId("north-1795334094.0")
PROMPT = playback(CallId(CALLER), 1)
NEXT = playback(CallId(CALLER), 2)
BEGAN = PromptBegan(PROMPT)

GAP_MS = 45
"""What Asterisk wants between two keys (AST_MIN_DTMF_GAP)."""
PACKET_MS = 20


def key(digit: str, at_ms: float, held_ms: float = 200) -> Key:
    """One key, as ChannelDtmfReceived tells it."""
    return Key(KeysPressed(NODE, CALLER, Digits(digit)), held_ms / 1000, at_ms / 1000)


def over(at_ms: float) -> PromptOver:
    """The prompt has ended, or was cut short."""
    return PromptOver(PlaybackEnded(NODE, PROMPT), at_ms / 1000)


def heard(*told: NodeEvent | Key | PromptBegan | PromptOver) -> str:
    """The keys that the desk hears of."""
    keys = Keys()
    passed = [keys.sift(one) for one in told]
    return "".join(event.keys.plain() for event in passed if isinstance(event, KeysPressed))


def test_as_it_was_seen() -> None:
    """Asterisk 22.10, the prompt cut 120 ms after the first key: from the third on it told each key twice."""
    seen = (0, "5"), (121, ""), (240, "5"), (480, "6"), (500, "6"), (720, "6"), (745, "6"), (959, "7"), (990, "7")
    assert heard(BEGAN, *(key(digit, at) if digit else over(at) for at, digit in seen)) == "55667"


def test_a_late_key_is_no_repetition() -> None:
    """Where the prompt was cut in time nothing is told twice: keys that a busy machine brings together all count."""
    assert heard(BEGAN, key("5", 0), over(2), key("5", 330), key("5", 480), key("5", 720)) == "5555"


def test_the_last_key_is_told_again_under_the_next_prompt() -> None:
    """The key that made a code whole, and so began the next prompt, does not cut that prompt short."""
    told = BEGAN, key("1", 0), over(120), key("2", 240), PromptBegan(NEXT), key("2", 270), key("2", 500)
    assert heard(*told) == "122"


def test_quick_keys_by_sip_info_under_a_prompt_all_count() -> None:
    """SIP INFO may say that each key was held for longer than the time between two: none is put aside then."""
    pressed = [key(digit, 63 * index, 160) for index, digit in enumerate("5566778899")]
    assert heard(BEGAN, *pressed, over(700)) == "5566778899"
    assert heard(BEGAN, pressed[0], over(50), *pressed[1:2]) == "55"


def test_without_a_prompt_nothing_is_taken_for_told() -> None:
    """On a line of which we never heard a prompt (after a reconnect) every key counts."""
    assert heard(key("1", 0), key("1", 40), over(50), key("1", 80)) == "111"


def test_a_line_that_is_gone_is_forgotten() -> None:
    """Nothing is kept of a channel that has ended."""
    keys = Keys()
    for told in (BEGAN, over(0), key("1", 0), ChannelGone(NODE, CALLER, 16)):
        keys.sift(told)
    assert not keys._lines


class Asterisk:
    """How `__ast_read` (channel.c, Asterisk 22) tells telephone events while a prompt is played and after it."""

    def __init__(self, prompt_until: int) -> None:
        self._prompt_until = prompt_until
        self._made_up_until = self._last = -1000
        self._down = False
        self._put_aside: list[tuple[str, int]] = []

    def begin(self, at: int) -> None:
        """A key goes down. Under a prompt, while one is made up, or too soon after one, that is not noticed."""
        if at >= self._prompt_until and at >= self._made_up_until and at - self._last >= GAP_MS:
            self._down, self._last = True, at

    def end(self, digit: str, held: int, at: int) -> None:
        """It comes up; or what was put aside is taken up again."""
        if at < self._made_up_until:
            self._put_aside.append((digit, held))
        elif self._down or at < self._prompt_until:
            self._down, self._last = False, at
        elif at - self._last < GAP_MS:
            self._put_aside.append((digit, held))
        else:
            self._last = self._made_up_until = at + max(held, round(SHORTEST * 1000))

    def again(self, at: int) -> tuple[str, int] | None:
        """What is taken up again now."""
        due = self._put_aside and at >= self._made_up_until and at - self._last >= GAP_MS
        return self._put_aside.pop(0) if due else None


def tell(digits: str, held: int, pause: int, cut: int) -> Iterator[Key | PromptBegan | PromptOver]:
    """All that is told of these keys, where the prompt ends `cut` ms after the first key came up. In ms."""
    period, first = held + pause, 1000
    asterisk, ends = Asterisk(first + cut + 1), {first + period * index: digit for index, digit in enumerate(digits)}
    yield BEGAN
    for at in range(max(ends) + 2000):
        if at == first + cut:
            yield over(at)
        again = asterisk.again(at) if at % PACKET_MS == 0 else None
        for digit, length in filter(None, (again, (ends[at], held) if at in ends else None)):
            yield key(digit, at, length)
            asterisk.end(digit, length, at)
        if at + held - PACKET_MS in ends:  # the first packet comes when its sound has been
            asterisk.begin(at)


@settings(deadline=None, max_examples=60)
@given(
    st.text("0123456789", min_size=2, max_size=10), st.integers(70, 300), st.integers(70, 200), st.integers(0, 900)
)
def test_whenever_the_prompt_is_cut(digits: str, held: int, pause: int, cut: int) -> None:
    """Whatever is keyed in is told once and in order, also by a telephone's dialler: 70 ms a key, 70 between two."""
    assert heard(*tell(digits, held, pause, cut)) == digits


@pytest.mark.parametrize("cut", [0, 120, 300])
def test_the_model_is_that_of_asterisk(cut: int) -> None:
    """What the model tells is what was seen: ten keys of 200 ms each 240 ms, cut after 0, 120 and 300 ms."""
    told = [one for one in tell("5566778899", 200, 40, cut) if isinstance(one, Key)]
    assert abs(len(told) - {0: 10, 120: 18, 300: 17}[cut]) <= 1

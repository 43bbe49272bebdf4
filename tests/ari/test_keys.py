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
BEGAN = PromptBegan(CALLER)

GAP_MS = 45
"""What Asterisk wants between two keys (AST_MIN_DTMF_GAP)."""
PACKET_MS = 20


def key(digit: str, at_ms: float, held_ms: float = 200) -> Key:
    """One key, as ChannelDtmfReceived tells it."""
    return Key(KeysPressed(NODE, CALLER, Digits(digit)), held_ms / 1000, at_ms / 1000)


def over(at_ms: float) -> PromptOver:
    """The prompt has ended, or was cut short."""
    return PromptOver(PlaybackEnded(NODE, PROMPT), CALLER, at_ms / 1000)


def heard(*told: NodeEvent | Key | PromptBegan | PromptOver) -> str:
    """The keys that the desk hears of."""
    keys = Keys()
    passed = [keys.sift(one) for one in told]
    return "".join(event.keys.plain() for event in passed if isinstance(event, KeysPressed))


SEEN = {
    "events, cut at once": (
        200,
        "5@1089 !@1090 5@1329 6@1569 6@1809 7@2049 7@2289 8@2529 8@2769 9@3009 9@3249",
    ),
    "events, cut 120 ms late": (
        200,
        "5@7749 !@7870 5@7989 6@8229 6@8249 6@8469 6@8494 7@8708 7@8739 7@8948 7@8985 8@9189 8@9230 8@9429 8@9475"
        " 9@9669 9@9720 9@9909 9@9965",
    ),
    "events, cut 200 ms late": (
        200,
        "5@6089 !@6291 5@6328 6@6568 6@6589 6@6808 6@6834 7@7049 7@7079 7@7289 7@7324 8@7529 8@7569 8@7769 8@7815"
        " 9@8009 9@8060 9@8249 9@8305",
    ),
    "events, cut 300 ms late": (
        200,
        "5@4428 5@4669 !@4730 6@4909 6@5149 6@5169 7@5389 7@5414 7@5629 7@5659 8@5869 8@5904 8@6108 8@6149 9@6349"
        " 9@6395 9@6589 9@6640",
    ),
    "INFO, cut at once": (
        160,
        "5@2570 !@2571 5@2705 6@2910 6@3115 7@3321 7@3526 8@3731 8@3936 9@4141 9@4346",
    ),
    "INFO, cut 100 ms late": (
        160,
        "5@906 !@1007 5@1041 6@1246 6@1451 7@1656 7@1861 8@2066 8@2271 9@2476 9@2681",
    ),
    "INFO, cut 50 ms late": (
        160,
        "5@7578 !@7629 5@7641 6@7846 6@8052 7@8257 7@8462 8@8667 8@8872 9@9077 9@9282",
    ),
    "INFO, under a prompt": (
        160,
        "5@5909 5@5973 6@6036 6@6100 7@6163 7@6226 8@6289 8@6352 9@6416 9@6479",
    ),
}
"""What Asterisk 22.10 told of 5566778899 and when, in ms: telephone events of 200 ms each 240 ms, or SIP INFO; `!` is
the prompt's end."""


@pytest.mark.parametrize(("held", "seen"), SEEN.values(), ids=SEEN.keys())
def test_as_it_was_seen(held: int, seen: str) -> None:
    """However a real phone sent ten keys, and whenever the prompt was cut, ten are heard."""
    told = [(what, int(at)) for what, at in (one.split("@") for one in seen.split())]
    assert heard(BEGAN, *(over(at) if what == "!" else key(what, at, held) for what, at in told)) == "5566778899"


def test_a_late_end_and_the_next_beginning_at_once() -> None:
    """On a machine that was late with the third key the fifth and all after it were told twice."""
    seen = (
        (234, "2"),
        (551, "2"),
        (711, "1"),
        (951, "9"),
        (971, "9"),
        (1191, "7"),
        (1217, "7"),
        (1431, "5"),
        (1462, "5"),
    )
    assert heard(BEGAN, key("5", 0), over(2), *(key(digit, at) for at, digit in seen)) == "522197" + "5"


def test_a_late_key_is_no_repetition() -> None:
    """Where the prompt was cut in time nothing is told twice: keys that a busy machine brings together all count."""
    assert heard(BEGAN, key("5", 0), over(2), key("5", 330), key("5", 480), key("5", 720)) == "5555"


def test_the_last_key_is_told_again_under_the_next_prompt() -> None:
    """The key that made a code whole, and so began the next prompt, does not cut that prompt short."""
    told = BEGAN, key("1", 0), over(120), key("2", 240), BEGAN, key("2", 270), key("2", 500)
    assert heard(*told) == "122"


def test_quick_keys_by_sip_info_under_a_prompt_all_count() -> None:
    """SIP INFO may say that each key was held for longer than the time between two: none is put aside then."""
    pressed = [key(digit, 63 * index, 160) for index, digit in enumerate("5566778899")]
    assert heard(BEGAN, *pressed, over(700)) == "5566778899"
    assert heard(BEGAN, pressed[0], over(50), *pressed[1:2]) == "55"


def test_without_a_prompt_nothing_is_taken_for_told() -> None:
    """On a line of which we never heard a prompt (after a reconnect) every key counts."""
    assert heard(key("1", 0), key("1", 40), over(50), key("1", 80)) == "111"


def test_a_key_on_a_phone_of_ours_is_told_by_two_ways() -> None:
    """Of one instant: it is one key. The same one later is another, and so is one on another phone."""
    keys = Keys()
    other = Key(KeysPressed(NODE, ChannelId(f"{CALLER}.leg1"), Digits("*")), 0.2, 0.3)
    told = [key("*", 300), other, other, key("*", 300), key("*", 700)]
    assert [keys.sift(each) is not None for each in told] == [True, True, False, False, True]


def test_a_line_that_is_gone_is_forgotten() -> None:
    """Nothing is kept of a channel that has ended."""
    keys = Keys()
    for told in (BEGAN, over(0), key("1", 0), ChannelGone(NODE, CALLER, 16)):
        keys.sift(told)
    assert not keys._lines
    assert not keys._last


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
            until = at + max(held, round(SHORTEST * 1000))
            self._last = self._made_up_until = -(-until // PACKET_MS) * PACKET_MS  # seen when a packet comes

    def again(self, at: int) -> tuple[str, int] | None:
        """What is taken up again now."""
        due = self._put_aside and at >= self._made_up_until and at - self._last >= GAP_MS
        return self._put_aside.pop(0) if due else None


def tell(
    digits: str, held: int, pause: int, cut: int, stall: range = range(0)
) -> Iterator[Key | PromptBegan | PromptOver]:
    """All that is told of these keys, where the prompt ends `cut` ms after the first key came up. In ms.

    `stall`: a time in which the machine has none for Asterisk; what comes then is seen after it.
    """
    period, first = held + pause, 1000
    cut_at = (stall.stop if first in stall else first) + cut
    over_at = stall.stop if cut_at in stall else cut_at
    asterisk = Asterisk(over_at + 1)
    wire: list[tuple[int, str]] = []  # what the phone sends: a key goes down ("") or comes up
    for up_at, digit in ((first + period * index, digit) for index, digit in enumerate(digits)):
        wire += [(up_at - held + PACKET_MS, ""), (up_at, digit)]
    yield BEGAN
    for at in range(max(wire)[0] + 2000):
        if at in stall:
            continue
        if at == over_at:
            yield over(at)
        again = asterisk.again(at) if at % PACKET_MS == 0 or at == stall.stop else None
        if again is not None:
            yield key(again[0], at, again[1])
            asterisk.end(*again, at)
        while wire and wire[0][0] <= at:
            _, digit = wire.pop(0)
            if digit:
                yield key(digit, at, held)
                asterisk.end(digit, held, at)
            else:
                asterisk.begin(at)


@settings(deadline=None, max_examples=60)
@given(
    st.text("0123456789", min_size=2, max_size=10), st.integers(70, 300), st.integers(70, 200), st.integers(0, 900)
)
def test_whenever_the_prompt_is_cut(digits: str, held: int, pause: int, cut: int) -> None:
    """Whatever is keyed in is told once and in order, also by a telephone's dialler: 70 ms a key, 70 between two."""
    assert heard(*tell(digits, held, pause, cut)) == digits


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.sampled_from("0123456789"), min_size=4, max_size=10, unique=True).map("".join),
    st.integers(900, 3000),
    st.integers(0, 190),
)
def test_whenever_the_machine_stalls(digits: str, begins: int, lasts: int) -> None:
    """A machine that has no time for Asterisk, for less than a key is held, doubles no key and takes none away."""
    assert heard(*tell(digits, 200, 40, 2, range(begins, begins + lasts))) == digits


@pytest.mark.parametrize("cut", [0, 120, 300])
def test_the_model_is_that_of_asterisk(cut: int) -> None:
    """What the model tells is what was seen: ten keys of 200 ms each 240 ms, cut after 0, 120 and 300 ms."""
    told = [one for one in tell("5566778899", 200, 40, cut) if isinstance(one, Key)]
    assert abs(len(told) - {0: 10, 120: 18, 300: 17}[cut]) <= 1

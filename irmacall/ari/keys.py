"""Each key that a caller presses, once.

While a prompt is played Asterisk passes keys on at their end (`AST_FLAG_END_DTMF_ONLY`, set by file.c). A telephone
event (RFC 4733) that began under a prompt and ends after it is passed on late, since Asterisk makes up its beginning;
the next ones find Asterisk still busy with that, are put aside, and `ChannelDtmfReceived` is told of them twice: when
they come, and when they are taken up again (channel.c, `__ast_read`). So a prompt that is cut short by the first key
of a code, but not before the second key goes down, would double every key that follows.

That can begin only with a key that went down under a prompt and came up after it. What is told again then is known by
time: a key that was held for 200 ms cannot have come up 40 ms after the last one did.

Pure; the times are Asterisk's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from irmacall.core.events import ChannelGone, HangUpBegan, KeysPressed, NodeEvent, PlaybackEnded
from irmacall.core.ids import ChannelId, PlaybackId, call_of_playback

SHORTEST: Final = 0.08
"""Seconds for which Asterisk makes up a key at least (`dtmfminduration` in asterisk.conf)."""
_PACKET: Final = 0.02
"""Seconds: how much earlier than it was told a key may have gone down, or a prompt have ended."""


@dataclass(frozen=True, slots=True)
class Key:
    """ChannelDtmfReceived. `held` and `at` (its end, by Asterisk's clock) are seconds."""

    pressed: KeysPressed
    held: float
    at: float


@dataclass(frozen=True, slots=True)
class PromptBegan:
    """PlaybackStarted."""

    playback: PlaybackId


@dataclass(frozen=True, slots=True)
class PromptOver:
    """PlaybackFinished, and when (Asterisk's clock, seconds)."""

    ended: PlaybackEnded
    at: float


@dataclass(slots=True)
class _Line:
    """What is known of one caller's keys since her first prompt began."""

    prompt_over_at: float | None = None
    """None while one is played."""
    late: bool | None = None
    """Keys may be told twice, since the first one after the last prompt went down under it; None before that one."""
    last: Key | None = None
    """The last key, if Asterisk may tell it again."""

    def told_again(self, key: Key) -> bool:
        """Whether this press was told before; if not, it is remembered."""
        if self.last is not None and _one_press(self.last, key):
            self.last = None  # a third time would be another press
            return True
        if self.prompt_over_at is None:
            self.last = None
            return False
        if self.late is None:
            self.late = key.at - key.held < self.prompt_over_at + _PACKET
        self.last = key if self.late else None
        return False


def _one_press(first: Key, second: Key) -> bool:
    same = (first.pressed, first.held) == (second.pressed, second.held)
    return same and 0 <= second.at - first.at < max(second.held, SHORTEST)


class Keys:
    """The keys of one connection to a node."""

    def __init__(self) -> None:
        self._lines: dict[ChannelId, _Line] = {}

    def sift(self, heard: NodeEvent | Key | PromptBegan | PromptOver) -> NodeEvent | None:
        """What the desk should hear of this; None for a key that it has heard of."""
        match heard:
            case Key():
                line = self._lines.get(heard.pressed.channel)
                return None if line is not None and line.told_again(heard) else heard.pressed
            case PromptBegan():
                self._lines.setdefault(_caller(heard.playback), _Line()).prompt_over_at = None
                return None
            case PromptOver():
                line = self._lines.get(_caller(heard.ended.playback))
                if line is not None:
                    line.prompt_over_at, line.late = heard.at, None
                return heard.ended
            case ChannelGone() | HangUpBegan():
                self._lines.pop(heard.channel, None)
        return heard


def _caller(playback: PlaybackId) -> ChannelId:
    """The channel that it is played to: prompts are played to callers alone, and a call has its caller's id."""
    return ChannelId(call_of_playback(playback))

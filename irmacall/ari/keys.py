"""Each key that a caller presses, once.

While a prompt is played Asterisk passes keys on at their end (`AST_FLAG_END_DTMF_ONLY`, set by file.c). A telephone
event (RFC 4733) that began under a prompt and ends after it is passed on late, since Asterisk makes up its beginning;
the next ones find Asterisk still busy with that, are put aside, and `ChannelDtmfReceived` is told of them twice: when
they come, and when they are taken up again (channel.c, `__ast_read`). So a prompt that is cut short by the first key
of a code, but not before the second key goes down, would double every key that follows.

What is told again is known by time: a key that was held for 200 ms cannot have come up 40 ms after the last one did.
Pure; the times are Asterisk's own.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from irmacall.core.events import ChannelGone, HangUpBegan, KeysPressed, NodeEvent, PlaybackEnded
from irmacall.core.ids import ChannelId, PlaybackId, call_of_playback

SHORTEST: Final = 0.08
"""Seconds for which Asterisk makes up a key at least (`dtmfminduration` in asterisk.conf)."""
_LATEST: Final = 2.0
"""Seconds after which nothing is told again: the time of ten quick keys, one behind the other."""


@dataclass(frozen=True, slots=True)
class Key:
    """ChannelDtmfReceived. `held` and `at` (its end, by Asterisk's clock) are seconds."""

    pressed: KeysPressed
    held: float
    at: float

    def repeats(self, other: Key) -> bool:
        """Whether this can be the same press."""
        same = (self.pressed, self.held) == (other.pressed, other.held)
        return same and 0 <= self.at - other.at < _LATEST


@dataclass(frozen=True, slots=True)
class PromptBegan:
    """PlaybackStarted."""

    playback: PlaybackId


@dataclass(slots=True)
class _Line:
    """What is known of one caller's keys since her first prompt began."""

    quiet: bool = False
    """Nothing is played to her now."""
    last: Key | None = None
    put_aside: deque[Key] = field(default_factory=deque)
    """Keys that Asterisk may tell again: those that came while nothing was played."""

    def told_again(self, key: Key) -> bool:
        """Whether this press was told before; if not, it is remembered."""
        if self._impossible(key):
            while self.put_aside:
                if key.repeats(self.put_aside.popleft()):
                    return True
        self.last = key
        if self.quiet:
            self.put_aside.append(key)
        return False

    def _impossible(self, key: Key) -> bool:
        if self.last is None or not any(key.repeats(other) for other in self.put_aside):
            return False
        return 0 <= key.at - self.last.at < max(key.held, SHORTEST)


class Keys:
    """The keys of one connection to a node."""

    def __init__(self) -> None:
        self._lines: dict[ChannelId, _Line] = {}

    def sift(self, heard: NodeEvent | Key | PromptBegan) -> NodeEvent | None:
        """What the desk should hear of this; None for a key that it has heard of."""
        match heard:
            case Key():
                line = self._lines.get(heard.pressed.channel)
                return None if line is not None and line.told_again(heard) else heard.pressed
            case PromptBegan():
                self._lines.setdefault(_caller(heard.playback), _Line()).quiet = False
                return None
            case PlaybackEnded():
                line = self._lines.get(_caller(heard.playback))
                if line is not None:
                    line.quiet = True
            case ChannelGone() | HangUpBegan():
                self._lines.pop(heard.channel, None)
        return heard


def _caller(playback: PlaybackId) -> ChannelId:
    """The channel that it is played to: prompts are played to callers alone, and a call has its caller's id."""
    return ChannelId(call_of_playback(playback))

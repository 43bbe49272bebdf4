"""Each key that a caller presses, or who talks with her, once.

What is keyed in on a phone of ours is told by way of its channel and of its endpoint, at one instant. Beside that:

While a prompt is played Asterisk passes keys on at their end (`AST_FLAG_END_DTMF_ONLY`, set by file.c). A telephone
event (RFC 4733) that began under a prompt and ends after it is passed on late, since Asterisk makes up its beginning;
the next ones find Asterisk still busy with that, are put aside, and `ChannelDtmfReceived` is told of them twice: when
they come, and when they are taken up again (channel.c, `__ast_read`). So a prompt that is cut short by the first key
of a code, but not before the second key goes down, would double every key that follows.

On a busy machine it also begins with a key whose beginning comes in together with the end of the one before.

So what Asterisk remembers of a line's keys is followed here, from the times that it tells: which key it cannot have
noticed going down, until when it is busy, what it has put aside and when it takes that up. Pure; times are seconds.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from irmacall.core.events import ChannelGone, HangUpBegan, KeysPressed, NodeEvent, PlaybackEnded
from irmacall.core.ids import ChannelId

SHORTEST: Final = 0.08
"""For so long at least Asterisk makes up a key (`dtmfminduration` in asterisk.conf)."""
_GAP: Final = 0.045
"""What Asterisk wants between two keys, or it does not notice the second's beginning (AST_MIN_DTMF_GAP)."""
_PACKET: Final = 0.02
"""The sound in a packet: a key's first one is sent when its sound has been; with each Asterisk looks again."""
_SOON: Final = 0.1
"""What is taken up again is told within a few packets of when it may be."""
_ROUNDING: Final = 0.002


@dataclass(frozen=True, slots=True)
class Key:
    """ChannelDtmfReceived; `at` is its end, by Asterisk's clock."""

    pressed: KeysPressed
    held: float
    at: float

    def is_told_by(self, other: Key, until: float) -> bool:
        """Whether `other` can be this press, told again: before then, or sooner than one could press again."""
        same = (self.pressed, self.held) == (other.pressed, other.held)
        return same and other.at < max(until, self.at + self.held)


@dataclass(frozen=True, slots=True)
class PromptBegan:
    """PlaybackStarted; of a list of sounds it is told for each, and nobody's keys pass between two of them."""

    channel: ChannelId


@dataclass(frozen=True, slots=True)
class PromptOver:
    """PlaybackFinished, and when (Asterisk's clock)."""

    ended: PlaybackEnded
    channel: ChannelId
    at: float


@dataclass(slots=True)
class _Line:
    """What Asterisk knows of one caller's keys since her first prompt began."""

    prompt_over_at: float | None = None
    """None while one is played."""
    last_at: float = 0.0
    """When the last key was over (`dtmf_tv`)."""
    busy_until: float = 0.0
    """A key is made up until then."""
    aside: deque[Key] = field(default_factory=deque)

    def told_again(self, key: Key) -> bool:
        """Whether this press was told before."""
        due = max(self.busy_until, self.last_at + _GAP)  # when Asterisk takes up another
        again = bool(self.aside) and due - _ROUNDING <= key.at and self.aside[0].is_told_by(key, due + _SOON)
        if again:
            self.aside.popleft()
        elif key.at >= due + _SOON:
            self.aside.clear()  # they would have been told by now: they were not put aside
        unnoticed = self._unnoticed(key)
        if again or (unnoticed and key.at >= due):
            self._take_up(key)
        elif unnoticed or key.at < self.busy_until:
            self.aside.append(key)
        else:
            self.last_at = key.at
        return again

    def _unnoticed(self, key: Key) -> bool:
        """Under a prompt, whether it went down or not, a key passes at its end."""
        if self.prompt_over_at is None:
            return False
        down_at = key.at - key.held + _PACKET
        return down_at < max(self.prompt_over_at, self.busy_until, self.last_at + _GAP)

    def _take_up(self, key: Key) -> None:
        """Asterisk passes on an end whose beginning it did not notice."""
        self.last_at = key.at
        if self.prompt_over_at is not None:
            self.last_at = self.busy_until = key.at + max(key.held, SHORTEST)


class Keys:
    """The keys of one connection to a node."""

    def __init__(self) -> None:
        self._lines: dict[ChannelId, _Line] = {}
        self._last: dict[ChannelId, Key] = {}

    def sift(self, heard: NodeEvent | Key | PromptBegan | PromptOver) -> NodeEvent | None:
        """What the desk should hear of this; None for a key that it has heard of."""
        match heard:
            case Key():
                before, self._last[heard.pressed.channel] = self._last.get(heard.pressed.channel), heard
                line = self._lines.get(heard.pressed.channel)
                if before == heard:
                    return None
                return None if line is not None and line.told_again(heard) else heard.pressed
            case PromptBegan():
                self._lines.setdefault(heard.channel, _Line()).prompt_over_at = None
                return None
            case PromptOver():
                line = self._lines.get(heard.channel)
                if line is not None:
                    line.prompt_over_at = heard.at
                return heard.ended
            case ChannelGone() | HangUpBegan():
                self._lines.pop(heard.channel, None)
                self._last.pop(heard.channel, None)
        return heard

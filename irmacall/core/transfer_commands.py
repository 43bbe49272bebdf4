"""What must be done to hold callers, to ask about them and to pass them on, in the imperative (see `commands`)."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from irmacall.core.ids import BridgeId, CallId, ChannelId, NodeName


@dataclass(frozen=True, slots=True)
class Regroup:
    """Move the channels of a talk: first some to where the music is, and only then others to where they can talk.

    One command, so that nobody is heard by who should not hear her: where the first part fails, the second is not
    done.
    """

    node: NodeName
    call: CallId
    room: BridgeId
    music_class: str
    to_music: tuple[ChannelId, ...]
    talk: BridgeId
    to_talk: tuple[ChannelId, ...]


@dataclass(frozen=True, slots=True)
class JoinLine:
    """Answer the second call of an owner's phone, and bring it together with the leg of whom she consults."""

    node: NodeName
    call: CallId
    bridge: BridgeId
    line: ChannelId
    leg: ChannelId


@dataclass(frozen=True, slots=True)
class Ringback:
    """Let who waits on this channel for another phone hear that it rings, or (not `on`) no longer."""

    node: NodeName
    call: CallId
    channel: ChannelId
    on: bool


@dataclass(frozen=True, slots=True)
class Mute:
    """Let nobody hear what is said on this channel, or (not `on`) let it be heard again."""

    node: NodeName
    call: CallId
    channel: ChannelId
    on: bool


class Progress(enum.Enum):
    """What a phone is told that asked for a transfer by SIP REFER (RFC 3515): 100, 200, 603 or 503."""

    RINGING = "channel_progress"
    DONE = "channel_answered"
    DECLINED = "channel_declined"
    UNAVAILABLE = "channel_unavailable"


@dataclass(frozen=True, slots=True)
class TellPhone:
    """Tell the phone behind this channel how the transfer goes that it asked for."""

    node: NodeName
    call: CallId | None
    channel: ChannelId
    progress: Progress


@dataclass(frozen=True, slots=True)
class FindTarget:
    """Find out whose this extension is that was keyed in on the phone of who has this caller on the line.

    TargetFound or TargetUnknown answers it.
    """

    call: CallId
    extension: str
    asked: int
    """Which enquiry this is; the answer says it again."""

"""Opaque names of the things that a desk deals with, and the names that we choose inside Asterisk.

We choose the ids of legs and bridges ourselves, from the call and the attempt, so that a command that is
repeated after a crash meets its own earlier result and not a second phone call.
"""

from __future__ import annotations

import re
from typing import Final, NewType

DeskId = NewType("DeskId", str)
NodeName = NewType("NodeName", str)
"""One Asterisk server, by the name that the site file gives it."""

CallId = NewType("CallId", str)
"""A caller's call: Asterisk's unique id of her channel (unique over nodes: each has its own systemname)."""
ChannelId = NewType("ChannelId", str)
BridgeId = NewType("BridgeId", str)
PlaybackId = NewType("PlaybackId", str)
Endpoint = NewType("Endpoint", str)
"""The resource of a PJSIP endpoint, without its technology: `agent1`, not `PJSIP/agent1`."""

UserId = NewType("UserId", str)
SeatId = NewType("SeatId", str)
"""One browser session with one phone endpoint; an opaque derivative of the session, never its secret."""
QueueId = NewType("QueueId", str)
MenuId = NewType("MenuId", str)
GroupId = NewType("GroupId", str)
"""Agents who serve the same queues with the same skills, by the name that the site file gives them."""
SkillId = NewType("SkillId", str)
LanguageId = NewType("LanguageId", str)
"""A language in which callers are spoken to: ISO 639-1, "nl" or "en"."""
DUTCH: Final = LanguageId("nl")
"""What a desk speaks where its site says nothing else."""
SoundName = NewType("SoundName", str)
"""A prompt, by the name of its sound file without language, folder and suffix."""
SubjectId = NewType("SubjectId", str)
NumberId = NewType("NumberId", str)
"""A telephone number that somebody is to be called on: where it is kept, and nothing about what it is."""
SealedId = NewType("SealedId", str)
"""Where the vault keeps one disclosure. Says nothing about whose it is."""
PageId = NewType("PageId", str)
"""The citizen's page that began a disclosure: a keyed hash of the secret in its cookie."""
CodeHash = NewType("CodeHash", str)
"""A code's keyed hash; the code itself is never kept."""
GrantNumber = NewType("GrantNumber", int)
"""Rises with every grant of a desk, over restarts too: a late answer to an earlier one never paints."""
RecordKey = tuple[str, str]
"""Kind and id of something that is saved: ("call", …), ("agent", …), ("disclosure", …)."""

_LEG: Final = re.compile(r"(?P<call>.+)\.leg(?P<attempt>[0-9]+)")
_CALLOUT: Final = re.compile(r"(?P<call>.+)\.try(?P<attempt>[0-9]+)\.out")


def leg_channel(call: CallId, attempt: int) -> ChannelId:
    """The channel of the `attempt`-th phone that is rung for this call."""
    return ChannelId(f"{call}.leg{attempt}")


def call_of_leg(channel: ChannelId) -> CallId | None:
    """The call that a leg of ours was made for; None for a channel that is no leg of ours."""
    found = _LEG.fullmatch(channel)
    return CallId(found["call"]) if found else None


def callout_call(call: CallId, attempt: int) -> CallId:
    """Our `attempt`-th try to call back who asked for it in this call: a call of its own, and she is its caller."""
    return CallId(f"{call}.try{attempt}")


def callout_channel(call: CallId, attempt: int) -> ChannelId:
    """Her channel in that try.

    Asterisk makes no channel whose id an earlier one's begins with (22.10: "already in use"), and the agent's leg
    is made before hers.
    """
    return ChannelId(f"{callout_call(call, attempt)}.out")


def call_of_callout(channel: ChannelId) -> CallId | None:
    """The call in which we call out on this channel; None for a channel that somebody else made, or a leg."""
    found = _CALLOUT.fullmatch(channel)
    return CallId(found["call"]) if found else None


def talk_bridge(call: CallId) -> BridgeId:
    """The bridge in which this caller and the one who has her on the line meet."""
    return BridgeId(f"{call}.talk")


def call_of_talk_bridge(bridge: BridgeId) -> CallId | None:
    """The call that a talk bridge of ours belongs to; None for any other bridge."""
    return CallId(bridge.removesuffix(".talk")) if bridge.endswith(".talk") else None


def consult_bridge(call: CallId) -> BridgeId:
    """Where the one who has this caller on the line talks about her, in a second call of her phone."""
    return BridgeId(f"{call}.consult")


def call_of_consult_bridge(bridge: BridgeId) -> CallId | None:
    """The call that a consultation's bridge of ours belongs to; None for any other bridge."""
    return CallId(bridge.removesuffix(".consult")) if bridge.endswith(".consult") else None


DEFAULT_MUSIC: Final = "default"


def waiting_bridge(desk: DeskId, music: str = DEFAULT_MUSIC) -> BridgeId:
    """The holding bridge, one a node and class of music, where this desk's callers wait."""
    first = f"irmacall.{desk}.wait"
    return BridgeId(first if music == DEFAULT_MUSIC else f"{first}.{music}")


def is_waiting_bridge(bridge: BridgeId, desk: DeskId) -> bool:
    """Whether this desk's callers wait in this bridge, whatever its music."""
    first = waiting_bridge(desk)
    return bridge == first or bridge.startswith(f"{first}.")


def playback(call: CallId, number: int) -> PlaybackId:
    """The `number`-th thing that is said to this caller."""
    return PlaybackId(f"{call}.say{number}")


def call_of_playback(said: PlaybackId) -> CallId:
    """The call that a playback of ours was meant for."""
    return CallId(said.rpartition(".say")[0])

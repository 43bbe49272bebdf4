"""Asterisk's events → core events. Pure: a table of what the desk needs, strict about each part of it.

Field names are those of Asterisk 22's API description (rest-api/api-docs/events.json).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from irmacall.ari.fields import Fields, WireError
from irmacall.ari.keys import Key, PromptBegan, PromptOver
from irmacall.core.code import Digits
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    CallerArrived,
    ChannelGone,
    HangUpBegan,
    KeysPressed,
    LegAnswered,
    LegEntered,
    NodeEvent,
    PhoneCalled,
    PhoneRegistered,
    PlaybackEnded,
)
from irmacall.core.ids import (
    BridgeId,
    ChannelId,
    Endpoint,
    NodeName,
    PlaybackId,
    call_of_callout,
    call_of_leg,
    call_of_talk_bridge,
)
from irmacall.core.transfer_events import PhoneDialled, PhoneHeld, PhoneReferred

__all__ = ["DISALLOWED", "Referral", "Superseded", "WireError", "endpoint_of", "parse_event"]

KEYS: Final = "0123456789*#ABCD"

DISALLOWED: Final = (
    "BridgeCreated",
    "BridgeDestroyed",
    "BridgeVideoSourceChanged",
    "ChannelCallerId",
    "ChannelConnectedLine",
    "ChannelDialplan",
    "ChannelTalkingFinished",
    "ChannelTalkingStarted",
    "ChannelUserevent",
    "ChannelVarset",
    "ContactStatusChange",
    "DeviceStateChanged",
    "Dial",
    "PeerStatusChange",
    "PlaybackContinuing",
)
"""Event types that Asterisk is asked not to send: most of a call's events, and none that the desk needs.

A registration is told three times: EndpointStateChange alone is right each time (ContactStatusChange comes
before the endpoint's state has followed). A list of allowed types would be shorter, but it also swallows
answers that are no events.
"""


@dataclass(frozen=True, slots=True)
class Superseded:
    """ApplicationReplaced: another socket has our application now. Nothing that we do counts any more."""


@dataclass(frozen=True, slots=True)
class Referral:
    """ChannelTransfer, and when (Asterisk's clock): a phone may ask the same again, and each asking is told twice."""

    referred: PhoneReferred
    at: float


Heard = NodeEvent | Key | PromptBegan | PromptOver | Referral | Superseded


def parse_event(node: NodeName, text: str | bytes) -> Heard | None:
    """What one frame of the event socket says; None for what the desk does not need.

    Raises WireError where it is no event, or lacks what its type promises.
    """
    event = Fields.parse(text, "event")
    reader = _READERS.get(event["type"].text())
    return None if reader is None else reader(node, event)


def endpoint_of(channel_name: str) -> Endpoint | None:
    """The PJSIP endpoint of a channel named `PJSIP/<endpoint>-<hex>`; None for any other technology."""
    technology, _, rest = channel_name.partition("/")
    endpoint = rest.rpartition("-")[0]
    return Endpoint(endpoint) if technology == "PJSIP" and endpoint else None


def _channel(event: Fields) -> ChannelId:
    return ChannelId(event["channel"]["id"].text())


def _entered_stasis(node: NodeName, event: Fields) -> NodeEvent | None:
    # Stasis arguments tell a caller from a leg. Channels that a transfer inside Asterisk makes enter with
    # none at all: they are neither, and must not be taken for new callers.
    args = event["args"].texts()
    channel = _channel(event)
    if args[:1] == ("line",):
        return _dialled(node, event, channel, args[1:])
    if args[:1] == ("caller",):
        return CallerArrived(node, channel)
    if args[:1] in (("leg",), ("callout",)) and _is_made_by_us(channel):
        return LegEntered(node, channel)
    return None


def _dialled(node: NodeName, event: Fields, channel: ChannelId, dialled: tuple[str, ...]) -> NodeEvent | None:
    endpoint = endpoint_of(event["channel"]["name"].text())
    dialog = event["channel"].get("protocol_id")
    told = "" if dialog is None else dialog.text()
    return None if endpoint is None else PhoneDialled(node, channel, endpoint, "".join(dialled), told)


def _state_changed(node: NodeName, event: Fields) -> NodeEvent | None:
    channel = _channel(event)
    up = event["channel"]["state"].text() == "Up"
    return LegAnswered(node, channel) if up and _is_made_by_us(channel) else None


def _is_made_by_us(channel: ChannelId) -> bool:
    return call_of_leg(channel) is not None or call_of_callout(channel) is not None


def _key(node: NodeName, event: Fields) -> Key:
    digit = event["digit"]
    if len(digit.text()) != 1 or digit.text() not in KEYS:
        raise digit.bad("not a key")
    pressed = KeysPressed(node, _channel(event), Digits(digit.text()))
    return Key(pressed, event["duration_ms"].number() / 1000, event["timestamp"].moment())


def _playing(node: NodeName, event: Fields) -> PromptBegan:
    return PromptBegan(_listener(event["playback"]))


def _played(node: NodeName, event: Fields) -> PromptOver:
    playback = event["playback"]
    ended = PlaybackEnded(node, PlaybackId(playback["id"].text()))
    return PromptOver(ended, _listener(playback), event["timestamp"].moment())


def _listener(playback: Fields) -> ChannelId:
    """The channel that it is played to. A bridge to which something is played is no channel, and has no keys."""
    return ChannelId(playback["target_uri"].text().removeprefix("channel:"))


def _held(on: bool, node: NodeName, event: Fields) -> NodeEvent:
    return PhoneHeld(node, _channel(event), on)


def _referred(node: NodeName, event: Fields) -> Referral | None:
    if event.get("state") is not None:
        return None  # What we told the phone ourselves.
    asked, at = event["referred_by"]["source_channel"]["id"].text(), event["timestamp"].moment()
    to = event["refer_to"]
    return Referral(PhoneReferred(node, ChannelId(asked), *_refer_to(to)), at)


def _refer_to(to: Fields) -> tuple[str | None, ChannelId | None, str | None]:
    """Extension, line and dialog, of which one counts: the user part of a URI with Replaces means nothing."""
    line, wanted = to.get("destination_channel"), to["requested_destination"]
    if line is not None:
        return None, ChannelId(line["id"].text()), None
    dialog = wanted.get("protocol_id")
    if dialog is not None:
        return None, None, dialog.text()
    return wanted["destination"].text(), None, None


def _moved(kind: type[BridgeEntered | BridgeLeft], node: NodeName, event: Fields) -> NodeEvent | None:
    bridge = event["bridge"]
    name = BridgeId(bridge["id"].text())
    if call_of_talk_bridge(name) is None:
        return None  # Nothing follows from who is in the room where callers wait.
    return kind(node, name, _channel(event), frozenset(ChannelId(member) for member in bridge["channels"].texts()))


def _hang_up_began(node: NodeName, event: Fields) -> NodeEvent:
    return HangUpBegan(node, _channel(event))


def _destroyed(node: NodeName, event: Fields) -> NodeEvent:
    return ChannelGone(node, _channel(event), event["cause"].number())


def _created(node: NodeName, event: Fields) -> NodeEvent | None:
    endpoint = endpoint_of(event["channel"]["name"].text())
    return None if endpoint is None else PhoneCalled(node, endpoint, _channel(event))


def _endpoint_changed(node: NodeName, event: Fields) -> NodeEvent | None:
    endpoint = event["endpoint"]
    if endpoint["technology"].text() != "PJSIP":
        return None
    online = endpoint["state"].text() == "online"
    return PhoneRegistered(node, Endpoint(endpoint["resource"].text()), online)


def _superseded(node: NodeName, event: Fields) -> Superseded:
    return Superseded()


_READERS: Final[dict[str, Callable[[NodeName, Fields], Heard | None]]] = {
    "ApplicationReplaced": _superseded,
    "ChannelCreated": _created,
    "ChannelDestroyed": _destroyed,
    "ChannelDtmfReceived": _key,
    "ChannelEnteredBridge": partial(_moved, BridgeEntered),
    "ChannelHangupRequest": _hang_up_began,
    "ChannelHold": partial(_held, True),
    "ChannelLeftBridge": partial(_moved, BridgeLeft),
    "ChannelStateChange": _state_changed,
    "ChannelTransfer": _referred,
    "ChannelUnhold": partial(_held, False),
    "EndpointStateChange": _endpoint_changed,
    "PlaybackFinished": _played,
    "PlaybackStarted": _playing,
    "StasisEnd": _hang_up_began,
    "StasisStart": _entered_stasis,
}

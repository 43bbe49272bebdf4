"""The world behind the double's doors: channels, bridges, playbacks and phones, and what they tell."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from irmacall.core.ids import ChannelId

Answer = tuple[int, Any]
NOTHING: Answer = (204, None)


@dataclass
class Channel:
    """A channel. `app` is the application it is in, or None."""

    id: str
    name: str
    state: str = "Down"
    app: str | None = None
    data: str = ""
    playing: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    dialled: bool = False
    ringing: bool = False
    """It hears that another phone rings."""
    muted: bool = False
    number: str = "0612345678"

    def json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "caller": {"name": "", "number": self.number},
            "dialplan": {"app_name": "Stasis" if self.app else "Queue", "app_data": self.data},
            "channelvars": dict(self.variables),
        }


@dataclass
class Bridge:
    """A bridge and who is in it."""

    id: str
    kind: str
    name: str
    members: list[str] = field(default_factory=list)
    music: bool = False

    def json(self) -> dict[str, Any]:
        return {"id": self.id, "bridge_type": self.kind, "name": self.name, "channels": list(self.members)}


class World:
    """What one Asterisk holds."""

    def __init__(self, emit: Callable[[str, dict[str, Any]], None], phones: dict[str, str]) -> None:
        self._emit = emit
        self.phones = phones
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self._number = itertools.count(1)

    def caller(self, app: str, args: str, taken: bool) -> ChannelId:
        """A new call from outside; `taken` tells whether the application is there to take it."""
        number = next(self._number)
        channel = Channel(f"double-{number}", f"PJSIP/trunk-{number:08x}", "Up")
        self.channels[channel.id] = channel
        if taken:
            self._enter(channel, app, args)
        return ChannelId(channel.id)

    def press(self, channel: str, key: str) -> None:
        """One key, at its end."""
        self._tell(self.channels[channel], "ChannelDtmfReceived", digit=key, duration_ms=100)

    def gone(self, channel: str, cause: int) -> None:
        """The channel ends, with all that Asterisk says about it."""
        leaving = self.channels[channel]
        self._tell(leaving, "ChannelHangupRequest", cause=cause)
        self._leave_bridges(leaving)
        self._tell(leaving, "StasisEnd")
        self._tell(leaving, "ChannelDestroyed", cause=cause)
        del self.channels[channel]

    def subscribe(self, app: str, sources: list[str]) -> Answer:
        """Endpoints that this Asterisk does not know refuse the whole list."""
        known = all(source.removeprefix("endpoint:PJSIP/") in self.phones for source in sources)
        return (200, {"name": app}) if known else (422, {"message": "Event source does not exist"})

    def answer(self, method: str, path: list[str], query: dict[str, str]) -> Answer:
        """What Asterisk answers to this request."""
        match method, path:
            case "GET", ["channels"]:
                return 200, [channel.json() for channel in self.channels.values()]
            case "GET", ["bridges"]:
                return 200, [bridge.json() for bridge in self.bridges.values()]
            case "GET", ["endpoints"]:
                return 200, [self._phone(name) for name in self.phones]
            case "GET", ["endpoints", "PJSIP", name]:
                return (200, self._phone(name)) if name in self.phones else (404, {"message": "Endpoint not found"})
            case "POST", ["channels", "create"]:
                return self._create(query)
            case _, ["channels", channel, *rest]:
                return self._on_channel(method, channel, rest, query)
            case _, ["bridges", bridge, *rest]:
                return self._on_bridge(method, bridge, rest, query)
            case "DELETE", ["playbacks", playback]:
                return self._stop(playback)
            case _:
                return 404, {"message": "Invalid method"}

    def _phone(self, name: str) -> dict[str, Any]:
        channels = [c.id for c in self.channels.values() if c.name.startswith(f"PJSIP/{name}-")]
        return {"technology": "PJSIP", "resource": name, "state": self.phones[name], "channel_ids": channels}

    def _create(self, query: dict[str, str]) -> Answer:
        if query["channelId"] in self.channels:
            return 409, {"message": "Channel with given unique ID already exists"}
        channel = Channel(query["channelId"], f"{query['endpoint']}-{next(self._number):08x}")
        self.channels[channel.id] = channel
        # As Asterisk often does: the event is out before the answer is.
        self._enter(channel, query["app"], query["appArgs"])
        return 200, channel.json()

    def _on_channel(self, method: str, name: str, rest: list[str], query: dict[str, str]) -> Answer:
        channel = self.channels.get(name)
        if channel is None:
            return 404, {"message": "Channel not found"}
        match method, rest:
            case "GET", []:
                return 200, channel.json()
            case "DELETE", []:
                self.gone(name, cause=16)
                return NOTHING
            case "POST", ["dial"] if channel.dialled:
                # As Asterisk does while the phone has not answered the first: neither rings.
                self.gone(name, cause=16)
                return NOTHING
            case "POST", ["dial"]:
                channel.dialled = True
                return NOTHING
            case "GET", ["variable"]:
                value = channel.variables.get(query["variable"])
                return (404, {"message": "Variable not found"}) if value is None else (200, {"value": value})
            case "POST", ["variable"]:
                channel.variables[query["variable"]] = query["value"]
                return NOTHING
            case "POST" | "DELETE", ["ring"] if channel.app:
                channel.ringing = method == "POST"
                return NOTHING
            case "POST" | "DELETE", ["mute"] if channel.app and channel.state != "Up":
                return 412, {"message": "Channel in invalid state"}
            case "POST" | "DELETE", ["mute"] if channel.app:
                channel.muted = method == "POST"
                return NOTHING
            case "POST", ["answer"] if channel.app:
                channel.state = "Up"
                return NOTHING
            case "POST", ["transfer_progress"]:
                return NOTHING  # also for a phone that never asked
            case "POST", ["play", playback] if channel.app:
                channel.playing.append(playback)
                self._tell(channel, "PlaybackStarted", playback=_playback(playback, channel))
                return 201, {"id": playback}
            case "POST", ["continue"] if channel.app:
                self._leave_bridges(channel)
                self._tell(channel, "StasisEnd")
                channel.app = None
                return NOTHING
            case _:
                return 409, {"message": "Channel not in a Stasis application"}

    def _on_bridge(self, method: str, name: str, rest: list[str], query: dict[str, str]) -> Answer:
        bridge = self.bridges.get(name)
        match method, rest:
            case "POST", []:
                if bridge is not None:
                    return 409, {"message": "Bridge already exists"}
                kind = query["type"].partition(",")[0]  # what else it does is not shown
                self.bridges[name] = Bridge(name, kind, query["name"])
                return 200, self.bridges[name].json()
            case _ if bridge is None:
                return 404, {"message": "Bridge not found"}
            case "GET", []:
                return 200, bridge.json()
            case "DELETE", []:
                for member in list(bridge.members):
                    self._leave_bridges(self.channels[member])
                del self.bridges[name]
                return NOTHING
            case "POST", ["moh"]:
                bridge.music = True
                return NOTHING
            case "DELETE", ["moh"] if not bridge.music:
                return 409, {"message": "Bridge isn't playing music"}
            case "DELETE", ["moh"]:
                bridge.music = False
                return NOTHING
            case "POST", ["addChannel"]:
                return self._join(bridge, query["channel"].split(","))
            case _:
                return 404, {"message": "Invalid method"}

    def _join(self, bridge: Bridge, names: list[str]) -> Answer:
        if any(name not in self.channels for name in names):
            return 400, {"message": "Channel not found"}
        for channel in map(self.channels.__getitem__, names):
            self._leave_bridges(channel)
            bridge.members.append(channel.id)
            self._tell(channel, "ChannelEnteredBridge", bridge=bridge.json())
        return NOTHING

    def _stop(self, playback: str) -> Answer:
        for channel in self.channels.values():
            if playback in channel.playing:
                channel.playing.remove(playback)
                self._tell(channel, "PlaybackFinished", playback=_playback(playback, channel))
                return NOTHING
        return 404, {"message": "Playback not found"}

    def _enter(self, channel: Channel, app: str, args: str) -> None:
        channel.app, channel.data = app, f"{app},{args}"
        self._tell(channel, "StasisStart", args=args.split(","))

    def _leave_bridges(self, channel: Channel) -> None:
        for bridge in self.bridges.values():
            if channel.id in bridge.members:
                bridge.members.remove(channel.id)
                bridge.music = bridge.music and bool(bridge.members)
                self._tell(channel, "ChannelLeftBridge", bridge=bridge.json())

    def _tell(self, channel: Channel, kind: str, **more: Any) -> None:
        if channel.app is not None:
            now = datetime.now(UTC).isoformat(timespec="milliseconds")
            self._emit(channel.app, {"type": kind, "timestamp": now, "channel": channel.json(), **more})


def _playback(playback: str, channel: Channel) -> dict[str, Any]:
    return {"id": playback, "target_uri": f"channel:{channel.id}"}

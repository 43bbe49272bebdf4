"""Core commands → the HTTP requests that do them, and which answers mean that it is done. Pure.

Every id is chosen by us, so that a command may be repeated: a 409 for an id that exists already is settled by
looking at what bears it (`Proof`). Statuses are those of Asterisk 22's own API description; where several
stand in `also`, the thing to be torn down was gone already.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import singledispatch
from typing import Final
from urllib.parse import quote

from irmacall.ari.fields import Fields
from irmacall.core.commands import (
    CallOut,
    Connect,
    CreateLeg,
    DialLeg,
    HangUp,
    HoldInQueue,
    LeaveToDialplan,
    NodeCommand,
    PrepareNode,
    RemoveBridge,
    Say,
    StopSaying,
)
from irmacall.core.dialplan import anonymous_context, desk_of
from irmacall.core.transfer_commands import JoinLine, Mute, Regroup, Ringback, TellPhone

SOUNDS: Final = "irmacall"
"""The folder below Asterisk's sounds/<language>/ in which our prompts lie."""

DIALLED: Final = "IRMACALL_DIALLED"
"""A leg's variable: set once, just before it is dialled, and shown in every snapshot."""

_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]+")

GONE: Final = frozenset({404, 409, 422})
"""What Asterisk answers to tear-down of what is gone, has left Stasis, or is no member any more."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What settles a 409: GET `path`, and `holds` tells whether our own earlier request made what is there."""

    path: str
    holds: Callable[[Fields], bool]


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request below /ari/. It prints without its query and body."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    also: frozenset[int] = frozenset()
    """Statuses beside 2xx that mean it is done."""
    proof: Proof | None = None
    ends: frozenset[int] = frozenset()
    """Statuses that mean that the whole command is done already: what follows it is not sent."""

    def target(self) -> str:
        """Path and query, encoded (RFC 3986)."""
        query = "&".join([f"{name}={quoted(value)}" for name, value in self.query])
        return f"{self.path}?{query}" if query else self.path

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def path(*parts: str) -> str:
    """A path below /ari/ whose parts may hold any character."""
    return "/".join([quoted(part) for part in parts])


def quoted(part: str) -> str:
    """As it stands in a path or a query, whatever is in it (RFC 3986, 2.1); most of it may stand as it is."""
    return part if _UNRESERVED.fullmatch(part) else quote(part, safe="")


def requests_for(command: NodeCommand, app: str) -> tuple[Request, ...]:
    """The requests that do this command, to be sent in this order, each after the one before it is done.

    Of every command but CallOut, which needs what only outgoing.py can find (`callout_requests`).
    `app` is the desk's ARI application.
    """
    return _requests(command, app)


@singledispatch
def _requests(command: object, app: str) -> tuple[Request, ...]:
    raise AssertionError(f"no request is known for {type(command).__name__}")


@_requests.register
def _prepare(command: PrepareNode, app: str) -> tuple[Request, ...]:
    room = _bridge(command.bridge, "holding", app)
    return (room, music(command.bridge, command.music_class)) if command.music else (room,)


@_requests.register
def _say(command: Say, app: str) -> tuple[Request, ...]:
    # One playback for all of them: it is told of once when the last is over, and stopped as a whole.
    media = ",".join(f"sound:{SOUNDS}/{sound}" for sound in command.sounds)
    query = (("media", media), ("lang", command.language))
    return (Request("POST", path("channels", command.channel, "play", command.playback), query),)


@_requests.register
def _stop(command: StopSaying, app: str) -> tuple[Request, ...]:
    return (Request("DELETE", path("playbacks", command.playback), also=GONE),)


@_requests.register
def _hold(command: HoldInQueue, app: str) -> tuple[Request, ...]:
    # The music leaves with the last who waited, so whoever comes asks for it; it plays on where it plays.
    return (_join(command.bridge, command.channel), music(command.bridge, command.music_class))


@_requests.register
def _create_leg(command: CreateLeg, app: str) -> tuple[Request, ...]:
    endpoint, args = f"PJSIP/{command.endpoint}", f"leg,{command.call}"
    # Two telephones in a plain bridge are joined so closely that nobody hears their keys.
    kind = "mixing,dtmf_events" if command.keys else "mixing"
    return (
        _bridge(command.bridge, kind, app),
        _create(command.channel, endpoint, args, app, named=f"{endpoint}-"),
    )


def callout_requests(command: CallOut, endpoint: str, app: str) -> tuple[Request, ...]:
    """The requests that do this command, where outgoing.py found that this endpoint is to be called.

    No request of ours to Asterisk holds a telephone number but this one.
    """
    line = endpoint.rpartition("@")[2]
    return (_create(command.channel, endpoint, f"callout,{command.call}", app, named=f"PJSIP/{line}-"),)


@_requests.register
def _dial(command: DialLeg, app: str) -> tuple[Request, ...]:
    # A second dial of a channel whose phone has not said yet that it rings ends the first: a mark prevents it.
    variable = path("channels", command.channel, "variable")
    mark = (("variable", DIALLED), ("value", "1"), ("report_events", "true"))
    return (
        Request("GET", variable, mark[:1], also=frozenset({404}), ends=frozenset({200})),
        Request("POST", variable, mark),
        Request("POST", path("channels", command.channel, "dial"), (("timeout", str(command.seconds)),)),
    )


@_requests.register
def _connect(command: Connect, app: str) -> tuple[Request, ...]:
    # One request for both: where one of them is gone, neither is moved. They enter in this order, and leaving the
    # waiting bridge can take 40 ms: with the caller first, both are there at the instant when the leg enters.
    return (_join(command.bridge, command.caller, command.leg),)


@_requests.register
def _regroup(command: Regroup, app: str) -> tuple[Request, ...]:
    # Out before in: where the first is refused, what follows is not sent, and nobody is heard by whom she should not.
    out = (_join(command.room, *command.to_music), music(command.room, command.music_class))
    together = (_join(command.talk, *command.to_talk),)
    return (*(out if command.to_music else ()), *(together if command.to_talk else ()))


@_requests.register
def _join_line(command: JoinLine, app: str) -> tuple[Request, ...]:
    return (
        _bridge(command.bridge, "mixing", app),
        Request("POST", path("channels", command.line, "answer")),
        _join(command.bridge, command.line, command.leg),
    )


@_requests.register
def _ringback(command: Ringback, app: str) -> tuple[Request, ...]:
    return (_switch(path("channels", command.channel, "ring"), command.on),)


@_requests.register
def _mute(command: Mute, app: str) -> tuple[Request, ...]:
    return (_switch(path("channels", command.channel, "mute"), command.on, ("direction", "in")),)


@_requests.register
def _tell_phone(command: TellPhone, app: str) -> tuple[Request, ...]:
    told = path("channels", command.channel, "transfer_progress")
    return (Request("POST", told, (("states", command.progress.value),), also=GONE),)


@_requests.register
def _hang_up(command: HangUp, app: str) -> tuple[Request, ...]:
    return (Request("DELETE", path("channels", command.channel), also=GONE),)


@_requests.register
def _remove(command: RemoveBridge, app: str) -> tuple[Request, ...]:
    return (Request("DELETE", path("bridges", command.bridge), also=GONE),)


@_requests.register
def _leave(command: LeaveToDialplan, app: str) -> tuple[Request, ...]:
    desk = desk_of(app)
    assert desk is not None, "every application of ours is a desk's"
    query = (("context", anonymous_context(desk)), ("extension", "s"), ("priority", "1"))
    return (Request("POST", path("channels", command.channel, "continue"), query),)


def _create(channel: str, endpoint: str, args: str, app: str, named: str) -> Request:
    # Without a caller: with one, a telephone would show who calls, or who is called.
    query = (("endpoint", endpoint), ("app", app), ("appArgs", args), ("channelId", channel))
    proof = Proof(path("channels", channel), lambda seen: seen["name"].text().startswith(named))
    return Request("POST", path("channels", "create"), query, proof=proof)


def _bridge(bridge: str, kind: str, app: str) -> Request:
    # The name tells whose bridge it is: several desks may share a node.
    seen_as = kind.partition(",")[0]
    proof = Proof(path("bridges", bridge), lambda seen: seen["bridge_type"].text() == seen_as)
    return Request("POST", path("bridges", bridge), (("type", kind), ("name", app)), proof=proof)


def music(bridge: str, music_class: str) -> Request:
    """Let everybody in this room hear music of this class. Where it plays, nothing changes."""
    # Bridge music costs a fifth of channel music, and one stream serves all who wait.
    return Request("POST", path("bridges", bridge, "moh"), (("mohClass", music_class),))


def no_music(bridge: str) -> Request:
    """Let it be quiet in this room. Where no music plays, nothing changes."""
    return _switch(path("bridges", bridge, "moh"), on=False)


def bridge_members(bridge: str) -> Request:
    """Ask who is in this room: `channels` of the answer; the channel that plays its music is not among them."""
    return Request("GET", path("bridges", bridge))


def _switch(what: str, on: bool, *query: tuple[str, str]) -> Request:
    return Request("POST" if on else "DELETE", what, query, also=frozenset() if on else GONE)


def _join(bridge: str, *channels: str) -> Request:
    return Request("POST", path("bridges", bridge, "addChannel"), (("channel", ",".join(channels)),))

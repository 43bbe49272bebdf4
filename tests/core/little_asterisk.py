"""An Asterisk small enough to be true: channels, bridges, phones and one event socket, which obeys our commands.

What it does is what the field notes of docs/asterisk.md say of the real one: a channel that ends leaves its bridge
first, one command moves both or neither, nothing is replayed to a socket that was not there.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from functools import singledispatchmethod

from irmacall.core.code import Digits
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
    NodeLost,
    NodeSnapshot,
    PhoneCalled,
    PhoneRegistered,
    PlaybackEnded,
    SeenChannel,
    SeenPhone,
)
from irmacall.core.ids import BridgeId, ChannelId, Endpoint, NodeName, PlaybackId
from irmacall.core.transfer_commands import JoinLine, Mute, Progress, Regroup, Ringback, TellPhone
from irmacall.core.transfer_events import PhoneDialled, PhoneHeld, PhoneReferred


@dataclass
class Channel:
    """One channel. `caller`: she came in through our Stasis application; `ours`: it is in it now."""

    id: ChannelId
    endpoint: Endpoint | None = None
    caller: bool = False
    ours: bool = False
    up: bool = False
    ringing: bool = False
    line: bool = False
    """A phone made it, and it is in our Stasis application."""
    muted: bool = False
    told: list[Progress] = field(default_factory=list)
    """What the phone behind it was told of the transfers that it asked for."""
    playing: list[PlaybackId] = field(default_factory=list)

    def seen(self) -> SeenChannel:
        """What a snapshot shows of it."""
        return SeenChannel(self.endpoint, self.up, self.caller and self.ours, self.ringing, self.line)


@dataclass
class LittleAsterisk:
    """One node. `inbox` is what the daemon has received of it and not yet decided."""

    name: NodeName
    channels: dict[ChannelId, Channel] = field(default_factory=dict)
    bridges: dict[BridgeId, set[ChannelId]] = field(default_factory=dict)
    online: set[Endpoint] = field(default_factory=set)
    inbox: deque[NodeEvent] = field(default_factory=deque)
    connected: bool = False
    live: bool = False
    _kept: list[NodeEvent] = field(default_factory=list)
    _read: list[object] = field(default_factory=list)

    # -- the event socket ------------------------------------------------------------------------------------

    def emit(self, event: NodeEvent) -> None:
        """Something happened; only a socket that stands hears of it, behind its snapshot."""
        if self.live:
            self.inbox.append(event)
        elif self.connected:
            self._kept.append(event)

    def connect(self) -> None:
        """The daemon's event socket stands: from now on nothing is missed."""
        self.connected, self._kept, self._read = True, [], []

    def read_on(self) -> None:
        """The next of the three reads of a snapshot, which are not one instant; the last one makes it live."""
        if len(self._read) == 0:
            self._read.append({c.id: c.seen() for c in self._all()})
        elif len(self._read) == 1:
            self._read.append({bridge: frozenset(members) for bridge, members in self.bridges.items()})
        else:
            channels, bridges = self._read
            self.inbox.append(NodeSnapshot(self.name, channels, bridges, self._phones()))  # type: ignore[arg-type]
            self.inbox.extend(self._kept)
            self.live = True

    def _all(self) -> list[Channel]:
        return list(self.channels.values())

    def _phones(self) -> dict[Endpoint, SeenPhone]:
        known = self.online | {c.endpoint for c in self._all() if c.endpoint is not None}
        return {
            phone: SeenPhone(phone in self.online, frozenset(c.id for c in self._all() if c.endpoint == phone))
            for phone in sorted(known)
        }

    def drop(self, lost: int) -> None:
        """The socket closes; so many of its last events had not come through."""
        if self.live:
            while lost and self.inbox and not isinstance(self.inbox[-1], NodeSnapshot):
                self.inbox.pop()
                lost -= 1
            self.inbox.append(NodeLost(self.name))
        self.connected = self.live = False

    def abandon(self) -> None:
        """The daemon is killed: what it had received dies with it."""
        self.inbox.clear()
        self.connected = self.live = False

    def restart(self) -> None:
        """Everything is gone, and nobody was told."""
        self.channels.clear()
        self.bridges.clear()
        self.drop(len(self.inbox))

    # -- people ----------------------------------------------------------------------------------------------

    def call_in(self, channel: ChannelId) -> None:
        """Somebody calls. Without a daemon she goes down the dialplan's own way, and is none of ours."""
        if self.connected:
            self.channels[channel] = Channel(channel, caller=True, ours=True, up=True)
            self.emit(CallerArrived(self.name, channel))

    def press(self, channel: ChannelId, keys: str) -> None:
        """A caller presses keys: one, and the rest in one breath."""
        for some in filter(None, (keys[:1], keys[1:])):
            self.emit(KeysPressed(self.name, channel, Digits(some)))

    def finish_prompt(self, channel: ChannelId) -> None:
        """What is being said to a channel has been said."""
        if self.channels[channel].playing:
            self.emit(PlaybackEnded(self.name, self.channels[channel].playing.pop(0)))

    def answer(self, channel: ChannelId) -> None:
        """A ringing phone is taken off the hook."""
        leg = self.channels[channel]
        if leg.ringing:
            leg.ringing, leg.up = False, True
            self.emit(LegAnswered(self.name, channel))

    def end(self, channel: ChannelId, cause: int = 16) -> None:
        """A channel ends, whoever ended it."""
        ours = self.channels[channel].ours
        if ours:
            self.emit(HangUpBegan(self.name, channel))
        self.leave(channel)
        if ours:
            self.emit(HangUpBegan(self.name, channel))
        gone = self.channels.pop(channel)
        if ours or gone.endpoint is not None:
            self.emit(ChannelGone(self.name, channel, cause))

    def register(self, endpoint: Endpoint, online: bool) -> None:
        """A phone registers, or is reached no longer."""
        (self.online.add if online else self.online.discard)(endpoint)
        self.emit(PhoneRegistered(self.name, endpoint, online))

    def foreign(self, channel: ChannelId, endpoint: Endpoint) -> None:
        """A call that is not ours, on an agent's phone."""
        self.channels[channel] = Channel(channel, endpoint, up=True)
        self.emit(PhoneCalled(self.name, endpoint, channel))

    def dial(self, channel: ChannelId, endpoint: Endpoint, extension: str) -> None:
        """A phone makes a second call. Without a daemon it hears nothing but that it is over."""
        if self.connected:
            self.channels[channel] = Channel(channel, endpoint, ours=True, line=True)
            self.emit(PhoneCalled(self.name, endpoint, channel))
            self.emit(PhoneDialled(self.name, channel, endpoint, extension, f"dialog of {channel}"))

    def refer(self, channel: ChannelId, extension: str | None, line: ChannelId | None = None) -> None:
        """A phone asks for a transfer; nothing is moved by that. A call at another node is known by its Call-ID."""
        if line is None or line in self.channels:
            self.emit(PhoneReferred(self.name, channel, extension, line))
        else:
            self.emit(PhoneReferred(self.name, channel, dialog=f"dialog of {line}"))

    def phone_holds(self, channel: ChannelId, *, on: bool) -> None:
        """A phone holds, or takes back, who is at the other end."""
        self.emit(PhoneHeld(self.name, channel, on))

    # -- bridges ---------------------------------------------------------------------------------------------

    def enter(self, bridge: BridgeId, channel: ChannelId) -> None:
        """A channel comes into a bridge, out of the one where it was."""
        if channel not in self.bridges[bridge]:
            self.leave(channel)
            self.bridges[bridge].add(channel)
            self.emit(BridgeEntered(self.name, bridge, channel, frozenset(self.bridges[bridge])))

    def leave(self, channel: ChannelId) -> None:
        """A channel leaves the bridge that it is in, if it is in one."""
        for bridge, members in self.bridges.items():
            if channel in members:
                members.remove(channel)
                self.emit(BridgeLeft(self.name, bridge, channel, frozenset(members)))

    # -- commands --------------------------------------------------------------------------------------------

    def perform(self, command: NodeCommand) -> bool:
        """Do it; False where the real one would answer with an error that is no success."""
        return self._do(command)

    @singledispatchmethod
    def _do(self, command: NodeCommand) -> bool:
        raise AssertionError(command)

    @_do.register
    def _(self, command: PrepareNode) -> bool:
        self.bridges.setdefault(command.bridge, set())
        return True

    @_do.register
    def _(self, command: Say) -> bool:
        if not self._is_ours(command.channel):
            return False
        self.channels[command.channel].playing.append(command.playback)
        return True

    @_do.register
    def _(self, command: StopSaying) -> bool:
        for channel in self._all():
            if command.playback in channel.playing:
                channel.playing.remove(command.playback)
                self.emit(PlaybackEnded(self.name, command.playback))
        return True

    @_do.register
    def _(self, command: HoldInQueue) -> bool:
        return self._move(command.bridge, command.channel)

    @_do.register
    def _(self, command: CreateLeg) -> bool:
        self.bridges.setdefault(command.bridge, set())
        if command.channel not in self.channels:
            self.channels[command.channel] = Channel(command.channel, command.endpoint, ours=True)
            self.emit(PhoneCalled(self.name, command.endpoint, command.channel))
            self.emit(LegEntered(self.name, command.channel))
        return True

    @_do.register
    def _(self, command: CallOut) -> bool:
        if command.channel not in self.channels:
            self.channels[command.channel] = Channel(command.channel, ours=True)
            self.emit(LegEntered(self.name, command.channel))
        return True

    @_do.register
    def _(self, command: DialLeg) -> bool:
        if not self._is_ours(command.channel):
            return False
        leg = self.channels[command.channel]
        if leg.endpoint is not None and leg.endpoint not in self.online:
            self.end(leg.id, cause=20)
        elif not leg.up:
            leg.ringing = True
        return True

    @_do.register
    def _(self, command: Connect) -> bool:
        return self._move(command.bridge, command.leg, command.caller)

    @_do.register
    def _(self, command: Regroup) -> bool:
        out = not command.to_music or self._move(command.room, *command.to_music)
        return out and (not command.to_talk or self._move(command.talk, *command.to_talk))

    @_do.register
    def _(self, command: JoinLine) -> bool:
        self.bridges.setdefault(command.bridge, set())
        if not self._is_ours(command.line):
            return False
        self.channels[command.line].up = True
        return self._move(command.bridge, command.line, command.leg)

    @_do.register
    def _(self, command: Ringback) -> bool:
        return self._is_ours(command.channel)

    @_do.register
    def _(self, command: Mute) -> bool:
        if not self._is_ours(command.channel):
            return False
        self.channels[command.channel].muted = command.on
        return True

    @_do.register
    def _(self, command: TellPhone) -> bool:
        if self._is_ours(command.channel):
            self.channels[command.channel].told.append(command.progress)
        return True

    @_do.register
    def _(self, command: HangUp) -> bool:
        if command.channel in self.channels:
            self.end(command.channel)
        return True

    @_do.register
    def _(self, command: RemoveBridge) -> bool:
        for channel in sorted(self.bridges.get(command.bridge, ())):
            self.leave(channel)
        self.bridges.pop(command.bridge, None)
        return True

    @_do.register
    def _(self, command: LeaveToDialplan) -> bool:
        if not self._is_ours(command.channel):
            return False
        self.leave(command.channel)
        self.channels[command.channel].ours = False
        self.emit(HangUpBegan(self.name, command.channel))
        return True

    def _is_ours(self, channel: ChannelId) -> bool:
        return channel in self.channels and self.channels[channel].ours

    def _move(self, bridge: BridgeId, *channels: ChannelId) -> bool:
        if bridge not in self.bridges or not all(map(self._is_ours, channels)):
            return False
        for channel in channels:
            self.enter(bridge, channel)
        return True

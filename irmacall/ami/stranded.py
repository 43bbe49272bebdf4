"""Which channels of ours nobody cares for once no daemon leads their desk. Pure.

A caller who talks is left alone. Every other caller in Stasis hears silence or music that nobody will
end: she goes to the dialplan. A phone that rings for her, or is held without her, is hung up.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from irmacall.core.dialplan import desk_of
from irmacall.core.ids import BridgeId, DeskId, call_of_talk_bridge

_ROLES: Final = {"caller": "caller", "leg": "leg", "callout": "leg", "line": "leg"}
"""By the first argument of the application. Who is being called back is let go as an agent's phone is, and so is a
call that such a phone made: the caller about whom it was stays where she is."""


@dataclass(frozen=True, slots=True)
class LiveChannel:
    """One line of AMI's CoreShowChannels. `role` is `caller` or `leg` for a channel in Stasis of ours, else None."""

    name: str
    up: bool
    role: str | None
    bridge: str
    desk: DeskId | None
    """Whose it is, where it has a role."""

    @classmethod
    def read(cls, event: Mapping[str, str]) -> Self:
        """From an event whose keys are in lower case; what is missing counts as empty."""
        up = event.get("channelstatedesc", "") == "Up"
        role, desk = _ours(event.get("application", ""), event.get("applicationdata", ""))
        return cls(event.get("channel", ""), up, role, event.get("bridgeid", ""), desk)


def _ours(application: str, data: str) -> tuple[str, DeskId] | tuple[None, None]:
    # Stasis(irmacall-<desk>,caller,<desk>), and irmacall-<desk>,leg,<call> for what we created.
    app, _, rest = data.partition(",")
    role, desk = _ROLES.get(rest.partition(",")[0]), desk_of(app)
    return (role, desk) if application == "Stasis" and desk and role else (None, None)


@dataclass(frozen=True, slots=True)
class Stranded:
    """Callers to be redirected, legs to be hung up: the channel's name, and the desk that it is of."""

    callers: tuple[tuple[str, DeskId], ...]
    legs: tuple[tuple[str, DeskId], ...]


def find_stranded(channels: Iterable[LiveChannel], leaderless: Container[DeskId]) -> Stranded:
    """Those of the desks without a leader that are not talking."""
    seen = tuple(channels)
    talking = {bridge for bridge in {channel.bridge for channel in seen} if _talks(bridge, seen)}
    alone = [channel for channel in seen if channel.desk in leaderless and channel.bridge not in talking]
    return Stranded(_of("caller", alone), _of("leg", alone))


def _of(role: str, channels: Iterable[LiveChannel]) -> tuple[tuple[str, DeskId], ...]:
    return tuple((channel.name, channel.desk) for channel in channels if channel.desk and channel.role == role)


def _talks(bridge: str, seen: tuple[LiveChannel, ...]) -> bool:
    # A phone that was bridged before it is answered does not talk yet.
    up = sum(channel.bridge == bridge and channel.up for channel in seen)
    return call_of_talk_bridge(BridgeId(bridge)) is not None and up >= 2

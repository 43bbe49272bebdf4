"""Which channels of ours nobody cares for once no daemon leads. Pure.

A caller who talks is left alone. Every other caller in Stasis hears silence or music that nobody will
end: she goes to the dialplan. A phone that rings for her, or is held without her, is hung up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from irmacall.core.ids import BridgeId, call_of_talk_bridge


@dataclass(frozen=True, slots=True)
class LiveChannel:
    """One line of AMI's CoreShowChannels. `role` is `caller` or `leg` for a channel in Stasis of ours, else None."""

    name: str
    up: bool
    role: str | None
    bridge: str

    @classmethod
    def read(cls, event: Mapping[str, str]) -> Self:
        """From an event whose keys are in lower case; what is missing counts as empty."""
        up = event.get("channelstatedesc", "") == "Up"
        role = _role(event.get("application", ""), event.get("applicationdata", ""))
        return cls(event.get("channel", ""), up, role, event.get("bridgeid", ""))


def _role(application: str, data: str) -> str | None:
    # Stasis(irmacall-<desk>,caller,<desk>), and irmacall-<desk>,leg,<call> for what we created.
    app, _, rest = data.partition(",")
    role = rest.partition(",")[0]
    ours = application == "Stasis" and app.startswith("irmacall-") and role in ("caller", "leg")
    return role if ours else None


@dataclass(frozen=True, slots=True)
class Stranded:
    """Names of the channels: callers to be redirected, legs to be hung up."""

    callers: tuple[str, ...]
    legs: tuple[str, ...]


def find_stranded(channels: Iterable[LiveChannel]) -> Stranded:
    """Those that are not talking. To be asked only while no daemon leads."""
    seen = tuple(channels)
    talking = {bridge for bridge in {channel.bridge for channel in seen} if _talks(bridge, seen)}
    alone = [channel for channel in seen if channel.bridge not in talking]
    return Stranded(
        tuple(channel.name for channel in alone if channel.role == "caller"),
        tuple(channel.name for channel in alone if channel.role == "leg"),
    )


def _talks(bridge: str, seen: tuple[LiveChannel, ...]) -> bool:
    # A phone that was bridged before it is answered does not talk yet.
    up = sum(channel.bridge == bridge and channel.up for channel in seen)
    return call_of_talk_bridge(BridgeId(bridge)) is not None and up >= 2

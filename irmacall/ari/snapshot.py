"""What GET channels, bridges and endpoints answer → one core snapshot of a node. Pure."""

from __future__ import annotations

from typing import Final

from irmacall.ari.fields import Fields
from irmacall.ari.requests import DIALLED
from irmacall.ari.wire import endpoint_of
from irmacall.core.events import NodeSnapshot, SeenChannel, SeenPhone
from irmacall.core.ids import BridgeId, ChannelId, Endpoint, NodeName, call_of_callout, call_of_leg

PATHS: Final = ("channels", "bridges", "endpoints")
"""What must be read for a snapshot, in the order in which `parse_snapshot` takes the answers."""

RINGING: Final = ("Dialing", "Ring", "Ringing")


def parse_snapshot(node: NodeName, app: str, channels: bytes, bridges: bytes, endpoints: bytes) -> NodeSnapshot:
    """All that the node holds. `app` is our ARI application; our bridges bear its name, other desks' do not.

    Raises WireError where an answer lacks what Asterisk's API description promises.
    """
    return NodeSnapshot(
        node,
        dict(_channel(item, app) for item in Fields.parse(channels, "channels") if not _elsewhere(item, app)),
        dict(_bridge(item) for item in Fields.parse(bridges, "bridges") if item["name"].text() == app),
        dict(_phone(item) for item in Fields.parse(endpoints, "endpoints") if _is_phone(item)),
    )


def _channel(seen: Fields, app: str) -> tuple[ChannelId, SeenChannel]:
    dialplan = seen["dialplan"]
    # The arguments are those of the dialplan's Stasis(app,caller,desk): legs of ours never ran it.
    data = dialplan["app_data"].text() if dialplan["app_name"].text() == "Stasis" else ""
    state, marks = seen["state"].text(), seen.get("channelvars")
    dialled = marks is not None and marks.get(DIALLED) is not None
    return ChannelId(seen["id"].text()), SeenChannel(
        endpoint_of(seen["name"].text()),
        state == "Up",
        data.startswith(f"{app},caller,"),
        ringing=dialled or state in RINGING,
        line=data.startswith(f"{app},line,"),
    )


def _elsewhere(seen: Fields, app: str) -> bool:
    """Whether another desk on this node rings somebody with it: none of ours to hang up."""
    data = seen["dialplan"]["app_data"].text()
    in_stasis = seen["dialplan"]["app_name"].text() == "Stasis"
    channel = ChannelId(seen["id"].text())
    made_by_a_desk = call_of_leg(channel) is not None or call_of_callout(channel) is not None
    return in_stasis and made_by_a_desk and not data.startswith(f"{app},")


def _bridge(seen: Fields) -> tuple[BridgeId, frozenset[ChannelId]]:
    return BridgeId(seen["id"].text()), frozenset(ChannelId(member) for member in seen["channels"].texts())


def _is_phone(seen: Fields) -> bool:
    return seen["technology"].text() == "PJSIP"


def _phone(seen: Fields) -> tuple[Endpoint, SeenPhone]:
    channels = frozenset(ChannelId(channel) for channel in seen["channel_ids"].texts())
    return Endpoint(seen["resource"].text()), SeenPhone(is_online(seen), channels)


def is_online(seen: Fields) -> bool:
    """Whether this endpoint, as ARI shows one, can be reached."""
    state = seen.get("state")
    return state is not None and state.text() == "online"

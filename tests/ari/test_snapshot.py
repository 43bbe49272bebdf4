"""Three answers of Asterisk become one snapshot."""

from __future__ import annotations

import json

import pytest

from irmacall.ari.fields import WireError
from irmacall.ari.snapshot import parse_snapshot
from irmacall.core.events import NodeSnapshot, SeenChannel, SeenPhone
from irmacall.core.ids import BridgeId, ChannelId, Endpoint, NodeName

NODE = NodeName("north")


def channel(
    name: str, technology: str, state: str, app: str, data: str, marks: dict[str, str] | None = None
) -> dict[str, object]:
    found: dict[str, object] = {
        "id": name,
        "name": technology,
        "state": state,
        "dialplan": {"app_name": app, "app_data": data},
    }
    return found if marks is None else {**found, "channelvars": marks}


CHANNELS = [
    channel("a", "PJSIP/trunk-00000001", "Up", "Stasis", "irmacall-dorp,caller,dorp"),
    channel("b", "PJSIP/trunk-00000002", "Up", "Stasis", "irmacall-dorp2,caller,dorp2"),
    channel("c", "PJSIP/trunk-00000003", "Up", "Queue", "irmacall-dorp,ci"),
    channel("a.leg1", "PJSIP/agent1-00000004", "Ringing", "Stasis", "irmacall-dorp,leg,a"),
    channel("a.leg2", "PJSIP/agent2-00000005", "Down", "Stasis", "irmacall-dorp,leg,a", {"IRMACALL_DIALLED": "1"}),
    channel("a.leg3", "PJSIP/agent3-00000006", "Down", "", ""),
    channel("b.leg1", "PJSIP/agent4-00000007", "Up", "Stasis", "irmacall-dorp2,leg,b"),
    channel("l", "PJSIP/agent2-00000008", "Ring", "Stasis", "irmacall-dorp,line,2101"),
    channel("k", "PJSIP/agent5-00000009", "Up", "Stasis", "irmacall-dorp2,line,2101"),
    channel("m", "Announcer/ARI_MOH-00000000;2", "Up", "", ""),
]
BRIDGES = [
    {"id": "a.talk", "name": "irmacall-dorp", "channels": ["a", "a.leg1"]},
    {"id": "a.consult", "name": "irmacall-dorp", "channels": ["l"]},
    {"id": "irmacall.dorp.wait", "name": "irmacall-dorp", "channels": []},
    {"id": "b.talk", "name": "irmacall-dorp2", "channels": ["b"]},
]
ENDPOINTS = [
    {"technology": "PJSIP", "resource": "agent1", "state": "online", "channel_ids": ["a.leg1"]},
    {"technology": "PJSIP", "resource": "agent2", "channel_ids": []},
    {"technology": "IAX2", "resource": "agent3", "state": "online", "channel_ids": []},
]


def test_a_snapshot() -> None:
    """Callers of this desk, its legs and bridges, and the phones; of another desk nothing that could be torn down."""
    found = parse_snapshot(
        NODE, "irmacall-dorp", *(json.dumps(part).encode() for part in (CHANNELS, BRIDGES, ENDPOINTS))
    )
    trunk = Endpoint("trunk")
    assert found == NodeSnapshot(
        NODE,
        {
            ChannelId("a"): SeenChannel(trunk, up=True, caller=True),
            ChannelId("b"): SeenChannel(trunk, up=True, caller=False),
            ChannelId("c"): SeenChannel(trunk, up=True, caller=False),
            ChannelId("a.leg1"): SeenChannel(Endpoint("agent1"), up=False, caller=False, ringing=True),
            ChannelId("a.leg2"): SeenChannel(Endpoint("agent2"), up=False, caller=False, ringing=True),
            ChannelId("a.leg3"): SeenChannel(Endpoint("agent3"), up=False, caller=False),
            ChannelId("l"): SeenChannel(Endpoint("agent2"), up=False, caller=False, ringing=True, line=True),
            ChannelId("k"): SeenChannel(Endpoint("agent5"), up=True, caller=False),
            ChannelId("m"): SeenChannel(None, up=True, caller=False),
        },
        {
            BridgeId("a.talk"): frozenset({ChannelId("a"), ChannelId("a.leg1")}),
            BridgeId("a.consult"): frozenset({ChannelId("l")}),
            BridgeId("irmacall.dorp.wait"): frozenset(),
        },
        {
            Endpoint("agent1"): SeenPhone(True, frozenset({ChannelId("a.leg1")})),
            Endpoint("agent2"): SeenPhone(False),
        },
    )


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_an_answer_that_is_no_list(broken: int) -> None:
    """A snapshot is whole or it is refused."""
    parts = [b"[]", b"[]", b"[]"]
    parts[broken] = b'{"message": "x"}'
    with pytest.raises(WireError, match="not an array"):
        parse_snapshot(NODE, "irmacall-dorp", *parts)

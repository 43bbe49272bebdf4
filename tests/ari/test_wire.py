"""Asterisk's events become core events, or nothing, or a complaint without content."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irmacall.ari.keys import Key, PromptBegan, PromptOver
from irmacall.ari.wire import DISALLOWED, Referral, Superseded, WireError, endpoint_of, parse_event
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
    PhoneCalled,
    PhoneRegistered,
    PlaybackEnded,
)
from irmacall.core.ids import BridgeId, ChannelId, Endpoint, NodeName, PlaybackId
from irmacall.core.transfer_events import PhoneDialled, PhoneHeld, PhoneReferred

NODE = NodeName("north")
CALL = ChannelId("north-1795334094.0")
LEG = ChannelId("north-1795334094.0.leg1")
TRY = ChannelId("north-1795334094.0.try1.out")
TALK = BridgeId("north-1795334094.0.talk")
LINE = ChannelId("north-1795334099.7")
DIALOG = "756a1153-3042-4cda-8bbd-0ca6d90420d8"
AT, AT_S = "2026-11-22T11:10:19.776+0000", 1795345819.776
SAID = {"id": f"{CALL}.say1", "target_uri": f"channel:{CALL}"}


def channel(name: str = CALL, state: str = "Up", endpoint: str = "trunk") -> dict[str, Any]:
    """A channel as Asterisk writes it, with a number that must never be told on."""
    return {
        "id": name,
        "name": f"PJSIP/{endpoint}-00000001",
        "state": state,
        "caller": {"name": "Kanarie", "number": "0687654321"},
    }


def bridge(*members: str) -> dict[str, Any]:
    return {"id": TALK, "bridge_type": "mixing", "channels": list(members)}


def phone(state: str, technology: str = "PJSIP") -> dict[str, Any]:
    return {"technology": technology, "resource": "agent1", "state": state, "channel_ids": []}


def transfer(refer_to: dict[str, Any], **more: object) -> dict[str, Any]:
    """A phone's REFER, as Asterisk tells it where nothing but ARI moves channels."""
    referred_by = {"source_channel": channel(LEG), "connected_channel": channel(), "bridge": bridge(CALL, LEG)}
    return {"type": "ChannelTransfer", "timestamp": AT, "refer_to": refer_to, "referred_by": referred_by, **more}


BLIND: dict[str, Any] = {"requested_destination": {"destination": "2101"}}
ELSEWHERE: dict[str, Any] = {"requested_destination": {"destination": "2101", "protocol_id": DIALOG}}
ATTENDED: dict[str, Any] = {
    **ELSEWHERE,
    "destination_channel": channel(LINE),
    "connected_channel": channel("north-1795334094.0.leg2"),
    "bridge": {"id": f"{CALL}.consult", "channels": []},
}

TABLE: list[tuple[dict[str, Any], object]] = [
    ({"type": "StasisStart", "args": ["caller", "dorp"], "channel": channel()}, CallerArrived(NODE, CALL)),
    ({"type": "StasisStart", "args": ["leg", CALL], "channel": channel(LEG, "Down")}, LegEntered(NODE, LEG)),
    ({"type": "StasisStart", "args": ["callout", CALL], "channel": channel(TRY, "Down")}, LegEntered(NODE, TRY)),
    ({"type": "StasisStart", "args": ["leg", CALL], "channel": channel("another")}, None),
    ({"type": "StasisStart", "args": ["callout", CALL], "channel": channel("another")}, None),
    ({"type": "StasisStart", "args": [], "channel": channel()}, None),
    ({"type": "ChannelStateChange", "channel": channel(LEG)}, LegAnswered(NODE, LEG)),
    ({"type": "ChannelStateChange", "channel": channel(TRY)}, LegAnswered(NODE, TRY)),
    ({"type": "ChannelStateChange", "channel": channel(LEG, "Ringing")}, None),
    ({"type": "ChannelStateChange", "channel": channel(CALL)}, None),
    (
        {
            "type": "ChannelDtmfReceived",
            "digit": "#",
            "duration_ms": 120,
            "timestamp": "2026-11-22T11:10:19.776+0000",
            "channel": channel(),
        },
        Key(KeysPressed(NODE, CALL, Digits("#")), 0.12, 1795345819.776),
    ),
    ({"type": "PlaybackStarted", "playback": SAID}, PromptBegan(CALL)),
    (
        {
            "type": "PlaybackFinished",
            "timestamp": "2026-11-22T11:10:19.776+0000",
            "playback": SAID,
        },
        PromptOver(PlaybackEnded(NODE, PlaybackId(f"{CALL}.say1")), CALL, 1795345819.776),
    ),
    (
        {"type": "ChannelEnteredBridge", "bridge": bridge(CALL, LEG), "channel": channel(LEG)},
        BridgeEntered(NODE, TALK, LEG, frozenset({CALL, LEG})),
    ),
    (
        {"type": "ChannelLeftBridge", "bridge": bridge(CALL), "channel": channel(LEG)},
        BridgeLeft(NODE, TALK, LEG, frozenset({CALL})),
    ),
    (
        {"type": "ChannelEnteredBridge", "bridge": {"id": "irmacall.dorp.wait", "channels": [CALL]}, "channel": {}},
        None,
    ),
    ({"type": "ChannelLeftBridge", "bridge": {"id": "irmacall.dorp.wait", "channels": []}, "channel": {}}, None),
    ({"type": "ChannelHangupRequest", "cause": 16, "channel": channel()}, HangUpBegan(NODE, CALL)),
    ({"type": "StasisEnd", "channel": channel()}, HangUpBegan(NODE, CALL)),
    ({"type": "ChannelDestroyed", "cause": 17, "channel": channel(LEG)}, ChannelGone(NODE, LEG, 17)),
    (
        {"type": "ChannelCreated", "channel": channel(LEG, "Down", "agent-1")},
        PhoneCalled(NODE, Endpoint("agent-1"), LEG),
    ),
    ({"type": "ChannelCreated", "channel": {"id": "x", "name": "Local/s@here-00000001;1"}}, None),
    ({"type": "EndpointStateChange", "endpoint": phone("online")}, PhoneRegistered(NODE, Endpoint("agent1"), True)),
    ({"type": "EndpointStateChange", "endpoint": phone("offline")}, PhoneRegistered(NODE, Endpoint("agent1"), False)),
    ({"type": "EndpointStateChange", "endpoint": phone("online", "IAX2")}, None),
    (
        {"type": "StasisStart", "args": ["line", "2101"], "channel": channel(LINE, "Ring", "agent1")},
        PhoneDialled(NODE, LINE, Endpoint("agent1"), "2101"),
    ),
    (
        {"type": "StasisStart", "args": ["line"], "channel": channel(LINE, "Ring", "agent1")},
        PhoneDialled(NODE, LINE, Endpoint("agent1"), ""),
    ),
    ({"type": "StasisStart", "args": ["line", "1"], "channel": {"id": "x", "name": "Local/1@here-0001;2"}}, None),
    ({"type": "ChannelHold", "musicclass": "default", "channel": channel(LEG)}, PhoneHeld(NODE, LEG, on=True)),
    ({"type": "ChannelUnhold", "channel": channel(LEG)}, PhoneHeld(NODE, LEG, on=False)),
    (transfer(BLIND), Referral(PhoneReferred(NODE, LEG, extension="2101"), AT_S)),
    (transfer(ATTENDED), Referral(PhoneReferred(NODE, LEG, line=LINE), AT_S)),
    (transfer(ELSEWHERE), Referral(PhoneReferred(NODE, LEG, dialog=DIALOG), AT_S)),
    (transfer(BLIND, state="channel_progress"), None),
    ({"type": "ApplicationReplaced"}, Superseded()),
    ({"type": "SomethingNew", "channel": 7}, None),
]


@pytest.mark.parametrize(("frame", "expected"), TABLE, ids=lambda value: "")
def test_each_event(frame: dict[str, Any], expected: object) -> None:
    """Each kind that the desk needs becomes its core event; the others become nothing."""
    assert parse_event(NODE, json.dumps(frame)) == expected


@pytest.mark.parametrize("frame", [frame for frame, expected in TABLE if expected is not None], ids=lambda _: "")
def test_nothing_that_the_desk_needs_is_filtered(frame: dict[str, Any]) -> None:
    """What is read is not among what Asterisk is asked to leave out."""
    assert frame["type"] not in DISALLOWED


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "event: not JSON"),
        ("{", "event: not JSON"),
        ("[" * 100_000, "event: not JSON"),
        ('{"type": NaN}', "event: not JSON"),
        ("[]", "event: not an object"),
        ("{}", "event.type: missing"),
        ('{"type": 5}', "event.type: not a string"),
        ('{"type": "StasisEnd"}', "event.channel: missing"),
        ('{"type": "StasisEnd", "channel": {"id": null}}', "event.channel.id: missing"),
        ('{"type": "StasisStart", "args": {}, "channel": {"id": "x"}}', "event.args: not an array"),
        ('{"type": "StasisStart", "args": [5], "channel": {"id": "x"}}', "event.args[0]: not a string"),
        ('{"type": "ChannelDestroyed", "cause": true, "channel": {"id": "x"}}', "event.cause: not a number"),
        ('{"type": "ChannelDtmfReceived", "digit": "12", "channel": {"id": "x"}}', "event.digit: not a key"),
        (
            '{"type": "ChannelDtmfReceived", "digit": "1", "duration_ms": 1, "timestamp": "", "channel": {"id": ""}}',
            "event.timestamp: not a time",
        ),
        ('{"type": "ChannelTransfer"}', "event.referred_by: missing"),
        ('{"type": "StasisEnd", "channel": {"id": "' + "x" * 5000 + '"}}', "event.channel.id: too long"),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_no_event_is_refused(text: str, complaint: str) -> None:
    """The complaint names where, and never what."""
    with pytest.raises(WireError) as refused:
        parse_event(NODE, text)
    assert str(refused.value) == complaint


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.just("KANARIE"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "state", "channels", "technology", "resource"]), inner)
    ),
    max_leaves=8,
)
KINDS = st.sampled_from([frame["type"] for frame, _ in TABLE])
PARTS = st.sampled_from(
    ["args", "channel", "bridge", "playback", "endpoint", "digit", "cause", "refer_to", "referred_by"]
)


@given(KINDS, st.dictionaries(PARTS, JSON))
def test_any_json_is_an_event_or_a_complaint(kind: str, parts: dict[str, Any]) -> None:
    """Whatever stands in a frame, reading it gives an event, nothing or a WireError that does not quote it."""
    complaint = ""
    try:
        parse_event(NODE, json.dumps({"type": kind, **parts}))
    except WireError as refused:
        complaint = str(refused)
    assert "KANARIE" not in complaint


@given(st.text() | st.binary())
def test_any_text_is_an_event_or_a_complaint(text: str | bytes) -> None:
    """The same for what is no JSON at all."""
    with pytest.raises(WireError):
        parse_event(NODE, text)


@pytest.mark.parametrize(
    ("name", "endpoint"),
    [
        ("PJSIP/agent1-0000000a", "agent1"),
        ("PJSIP/agent-1-0000000a", "agent-1"),
        ("Local/s@x-00000001;1", None),
        ("PJSIP/", None),
        ("", None),
    ],
)
def test_the_endpoint_of_a_channel(name: str, endpoint: str | None) -> None:
    """A PJSIP channel's name tells its endpoint; other channels have none."""
    assert endpoint_of(name) == endpoint

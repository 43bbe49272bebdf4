"""Commands become requests: which, in which order, and what counts as done."""

from __future__ import annotations

import typing

import pytest

from irmacall.ari.fields import Fields
from irmacall.ari.requests import Request, callout_requests, requests_for
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
from irmacall.core.ids import (
    BridgeId,
    CallId,
    ChannelId,
    Endpoint,
    LanguageId,
    NodeName,
    NumberId,
    PlaybackId,
    SoundName,
    callout_channel,
    consult_bridge,
)
from irmacall.core.transfer_commands import JoinLine, Mute, Progress, Regroup, Ringback, TellPhone

APP = "irmacall-dorp"
NODE = NodeName("north")
CALL, CALLER, LEG = CallId("n-1.0"), ChannelId("n-1.0"), ChannelId("n-1.0.leg1")
COLLEAGUE, LINE, CONSULT = ChannelId("n-1.0.leg2"), ChannelId("n-1.4"), consult_bridge(CALL)
TALK, WAIT, SAID = BridgeId("n-1.0.talk"), BridgeId("irmacall.dorp.wait"), PlaybackId("n-1.0.say1")

TABLE: list[tuple[NodeCommand, list[str]]] = [
    (
        PrepareNode(NODE, WAIT),
        ["POST bridges/irmacall.dorp.wait?type=holding&name=irmacall-dorp"],
    ),
    (
        PrepareNode(NODE, WAIT, music=True),
        [
            "POST bridges/irmacall.dorp.wait?type=holding&name=irmacall-dorp",
            "POST bridges/irmacall.dorp.wait/moh?mohClass=default",
        ],
    ),
    (
        Say(NODE, CALL, CALLER, SAID, (SoundName("code-again"), SoundName("welcome")), LanguageId("en")),
        [
            "POST channels/n-1.0/play/n-1.0.say1"
            "?media=sound%3Airmacall%2Fcode-again%2Csound%3Airmacall%2Fwelcome&lang=en",
        ],
    ),
    (StopSaying(NODE, CALL, SAID), ["DELETE playbacks/n-1.0.say1"]),
    (
        PrepareNode(NODE, BridgeId("irmacall.dorp.wait.jazz"), music=True, music_class="jazz"),
        [
            "POST bridges/irmacall.dorp.wait.jazz?type=holding&name=irmacall-dorp",
            "POST bridges/irmacall.dorp.wait.jazz/moh?mohClass=jazz",
        ],
    ),
    (
        HoldInQueue(NODE, CALL, CALLER, WAIT),
        [
            "POST bridges/irmacall.dorp.wait/addChannel?channel=n-1.0",
            "POST bridges/irmacall.dorp.wait/moh?mohClass=default",
        ],
    ),
    (
        CreateLeg(NODE, CALL, LEG, TALK, Endpoint("agent1")),
        [
            "POST bridges/n-1.0.talk?type=mixing&name=irmacall-dorp",
            "POST channels/create?endpoint=PJSIP%2Fagent1&app=irmacall-dorp&appArgs=leg%2Cn-1.0&channelId=n-1.0.leg1",
        ],
    ),
    (
        CreateLeg(NODE, CALL, LEG, TALK, Endpoint("agent1"), keys=True),
        [
            "POST bridges/n-1.0.talk?type=mixing%2Cdtmf_events&name=irmacall-dorp",
            "POST channels/create?endpoint=PJSIP%2Fagent1&app=irmacall-dorp&appArgs=leg%2Cn-1.0&channelId=n-1.0.leg1",
        ],
    ),
    (
        Regroup(NODE, CALL, WAIT, "jazz", (CALLER,), TALK, (LEG, COLLEAGUE)),
        [
            "POST bridges/irmacall.dorp.wait/addChannel?channel=n-1.0",
            "POST bridges/irmacall.dorp.wait/moh?mohClass=jazz",
            "POST bridges/n-1.0.talk/addChannel?channel=n-1.0.leg1%2Cn-1.0.leg2",
        ],
    ),
    (
        Regroup(NODE, CALL, WAIT, "default", (CALLER, COLLEAGUE), TALK, ()),
        [
            "POST bridges/irmacall.dorp.wait/addChannel?channel=n-1.0%2Cn-1.0.leg2",
            "POST bridges/irmacall.dorp.wait/moh?mohClass=default",
        ],
    ),
    (
        Regroup(NODE, CALL, WAIT, "default", (), TALK, (CALLER,)),
        ["POST bridges/n-1.0.talk/addChannel?channel=n-1.0"],
    ),
    (
        JoinLine(NODE, CALL, CONSULT, LINE, COLLEAGUE),
        [
            "POST bridges/n-1.0.consult?type=mixing&name=irmacall-dorp",
            "POST channels/n-1.4/answer",
            "POST bridges/n-1.0.consult/addChannel?channel=n-1.4%2Cn-1.0.leg2",
        ],
    ),
    (Ringback(NODE, CALL, LINE, on=True), ["POST channels/n-1.4/ring"]),
    (Ringback(NODE, CALL, LINE, on=False), ["DELETE channels/n-1.4/ring"]),
    (Mute(NODE, CALL, LEG, on=True), ["POST channels/n-1.0.leg1/mute?direction=in"]),
    (Mute(NODE, CALL, LEG, on=False), ["DELETE channels/n-1.0.leg1/mute?direction=in"]),
    (
        TellPhone(NODE, CALL, LEG, Progress.DECLINED),
        ["POST channels/n-1.0.leg1/transfer_progress?states=channel_declined"],
    ),
    (
        DialLeg(NODE, CALL, LEG, 25),
        [
            "GET channels/n-1.0.leg1/variable?variable=IRMACALL_DIALLED",
            "POST channels/n-1.0.leg1/variable?variable=IRMACALL_DIALLED&value=1&report_events=true",
            "POST channels/n-1.0.leg1/dial?timeout=25",
        ],
    ),
    (
        Connect(NODE, CALL, TALK, CALLER, LEG),
        ["POST bridges/n-1.0.talk/addChannel?channel=n-1.0%2Cn-1.0.leg1"],
    ),
    (HangUp(NODE, CALL, LEG), ["DELETE channels/n-1.0.leg1"]),
    (RemoveBridge(NODE, CALL, TALK), ["DELETE bridges/n-1.0.talk"]),
    (
        LeaveToDialplan(NODE, CALL, CALLER),
        ["POST channels/n-1.0/continue?context=irmacall-anonymous-dorp&extension=s&priority=1"],
    ),
]


@pytest.mark.parametrize(("command", "expected"), TABLE, ids=lambda value: type(value).__name__)
def test_each_command(command: NodeCommand, expected: list[str]) -> None:
    """Each command of the core becomes these requests, in this order."""
    assert [f"{request.method} {request.target()}" for request in requests_for(command, APP)] == expected


def test_every_command_is_known() -> None:
    """No command of the core is missing from the table above and the test below."""
    assert {type(command) for command, _ in TABLE} == set(typing.get_args(NodeCommand)) - {CallOut}


def test_calling_out() -> None:
    """The one request with a telephone number in it, which does not show when it is printed."""
    command = CallOut(NODE, CALL, callout_channel(CALL, 2), NumberId("kept"))
    (request,) = callout_requests(command, "PJSIP/+31612345678@provider-out", APP)
    assert request.target() == (
        "channels/create?endpoint=PJSIP%2F%2B31612345678%40provider-out"
        "&app=irmacall-dorp&appArgs=callout%2Cn-1.0&channelId=n-1.0.try2.out"
    )
    assert str(request) == "POST channels/create"
    assert request.proof is not None
    assert request.proof.holds(Fields.parse('{"name": "PJSIP/provider-out-00000001"}', "seen"))
    assert not request.proof.holds(Fields.parse('{"name": "PJSIP/provider-00000001"}', "seen"))


@pytest.mark.parametrize(
    "command",
    [
        HangUp(NODE, CALL, LEG),
        RemoveBridge(NODE, CALL, TALK),
        RemoveBridge(NODE, CALL, CONSULT),
        StopSaying(NODE, CALL, SAID),
        Ringback(NODE, CALL, LINE, on=False),
        Mute(NODE, CALL, LEG, on=False),
        TellPhone(NODE, CALL, LEG, Progress.DONE),
    ],
)
def test_tearing_down_what_is_gone_is_a_success(command: NodeCommand) -> None:
    """404, 409 and 422 on tear-down mean that nothing is left to do."""
    (request,) = requests_for(command, APP)
    assert request.also == {404, 409, 422}


def test_building_up_is_not_so_lenient() -> None:
    """Nothing else takes a refusal for a success. (A phone that is gone needs not be told how its transfer went.)"""
    for command, _ in TABLE:
        if isinstance(command, TellPhone):
            continue
        for request in requests_for(command, APP):
            assert request.method in ("DELETE", "GET") or not request.also


def test_a_bridge_that_tells_of_keys_is_a_mixing_one() -> None:
    """As Asterisk shows it: a repeated command finds its own, and no holding bridge is taken for it."""
    proof = requests_for(CreateLeg(NODE, CALL, LEG, TALK, Endpoint("agent1"), keys=True), APP)[0].proof
    assert proof is not None
    assert proof.holds(Fields.parse('{"bridge_type": "mixing"}', "seen"))
    assert not proof.holds(Fields.parse('{"bridge_type": "holding"}', "seen"))


@pytest.mark.parametrize(
    ("seen", "holds"),
    [
        ('{"name": "PJSIP/agent1-00000001"}', True),
        ('{"name": "PJSIP/agent12-00000001"}', False),
        ('{"name": "Local/x@y-00000001;1"}', False),
    ],
)
def test_a_conflict_is_settled_by_looking(seen: str, holds: bool) -> None:
    """A leg's id that exists already is ours only when it is a channel of that phone."""
    create = requests_for(CreateLeg(NODE, CALL, LEG, TALK, Endpoint("agent1")), APP)[1]
    assert create.proof is not None
    assert create.proof.path == "channels/n-1.0.leg1"
    assert create.proof.holds(Fields.parse(seen, "seen")) is holds


def test_odd_ids_stay_one_part_of_the_path() -> None:
    """An id with a slash, a question mark or a percent sign cannot reach another door."""
    (request,) = requests_for(HangUp(NODE, None, ChannelId("../bridges/x?y=%2F")), APP)
    assert request.target() == "channels/..%2Fbridges%2Fx%3Fy%3D%252F"


def test_a_request_prints_without_its_query() -> None:
    """What is logged of a request is its method and path."""
    assert str(Request("POST", "asterisk/variable", (("value", "secret"),), "secret")) == "POST asterisk/variable"

"""Plays of commands that failed: each costs one call its next step, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.commands import (
    Connect,
    CreateLeg,
    DialLeg,
    HangUp,
    HoldInQueue,
    LeaveToDialplan,
    NodeCommand,
    PrepareNode,
    Prompt,
    RemoveBridge,
    StopSaying,
)
from irmacall.core.events import NodeLost
from irmacall.core.failures import MOST_HANG_UPS
from irmacall.core.ids import CallId, ChannelId, SealedId, consult_bridge, leg_channel, playback, talk_bridge
from tests.core.leader import GENERAL, NEAR, PLAN, QUEUES
from tests.core.plays import BO, CALLER_SEEN, ELS, WAITING_ROOM, Play, phone_of, seat_of, snapshot


def _create(call: CallId, attempt: int = 1) -> CreateLeg:
    return CreateLeg(NEAR, call, leg_channel(call, attempt), talk_bridge(call), phone_of(ELS))


def test_a_welcome_that_cannot_be_said_is_over() -> None:
    """The caller has her time for a code all the same."""
    play = Play()
    call = play.caller_arrives()
    play.fails(play.says(call, 1, Prompt.WELCOME))
    play.later(PLAN.times.first_digit)
    assert play.stage(call) is Stage.WAITING


def test_a_caller_who_cannot_wait_is_given_back_to_the_dialplan() -> None:
    """It serves her anonymously, and her identity is burned."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_waits(1)
    asked = play.fails(HoldInQueue(NEAR, call, ChannelId(call), WAITING_ROOM))
    assert asked == [LeaveToDialplan(NEAR, call, ChannelId(call))]
    assert (play.desk.calls, play.store.vault) == ({}, set())


def test_a_caller_who_cannot_wait_while_a_phone_rings_stops_it() -> None:
    """The agent is not left ringing for nobody."""
    play = Play()
    call = play.rings()
    asked = play.fails(HoldInQueue(NEAR, call, ChannelId(call), WAITING_ROOM))
    assert asked[:2] == [LeaveToDialplan(NEAR, call, ChannelId(call)), HangUp(NEAR, call, leg_channel(call, 1))]


@pytest.mark.parametrize("stage", ["connects", "talks"])
def test_a_hold_that_failed_too_late_to_matter_parts_nobody(stage: str) -> None:
    """A phone was answered meanwhile: the caller waits no more."""
    play = Play()
    call = getattr(play, stage)()
    before = play.stage(call)
    assert play.fails(HoldInQueue(NEAR, call, ChannelId(call), WAITING_ROOM)) == []
    assert play.stage(call) is before


def test_a_leg_that_cannot_be_made_asks_the_next_agent() -> None:
    """Its agent is told, and her phone does not count as busy for a channel that never was."""
    play = Play()
    play.agent_comes(ELS)
    call = play.caller_waits()
    play.agent_comes(BO)
    play.fails(_create(call))
    assert [leg.endpoint for leg in play.asked_for(CreateLeg)] == [phone_of(BO)]
    assert (play.agent(ELS).availability, play.agent(ELS).reason) == (Availability.UNAVAILABLE, "phone-failed")
    play.claims(ELS, seat_of(ELS))
    assert play.stage(play.caller_waits()) is Stage.RINGING


@pytest.mark.parametrize("late", ["caller gone", "not taken"])
def test_a_leg_that_could_not_be_made_frees_its_phone_however_late_that_is_heard(late: str) -> None:
    """The caller hung up, or the ring time ended, before the node said no: nothing else would ever free the phone."""
    play = Play()
    play.agent_comes(ELS)
    call = play.caller_waits()
    if late == "caller gone":
        play.hangs_up(call)
    else:
        play.later(QUEUES[GENERAL].ring)
        play.claims(ELS, seat_of(ELS))
    play.fails(_create(call))
    assert play.desk.phone(phone_of(ELS)).channels == ({} if late == "caller gone" else {leg_channel(call, 2): NEAR})


def test_a_leg_that_cannot_be_dialled_keeps_its_phone_busy_until_it_is_gone() -> None:
    """The channel stands: its end will be heard."""
    play = Play()
    call = play.rings()
    asked = play.fails(DialLeg(NEAR, call, leg_channel(call, 1), 30))
    assert asked == [HangUp(NEAR, call, leg_channel(call, 1))]
    assert (play.stage(call), play.agent(ELS).reason) == (Stage.WAITING, "phone-failed")
    assert leg_channel(call, 1) in play.desk.phone(phone_of(ELS)).channels
    play.gone(leg_channel(call, 1))
    assert not play.desk.phone(phone_of(ELS)).channels


def test_two_who_cannot_be_connected_are_parted() -> None:
    """The leg is hung up, and the caller hears music again, in her place."""
    play = Play()
    call = play.connects()
    leg = leg_channel(call, 1)
    asked = play.fails(Connect(NEAR, call, talk_bridge(call), ChannelId(call), leg))
    assert asked == [HangUp(NEAR, call, leg), HoldInQueue(NEAR, call, ChannelId(call), WAITING_ROOM)]
    assert (play.stage(call), play.sees(ELS)) == (Stage.WAITING, None)


def test_a_failure_of_an_earlier_leg_does_not_touch_the_one_that_rings() -> None:
    """Each attempt has its own name."""
    play = Play()
    call = play.rings()
    play.agent_comes(BO)
    play.later(QUEUES[GENERAL].ring)
    assert play.leg(call) == leg_channel(call, 2)
    assert play.fails(DialLeg(NEAR, call, leg_channel(call, 1), 30)) == []
    assert play.fails(Connect(NEAR, call, talk_bridge(call), ChannelId(call), leg_channel(call, 1))) == []
    assert play.leg(call) == leg_channel(call, 2)


@pytest.mark.parametrize("kind", ["say", "stop", "hang up", "remove", "leave", "prepare"])
def test_other_failures_leave_a_talk_alone(kind: str) -> None:
    """Nothing that is said or taken down decides over a call that talks."""
    play = Play()
    call = play.talks()
    channel = ChannelId(call)
    commands: dict[str, NodeCommand] = {
        "say": play.says(call, 1, Prompt.PLEASE_HOLD),
        "stop": StopSaying(NEAR, call, playback(call, 1)),
        "hang up": HangUp(NEAR, call, leg_channel(call, 1)),
        "remove": RemoveBridge(NEAR, call, talk_bridge(call)),
        "leave": LeaveToDialplan(NEAR, call, channel),
        "prepare": PrepareNode(NEAR, WAITING_ROOM),
    }
    assert play.fails(commands[kind]) == []
    assert (play.stage(call), play.sees(ELS)) == (Stage.TALKING, SealedId("sealed1"))


def test_a_hang_up_that_fails_is_asked_for_again_but_not_for_ever() -> None:
    """A phone that nobody wants any more does not ring on."""
    play = Play()
    call = play.rings()
    leg = leg_channel(call, 1)
    play.logs_out(ELS)
    asked = [HangUp(NEAR, call, leg)]
    while asked:
        last = asked[-1]
        asked = [command for command in play.fails(last) if isinstance(command, HangUp)]
    assert last == HangUp(NEAR, call, leg, again=MOST_HANG_UPS)


def test_a_bridge_that_is_not_removed_is_asked_for_again_but_not_for_ever_and_not_while_a_call_has_it() -> None:
    """Else it stands empty until its node is heard anew."""
    play = Play()
    call = play.talks()
    assert play.fails(RemoveBridge(NEAR, call, talk_bridge(call))) == []
    assert play.fails(gone := RemoveBridge(NEAR, call, consult_bridge(call))) == [replace(gone, again=1)]
    play.hangs_up(call)
    asked = [RemoveBridge(NEAR, call, talk_bridge(call))]
    for again in range(1, MOST_HANG_UPS + 1):
        asked = [each for each in play.fails(asked[0]) if isinstance(each, RemoveBridge)]
        assert asked == [RemoveBridge(NEAR, call, talk_bridge(call), again)]
    assert play.fails(asked[0]) == []


@pytest.mark.parametrize("stage", ["waits", "rings", "connects"])
def test_what_fails_on_a_lost_node_ends_no_call(stage: str) -> None:
    """Every command fails there; the snapshot tells what stands, and callers keep place and binding."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_waits(1) if stage == "waits" else getattr(play, stage)(2)
    before, sealed = play.stage(call), play.call(call).sealed
    play.tell(NodeLost(NEAR))
    leg = leg_channel(call, 1)
    for command in (
        HoldInQueue(NEAR, call, ChannelId(call), WAITING_ROOM),
        _create(call),
        DialLeg(NEAR, call, leg, 30),
        Connect(NEAR, call, talk_bridge(call), ChannelId(call), leg),
    ):
        assert play.fails(command) == []
    assert play.stage(call) is before
    play.tell(snapshot({call: CALLER_SEEN}, {WAITING_ROOM: [call]}))
    assert play.call(call).sealed == sealed
    assert play.desk.order.position(call) == 1 or play.stage(call) is Stage.RINGING


def test_a_failure_of_a_call_that_is_over_is_late() -> None:
    """Nothing follows from it."""
    play = Play()
    call = play.talks()
    leg = play.leg(call)
    play.hangs_up(call)
    for command in (Connect(NEAR, call, talk_bridge(call), ChannelId(call), leg), DialLeg(NEAR, call, leg, 30)):
        assert play.fails(command) == []
        assert play.urgent == []


def test_a_caller_whom_nobody_can_have_is_hung_up() -> None:
    """Neither the queue nor the dialplan can take her: an end is better than silence."""
    play = Play()
    call = play.caller_waits()
    channel = play.call(call).channel
    play.fails(HoldInQueue(NEAR, call, channel, WAITING_ROOM))
    assert play.fails(LeaveToDialplan(NEAR, call, channel)) == [HangUp(NEAR, None, channel)]

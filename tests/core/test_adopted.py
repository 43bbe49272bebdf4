"""Plays of what a new leader finds on a node and nobody knows: callers are served on, strays are closed."""

from __future__ import annotations

from irmacall.core.call import Stage
from irmacall.core.commands import (
    CreateLeg,
    HangUp,
    PrepareNode,
    Prompt,
    RemoveBridge,
)
from irmacall.core.ids import CallId, leg_channel, talk_bridge
from tests.core.leader import GENERAL, NEAR
from tests.core.plays import (
    BO,
    CALLER_SEEN,
    ELS,
    WAITING_ROOM,
    Play,
    bridges_talking,
    bridges_waiting,
    leg_seen,
    phone_of,
    snapshot,
)


def test_an_unknown_caller_in_the_waiting_bridge_waits_on_anonymously() -> None:
    """After a crash without saved records, callers are adopted from where they are."""
    play = Play()
    call = CallId("unknown")
    play.tell(snapshot({call: CALLER_SEEN}, {WAITING_ROOM: [call]}))
    assert (play.stage(call), play.call(call).queue, play.call(call).sealed) == (Stage.WAITING, GENERAL, None)
    assert play.asked == [PrepareNode(NEAR, WAITING_ROOM, music=True)]


def test_an_unknown_callers_old_leg_is_hung_up_and_its_name_not_used_again() -> None:
    """A new leg of the same name would meet the old one."""
    play = Play()
    play.agent_comes(BO)
    call = CallId("unknown")
    old = leg_channel(call, 3)
    play.tell(snapshot({call: CALLER_SEEN, old: leg_seen(up=False, ringing=True)}, bridges_waiting(call)))
    assert [h.channel for h in play.asked_for(HangUp)] == [old]
    assert [(leg.endpoint, leg.channel) for leg in play.asked_for(CreateLeg)] == [
        (phone_of(BO), leg_channel(call, 4))
    ]


def test_an_unknown_caller_who_is_nowhere_is_welcomed() -> None:
    """She hears the prompt from its beginning."""
    play = Play()
    play.tell(snapshot({"unknown": CALLER_SEEN}))
    assert (play.prompts, play.stage(CallId("unknown"))) == ([Prompt.WELCOME], Stage.WELCOME)


def test_a_bridge_that_is_left_over_from_before_goes_with_its_caller() -> None:
    """An adopted caller's old talk bridge is removed when she hangs up."""
    play = Play()
    call = CallId("unknown")
    play.tell(snapshot({call: CALLER_SEEN}, {talk_bridge(call): [call]}))
    assert play.asked_for(RemoveBridge) == []
    play.hangs_up(call)
    assert play.asked == [RemoveBridge(NEAR, call, talk_bridge(call))]


def test_two_unknown_who_talk_talk_on_and_nobody_sees() -> None:
    """Whose phone it is, is not known, so nobody is its owner; the agent can still hang up on her screen."""
    play = Play()
    call = CallId("unknown")
    leg = leg_channel(call, 2)
    play.agent_comes(ELS)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, bridges_talking(call, leg)))
    assert (play.stage(call), play.asked_for(HangUp), play.leader.granted) == (Stage.TALKING, [], [])
    play.hangs_up(leg)
    assert play.desk.calls == {}


def test_strays_are_closed_and_foreign_channels_left_alone() -> None:
    """Legs and talk bridges of calls that nobody knows are taken down; what is not ours is not touched."""
    play = Play()
    stray = leg_channel(CallId("over"), 1)
    bridges: dict[str, list[str]] = {talk_bridge(CallId("over")): [stray], WAITING_ROOM: []}
    play.tell(snapshot({stray: leg_seen(), "foreign": leg_seen(BO)}, bridges))
    assert play.asked == [
        PrepareNode(NEAR, WAITING_ROOM),
        HangUp(NEAR, None, stray),
        RemoveBridge(NEAR, None, talk_bridge(CallId("over"))),
    ]

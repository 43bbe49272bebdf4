"""Plays of trouble in every stage of a call: its node is lost, or the daemon killed, and the call is taken over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.commands import Connect, CreateLeg, DialLeg, HangUp, HoldInQueue, PrepareNode, Prompt, RemoveBridge
from irmacall.core.events import NodeLost
from irmacall.core.ids import ChannelId, SealedId, leg_channel, talk_bridge
from irmacall.core.transfer_commands import Regroup
from tests.core.leader import GENERAL, NEAR, PASSPORTS, PLAN, QUEUES
from tests.core.plays import (
    CALLER_SEEN,
    ELS,
    WAITING_ROOM,
    Play,
    bridges_talking,
    bridges_waiting,
    code,
    leg_seen,
    snapshot,
)

SEALED = SealedId("sealed1")
Trouble = Callable[[Play], None]


def _node_lost(play: Play) -> None:
    play.tell(NodeLost(NEAR))


def _killed(play: Play) -> None:
    play.crashes()


TROUBLES = pytest.mark.parametrize("trouble", [_node_lost, _killed])


@TROUBLES
def test_a_talk_goes_on_and_its_card_comes_back_with_the_snapshot(trouble: Trouble) -> None:
    """Owner and caller are found in their bridge: the card is granted anew, under a higher number."""
    play = Play()
    call = play.talks()
    leg, earlier = play.leg(call), play.leader.granted[-1].grant
    trouble(play)
    assert play.sees(ELS) is None
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, bridges_talking(call, leg)))
    assert play.asked == [PrepareNode(NEAR, WAITING_ROOM)]
    assert (play.stage(call), play.sees(ELS)) == (Stage.TALKING, SEALED)
    assert play.leader.granted[-1].grant > earlier


@TROUBLES
def test_a_talk_with_a_third_found_in_its_bridge_shows_nothing(trouble: Trouble) -> None:
    """Whoever came in while nobody listened is audited, and withdraws the card."""
    play = Play()
    call = play.talks()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, {talk_bridge(call): [call, leg, "stranger"]}))
    assert (play.sees(ELS), play.audited) == (None, ["withdrawn_foreign_channel"])


@TROUBLES
def test_a_talk_that_is_found_outside_its_bridge_is_brought_together(trouble: Trouble) -> None:
    """Both channels stand: they are connected again, and nothing is seen before they are."""
    play = Play()
    call = play.talks()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, {talk_bridge(call): [call]}))
    assert play.asked_for(Regroup) == [Regroup(NEAR, call, WAITING_ROOM, "default", (), talk_bridge(call), (leg,))]
    assert play.sees(ELS) is None
    play.members(call, call, leg)
    assert play.sees(ELS) == SEALED


@TROUBLES
def test_a_talk_whose_agent_is_gone_is_over(trouble: Trouble) -> None:
    """She hung up while nobody listened: the caller is hung up too, and her identity burned."""
    play = Play()
    call = play.talks()
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN}, {talk_bridge(call): [call]}))
    assert HangUp(NEAR, call, ChannelId(call)) in play.asked
    assert RemoveBridge(NEAR, call, talk_bridge(call)) in play.asked
    assert (play.desk.calls, play.store.vault) == ({}, set())


@TROUBLES
@pytest.mark.parametrize("stage", ["arrives", "waits", "rings", "connects", "talks"])
def test_a_caller_who_hung_up_meanwhile_is_closed_in_every_stage(trouble: Trouble, stage: str) -> None:
    """Her identity is burned; a leg that is left over is hung up and the agent is free."""
    play = Play()
    if stage in ("arrives", "waits"):
        play.citizen_discloses(1)
        call = play.caller_arrives() if stage == "arrives" else play.caller_waits(1)
    else:
        call = getattr(play, stage)()
    leg = play.call(call).leg
    trouble(play)
    play.tell(snapshot({leg.channel: leg_seen()} if leg else {}, {talk_bridge(call): []}))
    assert play.desk.calls == {}
    assert play.store.vault == ({SEALED} if stage == "arrives" else set())
    assert leg is None or leg.channel in [hang_up.channel for hang_up in play.asked_for(HangUp)]
    assert RemoveBridge(NEAR, call, talk_bridge(call)) in play.asked or not leg


@TROUBLES
@pytest.mark.parametrize("wrongs", [0, 1, 2])
def test_code_entry_begins_again_at_its_prompt(trouble: Trouble, wrongs: int) -> None:
    """What was keyed is forgotten, the wrong codes are not."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.keys(call, code(99) * wrongs + code(1)[:5])
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN}))
    assert play.prompts == [Prompt.CODE_AGAIN if wrongs else Prompt.WELCOME]
    assert play.call(call).tries == wrongs
    play.keys(call, code(1))
    assert play.call(call).sealed == SEALED


@TROUBLES
def test_a_call_in_trouble_has_no_clock_until_its_node_is_back(trouble: Trouble) -> None:
    """Nobody is sent on because time passed on a node that nobody hears."""
    play = Play()
    call = play.caller_arrives()
    trouble(play)
    assert play.later(100) == []
    play.tell(snapshot({call: CALLER_SEEN}))
    play.later(PLAN.times.prompt)
    assert play.stage(call) is Stage.WAITING


@TROUBLES
def test_waiting_callers_keep_place_and_binding(trouble: Trouble) -> None:
    """The line is as it was, and who is without music is given it."""
    play = Play()
    play.citizen_discloses(1)
    first, second = play.caller_waits(1), play.caller_waits()
    trouble(play)
    play.tell(snapshot({first: CALLER_SEEN, second: CALLER_SEEN}, {WAITING_ROOM: [second]}))
    assert play.asked_for(HoldInQueue) == [HoldInQueue(NEAR, first, ChannelId(first), WAITING_ROOM)]
    assert play.call(first).sealed == SEALED
    assert play.desk.order.queues[PASSPORTS][0][1] == first
    play.agent_comes(ELS)
    assert play.stage(first) is Stage.RINGING


@TROUBLES
@pytest.mark.parametrize("ringing", [True, False])
def test_a_phone_that_still_rings_rings_on(trouble: Trouble, ringing: bool) -> None:
    """A leg that was made and not dialled is dialled now; the ring time begins again."""
    play = Play()
    call = play.rings()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen(up=False, ringing=ringing)}, bridges_waiting(call)))
    assert [dial.channel for dial in play.asked_for(DialLeg)] == ([] if ringing else [leg])
    assert play.stage(call) is Stage.RINGING
    play.later(QUEUES[GENERAL].ring)
    assert play.agent(ELS).reason == "no-answer"


@TROUBLES
def test_a_phone_that_was_answered_meanwhile_is_connected(trouble: Trouble) -> None:
    """The answer was said to nobody, and is seen in the snapshot."""
    play = Play()
    call = play.rings()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, bridges_waiting(call)))
    assert (play.stage(call), len(play.asked_for(Connect)), play.sees(ELS)) == (Stage.CONNECTING, 1, None)


@TROUBLES
@pytest.mark.parametrize("stage", ["rings", "connects"])
def test_two_who_met_meanwhile_are_talking(trouble: Trouble, stage: str) -> None:
    """Both are found in the bridge: the card is granted."""
    play = Play()
    call = getattr(play, stage)()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, bridges_talking(call, leg)))
    assert (play.stage(call), play.sees(ELS)) == (Stage.TALKING, SEALED)
    assert play.later(60) == []


@TROUBLES
@pytest.mark.parametrize("stage", ["rings", "connects"])
def test_a_leg_that_is_not_there_is_no_fault_of_its_agent(trouble: Trouble, stage: str) -> None:
    """It was never made, or ended while nobody listened: she stays available, and is asked again."""
    play = Play()
    call = getattr(play, stage)()
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN}, bridges_waiting(call)))
    assert play.agent(ELS).availability is Availability.AVAILABLE
    assert [leg.channel for leg in play.asked_for(CreateLeg)] == [leg_channel(call, 2)]


@TROUBLES
def test_an_answered_leg_that_is_down_sends_the_caller_back_and_not_away(trouble: Trouble) -> None:
    """Whatever became of the answer, the caller is not hung up for it."""
    play = Play()
    call = play.connects()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen(up=False)}, bridges_waiting(call)))
    assert play.stage(call) is Stage.WAITING
    assert HangUp(NEAR, call, leg) in play.asked

"""Plays of the queue: who waits, whose phone rings, and what happens when it is not taken."""

from __future__ import annotations

import pytest

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.commands import CreateLeg, DialLeg, HangUp, HoldInQueue, RemoveBridge
from irmacall.core.events import (
    HangUpAsked,
    HangUpBegan,
    LegAnswered,
    LegEntered,
    PhoneCalled,
    PhoneRegistered,
    SeatPaused,
    SeatUnwatched,
)
from irmacall.core.ids import ChannelId, SeatId, leg_channel, talk_bridge
from irmacall.core.queue import GRACE
from tests.core.leader import FAR, GENERAL, NEAR, QUEUES
from tests.core.plays import BO, ELS, Play, phone_of, seat_of

RING = QUEUES[GENERAL].ring


def _rung(play: Play) -> list[str]:
    """The phones for which a leg was made in the last line."""
    return [leg.endpoint for leg in play.asked_for(CreateLeg)]


def test_a_caller_meets_an_agent_who_is_free() -> None:
    """The leg is made at once, and rings as soon as it stands."""
    play = Play()
    call = play.caller_waits()
    play.agent_comes(ELS)
    leg = leg_channel(call, 1)
    assert play.asked_for(CreateLeg) == [CreateLeg(NEAR, call, leg, talk_bridge(call), phone_of(ELS))]
    assert play.leg_enters(call) == [DialLeg(NEAR, call, leg, int(RING) + GRACE)]
    assert play.stage(call) is Stage.RINGING


def test_the_longest_idle_agent_is_asked_by_the_longest_waiting_caller() -> None:
    """Both lines are first come, first served."""
    play = Play()
    play.agent_comes(BO)
    play.later(1)
    play.agent_comes(ELS)
    first = play.caller_waits()
    assert play.call(first).leg is not None
    assert play.call(first).leg.endpoint == phone_of(BO)  # type: ignore[union-attr]
    assert play.call(play.caller_waits()).leg.endpoint == phone_of(ELS)  # type: ignore[union-attr]


def test_a_caller_keeps_her_place_when_a_phone_rings_in_vain() -> None:
    """She who came first is offered first again, whoever came since."""
    play = Play()
    call = play.rings(None)
    play.caller_waits()
    play.tell(HangUpAsked(seat_of(ELS), call))
    assert play.desk.order.position(call) == 1
    play.agent_comes(BO)
    assert play.stage(call) is Stage.RINGING


def test_nobody_answers_and_the_next_agent_is_asked() -> None:
    """After the ring time the leg is ended, its agent is unavailable and told, and another phone rings."""
    play = Play()
    call = play.rings(None)
    play.later(1)
    play.agent_comes(BO)
    play.later(RING)
    assert play.asked_for(HangUp) == [HangUp(NEAR, call, leg_channel(call, 1))]
    assert _rung(play) == [phone_of(BO)]
    assert play.leg(call) == leg_channel(call, 2)
    assert (play.agent(ELS).availability, play.agent(ELS).reason) == (Availability.UNAVAILABLE, "no-answer")


@pytest.mark.parametrize(
    ("cause", "reason"),
    [(21, "rejected"), (17, "rejected"), (16, "rejected"), (19, "no-answer"), (18, "no-answer"), (20, "phone-gone")],
)
def test_a_phone_that_ends_the_ringing_sends_the_call_on(cause: int, reason: str) -> None:
    """A rejection, a forwarding (which Asterisk shows as one), a busy or a vanished phone: the next is asked."""
    play = Play()
    call = play.rings(None)
    play.agent_comes(BO)
    play.hangs_up(play.leg(call), cause)
    assert _rung(play) == [phone_of(BO)]
    assert (play.agent(ELS).availability, play.agent(ELS).reason) == (Availability.UNAVAILABLE, reason)


def test_a_ringing_phone_that_loses_its_registration_is_waited_for_no_longer() -> None:
    """The next agent is asked at once, not after the ring time."""
    play = Play()
    call = play.rings(None)
    play.agent_comes(BO)
    play.tell(PhoneRegistered(NEAR, phone_of(ELS), online=False))
    assert play.asked_for(HangUp) == [HangUp(NEAR, call, leg_channel(call, 1))]
    assert _rung(play) == [phone_of(BO)]
    assert play.agent(ELS).reason == "phone-gone"


def test_a_phone_that_is_lost_on_another_node_rings_on() -> None:
    """A registration counts on the node on which the phone rings."""
    play = Play((NEAR, FAR))
    call = play.rings(None)
    play.tell(PhoneRegistered(FAR, phone_of(ELS), online=False))
    assert play.stage(call) is Stage.RINGING


def test_a_phone_with_a_call_that_is_not_ours_does_not_ring() -> None:
    """Any channel on her phone makes an agent busy, and its end makes her free."""
    play = Play()
    play.agent_comes(ELS)
    play.tell(PhoneCalled(NEAR, phone_of(ELS), ChannelId("foreign")))
    call = play.caller_waits()
    assert play.stage(call) is Stage.WAITING
    play.gone("foreign")
    assert _rung(play) == [phone_of(ELS)]


def test_one_phone_never_rings_for_two() -> None:
    """The second caller waits until the phone is free of its first call, to the last channel."""
    play = Play()
    first, second = play.rings(None), play.caller_waits()
    assert play.stage(second) is Stage.WAITING
    leg = play.leg(first)
    play.hangs_up(first)
    assert play.stage(second) is Stage.WAITING
    play.gone(leg)
    assert play.stage(second) is Stage.RINGING


def test_an_agent_is_asked_only_on_a_node_that_her_phone_is_registered_on() -> None:
    """A leg is made on the caller's node, so the phone must be there."""
    play = Play((NEAR, FAR))
    play.agent_comes(ELS)
    call = play.caller_waits(node=FAR)
    assert play.stage(call) is Stage.WAITING
    play.tell(PhoneRegistered(FAR, phone_of(ELS), online=True))
    assert [(leg.node, leg.endpoint) for leg in play.asked_for(CreateLeg)] == [(FAR, phone_of(ELS))]


def test_an_agent_who_pauses_is_not_asked() -> None:
    """A pause keeps every new call away."""
    play = Play()
    play.tell(SeatPaused(play.agent_comes(ELS), "lunch"))
    call = play.caller_waits()
    assert play.stage(call) is Stage.WAITING
    assert (play.agent(ELS).availability, play.agent(ELS).reason) == (Availability.PAUSED, "lunch")
    play.claims(ELS, seat_of(ELS))
    assert play.stage(call) is Stage.RINGING


def test_an_agent_who_pauses_while_her_phone_rings_may_still_answer() -> None:
    """The pause holds from the next call on; one not taken leaves it a pause."""
    play = Play()
    call = play.rings()
    play.tell(SeatPaused(seat_of(ELS), "lunch"))
    assert play.stage(call) is Stage.RINGING
    play.later(RING)
    assert (play.stage(call), play.agent(ELS).reason) == (Stage.WAITING, "lunch")


def test_an_agent_who_refuses_on_her_screen_is_told_and_asked_no_more() -> None:
    """Hanging up a ringing call is a rejection."""
    play = Play()
    call = play.rings()
    asked = play.tell(HangUpAsked(seat_of(ELS), call))
    assert asked == [HangUp(NEAR, call, leg_channel(call, 1))]
    assert (play.stage(call), play.agent(ELS).reason) == (Stage.WAITING, "rejected")


def test_logging_out_while_the_phone_rings_sends_the_call_on() -> None:
    """Who leaves is not rung, and the caller waits in her place."""
    play = Play()
    call = play.rings()
    assert play.logs_out(ELS) == [HangUp(NEAR, call, leg_channel(call, 1))]
    assert (play.stage(call), play.agent(ELS).availability) == (Stage.WAITING, Availability.AWAY)


def test_a_caller_who_hangs_up_while_a_phone_rings_stops_it() -> None:
    """The leg and the bridge are taken down; the agent stays available, in the place that she had."""
    play = Play()
    call = play.rings()
    since = play.agent(ELS).idle_since
    play.later(5)
    asked = play.hangs_up(call)
    assert asked == [HangUp(NEAR, call, leg_channel(call, 1)), RemoveBridge(NEAR, call, talk_bridge(call))]
    assert (play.agent(ELS).availability, play.agent(ELS).idle_since) == (Availability.AVAILABLE, since)
    assert play.desk.calls == {}


def test_a_caller_who_hangs_up_in_the_queue_leaves_it() -> None:
    """Nobody is offered a caller who is gone."""
    play = Play()
    call = play.caller_waits()
    play.tell(HangUpBegan(NEAR, ChannelId(call)))
    assert play.desk.order.queues == {}
    play.agent_comes(ELS)
    assert play.asked == []


def test_an_answer_at_the_instant_of_the_hang_up_connects_nobody() -> None:
    """Whichever comes first, the leg is ended and the agent hears nobody."""
    play = Play()
    call = play.rings()
    leg = play.leg(call)
    play.hangs_up(call)
    assert play.tell(LegAnswered(NEAR, leg)) == []
    play = Play()
    call = play.connects()
    leg = play.leg(call)
    assert HangUp(NEAR, call, leg) in play.hangs_up(call)
    assert play.sees(ELS) is None


def test_a_leg_that_stands_after_its_call_ended_is_hung_up() -> None:
    """Asterisk may make the channel after we gave it up."""
    play = Play()
    play.agent_comes(ELS)
    call = play.caller_waits()
    leg = play.leg(call)
    play.hangs_up(call)
    assert play.tell(LegEntered(NEAR, leg)) == [HangUp(NEAR, None, leg)]


def test_an_agent_who_answers_and_hangs_up_before_the_bridge_sends_the_caller_back() -> None:
    """The caller goes back to the music, in the place that she had."""
    play = Play()
    call = play.connects()
    play.hangs_up(play.leg(call))
    assert play.stage(call) is Stage.WAITING
    assert [hold.channel for hold in play.asked_for(HoldInQueue)] == [ChannelId(call)]


def test_two_who_do_not_meet_in_the_bridge_in_time_are_parted() -> None:
    """Five seconds after an answer without a bridge, the next agent is asked."""
    play = Play()
    call = play.connects()
    play.agent_comes(BO)
    play.later(5)
    assert play.agent(ELS).reason == "phone-failed"
    assert _rung(play) == [phone_of(BO)]
    assert play.stage(call) is Stage.RINGING


def test_an_agent_who_was_not_there_comes_back_by_her_own_word() -> None:
    """Claiming the seat again makes her available, and idle from now on."""
    play = Play()
    call = play.rings()
    play.later(RING)
    play.gone(leg_channel(call, 1))
    assert play.stage(call) is Stage.WAITING
    play.claims(ELS, seat_of(ELS))
    assert play.stage(call) is Stage.RINGING
    assert play.agent(ELS).idle_since == play.leader.now


def test_an_agent_whose_screen_is_gone_is_asked_no_more() -> None:
    """She is told why when she is back; a call that she has on the line she keeps."""
    play = Play()
    call = play.talks()
    play.tell(SeatUnwatched(seat_of(ELS)))
    assert (play.stage(call), play.agent(ELS).availability) == (Stage.TALKING, Availability.UNAVAILABLE)
    assert play.agent(ELS).reason == "disconnected"
    play.tell(SeatUnwatched(SeatId("nobody's")))

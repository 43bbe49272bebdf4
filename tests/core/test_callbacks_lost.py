"""Plays of callbacks in trouble: a daemon killed in each state of one, a node that is lost, a new plan."""

from __future__ import annotations

import dataclasses

import pytest

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.commands import (
    Connect,
    DropNumber,
    HangUp,
    HoldInQueue,
)
from irmacall.core.events import HangUpBegan, NodeLost, NumberKept, SeatPaused, SeenChannel
from irmacall.core.facts import Outcome
from irmacall.core.ids import NumberId, callout_call, talk_bridge
from tests.core.exchange import SMALLER
from tests.core.exchange_plays import CAS, NUMBER, ExchangePlay, unreached
from tests.core.leader import FAR, NEAR, PASSPORTS
from tests.core.plays import (
    CALLER_SEEN,
    ELS,
    WAITING_ROOM,
    leg_seen,
    phone_of,
    seat_of,
    snapshot,
)

# -- trouble ----------------------------------------------------------------------------------------------------


def test_a_daemon_killed_while_she_was_asked_has_promised_nothing() -> None:
    """She waits on, and can ask again."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call)
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}, {WAITING_ROOM: [call]}))
    assert (play.where(call), play.asked_for(HoldInQueue)) == (("waiting", PASSPORTS), [])
    play.wants_callback(call)
    assert play.stage(call) is Stage.CALLBACK


def test_a_daemon_killed_while_her_number_was_noted_has_promised_nothing() -> None:
    """Who is there waits on; who has hung up meanwhile is told of as one who left."""
    play = ExchangePlay()
    stays, leaves = play.chooses("1"), play.chooses("1")
    for call in (stays, leaves):
        play.wants_callback(call, "1")
    play.crashes()
    assert play.desk.callbacks == {}
    play.tell(snapshot({stays: CALLER_SEEN}, {WAITING_ROOM: [stays]}))
    assert play.where(stays) == ("waiting", PASSPORTS)
    assert play.facts(leaves).outcome is not Outcome.CALLBACK


def test_a_daemon_killed_after_she_hung_up_unnoted_tells_that_she_is_not_called() -> None:
    """Her facts say that she asked for it: these say that nothing came of it."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "1")
    play.hangs_up(call)
    play.crashes()
    assert play.desk.callbacks == {}
    assert play.facts(unreached(call)).outcome is Outcome.UNREACHED


def test_a_daemon_killed_while_she_heard_the_promise_keeps_it() -> None:
    """She is hung up on, and called."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "1")
    play.noted(call)
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}, {WAITING_ROOM: [call]}))
    assert [str(hung.channel) for hung in play.asked_for(HangUp)] == [call]
    play.gone(call)
    assert play.stage(play.kept(call)) is Stage.TALKING
    assert play.facts(call).outcome is Outcome.CALLBACK


def test_a_daemon_killed_while_she_waited_to_be_called_keeps_the_promise() -> None:
    """With her place, and her tries."""
    play = ExchangePlay()
    promise = play.promised()
    later = play.chooses("1")
    play.crashes()
    play.tell(snapshot({later: CALLER_SEEN}, {WAITING_ROOM: [later]}))
    assert play.queue(PASSPORTS) == [promise, later]


@pytest.mark.parametrize("answered", [False, True])
def test_a_daemon_killed_while_it_called_back_begins_anew(answered: bool) -> None:
    """What was under way is taken down, no try is counted, and an agent is asked again."""
    play = ExchangePlay()
    promise = play.promised()
    play.agent_comes(ELS)
    call = play.attempt(promise)
    play.leg_enters(call)
    channel, leg = play.call(call).channel, play.leg(call)
    seen: dict[str, SeenChannel] = {leg: leg_seen(ELS, up=answered, ringing=not answered)}
    if answered:
        play.answers(call)
        play.telephone_rings(call)
        seen[channel] = dataclasses.replace(CALLER_SEEN, up=False, caller=False, ringing=True)
    play.crashes()
    assert play.desk.callbacks[promise].call is None
    play.tell(snapshot(seen))
    assert {hung.channel for hung in play.asked_for(HangUp)} == set(seen)
    assert play.desk.callbacks[promise].tries == int(answered)  # Her telephone rang: that counts.
    play.gone(leg)
    if answered:
        play.later(play.desk.callbacks[promise].plan.callbacks.interval)
    assert play.attempt(promise) == callout_call(promise, 2)


def test_a_daemon_killed_as_they_met_takes_the_talk_over() -> None:
    """Both are in the bridge: nobody is hung up on, and the promise is kept."""
    play = ExchangePlay()
    _, call = play.dials()
    play.telephone_answered(call)
    channel, leg = play.call(call).channel, play.leg(call)
    play.crashes()
    there = dataclasses.replace(CALLER_SEEN, caller=False)
    play.tell(snapshot({channel: there, leg: leg_seen(ELS)}, {talk_bridge(call): [channel, leg]}))
    assert (play.stage(call), play.desk.callbacks) == (Stage.TALKING, {})
    assert not play.asked_for(HangUp)


def test_a_daemon_killed_as_they_were_to_meet_brings_them_together() -> None:
    """She answered, and the command that would connect her was lost."""
    play = ExchangePlay()
    promise, call = play.dials()
    play.telephone_answered(call)
    channel, leg = play.call(call).channel, play.leg(call)
    play.crashes()
    there = dataclasses.replace(CALLER_SEEN, caller=False)
    play.tell(snapshot({channel: there, leg: leg_seen(ELS)}, {talk_bridge(call): []}))
    assert [connect.call for connect in play.asked_for(Connect)] == [call]
    assert play.desk.callbacks[promise].call == call


def test_a_daemon_killed_while_they_talk_hangs_nobody_up() -> None:
    """A talk is a talk."""
    play = ExchangePlay()
    call = play.kept(play.promised())
    channel, leg = play.call(call).channel, play.leg(call)
    play.crashes()
    there = dataclasses.replace(CALLER_SEEN, caller=False)
    play.tell(snapshot({channel: there, leg: leg_seen(ELS)}, {talk_bridge(call): [channel, leg]}))
    assert play.stage(call) is Stage.TALKING
    play.hangs_up(channel)
    assert play.facts(call).outcome is Outcome.ANSWERED


def test_another_node_calls_when_hers_is_lost() -> None:
    """What was under way on it is no more; the promise stands."""
    play = ExchangePlay(nodes=(NEAR, FAR))
    promise = play.promised()
    play.agent_comes(ELS)
    assert play.call(play.attempt(promise)).node == NEAR
    play.tell(NodeLost(NEAR))
    assert play.desk.callbacks[promise].call is None
    play.agent_comes(CAS, FAR)
    play.later(play.desk.callbacks[promise].entered_at + 30 - play.leader.now)
    assert play.call(play.attempt(promise)).node == FAR


def test_her_node_is_lost_while_she_waits_to_be_called() -> None:
    """An agent at the other node is asked at once."""
    play = ExchangePlay(nodes=(NEAR, FAR))
    promise = play.promised()
    play.agent_comes(ELS, FAR)
    assert play.desk.callbacks[promise].call is None, "her phone is at the far node"
    play.tell(NodeLost(NEAR))
    assert play.call(play.attempt(promise)).node == FAR


def test_a_new_plan_without_her_queue_calls_her_back_all_the_same() -> None:
    """By whoever serves the default queue."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    play.tell(SeatPaused(seat_of(CAS), "pauze"))
    promise = play.promised("21")
    play.changes(SMALLER)
    play.agent_comes(ELS)
    assert play.phones(play.attempt(promise)) == [phone_of(ELS)]


def test_an_agent_who_logs_out_while_she_is_asked_is_followed_by_another() -> None:
    """It was no try, and no fault."""
    play = ExchangePlay()
    promise = play.promised()
    play.agent_comes(ELS)
    play.logs_out(ELS)
    assert (play.queue(PASSPORTS), play.agent(ELS).availability) == ([promise], Availability.AWAY)


def test_word_that_her_channel_goes_comes_twice_and_counts_once() -> None:
    """A hang-up is told of more than once; it is one try."""
    play = ExchangePlay()
    promise, call = play.dials()
    channel = play.call(call).channel
    for _ in range(2):
        play.tell(HangUpBegan(NEAR, channel))
        play.gone(channel, 17)
    assert play.desk.callbacks[promise].tries == 1


def test_a_number_is_noted_once() -> None:
    """Another name for it is forgotten again; the same word twice is one."""
    play = ExchangePlay()
    promise = play.promised()
    play.tell(NumberKept(promise, NUMBER, NEAR, play.desk.callbacks[promise].asked))
    assert not any(isinstance(command, DropNumber) for command in play.screens)
    other = NumberId("number2")
    play.tell(NumberKept(promise, other, NEAR, play.desk.callbacks[promise].asked))
    assert DropNumber(other) in play.screens
    assert play.desk.callbacks[promise].number == NUMBER

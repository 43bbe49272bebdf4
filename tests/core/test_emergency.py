"""Plays of the emergency switch: who was not answered goes there, at whatever stage, until its time is over."""

from __future__ import annotations

import dataclasses

import pytest

from irmacall.core.call import Stage
from irmacall.core.events import EmergencyEnded, EmergencyThrown, LegEntered, SeatPaused
from irmacall.core.facts import Outcome
from irmacall.core.ids import CallId, GroupId, SkillId, SoundName
from irmacall.core.lines import Group, QueueRules, Step
from irmacall.core.routes import ToMessage, ToQueue
from tests.core.exchange import CLOSED, URGENT
from tests.core.exchange_plays import CAS, ExchangePlay
from tests.core.leader import FAR, GENERAL, NEAR, PASSPORTS, PLAN
from tests.core.plays import BO, CALLER_SEEN, ELS, WAITING_ROOM, code, phone_of, seat_of, snapshot

AWAY = SoundName("emergency")
MESSAGE = ToMessage(AWAY)


def _throw(play: ExchangePlay, to: ToMessage | ToQueue = MESSAGE, seconds: float = 600) -> None:
    play.tell(EmergencyThrown(to, play.leader.now + seconds))


def _asked_for_a_number(play: ExchangePlay) -> CallId:
    call = play.chooses("1")
    play.wants_callback(call)
    return call


def _rings(play: ExchangePlay) -> CallId:
    play.agent_comes(ELS)
    return play.chooses("1")


BEFORE = {
    Stage.WELCOME: lambda play: play.caller_arrives(),
    Stage.ASKING: lambda play: play.chooses("27"),
    Stage.MENU: lambda play: play.chooses("2"),
    Stage.WAITING: lambda play: play.chooses("1"),
    Stage.RINGING: _rings,
    Stage.CALLBACK: _asked_for_a_number,
}


@pytest.mark.parametrize("stage", BEFORE)
def test_whoever_was_not_answered_hears_the_message(stage: Stage) -> None:
    """At any stage; phones that rang stop."""
    play = ExchangePlay()
    call = BEFORE[stage](play)
    assert play.stage(call) is stage
    _throw(play)
    assert (play.stage(call), play.sounds) == (Stage.LEAVING, [AWAY])
    assert play.call(call).legs == ()
    play.says_all(call)
    assert play.facts(call).outcome is Outcome.TURNED_AWAY


@pytest.mark.parametrize("stage", BEFORE)
def test_whoever_was_not_answered_waits_in_the_queue_of_the_emergency(stage: Stage) -> None:
    """Before hours, room and staff; with the place that she has."""
    play = ExchangePlay()
    call = BEFORE[stage](play)
    since = play.call(call).queued_at
    _throw(play, ToQueue(URGENT))
    assert play.where(call) == ("waiting", URGENT)
    assert since is None or play.call(call).queued_at == since


def test_who_talks_is_left_alone() -> None:
    """And who leaves is not called back."""
    play = ExchangePlay()
    call = _rings(play)
    play.leg_enters(call)
    play.answers(call)
    play.joins(call)
    _throw(play)
    assert (play.stage(call), play.asked) == (Stage.TALKING, [])


def test_who_waits_in_that_queue_already_stays_as_she_is() -> None:
    """Nothing is said, and the phone that rings for her rings on."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    rings, waits = play.chooses("221"), play.chooses("221")
    _throw(play, ToQueue(URGENT))
    assert (play.stage(rings), play.stage(waits), play.asked) == (Stage.RINGING, Stage.WAITING, [])


def test_whoever_calls_meanwhile_goes_there_too() -> None:
    """Instead of the welcome, and whether the desk is open or not."""
    play = ExchangePlay(CLOSED)
    _throw(play)
    call = play.caller_arrives()
    assert (play.stage(call), play.sounds) == (Stage.LEAVING, [AWAY])


def test_a_code_leads_nowhere_else() -> None:
    """Who waits in the queue of the emergency is identified there, and stays."""
    play = ExchangePlay()
    _throw(play, ToQueue(GENERAL))
    call = play.caller_arrives()
    play.citizen_discloses(1)
    play.keys(call, code(1))
    assert play.where(call) == ("waiting", GENERAL)
    assert play.call(call).identified


def test_it_ends_by_itself() -> None:
    """At its time, and not before."""
    play = ExchangePlay()
    _throw(play, seconds=60)
    play.later(59)
    assert play.stage(play.caller_arrives()) is Stage.LEAVING
    play.later(1)
    assert play.stage(play.caller_arrives()) is Stage.WELCOME


def test_it_can_be_ended_before_its_time() -> None:
    """And ending it twice does nothing."""
    play = ExchangePlay()
    _throw(play)
    play.tell(EmergencyEnded())
    play.tell(EmergencyEnded())
    assert play.desk.emergency is None
    assert play.stage(play.caller_arrives()) is Stage.WELCOME


def test_one_whose_time_is_over_is_none() -> None:
    """It came late."""
    play = ExchangePlay()
    _throw(play, seconds=0)
    assert play.desk.emergency is None


def test_another_takes_the_place_of_the_first() -> None:
    """With its own time."""
    play = ExchangePlay()
    _throw(play, ToQueue(URGENT), 60)
    call = play.caller_arrives()
    _throw(play, ToQueue(GENERAL), 600)
    assert play.where(call) == ("waiting", GENERAL)
    play.later(300)
    assert play.desk.emergency is not None


def test_it_outlives_the_daemon() -> None:
    """The next leader sends callers there, and ends it at its time."""
    play = ExchangePlay()
    _throw(play, seconds=600)
    play.crashes()
    play.tell(snapshot({}))
    call = play.caller_arrives()
    assert (play.stage(call), play.sounds) == (Stage.LEAVING, [AWAY])
    play.later(600)
    assert play.stage(play.caller_arrives()) is Stage.WELCOME


def test_who_is_on_a_lost_node_goes_there_when_it_is_back() -> None:
    """Nobody is told what no node can say; when it can, she hears it."""
    play = ExchangePlay(nodes=(NEAR, FAR))
    call = play.chooses("1")
    play.crashes()
    _throw(play)
    assert play.stage(call) is Stage.WAITING
    play.tell(snapshot({call: CALLER_SEEN}, {WAITING_ROOM: [call]}))
    assert (play.stage(call), play.sounds) == (Stage.LEAVING, [AWAY])


def test_who_was_being_connected_goes_there_where_that_fails() -> None:
    """She was answered, and then she was not."""
    play = ExchangePlay()
    call = _rings(play)
    play.leg_enters(call)
    play.answers(call)
    _throw(play)
    assert play.stage(call) is Stage.CONNECTING
    play.gone(play.leg(call))
    assert (play.stage(call), play.sounds) == (Stage.LEAVING, [AWAY])


def test_a_callback_that_is_under_way_goes_on() -> None:
    """She was promised it, and an agent has her phone in her hand."""
    play = ExchangePlay()
    promise = play.promised()
    play.agent_comes(ELS)
    call = play.attempt(promise)
    _throw(play)
    assert play.stage(call) is Stage.RINGING
    play.leg_enters(call)
    play.answers(call)
    play.tell(LegEntered(NEAR, play.call(call).channel))
    play.telephone_answered(call)
    play.joins(call)
    assert play.stage(call) is Stage.TALKING


def test_agents_who_rang_are_free_for_the_queue_of_the_emergency() -> None:
    """What rang at them was taken back, by no fault of theirs."""
    play = ExchangePlay()
    play.agent_comes(BO)
    play.agent_comes(ELS)
    play.tell(SeatPaused(seat_of(BO), "pauze"))
    call = play.chooses("1")
    leg = play.leg(call)
    _throw(play, ToQueue(URGENT))
    play.gone(leg)
    assert play.phones(call) == [phone_of(ELS)]


def test_who_waited_enough_and_is_led_back_by_an_emergency_keeps_her_clock() -> None:
    """What is asked of agents for her becomes less at its moment, though there was nowhere else to go."""
    steps = (Step(skills={SkillId("rare"): 1}), Step(after=90.0))
    rules = QueueRules(GENERAL, steps=steps, patience=60.0, impatient=ToQueue(PASSPORTS))
    group = Group(GroupId("all"), frozenset({GENERAL, PASSPORTS}))
    plan = dataclasses.replace(PLAN, queues={**PLAN.queues, GENERAL: rules}, groups={group.id: group})
    play = ExchangePlay(plan)
    play.groups[ELS] = frozenset({group.id})
    play.agent_comes(ELS)
    play.tell(EmergencyThrown(ToQueue(GENERAL), play.leader.now + 3600))
    call = play.caller_arrives()
    play.later(89)
    assert play.where(call) == ("waiting", GENERAL)
    play.later(2)
    assert play.stage(call) is Stage.RINGING

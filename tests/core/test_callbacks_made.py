"""Plays of how a callback is made: in its turn, by an agent first, and so many times and no more."""

from __future__ import annotations

import dataclasses

import pytest

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.commands import (
    CallOut,
    Connect,
    DialLeg,
    HangUp,
    HoldInQueue,
    Prompt,
    Say,
)
from irmacall.core.events import LegEntered
from irmacall.core.facts import Outcome
from irmacall.core.ids import callout_call, talk_bridge
from tests.core.exchange import EXCHANGE, OFFICE
from tests.core.exchange_plays import NUMBER, ExchangePlay, unreached
from tests.core.leader import NEAR, PASSPORTS
from tests.core.plays import (
    BO,
    ELS,
    phone_of,
)

RULES = EXCHANGE.callbacks


# -- her turn ---------------------------------------------------------------------------------------------------


def test_a_callback_keeps_its_place() -> None:
    """Before whoever came after her, behind whoever came before."""
    play = ExchangePlay()
    first = play.chooses("1")
    promise = play.promised()
    third = play.chooses("1")
    assert play.queue(PASSPORTS) == [first, promise, third]
    play.agent_comes(ELS)
    assert play.stage(first) is Stage.RINGING


def test_less_is_asked_of_agents_for_a_callback_too() -> None:
    """At the moment of the step, and of nothing else."""
    play = ExchangePlay()
    play.agent_comes(BO)
    promise = play.promised()
    entered = play.desk.callbacks[promise].entered_at
    play.later(entered + 30 - play.leader.now)
    assert play.phones(play.attempt(promise)) == [phone_of(BO)]


def test_the_agent_is_asked_first_and_then_the_caller() -> None:
    """She hears what it is; then the telephone rings, and both come into one bridge."""
    play = ExchangePlay()
    promise = play.promised()
    play.agent_comes(ELS)
    call = play.attempt(promise)
    assert call == callout_call(promise, 1)
    leg = play.leg(call)
    play.leg_enters(call)
    play.answers(call)
    (said,) = play.asked_for(Say)
    assert (said.channel, said.sounds) == (leg, (Prompt.CALLBACK_AGENT.sound,))
    assert play.asked_for(CallOut) == [CallOut(NEAR, call, play.call(call).channel, NUMBER)]
    assert not play.asked_for(HoldInQueue)
    play.telephone_rings(call)
    assert play.asked_for(DialLeg) == [DialLeg(NEAR, call, play.call(call).channel, int(RULES.ring))]
    play.telephone_answered(call)
    assert play.asked_for(Connect) == [Connect(NEAR, call, talk_bridge(call), play.call(call).channel, leg)]
    play.joins(call)
    assert play.stage(call) is Stage.TALKING


def test_a_promise_that_is_kept_is_forgotten_with_its_number() -> None:
    """And told of twice: as asked for, and as answered."""
    play = ExchangePlay()
    promise = play.promised()
    call = play.kept(promise)
    assert (play.desk.callbacks, play.store.numbers) == ({}, set())
    play.hangs_up(play.call(call).channel)
    facts = play.facts(call)
    assert (facts.outcome, facts.callback_of, facts.agent) == (Outcome.ANSWERED, promise, ELS)
    assert play.facts(promise).outcome is Outcome.CALLBACK
    assert set(play.store.facts) == {promise, call}


def test_word_of_her_telephone_that_comes_twice_hangs_nobody_up() -> None:
    """Its channel stands: that is no news in a talk."""
    play = ExchangePlay()
    call = play.kept(play.promised())
    assert play.tell(LegEntered(NEAR, play.call(call).channel)) == []


def test_a_command_that_failed_late_ends_no_talk() -> None:
    """Its answer was lost, and it was done."""
    play = ExchangePlay()
    _, call = play.dials()
    channel = play.call(call).channel
    play.telephone_answered(call)
    play.joins(call)
    play.fails(CallOut(NEAR, call, channel, NUMBER))
    play.fails(DialLeg(NEAR, call, channel, int(RULES.ring)))
    assert play.stage(call) is Stage.TALKING


def test_an_agent_who_rejects_it_is_asked_no_more_and_the_next_one_is() -> None:
    """It was no try: nobody's telephone rang."""
    play = ExchangePlay()
    promise = play.promised()
    play.agent_comes(ELS)
    call = play.attempt(promise)
    play.leg_enters(call)
    play.gone(play.leg(call), 21)
    assert play.agent(ELS).availability is Availability.UNAVAILABLE
    assert (play.queue(PASSPORTS), play.desk.callbacks[promise].tries) == ([promise], 0)
    play.later(30)
    play.agent_comes(BO)
    assert play.phones(play.attempt(promise)) == [phone_of(BO)]


def test_an_agent_who_leaves_the_line_while_she_is_called_stops_it() -> None:
    """The telephone is not left ringing for nobody, and the same agent is not asked again at once."""
    play = ExchangePlay()
    promise, call = play.dials()
    channel, leg = play.call(call).channel, play.leg(call)
    play.gone(leg)
    assert HangUp(NEAR, call, channel) in play.asked
    assert (play.rung, play.agent(ELS).availability) == ([], Availability.UNAVAILABLE)
    assert (play.queue(PASSPORTS), play.desk.callbacks[promise].tries) == ([], 1)
    play.later(EXCHANGE.callbacks.interval)
    assert play.queue(PASSPORTS) == [promise]


# -- not reached ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["busy", "no answer", "cannot be made", "cannot be rung"])
def test_who_is_not_reached_is_called_again_later(how: str) -> None:
    """The agent is free again at once; the next try comes after a while, with the same place."""
    play = ExchangePlay()
    promise = play.promised()
    play.agent_comes(ELS)
    call = play.agent_takes(promise)
    channel, leg = play.call(call).channel, play.leg(call)
    if how == "cannot be made":
        play.fails(play.asked_for(CallOut)[0])
    else:
        play.telephone_rings(call)
        if how == "busy":
            play.hangs_up(channel, 17)
        elif how == "no answer":
            play.later(RULES.ring + 10)
        else:
            play.fails(play.asked_for(DialLeg)[0])
    assert (play.stage(call), play.desk.callbacks[promise].tries) == (Stage.ENDED, 1)
    play.gone(leg)
    assert play.agent(ELS).availability is Availability.AVAILABLE
    assert play.queue(PASSPORTS) == []
    play.later(RULES.interval)
    assert play.phones(play.attempt(promise)) == [phone_of(ELS)]


def test_three_tries_are_all() -> None:
    """Then it is given up: her number is forgotten, and the records say so, once."""
    play = ExchangePlay()
    promise = play.promised()
    play.agent_comes(ELS)
    for _ in range(RULES.tries):
        call = play.agent_takes(promise)
        channel, leg = play.call(call).channel, play.leg(call)
        play.telephone_rings(call)
        play.hangs_up(channel, 17)
        play.gone(leg)
        play.later(RULES.interval)
    assert (play.desk.callbacks, play.store.numbers) == ({}, set())
    facts = play.facts(unreached(promise))
    assert (facts.outcome, facts.queue, facts.phones_rung) == (Outcome.UNREACHED, PASSPORTS, RULES.tries)
    assert set(play.store.facts) == {promise, unreached(promise)}


def test_no_promise_outlives_its_time() -> None:
    """Nobody came to work: after `span` it is given up."""
    play = ExchangePlay()
    promise = play.promised()
    until = play.desk.callbacks[promise].until
    play.later(until - play.leader.now - 0.001)
    assert play.desk.callbacks
    play.later(0.001)
    assert (play.desk.callbacks, play.queue(PASSPORTS), play.store.numbers) == ({}, [], set())
    assert play.facts(unreached(promise)).outcome is Outcome.UNREACHED


@pytest.mark.parametrize("reached", [True, False])
def test_who_is_being_called_when_the_time_is_over_is_still_called(reached: bool) -> None:
    """That try counts; when it is in vain it was the last, and no wake-up loops meanwhile."""
    play = ExchangePlay()
    promise = play.promised()
    until = play.desk.callbacks[promise].until
    play.later(until - play.leader.now - 5)
    play.agent_comes(ELS)
    call = play.agent_takes(promise)
    play.telephone_rings(call)
    play.later(8)
    if reached:
        play.telephone_answered(call)
        play.joins(call)
        assert (play.stage(call), set(play.store.facts)) == (Stage.TALKING, {promise})
    else:
        play.hangs_up(play.call(call).channel, 19)
        assert play.facts(unreached(promise)).outcome is Outcome.UNREACHED
    assert play.desk.callbacks == {}


def test_an_agent_who_rejects_it_after_its_time_was_the_last() -> None:
    """It is given up, and nobody else is asked."""
    play = ExchangePlay()
    promise = play.promised()
    play.later(play.desk.callbacks[promise].until - play.leader.now - 5)
    play.agent_comes(ELS)
    call = play.attempt(promise)
    play.leg_enters(call)
    play.later(8)
    play.rejects(ELS, call)
    play.later(1)
    assert play.desk.callbacks == {}
    assert play.facts(unreached(promise)).outcome is Outcome.UNREACHED


def test_closing_time_ends_no_promise() -> None:
    """Who was there in time is served as who waits is, as long as somebody is there."""
    play = ExchangePlay(dataclasses.replace(EXCHANGE, hours=OFFICE))
    play.later(8000 - 60)
    promise = play.promised()
    play.later(120)
    assert play.stage(play.caller_arrives()) is Stage.LEAVING
    assert play.stage(play.kept(promise)) is Stage.TALKING

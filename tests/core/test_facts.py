"""Plays of what is kept of a call: one set of facts for each way in which it can end, told until it is kept."""

from __future__ import annotations

import dataclasses

import pytest

from irmacall.core.commands import HoldInQueue, KeepFacts
from irmacall.core.events import FactsKept, LeadershipBegan
from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import CallId
from tests.core.exchange import CLOSED, ENGLISH, EXCHANGE
from tests.core.exchange_plays import ExchangePlay
from tests.core.leader import FAR, GENERAL, NEAR, PASSPORT, PASSPORTS
from tests.core.plays import BO, CALLER_SEEN, ELS, WAITING_ROOM, code, snapshot


def _told(play: ExchangePlay) -> list[CallFacts]:
    """The facts that the last line told."""
    return [command.facts for command in play.screens if isinstance(command, KeepFacts)]


def test_an_answered_call_is_told_with_all_its_times() -> None:
    """When she came, waited, was answered and left; where, by whom, by which way, and that she was identified."""
    play = ExchangePlay()
    begin = play.leader.now
    call = play.chooses("3")
    play.keys(call, "0")
    play.later(EXCHANGE.times.choice)
    queued = play.leader.now
    play.citizen_discloses(1, PASSPORT)
    play.keys(call, code(1))
    play.agent_comes(ELS)
    play.leg_enters(call)
    play.later(3)
    play.answers(call)
    play.joins(call)
    answered = play.leader.now
    play.later(60)
    play.hangs_up(call)
    assert play.facts(call) == CallFacts(
        call=call,
        desk=EXCHANGE.desk,
        node=NEAR,
        outcome=Outcome.ANSWERED,
        arrived_at=begin,
        ended_at=answered + 60,
        queued_at=queued,
        answered_at=answered,
        queue=PASSPORTS,
        queues=(GENERAL, PASSPORTS),
        menu_path=("hoofd:3", "meer:0"),
        language=ENGLISH,
        subject=PASSPORT,
        identified=True,
        agent=ELS,
        phones_rung=1,
        owners=(ELS,),
    )


def test_nothing_of_the_caller_is_in_them() -> None:
    """Neither her code nor where her identity was sealed."""
    play = ExchangePlay()
    play.citizen_discloses(1)
    call = play.caller_waits(1)
    play.hangs_up(call)
    raw = play.store.saved["facts", call].decode()
    assert code(1) not in raw
    assert "sealed1" not in raw


def test_who_hangs_up_in_a_queue_has_abandoned_and_before_it_has_left() -> None:
    """The trade counts the one and not the other."""
    play = ExchangePlay()
    waits, chooses = play.chooses("0"), play.chooses("2")
    play.hangs_up(waits)
    play.hangs_up(chooses)
    assert (play.facts(waits).outcome, play.facts(waits).queue) == (Outcome.ABANDONED, GENERAL)
    assert (play.facts(chooses).outcome, play.facts(chooses).queue) == (Outcome.LEFT, None)


def test_each_phone_that_rang_is_counted_and_who_did_not_answer_is_nobody() -> None:
    """Two rang in vain: two phones, and no agent."""
    play = ExchangePlay()
    play.agent_comes(ELS)
    call = play.chooses("0")
    play.rejects(ELS, call)
    play.agent_comes(BO)
    play.rejects(BO, call)
    play.hangs_up(call)
    facts = play.facts(call)
    assert (facts.outcome, facts.phones_rung, facts.agent) == (Outcome.ABANDONED, 2, None)


def test_who_is_gone_while_nobody_listened_was_lost() -> None:
    """Her node was restarted: she did not hang up, as far as anybody can tell."""
    play = ExchangePlay()
    call = play.chooses("0")
    play.tell(snapshot({}))
    assert play.facts(call).outcome is Outcome.LOST


def test_who_cannot_wait_with_us_was_lost() -> None:
    """The dialplan has her now."""
    play = ExchangePlay()
    call = play.chooses("0")
    play.fails(HoldInQueue(NEAR, call, play.call(call).channel, WAITING_ROOM))
    assert play.facts(call).outcome is Outcome.LOST


def test_who_is_on_a_node_that_the_site_has_no_longer_was_lost() -> None:
    """A new leader closes her call, and asks no node for anything."""
    play = ExchangePlay(nodes=(NEAR, FAR))
    call = play.chooses("0", FAR)
    play.tell(LeadershipBegan(frozenset({NEAR})))
    assert play.facts(call).outcome is Outcome.LOST
    assert play.asked == []


def test_a_talk_whose_end_nobody_heard_was_answered() -> None:
    """She was served, and the node was lost as she hung up."""
    play = ExchangePlay()
    play.agent_comes(ELS)
    call = play.chooses("0")
    play.leg_enters(call)
    play.answers(call)
    play.joins(call)
    play.tell(snapshot({}))
    assert play.facts(call).outcome is Outcome.ANSWERED


def test_what_was_known_of_her_end_stays_known() -> None:
    """She heard that it is closed; that her node was restarted meanwhile changes nothing."""
    play = ExchangePlay(CLOSED)
    call = play.caller_arrives()
    play.tell(snapshot({}))
    assert play.facts(call).outcome is Outcome.CLOSED


def test_they_are_kept_until_the_store_has_them() -> None:
    """And forgotten then; what the store says of others is no matter."""
    play = ExchangePlay()
    call = play.chooses("0")
    play.hangs_up(call)
    assert ("facts", call) in play.store.saved
    play.tell(FactsKept((call, CallId("somebody-else"))))
    assert play.desk.facts == {}
    assert ("facts", call) not in play.store.saved
    play.tell(FactsKept((call,)))


def test_a_new_leader_tells_them_again_word_for_word() -> None:
    """Whether the store had them, nobody knows."""
    play = ExchangePlay()
    call = play.chooses("0")
    play.hangs_up(call)
    told = play.facts(call)
    play.later(60)
    play.crashes()
    play.tell(LeadershipBegan(play.leader.nodes))
    assert _told(play) == [told]


def test_a_call_is_told_of_once() -> None:
    """However often its end is heard of."""
    play = ExchangePlay()
    call = play.chooses("0")
    play.hangs_up(call)
    told = play.facts(call)
    play.later(5)
    play.hangs_up(call)
    play.gone(call)
    assert _told(play) == []
    assert play.facts(call) == told


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_call_taken_over_is_told_with_what_it_was_before(language: str) -> None:
    """When she came, her way through the menus and her language outlive the daemon."""
    play = ExchangePlay()
    begin = play.leader.now
    call = play.chooses("30" if language == "en" else "20")
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}, {WAITING_ROOM: [call]}))
    play.hangs_up(call)
    facts = play.facts(call)
    assert (facts.arrived_at, facts.language) == (begin, language)
    assert facts.menu_path == ("hoofd:3" if language == "en" else "hoofd:2", "meer:0")


def test_facts_are_the_same_whatever_plan_is_in_force_by_then() -> None:
    """A desk that was renamed in its file would be another desk: calls belong to the one that had them."""
    play = ExchangePlay()
    call = play.chooses("0")
    play.changes(dataclasses.replace(CLOSED))
    play.hangs_up(call)
    assert play.facts(call).desk == EXCHANGE.desk

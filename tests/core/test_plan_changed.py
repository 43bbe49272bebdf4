"""Plays of a plan that changes under way: new calls get the new one, calls under way keep theirs."""

from __future__ import annotations

import dataclasses

from irmacall.core.call import Stage
from irmacall.core.commands import PrepareNode, RefreshQueues
from irmacall.core.events import SeatPaused
from irmacall.core.ids import waiting_bridge
from irmacall.core.lines import QueueRules
from tests.core.exchange import CLOSED, EXCHANGE, MENUS, MORE, QUEUES, SMALLER, TAXES, URGENT
from tests.core.exchange_plays import CAS, ExchangePlay
from tests.core.leader import GENERAL, NEAR, PASSPORTS, PLAN
from tests.core.plays import BO, CALLER_SEEN, ELS, WAITING_ROOM, phone_of, seat_of, snapshot


def test_who_is_in_a_menu_that_is_no_more_goes_on_in_it() -> None:
    """She hears and chooses what she was asked; who calls now hears no menu."""
    play = ExchangePlay()
    call = play.chooses("2")
    play.changes(SMALLER)
    play.keys(call, "*")
    assert play.sounds == [MENUS[MORE].sound]
    play.keys(call, "2")
    play.later(EXCHANGE.times.choice)
    play.keys(call, "1")
    play.later(EXCHANGE.times.choice)
    assert play.where(call) == ("waiting", URGENT)
    new = play.caller_arrives()
    play.prompt_ends(new)
    play.later(SMALLER.times.first_digit)
    assert play.where(new) == ("waiting", GENERAL)


def test_who_waits_in_a_queue_that_is_no_more_is_answered_by_others() -> None:
    """Those who serve the default queue, with her own queue's rules."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    play.tell(SeatPaused(seat_of(CAS), "pauze"))
    call = play.chooses("21")
    play.agent_comes(ELS)
    play.rejects(ELS, call)
    play.changes(SMALLER)
    assert play.where(call) == ("waiting", TAXES)
    play.claims(ELS, seat_of(ELS))
    assert play.phones(call) == [phone_of(ELS)]


def test_an_agent_who_may_more_is_asked_at_once() -> None:
    """Her group serves another queue from now on: who waits there need not wait for anything else."""
    play = ExchangePlay()
    play.agent_comes(BO)
    call = play.chooses("221")
    assert play.stage(call) is Stage.WAITING
    groups = {name: dataclasses.replace(group, queues=frozenset(QUEUES)) for name, group in EXCHANGE.groups.items()}
    play.changes(dataclasses.replace(EXCHANGE, groups=groups))
    assert play.phones(call) == [phone_of(BO)]


def test_an_agent_who_may_less_is_asked_no_more() -> None:
    """What rings at her rings on."""
    play = ExchangePlay()
    play.agent_comes(BO)
    call = play.chooses("0")
    play.changes(SMALLER)
    assert play.phones(call) == [phone_of(BO)]
    play.rejects(BO, call)
    play.claims(BO, seat_of(BO))
    assert play.stage(call) is Stage.WAITING


def test_a_queue_that_nobody_serves_any_more_sends_on_who_waits() -> None:
    """The last group that did is gone."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    play.tell(SeatPaused(seat_of(CAS), "pauze"))
    call = play.chooses("21")
    groups = {
        name: dataclasses.replace(group, queues=frozenset({GENERAL})) for name, group in EXCHANGE.groups.items()
    }
    play.changes(dataclasses.replace(EXCHANGE, groups=groups))
    assert play.where(call) == ("waiting", GENERAL)


def test_who_calls_now_finds_the_new_hours() -> None:
    """And who is in is served."""
    play = ExchangePlay()
    inside = play.chooses("2")
    play.changes(CLOSED)
    assert play.stage(play.caller_arrives()) is Stage.LEAVING
    play.keys(inside, "0")
    play.later(EXCHANGE.times.choice)
    assert play.where(inside) == ("waiting", GENERAL)


def test_the_patience_of_who_waits_stays_what_it_was() -> None:
    """Her call's rules are those under which she came."""
    play = ExchangePlay()
    call = play.chooses("1")
    rules = QueueRules(PASSPORTS, patience=20.0, impatient=QUEUES[URGENT].impatient)
    play.changes(dataclasses.replace(EXCHANGE, queues={**QUEUES, PASSPORTS: rules}))
    play.later(60)
    assert play.where(call) == ("waiting", PASSPORTS)


def test_a_room_is_made_for_new_music() -> None:
    """On each node, and every panel shows the new queues."""
    play = ExchangePlay(SMALLER)
    play.changes(EXCHANGE)
    rooms = {prepared.bridge for prepared in play.asked_for(PrepareNode)}
    assert rooms == {WAITING_ROOM, waiting_bridge(PLAN.desk, "rustig")}
    assert RefreshQueues() in play.screens


def test_a_new_leader_has_the_new_plan_for_everybody() -> None:
    """It has no other: a queue that is no more has the rules of the default queue."""
    play = ExchangePlay()
    play.agent_comes(ELS)
    play.tell(SeatPaused(seat_of(ELS), "pauze"))
    call = play.chooses("21")
    play.changes(SMALLER)
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}, {waiting_bridge(PLAN.desk, "rustig"): [call]}))
    assert play.where(call) == ("waiting", TAXES)
    assert play.asked_for(PrepareNode) == [PrepareNode(NEAR, WAITING_ROOM)]
    play.claims(ELS, seat_of(ELS))
    assert play.phones(call) == [phone_of(ELS)]

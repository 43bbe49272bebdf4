"""Plays of who had a caller on the line: what her call remembers of it, and what is kept when it is over."""

from __future__ import annotations

import json

import pytest

from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import CallId, DeskId, NodeName, UserId
from irmacall.core.transfer import Act
from tests.core.plays import BO, CALLER_SEEN, ELS, bridges_talking, leg_seen, phone_of, snapshot
from tests.core.transfer_plays import INA, OUTSIDE, TransferPlay


def test_everybody_who_had_her_is_kept_in_order() -> None:
    """Els answers, and lets go of her for Ina."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call)
    play.obeys()
    play.takes_over(call)
    play.later(60)
    play.hangs_up(call)
    told = play.store.facts[call]
    assert (told.agent, told.owners, told.passed) == (ELS, (ELS, INA), 1)
    assert (told.passed_on_to(ELS), told.passed_on_to(INA)) == ((INA,), ())


@pytest.mark.parametrize("state", ["consulted", "aside", "together"])
def test_who_was_only_asked_did_not_have_her(state: str) -> None:
    """Ina is asked, or talks with both; hers she is from the moment in which Els leaves her the caller."""
    play = TransferPlay()
    call = play.asks(state)
    assert play.call(call).owners == (ELS,)
    play.acts(call, Act.COMPLETE)
    play.hangs_up(call)
    assert (play.store.facts[call].owners, play.store.facts[call].passed) == ((ELS, INA), 1)


def test_who_comes_back_to_the_one_who_let_her_go_was_passed_on_in_vain() -> None:
    """Nobody else had her; that somebody wanted it is kept."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call)
    play.obeys()
    play.phone_stands(call, play.leg(call))
    play.hangs_up(play.leg(call), 17)
    play.obeys()
    play.takes_over(call)
    play.hangs_up(call)
    assert (play.store.facts[call].owners, play.store.facts[call].passed) == ((ELS,), 1)


def test_who_is_rung_again_because_her_own_phone_was_gone_passed_nobody_on() -> None:
    """She put her caller on hold and her phone hung up: the same two talk on."""
    play = TransferPlay()
    call = play.talks_here()
    play.acts(call, Act.HOLD)
    play.obeys()
    play.hangs_up(play.leg(call))
    assert play.rung() == [phone_of(ELS)]
    play.obeys()
    play.takes_over(call)
    play.hangs_up(call)
    assert (play.store.facts[call].owners, play.store.facts[call].passed) == ((ELS,), 0)


def test_a_telephone_outside_is_nobody_of_ours() -> None:
    """She was passed on, and who had her then is not kept."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call, OUTSIDE)
    play.obeys()
    play.takes_over(call)
    play.hangs_up(call)
    assert (play.store.facts[call].owners, play.store.facts[call].passed) == ((ELS,), 1)


def test_a_call_taken_over_remembers_who_had_her() -> None:
    """And one of before that was remembered knows who answered it."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call)
    play.obeys()
    play.takes_over(call)
    leg = play.leg(call)
    there = snapshot({call: CALLER_SEEN, leg: leg_seen(INA)}, bridges_talking(call, leg))
    play.crashes()
    play.tell(there)
    assert play.call(call).owners == (ELS, INA)
    fields = json.loads(play.store.saved["call", call])
    del fields["owners"]
    play.store.saved["call", call] = json.dumps(fields).encode()
    play.crashes()
    play.tell(there)
    assert play.call(call).owners == (ELS,)


def test_each_is_told_whom_she_passed_her_on_to() -> None:
    """Who had her twice passed her on twice; a colleague who had her twice after that is named once."""
    cas = UserId("cas")
    had_by = (ELS, BO, ELS, INA, ELS, BO, cas)
    told = CallFacts(CallId("c"), DeskId("d"), NodeName("n"), Outcome.ANSWERED, 0.0, 9.0, owners=had_by)
    assert told.passed_on_to(ELS) == (BO, INA)
    assert told.passed_on_to(BO) == (ELS, cas)
    assert told.passed_on_to(cas) == ()

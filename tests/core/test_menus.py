"""Plays of the menus: what keys do there, how fast they may come, and who ends up where."""

from __future__ import annotations

import dataclasses

from irmacall.core.call import Stage
from irmacall.core.commands import KeepNumber, Prompt, Say, StopSaying
from irmacall.core.facts import Outcome
from irmacall.core.routes import ToMenu
from tests.core.exchange import (
    DEEP,
    ENGLISH,
    EXCHANGE,
    MAIN,
    MENUS,
    MORE,
    SMALLER,
    TAXES,
    TIRED,
    URGENT,
)
from tests.core.exchange_plays import CAS, ExchangePlay
from tests.core.leader import GENERAL, PASSPORTS, WASTE
from tests.core.plays import BO, CALLER_SEEN, ELS, code, phone_of, snapshot

TIMES = EXCHANGE.times


def test_who_gives_no_code_hears_the_menu() -> None:
    """The first thing after the welcome is the menu where the plan begins."""
    play = ExchangePlay()
    call = play.caller_arrives()
    play.prompt_ends(call)
    play.later(TIMES.first_digit)
    assert play.stage(call) is Stage.MENU
    assert play.sounds == [MENUS[MAIN].sound]


def test_keys_during_the_welcome_walk_through_three_levels() -> None:
    """Who knows the way need not listen to anything."""
    play = ExchangePlay()
    call = play.chooses("221")
    assert play.where(call) == ("waiting", URGENT)
    assert play.call(call).menu_path == ("hoofd:2", "meer:2", "diep:1")
    assert play.sounds == []


def test_keys_beyond_the_end_of_the_way_are_let_go() -> None:
    """An impatient finger does not undo what was chosen."""
    play = ExchangePlay()
    call = play.chooses("2177")
    assert play.where(call) == ("waiting", GENERAL), "nobody is there for taxes"
    assert play.call(call).menu_path == ("hoofd:2", "meer:1")


def test_part_of_the_way_leads_to_the_menu_there() -> None:
    """What was keyed ahead is done, and the rest is asked."""
    play = ExchangePlay()
    call = play.chooses("22")
    assert (play.stage(call), play.call(call).menu) == (Stage.MENU, DEEP)
    assert play.sounds == [MENUS[DEEP].sound]
    play.keys(call, "0")
    play.later(TIMES.choice)
    assert play.where(call) == ("waiting", GENERAL)


def test_keys_ahead_that_are_no_choices_are_a_wrong_code() -> None:
    """Where any key leads nowhere, none of them counts: she may have meant a code."""
    play = ExchangePlay()
    call = play.chooses("27")
    assert (play.stage(call), play.call(call).menu_path) == (Stage.ASKING, ())
    assert play.sounds == [Prompt.CODE_AGAIN.sound]


def test_a_code_keyed_into_a_menu_is_a_code() -> None:
    """Its subject's queue, by no choice at all: ten keys are read together."""
    play = ExchangePlay()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.prompt_ends(call)
    play.later(TIMES.first_digit)
    play.keys(call, code(1))
    assert play.where(call) == ("waiting", PASSPORTS)
    assert play.call(call).menu_path == ()
    assert play.sounds == [Prompt.PLEASE_HOLD.sound]


def test_a_code_keyed_slowly_opens_though_its_keys_were_choices() -> None:
    """Who pauses after each key walks through menus meanwhile: the code still counts."""
    play = ExchangePlay()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.prompt_ends(call)
    play.later(TIMES.first_digit)
    for key in code(1):
        play.keys(call, key)
        play.later(TIMES.choice + 0.5)
    assert play.call(call).identified
    assert play.call(call).queue == PASSPORTS


def test_a_wrong_code_in_a_menu_counts_and_is_a_wrong_choice() -> None:
    """Guessing is seen, wherever it is done; after the last try none is looked up."""
    play = ExchangePlay()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.prompt_ends(call)
    play.later(TIMES.first_digit)
    play.keys(call, code(77))
    assert (play.call(call).tries, play.audited) == (1, ["code_wrong"])
    play.later(TIMES.choice)
    assert play.sounds == [Prompt.MENU_WRONG.sound, MENUS[MAIN].sound]
    play.keys(call, code(78))
    play.keys(call, code(79))
    play.keys(call, code(1))
    assert (play.call(call).tries, play.call(call).sealed) == (EXCHANGE.code_tries, None)


def test_the_star_says_the_menu_again() -> None:
    """From the beginning, and what was keyed in before it is forgotten."""
    play = ExchangePlay()
    call = play.chooses("2")
    play.keys(call, "2")
    play.keys(call, "*")
    assert play.sounds == [MENUS[MORE].sound]
    play.keys(call, "1")
    play.later(TIMES.choice)
    assert play.call(call).menu_path == ("hoofd:2", "meer:1")


def test_a_key_cuts_the_menu_short() -> None:
    """Nobody is talked through."""
    play = ExchangePlay()
    call = play.chooses("2")
    play.keys(call, "3")
    assert [type(command) for command in play.asked] == [StopSaying]


def test_who_chooses_nothing_goes_where_the_menu_says() -> None:
    """She hears it as often as the plan says, without a word of blame, and then a person helps her."""
    play = ExchangePlay()
    call = play.caller_arrives()
    play.prompt_ends(call)
    play.later(TIMES.first_digit)
    for _ in range(MENUS[MAIN].tries - 1):
        play.prompt_ends(call)
        play.later(TIMES.first_digit)
        assert play.sounds == [MENUS[MAIN].sound]
    play.prompt_ends(call)
    play.later(TIMES.first_digit)
    assert play.where(call) == ("waiting", GENERAL)


def test_who_chooses_what_there_is_not_is_told_so() -> None:
    """Once more with the reason, and at last elsewhere: here a message that ends the call."""
    play = ExchangePlay()
    call = play.chooses("22")
    for _ in range(MENUS[DEEP].tries - 1):
        play.keys(call, "8")
        play.later(TIMES.choice)
        assert play.sounds == [Prompt.MENU_WRONG.sound, MENUS[DEEP].sound]
    play.keys(call, "8")
    play.later(TIMES.choice)
    assert (play.stage(call), play.sounds) == (Stage.LEAVING, [TIRED])
    play.says_all(call)
    assert play.facts(call).outcome is Outcome.TURNED_AWAY
    assert play.facts(call).menu_path == ("hoofd:2", "meer:2")


def test_a_menu_whose_end_is_not_heard_of_asks_again_all_the_same() -> None:
    """Asterisk never said that the prompt was over: after its longest time it is."""
    play = ExchangePlay()
    call = play.chooses("2")
    play.later(TIMES.prompt)
    assert play.sounds == [MENUS[MORE].sound]
    assert play.stage(call) is Stage.MENU


def test_a_chosen_language_is_spoken_from_then_on() -> None:
    """The next menu and all after it, and agents without that language are not asked."""
    play = ExchangePlay()
    play.agent_comes(BO)
    call = play.caller_arrives()
    play.keys(call, "3")
    play.later(TIMES.next_digit)
    (said,) = play.asked_for(Say)
    assert (said.sounds, said.language) == ((MENUS[MORE].sound,), ENGLISH)
    play.keys(call, "0")
    play.later(TIMES.choice)
    assert (play.where(call), play.rung) == (("waiting", GENERAL), [])
    play.agent_comes(ELS)
    assert play.phones(call) == [phone_of(ELS)]


def test_a_way_back_leads_to_the_menu_above() -> None:
    """Its tries begin anew."""
    play = ExchangePlay()
    call = play.chooses("29")
    assert (play.stage(call), play.call(call).menu, play.call(call).menu_tries) == (Stage.MENU, MAIN, 0)


def test_a_code_moves_who_rings_to_the_queue_of_its_subject() -> None:
    """The phone that rang stops, its agent stays available, and the caller keeps her place."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    call = play.chooses("221")
    since = play.call(call).queued_at
    assert play.where(call) == ("ringing", URGENT)
    play.citizen_discloses(1)
    play.later(3)
    play.keys(call, code(1))
    assert play.where(call) == ("waiting", PASSPORTS), "Cas knows too little of passports yet"
    assert play.call(call).queued_at == since
    assert play.agent(CAS).availability.value == "available"
    assert play.call(call).queues == (URGENT, PASSPORTS)


def test_a_code_never_costs_a_waiting_caller_her_place() -> None:
    """Where her subject's queue takes nobody now, she waits on where she is, identified."""
    full = dataclasses.replace(EXCHANGE, subject_queues={WASTE: TAXES})
    play = ExchangePlay(full)
    play.agent_comes(CAS)
    play.chooses("21")
    play.rejects(CAS, play.queue(TAXES)[0] if play.queue(TAXES) else next(iter(play.desk.calls)))
    assert len(play.queue(TAXES)) == full.queues[TAXES].most
    call = play.chooses("1")
    play.citizen_discloses(1, WASTE)
    play.keys(call, code(1))
    assert play.where(call) == ("waiting", PASSPORTS)
    assert play.call(call).identified
    assert play.sounds == [Prompt.CODE_ACCEPTED.sound]


def test_a_new_leader_begins_a_menu_that_is_no_more_at_the_start() -> None:
    """The daemon was killed, and the site file has other menus by now."""
    play = ExchangePlay()
    call = play.chooses("2")
    play.store.plan = SMALLER
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}))
    assert play.where(call) == ("waiting", GENERAL)


def test_a_new_leader_asks_the_same_menu_again() -> None:
    """In the language that she chose."""
    play = ExchangePlay()
    call = play.chooses("3")
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}))
    (said,) = play.asked_for(Say)
    assert (said.sounds, said.language) == ((MENUS[MORE].sound,), ENGLISH)


def test_the_way_may_lead_straight_to_a_menu_from_a_menu() -> None:
    """Keys in a menu walk on as those of the welcome do."""
    play = ExchangePlay()
    call = play.chooses("2")
    assert isinstance(MENUS[MORE].choices["2"].to, ToMenu)
    play.keys(call, "21")
    play.later(TIMES.choice)
    assert play.where(call) == ("waiting", URGENT)


def test_ten_keys_in_a_menu_are_never_a_telephone_number() -> None:
    """Only who asked to be called back is noted a number."""
    play = ExchangePlay()
    call = play.chooses("2")
    play.keys(call, "0612345678")
    play.later(TIMES.choice)
    assert not any(isinstance(command, KeepNumber) for command in play.screens)
    assert play.where(call) == ("waiting", GENERAL)

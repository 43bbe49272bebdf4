"""Plays of how a callback is asked for and promised, and how she hangs up on it."""

from __future__ import annotations

import dataclasses
from collections import deque

import pytest

from irmacall.core.call import Stage
from irmacall.core.callbacks import NOTED_WITHIN
from irmacall.core.code import Digits
from irmacall.core.commands import (
    DropNumber,
    HangUp,
    KeepNumber,
    Prompt,
)
from irmacall.core.events import NumberKept, NumberRefused, SeatPaused
from irmacall.core.facts import Outcome
from irmacall.core.ids import SealedId
from irmacall.core.routes import ToCallback
from tests.core.exchange import EXCHANGE, QUEUES, TAXES
from tests.core.exchange_plays import AGAIN, ANOTHER, CAS, NUMBER, OFFER, OTHER, ExchangePlay, unreached
from tests.core.leader import GENERAL, NEAR, PASSPORTS
from tests.core.plays import (
    ELS,
    code,
    seat_of,
)


def _asked(play: ExchangePlay) -> KeepNumber:
    """The number that is to be noted."""
    return play.leader.numbers_asked[-1]


# -- how it is asked for ----------------------------------------------------------------------------------------


def test_who_presses_one_while_she_waits_is_told_what_it_means() -> None:
    """She is called back, keeps her place, and will be nobody whom we know; then where."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call)
    assert (play.stage(call), play.sounds) == (Stage.CALLBACK, OFFER)
    assert play.queue(PASSPORTS) == []


def test_only_a_queue_that_calls_back_offers_it() -> None:
    """Elsewhere the key means nothing."""
    play = ExchangePlay()
    call = play.chooses("0")
    play.wants_callback(call)
    assert play.where(call) == ("waiting", GENERAL)


def test_her_own_number_is_a_one() -> None:
    """It is noted, she hears that she can hang up, and she is hung up on when that is said."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "1")
    assert _asked(play) == KeepNumber(NEAR, call, play.call(call).channel, None, play.call(call).said)
    play.noted(call)
    assert (play.stage(call), play.sounds) == (Stage.LEAVING, [Prompt.CALLBACK_NOTED.sound])
    play.prompt_ends(call)
    assert [str(hung.channel) for hung in play.asked_for(HangUp)] == [call]
    assert play.queue(PASSPORTS) == [call]


def test_another_number_is_keyed_in() -> None:
    """It ends with a `#`, or when she pauses; it is never printed."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call)
    play.keys(call, "0612345678#")
    typed = _asked(play).typed
    assert typed == Digits("0612345678")
    assert "0612345678" not in repr(_asked(play)) + repr(play.desk)

    other = play.chooses("1")
    play.wants_callback(other)
    play.keys(other, "0243299000")
    assert _asked(play).call == call
    play.later(EXCHANGE.times.next_digit)
    assert _asked(play).typed == Digits("0243299000")


def test_ten_keys_here_that_open_nothing_are_a_number() -> None:
    """A telephone number may well look like a code: it costs a try, and is noted as what it is."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call)
    play.keys(call, code(1) + "#")
    assert (play.call(call).sealed, play.call(call).tries) == (None, 1)
    assert _asked(play).typed == Digits(code(1))


def test_a_number_that_is_none_is_asked_for_again() -> None:
    """Too short: nobody need be asked."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call)
    play.keys(call, "06#")
    assert (play.stage(call), play.sounds) == (Stage.CALLBACK, AGAIN)
    assert not play.leader.numbers_asked


def test_a_number_that_may_not_be_called_is_asked_for_again() -> None:
    """Nothing is promised."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "1")
    play.refused(call)
    assert (play.stage(call), play.sounds, play.desk.callbacks) == (Stage.CALLBACK, ANOTHER, {})
    play.keys(call, "0243299000#")
    play.noted(call)
    assert play.desk.callbacks[call].number == NUMBER


def test_a_typed_number_that_is_refused_leaves_her_own_to_be_taken() -> None:
    """It is still offered, and a one takes it."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call)
    play.keys(call, "0900123456#")
    play.refused(call)
    assert play.sounds == AGAIN
    play.keys(call, "1#")
    assert _asked(play).typed is None


def test_who_cannot_be_called_on_her_own_number_is_asked_for_another_straight_away() -> None:
    """It is withheld, or no line may call it: she is not offered what would be refused."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call)
    play.unfit(call)
    assert play.sounds == OTHER
    play.prompt_ends(call)
    play.keys(call, "1#")
    assert (play.sounds, play.leader.numbers_asked) == ([Prompt.CALLBACK_OTHER.sound], deque())
    play.keys(call, "0612345678#")
    play.noted(call)
    assert play.desk.callbacks[call].number == NUMBER


def test_keys_that_were_pressed_before_her_own_number_was_found_unfit_stand() -> None:
    """She is halfway through another number: nothing is said through that."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "06")
    play.unfit(call)
    assert play.sounds == []
    play.keys(call, "12345678#")
    assert _asked(play).typed == Digits("0612345678")


def test_what_is_found_of_her_number_after_she_went_on_changes_nothing() -> None:
    """She waits on and hears music; when she asks again it is found anew."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "*")
    play.unfit(call)
    assert (play.where(call), play.sounds) == (("waiting", PASSPORTS), [])
    play.wants_callback(call)
    assert play.sounds == OFFER
    play.unfit(call)
    assert play.sounds == OTHER


@pytest.mark.parametrize("way", ["star", "silence", "hash"])
def test_who_declines_waits_on_at_her_place(way: str) -> None:
    """Whoever came meanwhile is behind her."""
    play = ExchangePlay()
    call = play.chooses("1")
    since = play.call(call).queued_at
    play.wants_callback(call)
    other = play.chooses("1")
    if way == "silence":
        play.prompt_ends(call)
        play.later(EXCHANGE.times.first_digit)
    else:
        play.keys(call, "*" if way == "star" else "#")
    assert (play.where(call), play.call(call).queued_at) == (("waiting", PASSPORTS), since)
    assert play.queue(PASSPORTS) == [call, other]


def test_a_full_queue_can_offer_it_to_who_comes() -> None:
    """She has her place all the same; who declines waits on."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    play.tell(SeatPaused(seat_of(CAS), "pauze"))
    play.chooses("21")
    call = play.chooses("21")
    assert (play.where(call), play.sounds) == (("callback", TAXES), OFFER)
    play.keys(call, "*")
    assert play.where(call) == ("waiting", TAXES)


def test_who_has_waited_enough_can_be_offered_it_once() -> None:
    """Who declines is not asked again in this queue."""
    rules = dataclasses.replace(QUEUES[PASSPORTS], impatient=ToCallback())
    play = ExchangePlay(dataclasses.replace(EXCHANGE, queues={**QUEUES, PASSPORTS: rules}))
    call = play.chooses("1")
    play.later(rules.patience or 0)
    assert (play.stage(call), play.sounds) == (Stage.CALLBACK, OFFER)
    play.keys(call, "*")
    play.later(3600)
    assert play.where(call) == ("waiting", PASSPORTS)


def test_a_number_that_nobody_notes_promises_nothing() -> None:
    """She waits on; when it is noted after all, it is forgotten."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "1")
    play.later(NOTED_WITHIN)
    assert (play.where(call), play.desk.callbacks) == (("waiting", PASSPORTS), {})
    play.noted(call)
    assert DropNumber(NUMBER) in play.screens


# -- she hangs up -----------------------------------------------------------------------------------------------


def test_who_hangs_up_before_she_is_told_is_called_back_all_the_same() -> None:
    """She confirmed: the number is noted after she has gone."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "1")
    play.hangs_up(call)
    assert play.facts(call).outcome is Outcome.CALLBACK
    play.noted(call)
    play.agent_comes(ELS)
    assert play.stage(play.attempt(call)) is Stage.RINGING


def test_who_hangs_up_and_has_no_number_is_told_of_asunreached() -> None:
    """She believes that we call: that we cannot is in the records."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "1")
    asked = play.desk.callbacks[call].asked
    play.hangs_up(call)
    play.refused(call)
    assert play.desk.callbacks == {}
    assert play.facts(unreached(call)).outcome is Outcome.UNREACHED
    play.tell(NumberRefused(call, asked))
    assert play.facts(unreached(call)).callback_of == call


def test_who_hangs_up_before_she_confirms_has_abandoned() -> None:
    """Nothing was promised."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call)
    play.hangs_up(call)
    assert (play.facts(call).outcome, play.desk.callbacks) == (Outcome.ABANDONED, {})


def test_her_identity_is_erased_when_she_hangs_up() -> None:
    """It does not follow a number."""
    play = ExchangePlay()
    play.citizen_discloses(1)
    call = play.caller_waits(1)
    play.wants_callback(call, "1")
    play.noted(call)
    play.hangs_up(call)
    assert play.store.vault == set()
    again = play.kept(call)
    assert (play.call(again).sealed, play.grants.held()) == (None, [])


def test_she_is_not_called_while_she_is_on_the_line() -> None:
    """An agent may be free at once: her telephone would be engaged."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "1")
    play.noted(call)
    play.agent_comes(ELS)
    assert play.desk.callbacks[call].call is None
    play.hangs_up(call)
    assert play.stage(play.attempt(call)) is Stage.RINGING


def test_an_answer_to_an_earlier_asking_is_not_believed() -> None:
    """She waited on, asked again with another number, and the first one's name came late: it is forgotten."""
    play = ExchangePlay()
    call = play.chooses("1")
    play.wants_callback(call, "1")
    first = play.desk.callbacks[call].asked
    play.later(NOTED_WITHIN)
    play.wants_callback(call, "1")
    play.tell(NumberKept(call, NUMBER, NEAR, first))
    assert DropNumber(NUMBER) in play.screens
    assert (play.stage(call), play.desk.callbacks[call].number) == (Stage.CALLBACK, None)
    play.tell(NumberRefused(call, first))
    assert call in play.desk.callbacks


def test_a_code_that_begins_like_the_wish_to_be_called_back_is_a_code() -> None:
    """Keyed in slowly, its first key opens the question for a number; its last one is still a code's."""
    number = next(number for number in range(1000) if code(number).startswith("1"))
    play = ExchangePlay()
    play.citizen_discloses(number)
    call = play.chooses("1")
    for key in code(number):
        play.keys(call, key)
        play.later(EXCHANGE.times.choice + 0.5)
    assert play.call(call).sealed == SealedId(f"sealed{number}")
    assert play.stage(call) is Stage.WAITING
    assert play.desk.callbacks == {}

"""Plays of the time after a call: nobody is asked in it, and each way out of it."""

from __future__ import annotations

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.events import SeatPaused, SeatUnwatched, WrapUpExtended
from irmacall.core.ids import CallId
from irmacall.core.seats import LONGEST_WRAP_UP
from tests.core.exchange import QUEUES
from tests.core.exchange_plays import ExchangePlay
from tests.core.leader import PASSPORTS
from tests.core.plays import ELS, phone_of, seat_of

WRAP_UP = QUEUES[PASSPORTS].wrap_up


def _wraps_up() -> tuple[ExchangePlay, CallId]:
    """Els has just had a call about passports; the next caller waits."""
    play = ExchangePlay()
    play.agent_comes(ELS)
    call = play.chooses("1")
    play.leg_enters(call)
    play.answers(call)
    play.joins(call)
    leg = play.leg(call)
    waits = play.chooses("0")
    play.hangs_up(call)
    play.gone(leg)
    assert play.agent(ELS).availability is Availability.WRAP_UP
    return play, waits


def test_the_next_caller_is_offered_at_the_moment_when_it_ends() -> None:
    """Not before, and without any other event."""
    play, call = _wraps_up()
    play.later(WRAP_UP - 0.001)
    assert play.stage(call) is Stage.WAITING
    play.later(0.001)
    assert play.phones(call) == [phone_of(ELS)]


def test_she_can_end_it_early() -> None:
    """She says that she is available."""
    play, call = _wraps_up()
    play.claims(ELS, seat_of(ELS))
    assert play.phones(call) == [phone_of(ELS)]


def test_she_can_extend_it() -> None:
    """By what she asks for, from when it would have ended."""
    play, call = _wraps_up()
    play.later(10)
    play.tell(WrapUpExtended(seat_of(ELS), 60))
    play.later(WRAP_UP + 60 - 10 - 0.001)
    assert play.stage(call) is Stage.WAITING
    play.later(0.001)
    assert play.stage(call) is Stage.RINGING


def test_nobody_extends_it_for_ever() -> None:
    """Who needs more than half an hour pauses; less than nothing extends nothing."""
    play, call = _wraps_up()
    for _ in range(3):
        play.tell(WrapUpExtended(seat_of(ELS), 5000))
    play.tell(WrapUpExtended(seat_of(ELS), -60))
    play.later(LONGEST_WRAP_UP - 0.001)
    assert play.stage(call) is Stage.WAITING
    play.later(0.001)
    assert play.stage(call) is Stage.RINGING


def test_who_is_in_no_wrap_up_extends_nothing() -> None:
    """An extension that comes late makes nobody unavailable."""
    play, call = _wraps_up()
    play.later(WRAP_UP)
    play.tell(WrapUpExtended(seat_of(ELS), 60))
    assert (play.stage(call), play.agent(ELS).availability) == (Stage.RINGING, Availability.AVAILABLE)


def test_a_pause_in_it_is_a_pause() -> None:
    """Time does not end that."""
    play, call = _wraps_up()
    play.tell(SeatPaused(seat_of(ELS), "pauze"))
    play.later(10 * WRAP_UP)
    assert (play.stage(call), play.agent(ELS).availability) == (Stage.WAITING, Availability.PAUSED)


def test_who_logs_out_in_it_is_away() -> None:
    """And does not come back when it would have ended."""
    play, call = _wraps_up()
    play.logs_out(ELS)
    play.later(WRAP_UP)
    assert (play.stage(call), play.agent(ELS).availability) == (Stage.WAITING, Availability.AWAY)


def test_whose_screen_is_gone_in_it_is_unavailable() -> None:
    """Nobody would see who calls."""
    play, call = _wraps_up()
    play.tell(SeatUnwatched(seat_of(ELS)))
    play.later(WRAP_UP)
    assert (play.stage(call), play.agent(ELS).availability) == (Stage.WAITING, Availability.UNAVAILABLE)


def test_it_outlives_the_daemon() -> None:
    """A new leader ends it at its moment."""
    play, _ = _wraps_up()
    play.crashes()
    assert play.agent(ELS).availability is Availability.WRAP_UP
    play.later(WRAP_UP)
    assert play.agent(ELS).availability is Availability.AVAILABLE


def test_who_paused_during_the_call_stays_paused_after_it() -> None:
    """There is nothing to wrap up before a pause."""
    play = ExchangePlay()
    play.agent_comes(ELS)
    call = play.chooses("1")
    play.leg_enters(call)
    play.answers(call)
    play.joins(call)
    play.tell(SeatPaused(seat_of(ELS), "pauze"))
    play.hangs_up(call)
    play.later(WRAP_UP)
    assert play.agent(ELS).availability is Availability.PAUSED


def test_idle_counts_from_the_end_of_the_call() -> None:
    """Wrap-up is no work that puts her at the end of the line."""
    play, _ = _wraps_up()
    ended = play.leader.now
    play.later(WRAP_UP)
    assert play.agent(ELS).idle_since == ended
    assert play.agent(ELS).since >= ended, "her clock counts from before the call"


def test_a_phone_that_only_rang_needs_no_wrap_up() -> None:
    """Nobody talked."""
    play = ExchangePlay()
    play.agent_comes(ELS)
    call = play.chooses("1")
    play.leg_enters(call)
    play.hangs_up(call)
    assert play.agent(ELS).availability is Availability.AVAILABLE

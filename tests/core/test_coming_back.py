"""Plays of callers who were cut off: where they come back to, also over restarts."""

from __future__ import annotations

import dataclasses

import orjson
import pytest

from irmacall.core import records
from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.citizen_views import CitizenStage
from irmacall.core.events import (
    EmergencyThrown,
    HangUpAsked,
    PhoneCalled,
    PlanChanged,
    SeatPaused,
)
from irmacall.core.ids import ChannelId, UserId, talk_bridge
from irmacall.core.lines import QueueRules
from irmacall.core.routes import ToMessage, ToQueue
from irmacall.core.transfer import ToLine
from tests.core.cut_off import (
    KEEPS,
    KEPT,
    PAGE,
    SEALED,
    begun,
    comes_back,
    cut_off,
    kept,
    page_of,
    rings_at,
    with_rules,
)
from tests.core.exchange import FULL
from tests.core.leader import GENERAL, NEAR, PASSPORT, PASSPORTS, QUEUES
from tests.core.plays import BO, CALLER_SEEN, ELS, code, phone_of, seat_of, snapshot
from tests.core.transfer_plays import INA

# -- where she comes back to -------------------------------------------------------------------------------------


def test_she_comes_back_to_the_same_agent_before_others_who_are_free() -> None:
    """Bo is idle longer, and Els is rung: the screen says that her caller comes back, and shows her at the answer."""
    play = cut_off(bo=True)
    play.later(59)
    call = comes_back(play)
    assert rings_at(play) == [phone_of(ELS)]
    view = play.view(ELS, call)
    assert (view.recall, view.came_back, view.granted) == (True, True, None)
    assert play.audited == ["identity_back"]
    play.leg_enters(call)
    assert play.sees(ELS) is None
    play.answers(call)
    play.joins(call)
    assert (play.sees(ELS), page_of(play).stage) == (SEALED, CitizenStage.TALKING)
    assert (play.call(call).comes_back, play.desk.expected) == (None, {})


def test_her_agents_wrap_up_of_that_very_call_does_not_stop_it() -> None:
    """It begins anew after the second talk."""
    play = cut_off(with_rules(QueueRules(PASSPORTS, wrap_up=50.0)))
    assert play.agent(ELS).availability is Availability.WRAP_UP
    play.later(40)
    call = comes_back(play)
    assert rings_at(play) == [phone_of(ELS)]
    play.leg_enters(call)
    play.answers(call)
    play.joins(call)
    play.tell(HangUpAsked(seat_of(ELS), call))
    assert play.agent(ELS).until == play.leader.now + 50


@pytest.mark.parametrize("why", ["paused", "gone", "on a phone", "too late"])
def test_where_her_agent_cannot_be_asked_she_has_whoever_is_free(why: str) -> None:
    """She would rather be answered than wait for one person."""
    play = cut_off(bo=True)
    if why == "paused":
        play.tell(SeatPaused(seat_of(ELS), "lunch"))
    elif why == "gone":
        play.logs_out(ELS)
    elif why == "on a phone":
        play.tell(PhoneCalled(NEAR, phone_of(ELS), ChannelId("private")))
    else:
        play.later(60)
    call = comes_back(play)
    assert rings_at(play) == [phone_of(BO)]
    assert (play.view(BO, call).recall, play.view(BO, call).came_back) == (False, True)


def test_her_agent_is_rung_as_soon_as_she_is_free_within_the_minute() -> None:
    """An official, who serves no queue: the caller waits first in hers until then, and no longer than without it."""
    play = begun()
    call = play.talks(1)
    play.official_comes()
    play.passes(call)
    play.obeys()
    play.phone_stands(call, play.leg(call))
    play.takes_over(call)
    assert play.sees(INA) == SEALED
    leg = play.leg(call)
    play.tell(SeatPaused(seat_of(ELS), "lunch"))
    play.hangs_up(call)
    play.tell(SeatPaused(seat_of(INA), "tea"))
    play.gone(leg)
    back = comes_back(play)
    assert (play.stage(back), play.call(back).ahead, page_of(play).position) == (Stage.WAITING, True, 1)
    assert rings_at(play) == []
    play.official_comes()
    assert rings_at(play) == [phone_of(INA)]
    assert play.view(INA, back).recall


def test_after_the_minute_nobody_in_particular_is_waited_for() -> None:
    """Her own agent, who serves no queue, is not rung any more."""
    play = begun()
    call = play.talks(1)
    play.official_comes()
    play.passes(call)
    play.obeys()
    play.phone_stands(call, play.leg(call))
    play.takes_over(call)
    play.tell(SeatPaused(seat_of(ELS), "lunch"))
    play.tell(SeatPaused(seat_of(INA), "tea"))
    leg = play.leg(call)
    play.hangs_up(call)
    play.gone(leg)
    back = comes_back(play)
    play.later(60)
    play.official_comes()
    assert (rings_at(play), play.stage(back)) == ([], Stage.WAITING)


def test_an_agent_who_does_not_answer_her_caller_is_asked_no_more() -> None:
    """The caller is first in the queue then, and does not wait for the same phone a second time."""
    play = cut_off()
    call = comes_back(play)
    play.leg_enters(call)
    play.later(KEEPS.transfers.ring)
    assert (play.stage(call), play.call(call).ahead, play.desk.expected) == (Stage.WAITING, True, {})
    assert (play.agent(ELS).availability, play.agent(ELS).reason) == (Availability.UNAVAILABLE, "no-answer")
    play.agent_comes(BO)
    assert rings_at(play) == [phone_of(BO)]


def test_who_was_cut_off_while_she_waited_is_before_all_who_wait() -> None:
    """In the queue that she was in, whatever its length."""
    play = begun()
    play.citizen_discloses(1)
    first = play.caller_waits(1)
    play.citizen_discloses(5)
    other = play.caller_waits(5)
    play.hangs_up(first)
    play.later(KEPT - 1)
    back = comes_back(play)
    assert (play.desk.order.position(back), play.desk.order.position(other)) == (1, 2)
    assert play.call(back).queue == PASSPORTS


def test_she_comes_back_to_the_queue_that_she_was_in_and_not_to_her_subjects() -> None:
    """She was passed to another; and a queue that is full for others has a place for her."""
    rules = QueueRules(GENERAL, most=1, full=ToMessage(FULL))
    play = begun(with_rules(rules))
    call = play.talks(1)
    play.passes(call, ToLine(GENERAL))
    play.obeys()
    assert play.call(call).queue == GENERAL
    play.hangs_up(call)
    play.caller_waits()
    back = comes_back(play)
    assert (play.call(back).queue, play.desk.order.position(back)) == (GENERAL, 1)


def test_a_queue_that_is_no_more_gives_her_that_of_her_subject() -> None:
    """She is first there."""
    play = begun(dataclasses.replace(KEEPS, subject_queues={PASSPORT: PASSPORTS}))
    play.citizen_discloses(1)
    play.hangs_up(play.caller_waits(1))
    play.tell(PlanChanged(dataclasses.replace(KEEPS, queues={GENERAL: QUEUES[GENERAL]}, subject_queues={})))
    other = play.caller_waits()
    back = comes_back(play)
    assert (play.call(back).queue, play.desk.order.position(back)) == (GENERAL, 1)
    assert play.desk.order.position(other) == 2


def test_a_code_that_she_keys_in_while_she_waits_puts_her_before_all() -> None:
    """She called without waiting for it, stood in a line, and keys it in there."""
    play = cut_off()
    play.tell(SeatPaused(seat_of(ELS), "lunch"))
    other, call = play.caller_waits(), play.caller_waits()
    play.code_renewed(PAGE, 2)
    play.keys(call, code(2))
    assert (play.call(call).queue, play.desk.order.position(call)) == (PASSPORTS, 1)
    assert play.desk.order.position(other) == 1
    play.agent_comes(ELS)
    assert play.view(ELS, call).recall


def test_in_an_emergency_she_waits_where_it_says() -> None:
    """As everybody does."""
    play = cut_off()
    play.tell(SeatPaused(seat_of(ELS), "lunch"))
    play.tell(EmergencyThrown(ToQueue(GENERAL), play.leader.now + 600))
    play.code_renewed(PAGE, 2)
    call = play.caller_arrives()
    play.keys(call, code(2))
    assert (play.stage(call), play.call(call).queue) == (Stage.WAITING, GENERAL)


def test_who_is_cut_off_while_she_is_passed_on_comes_back_to_who_passed_her_on() -> None:
    """That one knows what it is about; whom she was passed to had not heard of her yet."""
    play = begun()
    call = play.talks(1)
    play.official_comes()
    play.passes(call)
    play.obeys()
    play.hangs_up(call)
    assert kept(play).dropped is not None
    assert (dropped := kept(play).dropped) is not None
    assert dropped.agent == ELS


def test_who_is_cut_off_twice_comes_back_twice() -> None:
    """One identity, one call at a time, and each of them leaves its own facts."""
    play = cut_off()
    call = comes_back(play)
    play.leg_enters(call)
    play.answers(call)
    play.joins(call)
    leg = play.leg(call)
    play.hangs_up(call)
    play.gone(leg)
    again = comes_back(play, 3)
    assert rings_at(play) == [phone_of(ELS)]
    assert [facts.agent for facts in play.store.facts.values()] == [ELS, ELS]
    assert all(facts.identified for facts in play.store.facts.values())
    assert play.call(again).sealed == SEALED


# -- over restarts -----------------------------------------------------------------------------------------------


def test_a_new_leader_keeps_what_was_kept_and_erases_it_in_time() -> None:
    """Its code too opens as before."""
    play = cut_off()
    play.code_renewed(PAGE, 2)
    until = kept(play).kept_until
    play.crashes()
    play.tell(snapshot({}))
    assert (kept(play).kept_until, page_of(play).code_live) == (until, True)
    call = play.caller_waits(2)
    assert play.view(ELS, call).recall
    play.hangs_up(call)
    play.crashes()
    play.later(KEPT)
    assert (play.store.vault, page_of(play).stage) == (set(), CitizenStage.ERASED)


def test_a_new_leader_rings_her_agent_as_the_one_before_would() -> None:
    """She waits for an official who is away for a moment; the daemon is killed meanwhile."""
    play = cut_off()
    play.tell(SeatPaused(seat_of(ELS), "lunch"))
    call = comes_back(play)
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}))
    assert play.desk.expected == {UserId(ELS): {call: None}}
    play.claims(ELS, seat_of(ELS))
    assert rings_at(play) == [phone_of(ELS)]
    assert play.view(ELS, call).recall


def test_a_caller_who_hung_up_while_nobody_led_may_come_back() -> None:
    """The new leader finds her gone, and nobody knows more."""
    play = begun()
    call = play.talks(1)
    play.crashes()
    play.tell(snapshot({}))
    assert play.stage(call) is Stage.ENDED
    assert kept(play).kept_until == play.leader.now + KEPT


def test_a_call_whose_agent_hung_up_while_nobody_led_is_erased() -> None:
    """The caller is found alone: her agent's phone is gone, and so is what she disclosed."""
    play = begun()
    call = play.talks(1)
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}, {talk_bridge(call): [call]}))
    assert (play.stage(call), play.store.vault) == (Stage.ENDED, set())


def test_records_of_before_callers_could_come_back_are_read() -> None:
    """A daemon of this version takes over from one of the last."""
    play = begun()
    call = play.talks(1)
    saved = {key: _as_version_3(raw) for key, raw in play.store.saved.items()}
    desk = records.load(KEEPS, 1, saved)
    assert (desk.calls[call].came_back, desk.calls[call].comes_back) == (False, None)
    assert desk.disclosures[SEALED].dropped is None


def _as_version_3(raw: bytes) -> bytes:
    fields = orjson.loads(raw)
    fields["v"] = 3
    for name in ("came_back", "comes_back", "dropped"):
        fields.pop(name, None)
    return orjson.dumps(fields)

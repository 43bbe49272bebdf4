"""Plays of who is asked: skills and their steps, the three strategies, and the one order of all who wait."""

from __future__ import annotations

import dataclasses

import pytest

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.commands import HangUp
from irmacall.core.events import ChannelGone, LegAnswered, PhoneCalled, PhoneRegistered, SeatPaused
from irmacall.core.ids import CallId, UserId
from irmacall.core.lines import Strategy
from irmacall.core.plan import Plan
from tests.core.exchange import EXCHANGE, QUEUES, TAXES, URGENT
from tests.core.exchange_plays import CAS, ExchangePlay
from tests.core.leader import FAR, GENERAL, NEAR, PASSPORTS
from tests.core.plays import BO, ELS, phone_of, seat_of

STEPS = QUEUES[PASSPORTS].steps


def _with(strategy: Strategy, **rules: object) -> Plan:
    """The exchange with another strategy of the general queue."""
    general = dataclasses.replace(QUEUES[GENERAL], strategy=strategy, **rules)  # type: ignore[arg-type]
    return dataclasses.replace(EXCHANGE, queues={**QUEUES, GENERAL: general})


def _take(play: ExchangePlay, call: CallId) -> None:
    """The phone that rings for this call is answered, they talk, and she hangs up."""
    play.leg_enters(call)
    play.answers(call)
    play.joins(call)
    leg = play.leg(call)
    play.hangs_up(call)
    play.gone(leg)


# -- skills ---------------------------------------------------------------------------------------------------


def test_a_caller_waits_for_somebody_who_knows_enough() -> None:
    """A free novice is not asked, the expert is as soon as she comes."""
    play = ExchangePlay()
    play.agent_comes(BO)
    call = play.chooses("1")
    assert play.stage(call) is Stage.WAITING
    play.agent_comes(ELS)
    assert play.phones(call) == [phone_of(ELS)]


def test_less_is_asked_at_the_moment_of_the_step_and_of_nothing_else() -> None:
    """Nothing happens but time, and the novice's phone rings, not a moment earlier."""
    play = ExchangePlay()
    play.agent_comes(BO)
    call = play.chooses("1")
    play.later(STEPS[1].after - 0.001)
    assert play.stage(call) is Stage.WAITING
    play.later(0.001)
    assert play.phones(call) == [phone_of(BO)]


@pytest.mark.parametrize("begin", [1_000_000.1, 1_700_000_000.3, 1_763_820_000.123456])
def test_no_rounding_delays_a_step(begin: float) -> None:
    """Whenever she came: at the wake-up that the desk asked for, less is asked."""
    play = ExchangePlay()
    play.leader.now = begin + (1_763_337_600 - begin) // (7 * 86400) * 7 * 86400 + 36000
    play.agent_comes(BO)
    call = play.chooses("1")
    play.later(STEPS[1].after)
    assert play.phones(call) == [phone_of(BO)]


def test_a_step_can_give_up_the_language() -> None:
    """After a while, somebody who speaks no English is better than nobody."""
    play = ExchangePlay()
    play.agent_comes(BO)
    call = play.chooses("391")
    assert play.where(call) == ("waiting", PASSPORTS)
    play.later(STEPS[2].after - 0.001)
    assert play.stage(call) is Stage.WAITING
    play.later(0.001)
    assert play.phones(call) == [phone_of(BO)]


def test_who_is_in_no_group_is_asked_for_nothing() -> None:
    """In a desk with groups, an agent without one serves no queue."""
    play = ExchangePlay()
    play.agent_comes(UserId("stranger"))
    assert play.where(play.chooses("0")) == ("waiting", GENERAL)


def test_groups_add_up() -> None:
    """Cas has what both her groups have: general calls of the one, urgent ones of the other."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    first = play.chooses("221")
    assert play.phones(first) == [phone_of(CAS)]
    _take(play, first)
    assert play.phones(play.chooses("0")) == [phone_of(CAS)]


def test_a_relaxed_caller_keeps_her_requirements_after_a_phone_that_was_not_taken() -> None:
    """Steps count from when she came into the queue, not from her last disappointment."""
    play = ExchangePlay()
    play.agent_comes(ELS)
    call = play.chooses("1")
    play.later(QUEUES[PASSPORTS].ring)
    assert play.stage(call) is Stage.WAITING
    play.later(STEPS[1].after - QUEUES[PASSPORTS].ring)
    play.agent_comes(BO)
    assert play.phones(call) == [phone_of(BO)]


# -- the order ------------------------------------------------------------------------------------------------


def test_a_head_start_is_so_many_seconds() -> None:
    """An urgent caller goes before those who came less than two minutes earlier, and after all others."""
    play = ExchangePlay()
    play.agent_comes(ELS)
    play.tell(SeatPaused(seat_of(ELS), "pauze"))
    early = play.chooses("0")
    play.later(QUEUES[URGENT].head_start - 3)
    late = play.chooses("0")
    urgent = play.chooses("221")
    assert play.call(urgent).queued_at == play.call(late).queued_at + 4  # type: ignore[operator]
    order = []
    for _ in range(3):
        play.claims(ELS, seat_of(ELS))
        (ringing,) = [call for call in play.desk.calls.values() if call.stage is Stage.RINGING]
        order.append(ringing.id)
        play.leg_enters(ringing.id)
        play.answers(ringing.id)
        play.joins(ringing.id)
        play.tell(SeatPaused(seat_of(ELS), "pauze"))
        leg = play.leg(ringing.id)
        play.hangs_up(ringing.id)
        play.gone(leg)
    assert order == [early, urgent, late]


def test_nobody_starves_behind_urgent_callers() -> None:
    """They come for ever; who waits for longer than their head start is next all the same."""
    play = ExchangePlay()
    play.agent_comes(ELS)
    first = play.chooses("221")
    _answered = [first]
    play.leg_enters(first)
    play.answers(first)
    play.joins(first)
    patient = play.chooses("0")
    for _ in range(9):
        waiting = play.chooses("221")
        play.later(16)
        leg = play.leg(_answered[-1])
        play.hangs_up(_answered[-1])
        play.gone(leg)
        if play.stage(patient) is Stage.RINGING:
            break
        play.leg_enters(waiting)
        play.answers(waiting)
        play.joins(waiting)
        _answered.append(waiting)
    assert play.stage(patient) is Stage.RINGING
    assert len(_answered) > 3, "urgent callers went first for a while"


def test_one_order_holds_over_all_nodes() -> None:
    """An agent whose phone both nodes reach gets whoever came first, on whichever."""
    play = ExchangePlay(nodes=(NEAR, FAR))
    play.agent_comes(ELS)
    play.tell(SeatPaused(seat_of(ELS), "pauze"))
    play.tell(PhoneRegistered(FAR, phone_of(ELS), online=True))
    first = play.chooses("0", FAR)
    second = play.chooses("0", NEAR)
    play.claims(ELS, seat_of(ELS))
    assert (play.stage(first), play.stage(second)) == (Stage.RINGING, Stage.WAITING)


# -- round robin ----------------------------------------------------------------------------------------------


def test_round_robin_asks_whose_phone_rang_longest_ago() -> None:
    """Whether she took the call or not, and however long she talked."""
    play = ExchangePlay(_with(Strategy.ROUND_ROBIN))
    for user in (ELS, BO, CAS):
        play.agent_comes(user)
    asked = []
    for _ in range(6):
        call = play.chooses("0")
        asked.append(play.phones(call)[0])
        _take(play, call)
        play.later(10)
    assert asked[:3] == asked[3:]
    assert len(set(asked)) == 3


def test_round_robin_counts_a_phone_that_rang_in_vain() -> None:
    """Who was asked and did not answer is last when she is back."""
    play = ExchangePlay(_with(Strategy.ROUND_ROBIN))
    play.agent_comes(BO)
    call = play.chooses("0")
    play.rejects(BO, call)
    play.later(1)
    play.agent_comes(ELS)
    _take(play, call)
    play.later(1)
    play.claims(BO, seat_of(BO))
    assert play.phones(play.chooses("0")) == [phone_of(BO)], "Els was asked later than Bo"


# -- ring all -------------------------------------------------------------------------------------------------


def _ringing_all(*users: UserId) -> tuple[ExchangePlay, CallId]:
    play = ExchangePlay(_with(Strategy.RING_ALL))
    for user in users:
        play.agent_comes(user)
        play.later(1)
    call = play.chooses("0")
    assert play.phones(call) == [phone_of(user) for user in users]
    for leg in play.call(call).legs:
        play.tell(PhoneCalled(NEAR, leg.endpoint, leg.channel))
    return play, call


def test_the_first_who_answers_has_her_and_the_others_stay_available() -> None:
    """Their phones stop ringing; that was no doing of theirs."""
    play, call = _ringing_all(ELS, BO, CAS)
    els, bo, cas = play.call(call).legs
    play.tell(LegAnswered(NEAR, bo.channel))
    assert [hung.channel for hung in play.asked_for(HangUp)] == [els.channel, cas.channel]
    assert (play.stage(call), play.call(call).leg) == (Stage.CONNECTING, bo)
    assert {play.agent(user).availability for user in (ELS, BO, CAS)} == {Availability.AVAILABLE}


def test_of_two_who_answer_at_once_one_has_her() -> None:
    """The second answer is late: her phone is hung up, and she is asked again when it is free."""
    play, call = _ringing_all(ELS, BO)
    els, bo = play.call(call).legs
    play.tell(LegAnswered(NEAR, bo.channel))
    play.tell(LegAnswered(NEAR, els.channel))
    assert play.asked == []
    assert play.call(call).legs == (bo,)
    play.gone(els.channel)
    assert play.agent(ELS).availability is Availability.AVAILABLE
    assert play.phones(play.chooses("0")) == [phone_of(ELS)]


def test_whoever_rejects_is_asked_no_more_while_the_others_ring_on() -> None:
    """With the last phone the caller waits on, at her place."""
    play, call = _ringing_all(ELS, BO)
    play.rejects(ELS, call)
    assert (play.stage(call), play.phones(call)) == (Stage.RINGING, [phone_of(BO)])
    assert play.agent(ELS).reason == "rejected"
    play.rejects(BO, call)
    assert play.where(call) == ("waiting", GENERAL)
    assert play.queue(GENERAL) == [call]


def test_a_phone_that_is_lost_rings_for_nobody() -> None:
    """The others ring on."""
    play, call = _ringing_all(ELS, BO)
    play.tell(PhoneRegistered(NEAR, phone_of(ELS), online=False))
    assert play.phones(call) == [phone_of(BO)]
    assert play.agent(ELS).reason == "phone-gone"


def test_phones_that_nobody_answers_make_all_their_agents_unavailable() -> None:
    """At the end of the ringing time, together; the caller waits on."""
    play, call = _ringing_all(ELS, BO)
    play.later(QUEUES[GENERAL].ring)
    assert [play.agent(user).reason for user in (ELS, BO)] == ["no-answer", "no-answer"]
    assert play.stage(call) is Stage.WAITING


def test_the_second_caller_has_the_phones_that_are_left() -> None:
    """All ring for the first; who becomes free rings for the second."""
    play, call = _ringing_all(ELS, BO)
    second = play.chooses("0")
    assert play.stage(second) is Stage.WAITING
    els, bo = play.call(call).legs
    play.tell(LegAnswered(NEAR, els.channel))
    assert play.stage(second) is Stage.WAITING, "Bo's phone has not stopped yet"
    play.tell(ChannelGone(NEAR, bo.channel, 26))
    assert play.phones(second) == [phone_of(BO)]


def test_taxes_ring_only_those_who_serve_them() -> None:
    """Ring-all is all who suit her, and nobody else."""
    play = ExchangePlay()
    for user in (ELS, BO, CAS):
        play.agent_comes(user)
    call = play.chooses("21")
    assert play.call(call).queue == TAXES
    assert sorted(play.phones(call)) == sorted([phone_of(ELS), phone_of(CAS)])

"""Plays of what a waiting caller hears: her place, how long it may take, and silence where nobody knows."""

from __future__ import annotations

import dataclasses

from irmacall.core.call import Stage
from irmacall.core.commands import HoldInQueue, Prompt
from irmacall.core.events import LegAnswered, SeatPaused
from irmacall.core.ids import CallId, SoundName, waiting_bridge
from irmacall.core.pace import FEWEST, LOOKS_BACK
from irmacall.core.plan import Plan
from irmacall.core.waiting import HINT_EVERY
from tests.core.exchange import EXCHANGE, QUEUES, TAXES
from tests.core.exchange_plays import CAS, ExchangePlay
from tests.core.leader import GENERAL, PLAN, WASTE
from tests.core.plays import CALLER_SEEN, ELS, WAITING_ROOM, code, seat_of, snapshot

RULES = QUEUES[GENERAL].announcements
COMFORT = SoundName("comfort-1")
HINT = Prompt.CALLBACK_HINT.sound


def _silent(**changes: object) -> Plan:
    """The exchange with other announcements in the general queue."""
    rules = dataclasses.replace(QUEUES[GENERAL], announcements=dataclasses.replace(RULES, **changes))  # type: ignore[arg-type]
    return dataclasses.replace(EXCHANGE, queues={**QUEUES, GENERAL: rules})


def _calls_back(**changes: object) -> Plan:
    """The exchange, where the general queue calls back who asks for it, with other announcements."""
    plan = _silent(**changes)
    return dataclasses.replace(
        plan, queues={**plan.queues, GENERAL: dataclasses.replace(plan.queues[GENERAL], callback=True)}
    )


def _answered(play: ExchangePlay, number: int) -> None:
    """So many callers are answered, ten seconds after each other; Els stays, and pauses."""
    play.agent_comes(ELS)
    for _ in range(number):
        call = play.chooses("0")
        play.leg_enters(call)
        play.answers(call)
        play.joins(call)
        leg = play.leg(call)
        play.later(6)
        play.hangs_up(call)
        play.gone(leg)
    play.tell(SeatPaused(seat_of(ELS), "pauze"))


def _says(play: ExchangePlay, call: CallId, after: float) -> list[SoundName]:
    """What she hears after so many seconds, to its end."""
    play.later(after)
    said = play.sounds
    if said:
        play.prompt_ends(call)
    return said


def test_she_hears_her_place_at_intervals() -> None:
    """How many are before her: two, one, none, as they are answered or leave."""
    play = ExchangePlay()
    before = [play.chooses("0"), play.chooses("0")]
    call = play.chooses("0")
    play.later(RULES.first - 0.001)
    assert not play.call(call).saying
    play.later(0.001)
    assert play.sounds == ["waiting-begin", "number-2", "waiting-end", COMFORT]
    play.prompt_ends(call)
    play.hangs_up(before[0])
    play.hangs_up(before[1])
    assert _says(play, call, RULES.every) == ["waiting-none", COMFORT]


def test_the_expected_wait_is_said_where_it_is_known() -> None:
    """Five were answered in the last quarter of an hour, and an agent is at her desk."""
    play = ExchangePlay()
    _answered(play, FEWEST)
    call = play.chooses("0")
    assert _says(play, call, RULES.first) == ["waiting-none", "wait-one-minute", COMFORT]


def test_nothing_is_said_of_the_wait_after_four_answers() -> None:
    """Silence rather than a false promise."""
    play = ExchangePlay()
    _answered(play, FEWEST - 1)
    call = play.chooses("0")
    assert _says(play, call, RULES.first) == ["waiting-none", COMFORT]


def test_nothing_is_said_of_the_wait_where_nobody_is_there_to_answer() -> None:
    """Five were answered, and then everybody went home."""
    play = ExchangePlay()
    _answered(play, FEWEST)
    play.logs_out(ELS)
    call = play.chooses("0")
    assert _says(play, call, RULES.first) == ["waiting-none", COMFORT]


def test_a_queue_that_stands_still_promises_nothing_after_a_quarter_of_an_hour() -> None:
    """Its answers are too old to tell anything."""
    play = ExchangePlay()
    _answered(play, FEWEST)
    play.later(LOOKS_BACK)
    call = play.chooses("0")
    assert _says(play, call, RULES.first) == ["waiting-none", COMFORT]


def test_nothing_is_announced_while_a_phone_rings() -> None:
    """She may be answered any moment; when the phone was not taken, she is told at once."""
    play = ExchangePlay(_silent(first=10.0))
    play.agent_comes(ELS)
    call = play.chooses("0")
    assert play.stage(call) is Stage.RINGING
    play.later(QUEUES[GENERAL].ring - 0.001)
    assert play.sounds == []
    play.later(0.001)
    assert play.sounds == ["waiting-none", COMFORT]


def test_no_announcement_breaks_into_another_prompt() -> None:
    """Her code is being talked of: that is said to its end, and the next announcement comes in time."""
    play = ExchangePlay()
    play.citizen_discloses(1, WASTE)
    call = play.chooses("0")
    play.later(RULES.first - 1)
    play.keys(call, code(1))
    assert play.sounds == [Prompt.CODE_ACCEPTED.sound]
    play.later(2)
    assert play.sounds == []
    play.prompt_ends(call)
    play.later(RULES.every)
    assert play.sounds == ["waiting-none", COMFORT]


def test_a_queue_without_an_interval_says_nothing() -> None:
    """Music alone."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    play.tell(SeatPaused(seat_of(CAS), "pauze"))
    call = play.chooses("21")
    assert play.call(call).queue == TAXES
    assert play.later(3600) == []


def test_each_announcement_ends_with_what_asks_for_a_callback() -> None:
    """Nobody can want what she was never told of."""
    play = ExchangePlay(_calls_back())
    call = play.chooses("0")
    for after in (RULES.first, HINT_EVERY):
        assert _says(play, call, after) == ["waiting-none", COMFORT, HINT]
    play.wants_callback(call)
    assert play.stage(call) is Stage.CALLBACK


def test_the_callback_is_not_offered_with_every_one_of_many_announcements() -> None:
    """Twice in half a minute would be once too often."""
    every = HINT_EVERY / 2
    play = ExchangePlay(_calls_back(every=every))
    call = play.chooses("0")
    heard = [HINT in _says(play, call, after) for after in (RULES.first, every, every, every)]
    assert heard == [True, False, True, False]


def test_the_callback_is_offered_where_nothing_else_is_announced() -> None:
    """Her place is not told there, and there is no comfort."""
    play = ExchangePlay(_calls_back(position=False, expected_wait=False, comfort=()))
    call = play.chooses("0")
    assert _says(play, call, RULES.first) == [HINT]


def test_the_offer_waits_for_the_next_announcement_where_this_one_could_not_be_said() -> None:
    """Her code was being talked of: what she did not hear does not count as told."""
    play = ExchangePlay(_calls_back())
    play.citizen_discloses(1, WASTE)
    call = play.chooses("0")
    play.later(RULES.first - 1)
    play.keys(call, code(1))
    play.later(2)
    play.prompt_ends(call)
    assert _says(play, call, RULES.every - 1) == ["waiting-none", COMFORT, HINT]


def test_each_queue_has_its_music() -> None:
    """She hears that of the queue that she is in, also when she goes on to another."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    play.tell(SeatPaused(seat_of(CAS), "pauze"))
    call = play.caller_arrives()
    play.keys(call, "21")
    play.later(4)
    (held,) = play.asked_for(HoldInQueue)
    assert (held.music_class, held.bridge) == ("rustig", waiting_bridge(PLAN.desk, "rustig"))
    play.logs_out(CAS)
    (held,) = play.asked_for(HoldInQueue)
    assert (held.music_class, held.bridge) == ("default", WAITING_ROOM)


def test_a_new_leader_announces_on_and_says_nothing_of_the_wait() -> None:
    """Her place it knows; how fast the queue moves it has yet to hear."""
    play = ExchangePlay()
    _answered(play, FEWEST)
    call = play.chooses("0")
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}, {WAITING_ROOM: [call]}))
    assert _says(play, call, RULES.every) == ["waiting-none", COMFORT]


def test_an_announcement_whose_caller_is_answered_is_cut_short() -> None:
    """Nobody talks through a machine."""
    play = ExchangePlay(_silent(first=0.5))
    play.agent_comes(ELS)
    play.tell(SeatPaused(seat_of(ELS), "pauze"))
    call = play.chooses("0")
    play.later(1)
    assert play.call(call).saying
    play.claims(ELS, seat_of(ELS))
    play.leg_enters(call)
    play.tell(LegAnswered(play.call(call).node, play.leg(call)))
    assert not play.call(call).saying

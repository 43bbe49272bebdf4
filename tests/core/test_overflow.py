"""Plays of hours and overflow: closed, full, nobody there, waited enough; and where that leads."""

from __future__ import annotations

import dataclasses

from irmacall.core.call import Stage
from irmacall.core.commands import Prompt
from irmacall.core.events import NodeStrained, SeatPaused, SeatReleased
from irmacall.core.facts import Outcome
from irmacall.core.ids import CallId, QueueId, SoundName
from irmacall.core.lines import QueueRules
from irmacall.core.plan import Plan
from irmacall.core.routes import Destination, ToMessage, ToQueue
from tests.core.exchange import CLOSED, EXCHANGE, FULL, OFFICE, QUEUES, SHUT, TAXES, TIRED, URGENT
from tests.core.exchange_plays import CAS, ExchangePlay
from tests.core.leader import GENERAL, NEAR, PASSPORTS
from tests.core.plays import BO, ELS, phone_of, seat_of

AFTERNOON = 1_008_000.0 - 1_000_000.0
"""From the beginning of a play to 17:00."""


def _queues(*queues: QueueRules, **rules: object) -> Plan:
    """The exchange with these queues, and no groups: everybody serves all."""
    changed = {**QUEUES, **{queue.id: queue for queue in queues}}
    return dataclasses.replace(EXCHANGE, queues=changed, groups={}, **rules)  # type: ignore[arg-type]


def _full(name: QueueId, to: Destination, most: int = 1) -> QueueRules:
    return QueueRules(name, most=most, full=to)


# -- hours ----------------------------------------------------------------------------------------------------


def test_a_closed_desk_says_when_it_opens_before_any_welcome() -> None:
    """And the call is over when that has been said."""
    play = ExchangePlay(dataclasses.replace(EXCHANGE, hours=OFFICE))
    play.later(AFTERNOON)
    call = play.caller_arrives()
    assert play.stage(call) is Stage.LEAVING
    closed, opens, day, *_ = play.sounds
    assert (closed, opens, day) == ("closed", "opens-again", "day-tomorrow")
    play.says_all(call)
    assert play.facts(call).outcome is Outcome.CLOSED
    assert play.facts(call).queue is None


def test_a_desk_that_never_opens_says_only_that_it_is_closed() -> None:
    """There is no time to tell."""
    play = ExchangePlay(CLOSED)
    play.caller_arrives()
    assert play.sounds == ["closed"]


def test_a_closed_desk_can_lead_to_a_queue_with_longer_hours() -> None:
    """Without welcome and menus."""
    plan = _queues(QueueRules(GENERAL, hours=OFFICE), hours=CLOSED.hours, closed=ToQueue(GENERAL))
    play = ExchangePlay(plan)
    assert play.where(play.caller_arrives()) == ("waiting", GENERAL)


def test_a_closed_queue_sends_away_who_comes_and_serves_who_waits() -> None:
    """Hours decide who comes in."""
    play = ExchangePlay(_queues(dataclasses.replace(QUEUES[URGENT], patience=None, impatient=None)))
    play.later(AFTERNOON - 10)
    before = play.chooses("221")
    assert play.where(before) == ("waiting", URGENT)
    play.later(20)
    after = play.chooses("221")
    assert (play.stage(after), play.sounds[0]) == (Stage.LEAVING, SHUT)
    play.agent_comes(ELS)
    assert play.phones(before) == [phone_of(ELS)]


def test_the_end_of_a_message_that_is_not_heard_of_ends_the_call_all_the_same() -> None:
    """Asterisk never said that it was over: her channel is hung up, and her facts are kept."""
    play = ExchangePlay(CLOSED)
    call = play.caller_arrives()
    play.later(600)
    assert play.stage(call) is Stage.ENDED
    assert play.facts(call).outcome is Outcome.CLOSED


def test_a_strained_node_refuses_who_comes_and_hurts_nobody_else() -> None:
    """She hears that it is too busy; who was there is served on, and so is whoever comes when it is over."""
    play = ExchangePlay()
    before = play.chooses("0")
    play.tell(NodeStrained(NEAR, strained=True))
    call = play.caller_arrives()
    assert play.sounds == [Prompt.BUSY.sound]
    play.says_all(call)
    assert (play.facts(call).outcome, play.facts(call).queue) == (Outcome.REFUSED, None)
    play.tell(NodeStrained(NEAR, strained=False))
    assert play.where(play.chooses("0")) == ("waiting", GENERAL)
    assert play.queue(GENERAL)[0] == before


# -- full -----------------------------------------------------------------------------------------------------


def test_a_full_queue_leads_on_to_one_that_has_room() -> None:
    """Over a queue that is full too; the key is when she began to wait."""
    play = ExchangePlay(
        _queues(_full(GENERAL, ToQueue(PASSPORTS)), _full(PASSPORTS, ToQueue(TAXES)), QueueRules(TAXES))
    )
    assert [play.call(play.chooses("0")).queue for _ in range(3)] == [GENERAL, PASSPORTS, TAXES]


def test_a_full_queue_can_end_the_call() -> None:
    """With a message."""
    play = ExchangePlay(_queues(_full(GENERAL, ToMessage(FULL))))
    play.chooses("0")
    call = play.chooses("0")
    assert (play.stage(call), play.sounds) == (Stage.LEAVING, [FULL])
    play.hangs_up(call)
    assert play.facts(call).outcome is Outcome.TURNED_AWAY


def test_who_rings_is_not_counted_as_waiting() -> None:
    """`most` is those who wait; she who is being offered has her agent."""
    play = ExchangePlay(_queues(_full(GENERAL, ToMessage(FULL))))
    play.agent_comes(ELS)
    assert play.where(play.chooses("0")) == ("ringing", GENERAL)
    assert play.where(play.chooses("0")) == ("waiting", GENERAL)


def test_a_way_that_comes_back_stops_where_it_would_begin_anew() -> None:
    """Both are full and lead to each other: she waits, and is not sent round for ever."""
    play = ExchangePlay(_queues(_full(GENERAL, ToQueue(TAXES)), _full(TAXES, ToQueue(GENERAL))))
    calls = [play.chooses("0") for _ in range(3)]
    assert [play.stage(call) for call in calls] == [Stage.WAITING] * 3


def test_a_full_queue_stays_so_for_those_who_come_together() -> None:
    """The last agent of one queue leaves, and her callers move: no more than there is room for."""
    nobody = QueueRules(GENERAL, nobody=ToQueue(URGENT))
    plan = dataclasses.replace(_queues(nobody, _full(URGENT, ToMessage(FULL), 2)), groups=EXCHANGE.groups)
    play = ExchangePlay(plan)
    play.agent_comes(BO)
    play.tell(SeatPaused(seat_of(BO), "pauze"))
    calls = [play.chooses("0") for _ in range(4)]
    play.logs_out(BO)
    assert play.queue(URGENT) == calls[:2]
    assert [play.stage(call) for call in calls[2:]] == [Stage.LEAVING] * 2


# -- patience -------------------------------------------------------------------------------------------------


def test_who_has_waited_enough_goes_on_with_her_place() -> None:
    """From one queue to the next she keeps when she began to wait."""
    play = ExchangePlay()
    call = play.chooses("1")
    since = play.call(call).queued_at
    play.later(QUEUES[PASSPORTS].patience)  # type: ignore[arg-type]
    assert play.where(call) == ("waiting", GENERAL)
    assert play.call(call).queued_at == since
    play.agent_comes(ELS)
    play.later(QUEUES[GENERAL].ring)
    play.hangs_up(call)
    assert play.facts(call).queues == (PASSPORTS, GENERAL)
    assert play.facts(call).outcome is Outcome.ABANDONED


def test_patience_can_end_the_call() -> None:
    """With a message; that she waited is in her facts."""
    play = ExchangePlay()
    call = play.chooses("221")
    play.later(QUEUES[URGENT].patience)  # type: ignore[arg-type]
    assert (play.stage(call), play.sounds) == (Stage.LEAVING, [TIRED])
    play.says_all(call)
    facts = play.facts(call)
    assert (facts.outcome, facts.queue) == (Outcome.TURNED_AWAY, URGENT)


def test_patience_that_ends_while_a_phone_rings_waits_for_the_phone() -> None:
    """She may be answered yet; if not, she goes on at that moment."""
    play = ExchangePlay()
    call = play.chooses("221")
    play.later(QUEUES[URGENT].patience - 5)  # type: ignore[operator]
    play.agent_comes(CAS)
    play.later(10)
    assert play.stage(call) is Stage.RINGING
    play.later(QUEUES[URGENT].ring - 10)
    assert (play.stage(call), play.sounds) == (Stage.LEAVING, [TIRED])


def test_who_would_only_come_back_waits_on_as_she_did() -> None:
    """The next queue is full and leads back: she keeps what is asked of agents by now, and is not asked again."""
    impatient = dataclasses.replace(QUEUES[PASSPORTS], impatient=ToQueue(TAXES))
    play = ExchangePlay(_queues(impatient, _full(TAXES, ToQueue(PASSPORTS))))
    play.chooses("21")
    call = play.chooses("1")
    entered = play.call(call).entered_at
    play.later(QUEUES[PASSPORTS].patience)  # type: ignore[arg-type]
    assert play.where(call) == ("waiting", PASSPORTS)
    assert (play.call(call).entered_at, play.call(call).queues) == (entered, (PASSPORTS,))
    assert play.later(10_000) == []


def test_patience_without_a_way_out_asks_for_no_wake_up() -> None:
    """A plan that the site's checks would refuse makes no daemon spin."""
    play = ExchangePlay(_queues(QueueRules(GENERAL, patience=10.0)))
    call = play.chooses("0")
    play.later(100)
    assert play.stage(call) is Stage.WAITING


# -- nobody ---------------------------------------------------------------------------------------------------


def test_a_queue_without_anybody_leads_on() -> None:
    """Who comes while nobody is logged in; a colleague on her pause is somebody."""
    play = ExchangePlay()
    assert play.where(play.chooses("21")) == ("waiting", GENERAL)
    play.agent_comes(CAS)
    play.tell(SeatPaused(seat_of(CAS), "pauze"))
    assert play.where(play.chooses("21")) == ("waiting", TAXES)


def test_the_last_who_leaves_sends_on_who_waits() -> None:
    """Not the last but one."""
    play = ExchangePlay()
    for user in (ELS, CAS):
        play.agent_comes(user)
        play.tell(SeatPaused(seat_of(user), "pauze"))
    call = play.chooses("21")
    play.logs_out(ELS)
    assert play.where(call) == ("waiting", TAXES)
    play.logs_out(CAS)
    assert play.where(call) == ("waiting", GENERAL)
    assert play.call(call).queues == (TAXES, GENERAL)


def test_the_last_who_leaves_while_her_phone_rings_sends_on_who_rang() -> None:
    """She waits in no queue that nobody serves."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    call = play.chooses("21")
    assert play.where(call) == ("ringing", TAXES)
    play.tell(SeatReleased(seat_of(CAS)))
    assert play.where(call) == ("waiting", GENERAL)


def test_who_declines_a_callback_of_a_queue_that_nobody_serves_any_more_goes_on() -> None:
    """The last agent left while she was asked."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    play.tell(SeatPaused(seat_of(CAS), "pauze"))
    call: CallId = play.chooses("21")
    play.wants_callback(call)
    assert play.stage(call) is Stage.CALLBACK
    play.logs_out(CAS)
    assert play.stage(call) is Stage.CALLBACK
    play.keys(call, "*")
    assert play.where(call) == ("waiting", GENERAL)


def test_an_agent_who_moves_to_another_seat_has_not_left() -> None:
    """Her callers stay."""
    play = ExchangePlay()
    play.agent_comes(CAS)
    play.tell(SeatPaused(seat_of(CAS), "pauze"))
    call = play.chooses("21")
    play.claims(CAS, seat_of(BO))
    assert play.call(call).queues == (TAXES,)


def test_a_message_in_place_of_nobody_ends_the_call() -> None:
    """For who comes and for who waits."""
    sorry = SoundName("nobody")
    rules = dataclasses.replace(QUEUES[TAXES], nobody=ToMessage(sorry))
    play = ExchangePlay(dataclasses.replace(EXCHANGE, queues={**QUEUES, TAXES: rules}))
    play.chooses("21")
    assert play.sounds == [sorry]

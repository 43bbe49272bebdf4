"""What a panel shows, and which panels are told that a queue changed."""

from __future__ import annotations

from dataclasses import replace

from irmacall.core import views
from irmacall.core.commands import RefreshQueues, RefreshSeat
from irmacall.core.events import (
    ErasureAsked,
    NumberKept,
    PhoneCalled,
    PhoneRegistered,
    PlanChanged,
    SeatClaimed,
    SeatPaused,
    SeatReleased,
)
from irmacall.core.ids import ChannelId, GroupId, NumberId, QueueId, UserId
from irmacall.core.lines import Group, QueueRules
from tests.core.exchange import ENGLISH
from tests.core.exchange_plays import ExchangePlay
from tests.core.leader import GENERAL, NEAR, PASSPORTS, PLAN
from tests.core.plays import BO, ELS, Play, phone_of, seat_of

KCC, OFFICE = GroupId("kcc"), GroupId("balie")
GROUPS = {KCC: Group(KCC, frozenset({GENERAL})), OFFICE: Group(OFFICE, frozenset({PASSPORTS}))}


def _play() -> Play:
    play = Play()
    play.tell(PlanChanged(replace(PLAN, groups=GROUPS)))
    return play


def _told(play: Play) -> set[QueueId] | None:
    """The queues of which the last line told panels; None: of all."""
    told: set[QueueId] = set()
    for command in play.screens:
        if isinstance(command, RefreshQueues):
            if command.queues is None:
                return None
            told |= command.queues
    return told


def _comes(play: Play, user: UserId, group: GroupId) -> None:
    play.tell(PhoneRegistered(NEAR, phone_of(user), online=True))
    play.tell(SeatClaimed(user, seat_of(user), phone_of(user), frozenset({group})))


def test_a_caller_concerns_the_panels_of_her_queue() -> None:
    """When she comes to wait, and when a phone rings for her; another plan concerns all."""
    play = _play()
    assert _told(play) is None
    call = play.caller_waits()
    assert _told(play) == {GENERAL}
    _comes(play, BO, OFFICE)
    assert _told(play) == {PASSPORTS}
    _comes(play, ELS, KCC)
    assert play.desk.order.position(call) is None
    assert _told(play) == {GENERAL}


def test_who_is_free_concerns_the_panels_of_the_queues_that_she_serves() -> None:
    """She pauses, is called by somebody else, and leaves: each changes how many there are; a new reason does not."""
    play = _play()
    _comes(play, ELS, KCC)
    _comes(play, BO, OFFICE)
    queue = next(queue for queue in _seen(play).queues if queue.queue == GENERAL)
    assert (queue.agents, queue.free) == (1, 1)
    play.tell(SeatPaused(seat_of(ELS), "Overleg"))
    assert _told(play) == {GENERAL}
    [queue] = _seen(play).queues
    assert (queue.agents, queue.free) == (1, 0)
    play.tell(SeatPaused(seat_of(ELS), "Training"))
    assert _told(play) == set()
    play.tell(PhoneCalled(NEAR, phone_of(BO), ChannelId("her-own")))
    assert _told(play) == {PASSPORTS}
    play.tell(SeatReleased(seat_of(ELS)))
    assert _told(play) == {GENERAL}


def test_an_agent_sees_a_language_that_the_caller_chose() -> None:
    """From when her phone rings; the one in which the desk begins is nobody's choice."""
    for keys, language in (("0", None), ("30", ENGLISH)):
        play = ExchangePlay()
        call = play.chooses(keys)
        play.agent_comes(ELS)
        shown = _seen(play).call
        assert shown is not None
        assert (shown.call, shown.language) == (call, language)


def test_an_agent_sees_that_her_caller_was_known_and_is_no_longer() -> None:
    """Not of who never said who she is, and not while she is known."""
    for number, before, after in ((1, (True, False), (False, True)), (None, (False, False), (False, False))):
        play = Play()
        page = play.citizen_discloses(1)
        play.agent_comes(ELS)
        play.talks(number)
        for expected in (before, after):
            shown = _seen(play).call
            assert shown is not None
            assert (shown.identified, shown.erased) == expected
            play.tell(ErasureAsked(page))


def _seen(play: Play) -> views.SeatView:
    return views.seat_view(play.desk, ELS, seat_of(ELS))


def test_who_waits_in_a_queue_that_is_gone_is_seen_by_who_serves_the_default_one() -> None:
    """With those who can take her; and the queue is gone from the panel with its last caller."""
    play = _play()
    play.citizen_discloses(1)
    call = play.caller_waits(1)
    kept = {GENERAL: QueueRules(GENERAL), QueueId("nieuw"): QueueRules(QueueId("nieuw"))}
    groups = {**GROUPS, OFFICE: Group(OFFICE, frozenset({QueueId("nieuw")}))}
    play.tell(PlanChanged(replace(PLAN, queues=kept, subject_queues={}, groups=groups)))
    view = views.seat_view(play.desk, ELS, seat_of(ELS), {KCC})
    assert [(queue.queue, queue.waiting, queue.since) for queue in view.queues] == [
        (GENERAL, 0, None),
        (PASSPORTS, 1, play.leader.now),
    ]
    assert [queue.queue for queue in views.seat_view(play.desk, BO, seat_of(BO), {OFFICE}).queues] == ["nieuw"]
    play.hangs_up(call)
    assert [queue.queue for queue in views.seat_view(play.desk, ELS, seat_of(ELS), {KCC}).queues] == [GENERAL]


def test_who_is_to_be_called_back_is_one_and_not_two() -> None:
    """She hung up: the queue counts who waits on the line, behind her too, and the callbacks count her."""
    play = Play()
    rules = {queue: replace(rule, callback=True) for queue, rule in PLAN.queues.items()}
    play.tell(PlanChanged(replace(PLAN, queues=rules)))
    play.tell(SeatPaused(play.agent_comes(ELS), "lunch"))
    asked = play.caller_waits()
    for _ in range(2):
        play.keys(asked, "1")
        play.later(PLAN.times.choice)
    play.tell(NumberKept(asked, NumberId("number1"), NEAR, play.desk.callbacks[asked].asked))
    play.hangs_up(asked)
    alone = _seen(play)
    assert [(queue.waiting, queue.since) for queue in alone.queues if queue.queue == GENERAL] == [(0, None)]
    began = play.leader.now
    play.caller_waits()
    both = _seen(play)
    assert [queue.waiting for queue in both.queues if queue.queue == GENERAL] == [1]
    assert both.queues[0].since is None or both.queues[0].since >= began
    assert len(alone.callbacks) == len(both.callbacks) == 1


def test_an_agent_who_answered_for_a_callback_is_told_that_the_other_telephone_rings() -> None:
    """Her own screen, at once: until then it says that she should answer."""
    play = Play()
    rules = {queue: replace(rule, callback=True) for queue, rule in PLAN.queues.items()}
    play.tell(PlanChanged(replace(PLAN, queues=rules)))
    asked = play.caller_waits()
    play.keys(asked, "1")
    play.later(PLAN.times.choice)
    play.keys(asked, "1")
    play.later(PLAN.times.choice)
    play.tell(NumberKept(asked, NumberId("number1"), NEAR, play.desk.callbacks[asked].asked))
    play.hangs_up(asked)
    play.agent_comes(ELS)
    [call] = play.desk.calls
    assert _seen(play).call is not None
    play.leg_enters(call)
    play.answers(call)
    assert RefreshSeat(seat_of(ELS)) in play.screens

"""What who leads a team sees of the desk: who does what, who waits, and nothing of any caller."""

from __future__ import annotations

import re
from dataclasses import replace

from irmacall.core.commands import RefreshSeat
from irmacall.core.events import NodeLost, NodeStrained, PhoneCalled, PhoneRegistered, PlanChanged, SeatPaused
from irmacall.core.ids import ChannelId, UserId
from irmacall.core.wallboard import AgentView, Doing, agent_view, wallboard
from tests.core.exchange_plays import NUMBER, ExchangePlay
from tests.core.leader import FAR, GENERAL, NEAR, PASSPORTS, PLAN
from tests.core.plays import BO, ELS, Play, code, phone_of, seat_of

CHIEF = UserId("chef")


def _agent(play: Play, user: UserId = ELS) -> AgentView:
    found = agent_view(play.desk, user)
    assert found is not None
    return found


def test_every_queue_and_agent_is_there() -> None:
    """All queues in the plan's order, all who hold a seat by name, and whoever logged out is not."""
    play = Play()
    play.agent_comes(ELS)
    play.agent_comes(BO)
    play.tell(SeatPaused(seat_of(ELS), "Pauze"))
    play.tell(SeatPaused(seat_of(BO), "Pauze"))
    play.caller_waits()
    seen = wallboard(play.desk, (NEAR, FAR))
    assert [(each.queue, each.waiting, each.agents, each.free) for each in seen.queues] == [
        (GENERAL, 1, 2, 0),
        (PASSPORTS, 0, 2, 0),
    ]
    assert seen.queues[0].since == play.leader.now
    assert [each.user for each in seen.agents] == [BO, ELS]
    play.logs_out(BO)
    assert [each.user for each in wallboard(play.desk, ()).agents] == [ELS]
    assert agent_view(play.desk, BO) is None


def test_a_call_is_told_by_its_queue_and_its_time() -> None:
    """It rings, they talk, she lets the caller hear music, wraps up or is free: with since when, at each."""
    play = Play()
    call = play.rings(None)
    rang = play.leader.now
    assert (_agent(play).doing, _agent(play).queue, _agent(play).since) == (Doing.RINGING, GENERAL, rang)
    play.later(4)
    play.answers(call)
    play.joins(call)
    assert (_agent(play).doing, _agent(play).since) == (Doing.TALKING, rang + 4)
    assert _agent(play).on_the_line
    play.later(30)
    play.hangs_up(call)
    assert (_agent(play).doing, _agent(play).since, _agent(play).queue) == (Doing.FREE, rang + 34, None)
    assert not _agent(play).on_the_line


def test_who_is_not_free_is_told_with_why() -> None:
    """Another call on her phone, a phone that is gone, and a pause with its reason."""
    play = Play()
    play.agent_comes(ELS)
    play.tell(PhoneCalled(NEAR, phone_of(ELS), ChannelId("her-own")))
    assert _agent(play) == AgentView(ELS, Doing.BUSY, None)
    play.gone("her-own")
    play.tell(PhoneRegistered(NEAR, phone_of(ELS), online=False))
    assert _agent(play) == AgentView(ELS, Doing.OFFLINE, None)
    play.tell(SeatPaused(seat_of(ELS), "Training"))
    assert _agent(play) == AgentView(ELS, Doing.PAUSED, play.leader.now, "Training")


def test_a_pause_by_somebody_else_says_by_whom() -> None:
    """Her own screen is told, a restart keeps it, and it is over with the pause; a caller on the line stays."""
    play = Play()
    call = play.talks(None)
    play.tell(SeatPaused(seat_of(ELS), "Overleg", CHIEF))
    assert RefreshSeat(seat_of(ELS)) in play.screens
    assert (_agent(play).doing, _agent(play).pausing, _agent(play).paused_by) == (Doing.TALKING, True, CHIEF)
    assert call in play.desk.calls
    play.crashes()
    assert play.agent(ELS).paused_by == CHIEF
    play.claims(ELS, seat_of(ELS))
    assert play.agent(ELS).paused_by is None
    play.tell(SeatPaused(seat_of(ELS), "Overleg", CHIEF))
    play.tell(SeatPaused(seat_of(ELS), "Overleg"))
    assert play.agent(ELS).paused_by is None


def test_nodes_tell_how_they_are() -> None:
    """One that was never heard of is not there; one that is strained says so; one that went is gone."""
    play = Play()
    play.tell(NodeStrained(NEAR, strained=True))
    told = [(each.node, each.there, each.strained) for each in wallboard(play.desk, (NEAR, FAR)).nodes]
    assert told == [(NEAR, True, True), (FAR, False, False)]
    play.tell(NodeLost(NEAR))
    assert not wallboard(play.desk, (NEAR,)).nodes[0].there


def test_callbacks_are_there_without_their_numbers() -> None:
    """Of every queue, with when it was asked and is due; neither number nor call is named."""
    play = ExchangePlay()
    call = play.promised()
    assert play.desk.callbacks[call].number == NUMBER
    [seen] = wallboard(play.desk, (NEAR,)).callbacks
    assert (seen.asked_at, seen.tries, seen.under_way) == (play.desk.callbacks[call].asked_at, 0, False)
    assert not re.search(f"{NUMBER}|{call}", repr(wallboard(play.desk, (NEAR,))))


def test_only_where_the_desk_allows_it_is_there_glass_to_break() -> None:
    """Of a caller who is known and on the line, at her owner's row; of all others, and by default, never."""
    play = Play()
    call = play.talks(1)
    assert _agent(play).glass is None
    play.tell(PlanChanged(replace(PLAN, break_glass=True)))
    assert _agent(play).glass == call
    play.hangs_up(call)
    assert _agent(play).glass is None
    anonymous = Play()
    anonymous.tell(PlanChanged(replace(PLAN, break_glass=True)))
    anonymous.talks(None)
    assert _agent(anonymous).glass is None


def test_nothing_of_a_caller_is_in_it() -> None:
    """While she is known and talks, and after that: no call, code, seat, phone or sealed identity is named."""
    play = Play()
    call = play.talks(1)
    told = repr(wallboard(play.desk, (NEAR, FAR)))
    assert play.sees(ELS) is not None
    for canary in (call, "sealed", "seat-", phone_of(ELS), code(1), "page1"):
        assert canary not in told, canary

"""Every event twice: the late and the repeated are ordinary, and do no new harm.

Each play is told again with every event said twice in a row. The desk ends where it would have, no second leg is
made, nobody is granted a second time, and no caller hears a prompt twice. Keys alone have a meaning when repeated.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from irmacall.core import records
from irmacall.core.commands import Connect, CreateLeg, HoldInQueue, LeaveToDialplan, NodeCommand, Say
from irmacall.core.events import (
    ErasureAsked,
    Event,
    HangUpAsked,
    KeysPressed,
    LegAnswered,
    NodeLost,
    PhoneRegistered,
    SeatClaimed,
    SeatPaused,
)
from irmacall.core.ids import ChannelId, RecordKey
from tests.core.leader import NEAR, PLAN
from tests.core.plays import BO, CALLER_SEEN, ELS, Play, code, leg_seen, phone_of, seat_of, snapshot

ONCE = (Say, CreateLeg, Connect, HoldInQueue, LeaveToDialplan)
"""What a caller or an agent would notice if it came twice."""


class Stutter(Play):
    """A play in which every event is told `times` times."""

    def __init__(self, times: int) -> None:
        self._times = times
        self.history: list[NodeCommand] = []
        super().__init__()

    def tell(self, event: Event) -> list[NodeCommand]:
        """The same event again and again; what was asked for the first time."""
        asked = super().tell(event)
        kept, self.history = (self.asked, self.urgent, self.screens), self.history + asked
        for _ in range(0 if isinstance(event, KeysPressed) else self._times - 1):
            self.history += super().tell(event)
        self.asked, self.urgent, self.screens = kept
        return asked


def _a_good_call(play: Play) -> None:
    call = play.talks()
    leg = play.leg(call)
    play.hangs_up(call)
    play.gone(leg)


def _wrong_codes(play: Play) -> None:
    call = play.caller_arrives()
    play.keys(call, code(7))
    play.prompt_ends(call)
    play.later(PLAN.times.first_digit)


def _a_phone_in_vain(play: Play) -> None:
    call = play.rings()
    play.agent_comes(BO)
    play.hangs_up(play.leg(call), 21)
    play.leg_enters(call)
    play.tell(PhoneRegistered(NEAR, phone_of(BO), online=False))


def _a_refusal(play: Play) -> None:
    call = play.rings()
    play.tell(SeatPaused(seat_of(ELS), "lunch"))
    play.tell(HangUpAsked(seat_of(ELS), call))


def _an_answer_too_late(play: Play) -> None:
    call = play.rings()
    leg = play.leg(call)
    play.hangs_up(call)
    play.tell(LegAnswered(NEAR, leg))
    play.gone(leg)


def _a_third_and_another_browser(play: Play) -> None:
    call = play.talks()
    play.members(call, call, play.leg(call), "stranger")
    play.members(call, call, play.leg(call), left=True)
    play.tell(SeatClaimed(ELS, seat_of(BO), phone_of(ELS)))
    play.tell(ErasureAsked(play.citizen_discloses(2)))
    play.logs_out(ELS)


def _a_lost_node(play: Play) -> None:
    call = play.talks()
    leg = play.leg(call)
    play.tell(NodeLost(NEAR))
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, {f"{call}.talk": [call, leg]}))


def _a_failed_leg(play: Play) -> None:
    play.agent_comes(ELS)
    call = play.caller_waits()
    leg = play.call(call).leg
    assert leg is not None
    play.fails(CreateLeg(NEAR, call, leg.channel, play.asked_for(CreateLeg)[0].bridge, leg.endpoint))


def _a_codeless_end(play: Play) -> None:
    call = play.caller_waits()
    play.gone(ChannelId(call))


PLAYS = [
    _wrong_codes,
    _a_good_call,
    _a_phone_in_vain,
    _a_refusal,
    _an_answer_too_late,
    _a_third_and_another_browser,
    _a_lost_node,
    _a_failed_leg,
    _a_codeless_end,
]


def _end_of(play: Play) -> dict[RecordKey, bytes]:
    desk = play.desk
    calls = {("call", call.id): records.encode(call) for call in desk.calls.values()}
    agents = {("agent", agent.user): records.encode(agent) for agent in desk.agents.values()}
    return calls | agents | {("disclosure", d.sealed): records.encode(d) for d in desk.disclosures.values()}


@pytest.mark.parametrize("story", PLAYS)
@pytest.mark.parametrize("times", [2, 3])
def test_what_is_said_again_changes_nothing(story: Callable[[Play], None], times: int) -> None:
    """Desk, grants and vault end as they would have, and nobody noticed anything twice."""
    once, again = Stutter(1), Stutter(times)
    story(once)
    story(again)
    assert _end_of(again) == _end_of(once)
    assert [g.grant for g in again.leader.granted] == [g.grant for g in once.leader.granted]
    assert (again.store.vault, again.grants.held()) == (once.store.vault, once.grants.held())
    noticed = [command for command in again.history if isinstance(command, ONCE)]
    assert noticed == [command for command in once.history if isinstance(command, ONCE)]

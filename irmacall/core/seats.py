"""Agents come and go: a seat is claimed, paused and released, and moves to where it is claimed last."""

from __future__ import annotations

from typing import Final

from irmacall.core import glass, queue
from irmacall.core.agent import Agent, Availability
from irmacall.core.call import Call, Stage
from irmacall.core.commands import RefreshSeat
from irmacall.core.events import SeatClaimed, SeatPaused, SeatReleased, SeatUnwatched, WrapUpExtended
from irmacall.core.ids import Endpoint, UserId
from irmacall.core.state import Turn

DISCONNECTED = "disconnected"
"""Why she is unavailable: her screen was gone."""
LONGEST_WRAP_UP: Final = 1800.0
"""Seconds from now to which a wrap-up can be extended; who needs more than that pauses."""


def claimed(turn: Turn, event: SeatClaimed) -> None:
    """The agent takes calls here, with this phone. Her seat elsewhere ends, and anybody else's with this phone."""
    desk = turn.desk
    agent = desk.agents.get(event.user)
    if agent is None:
        agent = desk.agents[event.user] = Agent(event.user, event.endpoint)
    if agent.seat is not None and agent.seat != event.seat:
        leave(turn, agent)
    _take_phone(turn, agent, event.endpoint)
    agent.groups, agent.serves = tuple(sorted(event.groups)), event.serves
    other = desk.agent_at(event.seat)
    if other is not None and other is not agent:
        put_out(turn, other)
    if agent.availability not in (Availability.AVAILABLE, Availability.WRAP_UP):
        agent.idle_since = turn.now
    agent.seat = event.seat
    _become(turn, agent, Availability.AVAILABLE)
    desk.agent_of_seat[event.seat] = agent.user


def _take_phone(turn: Turn, agent: Agent, endpoint: Endpoint) -> None:
    desk = turn.desk
    holder = desk.agent_of_endpoint.get(endpoint)
    if holder is not None and holder != agent.user:
        put_out(turn, desk.agents[holder])
    if agent.endpoint != endpoint:
        _leave_phone(turn, agent)
    agent.endpoint = endpoint
    desk.agent_of_endpoint[endpoint] = agent.user


def _leave_phone(turn: Turn, agent: Agent) -> None:
    """She sits at another phone from now on: what the old one rings, or has on the line, is not hers to see."""
    desk = turn.desk
    call = desk.call_of_agent(agent)
    if call is not None:
        turn.look_again(call)
    if call is not None and call.stage is Stage.RINGING:
        _stop_ringing(turn, call, agent)
    if desk.agent_of_endpoint.get(agent.endpoint) == agent.user:
        del desk.agent_of_endpoint[agent.endpoint]


def paused(turn: Turn, event: SeatPaused) -> None:
    """No new call for her; what she has on the line she keeps."""
    agent = turn.desk.agent_at(event.seat)
    if agent is not None:
        _become(turn, agent, Availability.PAUSED, event.reason, event.by)


def wrap_up_extended(turn: Turn, event: WrapUpExtended) -> None:
    """She needs a bit longer. Who is not in her wrap-up has nothing to extend."""
    agent = turn.desk.agent_at(event.seat)
    if agent is not None and agent.until is not None and event.seconds > 0:
        agent.until = min(agent.until + event.seconds, turn.now + LONGEST_WRAP_UP)
        turn.set_timer(("agent", agent.user), agent.until)
        turn.touch_agent(agent)


def wrapped_up(turn: Turn, agent: Agent) -> None:
    """Her wrap-up is over: she is available again, idle since her call ended."""
    if agent.availability is Availability.WRAP_UP:
        _become(turn, agent, Availability.AVAILABLE)


def _become(
    turn: Turn, agent: Agent, availability: Availability, reason: str | None = None, by: UserId | None = None
) -> None:
    agent.become(availability, turn.now, reason, by)
    turn.set_timer(("agent", agent.user), None)
    turn.touch_agent(agent)


def unwatched(turn: Turn, event: SeatUnwatched) -> None:
    """Nobody would see who calls: no new call for her until she says that she is back. What she has she keeps."""
    agent = turn.desk.agent_at(event.seat)
    if agent is not None and agent.availability in (Availability.AVAILABLE, Availability.WRAP_UP):
        _become(turn, agent, Availability.UNAVAILABLE, DISCONNECTED)


def released(turn: Turn, event: SeatReleased) -> None:
    """The session is over, and with it all that this seat could see."""
    glass.seat_left(turn, event.seat)
    agent = turn.desk.agent_at(event.seat)
    if agent is not None:
        put_out(turn, agent)


def put_out(turn: Turn, agent: Agent) -> None:
    """The agent is here no more: a call that only rings at her looks further, one that she has goes on unseen."""
    call = turn.desk.call_of_agent(agent)
    leave(turn, agent)
    if call is not None and call.stage is Stage.RINGING:
        _stop_ringing(turn, call, agent)


def _stop_ringing(turn: Turn, call: Call, agent: Agent) -> None:
    if call.handover is not None:
        return  # It rings for her in person: her phone is answered whether anybody looks at a screen or not.
    for leg in call.legs:
        if leg.user == agent.user:
            queue.not_taken(turn, call, leg.channel, None)


def leave(turn: Turn, agent: Agent) -> None:
    """The agent holds no seat any more."""
    assert agent.seat is not None or agent.availability is Availability.AWAY
    if agent.seat is not None:
        turn.desk.agent_of_seat.pop(agent.seat, None)
        turn.do(RefreshSeat(agent.seat))
    if turn.desk.agent_of_endpoint.get(agent.endpoint) == agent.user:
        del turn.desk.agent_of_endpoint[agent.endpoint]
    agent.seat = None
    _become(turn, agent, Availability.AWAY)

"""Who waits, and who is asked: the longest-waiting caller meets the longest-idle agent whose phone is free."""

from __future__ import annotations

from irmacall.core import disclosures
from irmacall.core.agent import Agent, Availability, NotTaken
from irmacall.core.call import Call, Leg, Stage, Turning
from irmacall.core.commands import (
    CreateLeg,
    DialLeg,
    HangUp,
    HoldInQueue,
    RefreshQueues,
    RefreshSeat,
)
from irmacall.core.events import LegEntered
from irmacall.core.ids import NodeName, QueueId, leg_channel, talk_bridge, waiting_bridge
from irmacall.core.state import Turn

GRACE = 10
"""Seconds that Asterisk's own ring limit is longer than ours: ours decides, its is the net below."""


def enter(turn: Turn, call: Call, turning: Turning, queue: QueueId) -> None:
    """The caller takes her place at the end of this queue, with music."""
    call.turn(turning)
    call.queue = queue
    call.queued_at = turn.now
    turn.set_timer(("call", call.id), None)
    hold(turn, call)


def hold(turn: Turn, call: Call) -> None:
    """Put the caller where the music is."""
    turn.do(HoldInQueue(call.node, call.id, call.channel, waiting_bridge(turn.desk.plan.desk)))
    turn.touch_call(call)


def place(turn: Turn, call: Call) -> None:
    """Bring the line in step with this call."""
    since = call.queued_at if call.stage is Stage.WAITING else None
    if turn.desk.order.place_call(call.id, call.queue, call.node, since):
        turn.do(RefreshQueues())


def place_agent(turn: Turn, agent: Agent) -> None:
    """Bring the line of free agents in step with this agent, and tell her screen."""
    turn.desk.order.place_agent(agent.user, _reachable(turn, agent), agent.idle_since)
    if agent.seat is not None:
        turn.do(RefreshSeat(agent.seat))


def _reachable(turn: Turn, agent: Agent) -> frozenset[NodeName]:
    phone = turn.desk.phone(agent.endpoint)
    if agent.availability is not Availability.AVAILABLE or phone.channels:
        return frozenset()
    return frozenset(phone.online)


def offer_all(turn: Turn) -> None:
    """As long as somebody waits and somebody is free, let the phone ring."""
    desk = turn.desk
    while pair := desk.order.next_pair(desk.confirmed):
        call, agent = desk.calls[pair[0]], desk.agents[pair[1]]
        _offer(turn, call, agent)
        place(turn, call)
        place_agent(turn, agent)


def _offer(turn: Turn, call: Call, agent: Agent) -> None:
    call.turn(Turning.OFFERED)
    call.attempt += 1
    leg = Leg(leg_channel(call.id, call.attempt), agent.user, agent.endpoint, turn.now)
    call.leg = leg
    turn.desk.call_of_channel[leg.channel] = call.id
    turn.desk.add_phone_channel(leg.endpoint, leg.channel, call.node)
    turn.do(CreateLeg(call.node, call.id, leg.channel, talk_bridge(call.id), leg.endpoint))
    turn.set_timer(("call", call.id), turn.now + turn.desk.plan.times.ring)
    turn.touch_call(call)
    disclosures.refresh(turn, call)


def leg_entered(turn: Turn, event: LegEntered) -> None:
    """The leg stands: let it ring, unless its call no longer wants it."""
    call = turn.desk.call_with(event.channel)
    if call is None or call.leg is None or call.leg.channel != event.channel:
        turn.do(HangUp(event.node, None, event.channel))
    elif call.stage is Stage.RINGING:
        turn.do(DialLeg(call.node, call.id, event.channel, int(turn.desk.plan.times.ring) + GRACE))


def not_taken(turn: Turn, call: Call, why: NotTaken | None) -> None:
    """The phone did not take the call: its agent is told and asked no more, and the caller keeps her place.

    `why` None: that was no doing of the agent's, who stays available.
    """
    assert call.leg is not None
    leg, moved = call.leg, call.stage is Stage.CONNECTING
    call.turn(Turning.NOT_TAKEN)
    call.leg = None
    turn.desk.call_of_channel.pop(leg.channel, None)
    turn.do(HangUp(call.node, call.id, leg.channel))
    turn.set_timer(("call", call.id), None)
    turn.touch_call(call)
    if moved:
        hold(turn, call)
    _tell(turn, leg, why)
    disclosures.refresh(turn, call)


def _tell(turn: Turn, leg: Leg, why: NotTaken | None) -> None:
    agent = None if leg.user is None else turn.desk.agents.get(leg.user)
    if agent is None:
        return
    if agent.availability is Availability.AVAILABLE and why is not None:
        agent.availability, agent.reason = Availability.UNAVAILABLE, why.value
    turn.touch_agent(agent)

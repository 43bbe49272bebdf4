"""Who waits, and who is asked: the first caller by the key meets the agent whom her queue's strategy picks."""

from __future__ import annotations

from typing import Final

from irmacall.core import clock, disclosures, saying, skills
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
from irmacall.core.ids import ChannelId, NodeName, QueueId, leg_channel, talk_bridge, waiting_bridge
from irmacall.core.lines import Strategy
from irmacall.core.order import Line, Pool
from irmacall.core.state import Turn

GRACE: Final = 10
"""Seconds that Asterisk's own ring limit is longer than ours: ours decides, its is the net below."""
MOST_AT_ONCE: Final = 20
"""Phones that ring at once where all do: each is a channel, and more of them answer no sooner."""


def enter(turn: Turn, call: Call, queue: QueueId) -> None:
    """The caller waits in this queue from now on, with its music; from one queue to the next she keeps her place."""
    call.turn(Turning.QUEUED)
    call.queue = queue
    call.queues = (*call.queues, queue)
    call.queued_at = turn.now if call.queued_at is None else call.queued_at
    call.entered_at = turn.now
    call.patient = False
    clock.begin(turn, call)
    hold(turn, call)


def hold(turn: Turn, call: Call) -> None:
    """Put the caller where the music of her queue is."""
    music = call.plan.rules(call.queue).music
    room = waiting_bridge(turn.desk.plan.desk, music)
    turn.do(HoldInQueue(call.node, call.id, call.channel, room, music))
    turn.touch_call(call)


def place(turn: Turn, call: Call) -> None:
    """Bring the lines in step with this call."""
    if turn.desk.order.place_call(call.id, _place_of(turn, call) if call.stage is Stage.WAITING else None):
        turn.do(RefreshQueues())


def _place_of(turn: Turn, call: Call) -> tuple[QueueId, Line, float]:
    assert call.queued_at is not None
    rules = call.plan.rules(call.queue)
    needs = skills.needs(call, clock.waited(turn, call))
    line = Line(turn.desk.known_queue(call.queue), needs, call.node, rules.strategy)
    return call.queue, line, call.queued_at - rules.head_start


def place_agent(turn: Turn, agent: Agent) -> None:
    """Bring the pools of free agents in step with this agent, and tell her screen."""
    desk = turn.desk
    _count_seat(turn, agent)
    nodes = _reachable(turn, agent)
    pool = Pool(skills.profile(desk.plan, agent.groups), nodes) if nodes else None
    desk.order.place_agent(agent.user, pool, agent.idle_since, agent.asked_at)
    if agent.seat is not None:
        turn.do(RefreshSeat(agent.seat))


def _count_seat(turn: Turn, agent: Agent) -> None:
    desk = turn.desk
    had = desk.profile_of.pop(agent.user, None)
    has = None if agent.seat is None else skills.profile(desk.plan, agent.groups)
    if has is not None:
        desk.profile_of[agent.user] = has
        desk.seated[has] += 1
    if had is not None:
        desk.seated[had] -= 1
        if not desk.seated[had]:
            del desk.seated[had]
    if had != has and had is not None:
        turn.left.append(had)


def _reachable(turn: Turn, agent: Agent) -> frozenset[NodeName]:
    phone = turn.desk.phone(agent.endpoint)
    if agent.availability is not Availability.AVAILABLE or phone.channels:
        return frozenset()
    return frozenset(phone.online)


def offer_all(turn: Turn) -> None:
    """As long as somebody waits and somebody is free who suits her, let the phone ring."""
    desk = turn.desk
    while found := desk.order.next_caller(desk.confirmed):
        call, line = desk.calls[found[0]], found[1]
        _offer(turn, call, _asked(turn, line))
        place(turn, call)


def _asked(turn: Turn, line: Line) -> list[Agent]:
    order, agents = turn.desk.order, turn.desk.agents
    if line.strategy is Strategy.RING_ALL:
        return [agents[user] for user in order.all_free(line)[:MOST_AT_ONCE]]
    return [agents[order.asked_first(line)]]


def _offer(turn: Turn, call: Call, agents: list[Agent]) -> None:
    call.turn(Turning.OFFERED)
    for agent in agents:
        _ring(turn, call, agent)
    turn.set_timer(("call", call.id), turn.now + call.plan.rules(call.queue).ring)
    turn.touch_call(call)
    disclosures.refresh(turn, call)


def _ring(turn: Turn, call: Call, agent: Agent) -> None:
    call.attempt += 1
    leg = Leg(leg_channel(call.id, call.attempt), agent.user, agent.endpoint, turn.now)
    call.legs = (*call.legs, leg)
    agent.asked_at = turn.now
    turn.desk.call_of_channel[leg.channel] = call.id
    turn.desk.add_phone_channel(leg.endpoint, leg.channel, call.node)
    turn.do(CreateLeg(call.node, call.id, leg.channel, talk_bridge(call.id), leg.endpoint))
    turn.save_agent(agent)
    place_agent(turn, agent)


def leg_entered(turn: Turn, event: LegEntered) -> None:
    """The leg stands: let it ring, unless its call no longer wants it."""
    call = turn.desk.call_with(event.channel)
    if call is None or call.leg_on(event.channel) is None:
        turn.do(HangUp(event.node, None, event.channel))
    elif call.stage is Stage.RINGING:
        turn.do(DialLeg(call.node, call.id, event.channel, ring_limit(call)))


def ring_limit(call: Call) -> int:
    """Seconds after which Asterisk lets a phone ring no longer, where we have not said so before."""
    return int(call.plan.rules(call.queue).ring) + GRACE


def not_taken(turn: Turn, call: Call, channel: ChannelId, why: NotTaken | None) -> None:
    """A phone did not take the call: its agent is told and asked no more. With the last phone, the caller waits on.

    `why` None: that was no doing of the agent's, who stays available.
    """
    moved = call.stage is Stage.CONNECTING
    leg = drop_leg(turn, call, channel)
    _tell(turn, leg, why)
    if call.legs:
        return
    call.turn(Turning.NOT_TAKEN)
    clock.go_on(turn, call)
    if moved:
        hold(turn, call)
    disclosures.refresh(turn, call)


def drop_leg(turn: Turn, call: Call, channel: ChannelId) -> Leg:
    """This phone rings for the call no longer; it counts as busy until Asterisk says that its channel is gone."""
    leg = call.leg_on(channel)
    assert leg is not None
    call.legs = tuple(other for other in call.legs if other is not leg)
    turn.desk.call_of_channel.pop(channel, None)
    turn.do(HangUp(call.node, call.id, channel))
    turn.touch_call(call)
    return leg


def no_longer(turn: Turn, call: Call, why: NotTaken | None) -> None:
    """All phones that ring for this call stop, and the caller waits on."""
    for leg in call.legs:
        not_taken(turn, call, leg.channel, why)


def take_back(turn: Turn, call: Call) -> None:
    """A caller who is to go elsewhere is asked of nobody any more; what she hears stops."""
    if call.stage is Stage.RINGING:
        no_longer(turn, call, None)
    saying.hush(turn, call)


def _tell(turn: Turn, leg: Leg, why: NotTaken | None) -> None:
    agent = None if leg.user is None else turn.desk.agents.get(leg.user)
    if agent is None:
        return
    if agent.availability is Availability.AVAILABLE and why is not None:
        agent.become(Availability.UNAVAILABLE, turn.now, why.value)
    turn.touch_agent(agent)

"""Who waits and who is free, and what becomes of a phone that does not take the call."""

from __future__ import annotations

from typing import Final

from irmacall.core import clock, disclosures, ending, skills
from irmacall.core.agent import Agent, Availability, NotTaken
from irmacall.core.call import Call, Leg, Stage, Turning
from irmacall.core.commands import (
    DialLeg,
    DropNumber,
    HangUp,
    HoldInQueue,
    RefreshQueues,
    RefreshSeat,
)
from irmacall.core.events import LegEntered
from irmacall.core.ids import BridgeId, ChannelId, NodeName, QueueId, waiting_bridge
from irmacall.core.order import Line, Pool
from irmacall.core.skills import Profile
from irmacall.core.state import Turn
from irmacall.core.transfer import Failure, Returned

Place = tuple[QueueId, Line, float]
"""The queue, the line in it, and the key."""
GRACE: Final = 10
"""Seconds that Asterisk's own ring limit is longer than ours: ours decides, its is the net below."""
FIRST: Final = 1e7
"""Who stands before everybody waits as if she had begun so many seconds earlier: months."""


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
    place(turn, call)  # At once: who comes in the same turn finds her there.


def hold(turn: Turn, call: Call) -> None:
    """Put the caller where the music of her queue is, unless she is there already.

    She would leave it and come back, and the music goes with the last who leaves: the next music may meet it going.
    """
    room, music = waiting_room(turn, call)
    if call.hears != room:
        call.hears = room
        turn.do(HoldInQueue(call.node, call.id, call.channel, room, music))
    turn.touch_call(call)


def waiting_room(turn: Turn, call: Call) -> tuple[BridgeId, str]:
    """Where the music of this caller's queue is, and its class."""
    music = call.plan.rules(call.queue).music
    return waiting_bridge(turn.desk.plan.desk, music), music


def place(turn: Turn, call: Call) -> None:
    """Bring the lines in step with this call. Who waits for one person's phone stands in none of them."""
    in_line = call.stage is Stage.WAITING and call.handover is None
    changed = turn.desk.order.place_call(call.id, _place_of(turn, call) if in_line else None)
    if changed:
        turn.do(RefreshQueues(changed))


def _place_of(turn: Turn, call: Call) -> Place:
    assert call.queued_at is not None
    rules = call.plan.rules(call.queue)
    needs = skills.needs(call, clock.entered(turn, call), turn.now)
    line = Line(turn.desk.known_queue(call.queue), needs, call.node, rules.strategy)
    since = call.queued_at if call.behind is None else call.behind
    return call.queue, line, since - rules.head_start - (FIRST if call.ahead else 0.0)


def place_agent(turn: Turn, agent: Agent) -> None:
    """Bring the pools of free agents in step with this agent, and tell her screen."""
    desk = turn.desk
    offers = skills.offered(desk.plan, agent)
    _count_seat(turn, agent, offers)
    nodes = _reachable(turn, agent) if agent.serves else frozenset[NodeName]()
    pool = Pool(offers, nodes) if nodes else None
    if desk.order.place_agent(agent.user, pool, agent.idle_since, agent.asked_at):
        turn.do(RefreshQueues(offers.queues))
    if agent.seat is not None:
        turn.do(RefreshSeat(agent.seat))


def _count_seat(turn: Turn, agent: Agent, offers: Profile) -> None:
    desk = turn.desk
    had = desk.profile_of.pop(agent.user, None)
    has = None if agent.seat is None else offers
    if has is not None:
        desk.profile_of[agent.user] = has
        desk.seated[has] += 1
    if had is not None:
        desk.seated[had] -= 1
        if not desk.seated[had]:
            del desk.seated[had]
    if had != has and had is not None:
        turn.left.append(had)
    if had != has:
        turn.do(RefreshQueues(offers.queues if had is None or has is None else None))


def _reachable(turn: Turn, agent: Agent) -> frozenset[NodeName]:
    phone = turn.desk.phone(agent.endpoint)
    if agent.availability is not Availability.AVAILABLE or phone.channels:
        return frozenset()
    return frozenset(phone.online)


def leg_entered(turn: Turn, event: LegEntered) -> None:
    """The leg stands: let it ring, unless its call no longer wants it."""
    call = turn.desk.call_with(event.channel)
    leg = None if call is None else call.phone_on(event.channel)
    if call is None or leg is None:
        turn.do(HangUp(event.node, None, event.channel))
    elif call.stage is Stage.RINGING or leg not in call.legs:
        turn.do(DialLeg(event.node, call.id, event.channel, ring_limit(call)))


def ring_seconds(call: Call) -> float:
    """How long a phone rings for this call: longer for whom she is passed to than for who serves her queue."""
    own = call.handover is not None or call.consult is not None
    return call.plan.transfers.ring if own else call.plan.rules(call.queue).ring


def ring_limit(call: Call) -> int:
    """Seconds after which Asterisk lets a phone ring no longer, where we have not said so before."""
    return int(ring_seconds(call)) + GRACE


def not_taken(turn: Turn, call: Call, channel: ChannelId, why: NotTaken | None) -> None:
    """A phone did not take the call: its agent is told and asked no more. With the last phone, the caller waits on.

    `why` None: that was no doing of the agent's, who stays available.
    """
    moved = call.stage is Stage.CONNECTING
    leg = drop_leg(turn, call, channel)
    hers = call.comes_back is not None and call.comes_back.agent == leg.user
    if hers and why is not None:
        turn.desk.expect(call, None)  # The caller came back to her, and is not to wait for her twice.
    _tell(turn, leg, why if call.handover is None or hers else None)
    if call.legs:
        return
    if call.called_back:
        ending.end(turn, call)
        return
    if call.handover is not None:
        call.returned = Returned(FAILURES[why], leg.user)
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
    let_go(turn, call, leg)
    return leg


def let_go(turn: Turn, call: Call, leg: Leg, node: NodeName | None = None) -> None:
    """This phone is in the call no longer, nor rings for it. `node`: where its leg is, if not at the call's."""
    turn.desk.call_of_channel.pop(leg.channel, None)
    call.holding = tuple(channel for channel in call.holding if channel != leg.channel)
    turn.do(HangUp(node or call.node, call.id, leg.channel))
    if leg.number is not None:
        turn.do(DropNumber(leg.number))
    turn.touch_call(call)


def no_longer(turn: Turn, call: Call, why: NotTaken | None) -> None:
    """All phones that ring for this call stop, and the caller waits on."""
    for leg in call.legs:
        not_taken(turn, call, leg.channel, why)


FAILURES: Final = {
    None: Failure.FAILED,
    NotTaken.NO_ANSWER: Failure.NO_ANSWER,
    NotTaken.REJECTED: Failure.REJECTED,
    NotTaken.PHONE_GONE: Failure.UNREACHABLE,
    NotTaken.PHONE_FAILED: Failure.UNREACHABLE,
}
"""What the one who passed a caller on reads of a phone that did not take her."""


def _tell(turn: Turn, leg: Leg, why: NotTaken | None) -> None:
    agent = None if leg.user is None else turn.desk.agents.get(leg.user)
    if agent is None:
        return
    if agent.availability is Availability.AVAILABLE and why is not None:
        agent.become(Availability.UNAVAILABLE, turn.now, why.value)
    turn.touch_agent(agent)

"""What who leads a team may see of the desk now: queues, agents and callbacks, and of a caller nothing at all."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from irmacall.core import glass, views
from irmacall.core.agent import Agent, Availability
from irmacall.core.call import Call, Stage
from irmacall.core.ids import CallId, NodeName, QueueId, UserId, call_of_leg
from irmacall.core.state import Desk
from irmacall.core.views import CallbackView, QueueView


class Doing(enum.Enum):
    """What somebody who holds a seat does now."""

    FREE = "free"
    """She can be asked."""
    RINGING = "ringing"
    TALKING = "talking"
    HOLDING = "holding"
    """She has a caller on the line, who hears music at her wish."""
    CONSULTED = "consulted"
    """A colleague asks her about a caller."""
    WRAP_UP = "wrap-up"
    PAUSED = "paused"
    UNAVAILABLE = "unavailable"
    """The desk took her out: she did not take a call, or her screen was gone."""
    BUSY = "busy"
    """Her phone has a call that is none of ours."""
    OFFLINE = "offline"
    """Her phone is not registered."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """Somebody who holds a seat; nothing of who is on the line."""

    user: UserId
    doing: Doing
    since: float | None
    """Since when, in epoch seconds; None: nobody counts that."""
    reason: str | None = None
    """Of a pause: as it was chosen. Of `UNAVAILABLE`: why."""
    until: float | None = None
    """When her wrap-up ends by itself."""
    queue: QueueId | None = None
    """Of the call that she has, or that rings for her."""
    serves: bool = True
    """False: an official, who serves no queue."""
    paused_by: UserId | None = None
    """Who paused her, where it was not she herself."""
    pausing: bool = False
    """She has a call, and gets none after it: she is paused already."""
    glass: CallId | None = None
    """The call in which management may ask to see who is on the line; None: there is none, or the desk forbids it."""

    @property
    def on_the_line(self) -> bool:
        """Whether a call of ours is on her phone, or rings on it."""
        return self.doing in (Doing.RINGING, Doing.TALKING, Doing.HOLDING, Doing.CONSULTED)


@dataclass(frozen=True, slots=True)
class NodeView:
    """One Asterisk node."""

    node: NodeName
    there: bool
    """Its word is fresh: calls come in by it."""
    strained: bool
    """It is too busy for new callers."""


@dataclass(frozen=True, slots=True)
class Wallboard:
    """The desk at one moment."""

    queues: tuple[QueueView, ...]
    agents: tuple[AgentView, ...]
    """By the names of their users, so that nobody's row moves when she does something else."""
    callbacks: tuple[CallbackView, ...]
    """The earliest first."""
    nodes: tuple[NodeView, ...]


def wallboard(desk: Desk, nodes: tuple[NodeName, ...]) -> Wallboard:
    """What there is to see now. `nodes`: those that the site has, in its order."""
    seated = sorted((agent for agent in desk.agents.values() if agent.seat is not None), key=lambda each: each.user)
    return Wallboard(
        queues=views.all_queues(desk),
        agents=tuple(_agent_view(desk, agent) for agent in seated),
        callbacks=views.all_callbacks(desk),
        nodes=tuple(NodeView(node, node in desk.confirmed, node in desk.strained) for node in nodes),
    )


def agent_view(desk: Desk, user: UserId) -> AgentView | None:
    """One of them; None: she holds no seat."""
    agent = desk.agents.get(user)
    return None if agent is None or agent.seat is None else _agent_view(desk, agent)


def _agent_view(desk: Desk, agent: Agent) -> AgentView:
    call = desk.call_of_agent(agent)
    if call is not None:
        return _with_call(desk, agent, call)
    phone, pause = desk.phone(agent.endpoint), agent.availability
    doing = _WITHOUT_CALL[pause]
    if doing is Doing.FREE and any(call_of_leg(channel) is None for channel in phone.channels):
        return AgentView(agent.user, Doing.BUSY, None, serves=agent.serves)
    if doing is Doing.FREE and not phone.online:
        return AgentView(agent.user, Doing.OFFLINE, None, serves=agent.serves)
    return AgentView(
        agent.user,
        doing,
        agent.since,
        agent.reason,
        agent.until,
        serves=agent.serves,
        paused_by=agent.paused_by,
    )


_WITHOUT_CALL = {
    Availability.AVAILABLE: Doing.FREE,
    Availability.PAUSED: Doing.PAUSED,
    Availability.WRAP_UP: Doing.WRAP_UP,
    Availability.UNAVAILABLE: Doing.UNAVAILABLE,
    Availability.AWAY: Doing.UNAVAILABLE,
}


def _with_call(desk: Desk, agent: Agent, call: Call) -> AgentView:
    consult, owner = call.consult, call.granted is not None and call.granted.user == agent.user
    if (
        consult is not None
        and consult.leg.user == agent.user
        and not any(leg.user == agent.user for leg in call.legs)
    ):
        doing, since = Doing.CONSULTED, consult.since
    elif call.stage is Stage.TALKING:
        began = call.joined_at if call.joined_at is not None else call.talking_since
        doing, since = (Doing.HOLDING if call.held else Doing.TALKING), began if began is not None else agent.since
    else:
        doing, since = Doing.RINGING, next((leg.since for leg in call.legs if leg.user == agent.user), agent.since)
    return AgentView(
        agent.user,
        doing,
        since,
        queue=call.queue,
        serves=agent.serves,
        paused_by=agent.paused_by,
        pausing=agent.availability is Availability.PAUSED,
        glass=call.id if owner and glass.can_be_asked(desk, call) else None,
    )

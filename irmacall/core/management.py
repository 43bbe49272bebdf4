"""What management and operators do to a desk while it works: a new plan, an emergency, a node that is too busy."""

from __future__ import annotations

from irmacall.core import routing
from irmacall.core.call import UNANSWERED, Stage
from irmacall.core.commands import PrepareNode, RefreshQueues
from irmacall.core.events import EmergencyEnded, EmergencyThrown, NodeStrained, PlanChanged
from irmacall.core.ids import DEFAULT_MUSIC, NodeName, waiting_bridge
from irmacall.core.routes import ToQueue
from irmacall.core.state import Emergency, Turn

EMERGENCY = ("emergency", "")


def plan_changed(turn: Turn, event: PlanChanged) -> None:
    """New calls get the new plan. Who waits for agents of a queue that is no more is found others."""
    desk = turn.desk
    desk.plan = event.plan
    for agent in desk.agents.values():
        turn.touch_agent(agent)
    for call in desk.calls.values():
        if call.stage is Stage.WAITING or call.id in desk.looks:
            turn.look_again(call)
    turn.touched_callbacks.update((name, None) for name in desk.callbacks)
    for node in sorted(desk.confirmed):
        prepare_node(turn, node, frozenset())
    turn.do(RefreshQueues())


def prepare_node(turn: Turn, node: NodeName, occupied: frozenset[str]) -> None:
    """Make a waiting room for each class of music; `occupied`: those in which somebody waits, by their music."""
    desk = turn.desk.plan.desk
    for music in sorted({DEFAULT_MUSIC, *(rules.music for rules in turn.desk.plan.queues.values())}):
        turn.do(PrepareNode(node, waiting_bridge(desk, music), music=music in occupied, music_class=music))


def emergency_thrown(turn: Turn, event: EmergencyThrown) -> None:
    """Whoever was not answered yet goes there, and so does whoever calls until it is over."""
    desk = turn.desk
    if event.until <= turn.now:
        return
    desk.emergency = Emergency(event.to, event.until)
    turn.set_timer(EMERGENCY, event.until)
    turn.touch_emergency()
    for call in [call for call in desk.calls.values() if call.stage in UNANSWERED and call.node in desk.confirmed]:
        waits_there = isinstance(event.to, ToQueue) and call.queued_at is not None and call.queue == event.to.queue
        waits_for_us = call.called_back or call.handover is not None or call.outcome is not None
        if not waits_for_us and not waits_there:
            routing.take_back(turn, call)
            routing.go(turn, call, event.to)


def emergency_ended(turn: Turn, _: EmergencyEnded) -> None:
    """All is as the plan says again."""
    if turn.desk.emergency is not None:
        turn.desk.emergency = None
        turn.set_timer(EMERGENCY, None)
        turn.touch_emergency()


def node_strained(turn: Turn, event: NodeStrained) -> None:
    """New callers there are told that it is too busy, or welcome again."""
    (turn.desk.strained.add if event.strained else turn.desk.strained.discard)(event.node)

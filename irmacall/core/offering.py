"""Who is asked: the first who waits, by the key, meets the agent whom her queue's strategy picks."""

from __future__ import annotations

from typing import Final

from irmacall.core import callbacks, disclosures, queue
from irmacall.core.agent import Agent
from irmacall.core.call import Call, Leg, Turning
from irmacall.core.commands import CreateLeg
from irmacall.core.ids import leg_channel, talk_bridge
from irmacall.core.lines import Strategy
from irmacall.core.order import Line
from irmacall.core.state import Turn

MOST_AT_ONCE: Final = 20
"""Phones that ring at once where all do: each is a channel, and more of them answer no sooner."""


def offer_all(turn: Turn) -> None:
    """As long as somebody waits and somebody is free who suits her, let the phone ring."""
    desk = turn.desk
    while found := desk.order.next_caller(desk.confirmed):
        name, line = found
        callback = desk.callbacks.get(name)
        call = desk.calls[name] if callback is None else callbacks.attempt(turn, callback, line.node)
        _offer(turn, call, _asked(turn, line))
        queue.place(turn, call)


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
    star_codes = call.plan.transfers.star_codes
    turn.do(CreateLeg(call.node, call.id, leg.channel, talk_bridge(call.id), leg.endpoint, star_codes))
    turn.save_agent(agent)
    queue.place_agent(turn, agent)

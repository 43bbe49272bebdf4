"""A node's snapshot against what the desk believes: what stands is taken over, what is gone is closed.

Told once after every (re)connect, before any later event of that node. Until then nobody sees a caller of that node.
"""

from __future__ import annotations

import dataclasses

from irmacall.core import disclosures, ivr, queue, talk
from irmacall.core.call import ENTERING_CODE, Call, Leg, Stage
from irmacall.core.commands import Burn, DialLeg, HangUp, NodeCommand, PrepareNode, Prompt, RemoveBridge
from irmacall.core.disclosure import Seal
from irmacall.core.events import CallerArrived, LeadershipBegan, NodeLost, NodeSnapshot, SeenPhone
from irmacall.core.ids import (
    CallId,
    ChannelId,
    Endpoint,
    call_of_leg,
    call_of_talk_bridge,
    talk_bridge,
    waiting_bridge,
)
from irmacall.core.state import Turn


def leadership_began(turn: Turn, event: LeadershipBegan) -> None:
    """The desk was loaded by a new leader: what is on a node that the site no longer has is closed.

    What was erased is burned again: whether the leader before us came to it, nobody knows.
    """
    for call in list(turn.desk.calls.values()):
        if call.node not in event.nodes:
            talk.end(turn, call, caller_stays=False)
    for call in turn.desk.calls.values():
        _unbind(turn, call)
    gone = [command for command in turn.decision.commands if isinstance(command, NodeCommand)]
    for command in gone:
        turn.decision.commands.remove(command)  # There is no node to send it to.
    for disclosure in list(turn.desk.disclosures.values()):
        if disclosure.seal is Seal.ERASED:
            turn.do(Burn(disclosure.sealed))
        elif disclosure.seal is Seal.BOUND and disclosure.call not in turn.desk.calls:
            disclosures.erase(turn, disclosure)


def _unbind(turn: Turn, call: Call) -> None:
    """Nothing of an identity is believed that its own record does not say too: who is bound to none is anonymous."""
    if call.sealed is None:
        return
    disclosure = turn.desk.disclosures.get(call.sealed)
    if disclosure is None:
        turn.do(Burn(call.sealed))  # Its record is lost, and with it the hour at which it would be erased.
    elif disclosure.seal is Seal.BOUND and disclosure.call == call.id:
        return
    call.sealed = None
    turn.touch_call(call)


def node_lost(turn: Turn, event: NodeLost) -> None:
    """Nothing that this node said last can be relied on: its cards are withdrawn and its phones not rung."""
    desk = turn.desk
    desk.confirmed.discard(event.node)
    for call in desk.calls.values():
        if call.node == event.node:
            turn.look_again(call)
    for phone in desk.phones.values():
        if event.node in phone.online:
            phone.online.discard(event.node)
            turn.touch_phone(phone.endpoint)


def snapshot(turn: Turn, event: NodeSnapshot) -> None:
    """Take over what stands on this node, close what is gone, adopt what nobody knows."""
    turn.desk.confirmed.add(event.node)
    waiting = waiting_bridge(turn.desk.plan.desk)
    turn.do(PrepareNode(event.node, waiting, music=bool(event.bridges.get(waiting))))
    _phones(turn, event)
    for call in [call for call in turn.desk.calls.values() if call.node == event.node]:
        seen = event.channels.get(call.channel)
        if seen is None or not seen.caller:
            talk.end(turn, call, caller_stays=False)
        else:
            _take_over(turn, call, event)
    for channel, seen in event.channels.items():
        if seen.caller and channel not in turn.desk.call_of_channel:
            _adopt(turn, channel, event)
    _close_strays(turn, event)


def _phones(turn: Turn, event: NodeSnapshot) -> None:
    desk = turn.desk
    for channel, endpoint in list(desk.phone_of_channel.items()):
        if desk.phone(endpoint).channels[channel] == event.node:
            desk.remove_phone_channel(channel)
            turn.touch_phone(endpoint)
    for endpoint in {**desk.phones, **event.phones}:
        seen = event.phones.get(endpoint, SeenPhone(online=False))
        phone = desk.phone(endpoint)
        (phone.online.add if seen.online else phone.online.discard)(event.node)
        for channel in seen.channels:
            desk.add_phone_channel(endpoint, channel, event.node)
        turn.touch_phone(endpoint)


def _take_over(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    call.saying = False
    _believe_asterisk(call, event)
    talk.set_members(turn, call, event.bridges.get(talk_bridge(call.id), frozenset()))
    if call.stage in ENTERING_CODE:
        ivr.ask(turn, call, Prompt.WELCOME if call.stage is Stage.WELCOME else Prompt.CODE_AGAIN)
    elif call.stage is Stage.WAITING:
        _wait_on(turn, call, event)
    elif call.leg is None or call.leg.channel not in event.channels:
        _without_leg(turn, call, event)
    else:
        _with_leg(turn, call, event)


def _believe_asterisk(call: Call, event: NodeSnapshot) -> None:
    """A leg is the agent's whose phone it is, whatever an older record says; its name is never given twice."""
    call.attempt = max(call.attempt, _attempts(call.id, event))
    seen = None if call.leg is None else event.channels.get(call.leg.channel)
    if call.leg is not None and seen is not None and seen.endpoint != call.leg.endpoint:
        call.leg = dataclasses.replace(call.leg, user=None, endpoint=seen.endpoint or Endpoint(""))


def _wait_on(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    if call.channel not in event.bridges.get(waiting_bridge(turn.desk.plan.desk), frozenset()):
        queue.hold(turn, call)


def _without_leg(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    if call.stage is Stage.TALKING:
        talk.end(turn, call)
    else:
        queue.not_taken(turn, call, None)  # Never made before a crash, or gone while nobody listened: who knows.
        _wait_on(turn, call, event)


def _with_leg(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    assert call.leg is not None
    if talk.expected(call) <= call.members:
        if call.stage is Stage.RINGING:
            talk.leg_up(turn, call)
        if call.stage is Stage.CONNECTING:
            talk.joined(turn, call)
    elif event.channels[call.leg.channel].up:
        if call.stage is Stage.RINGING:
            talk.leg_up(turn, call)
        else:
            talk.connect(turn, call)
    elif call.stage is Stage.RINGING:
        _ring_on(turn, call, event)
    else:
        _without_leg(turn, call, event)


def _ring_on(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    assert call.leg is not None
    times = turn.desk.plan.times
    if not event.channels[call.leg.channel].ringing:
        turn.do(DialLeg(call.node, call.id, call.leg.channel, int(times.ring) + queue.GRACE))
    turn.set_timer(("call", call.id), turn.now + times.ring)
    _wait_on(turn, call, event)


def _adopt(turn: Turn, channel: ChannelId, event: NodeSnapshot) -> None:
    """A caller whom the desk does not know: served on, anonymously, from where she is."""
    members = event.bridges.get(talk_bridge(CallId(channel)), frozenset())
    legs = [other for other in members if call_of_leg(other) == CallId(channel)]
    if channel in members and len(legs) == 1:
        _adopt_talking(turn, channel, legs[0], members, event)
    elif channel in event.bridges.get(waiting_bridge(turn.desk.plan.desk), frozenset()):
        _new_call(turn, channel, event, Stage.WAITING)
    else:
        ivr.arrived(turn, CallerArrived(event.node, channel))
    # What is left over from before must not meet a new leg of the same name, and is taken down at the call's end.
    turn.desk.calls[CallId(channel)].attempt = _attempts(CallId(channel), event)


def _attempts(call: CallId, event: NodeSnapshot) -> int:
    """How many phones were rung for this call, as far as what is left of it tells."""
    legs = [int(found.rpartition(".leg")[2]) for found in event.channels if call_of_leg(found) == call]
    return max([*legs, int(talk_bridge(call) in event.bridges)])


def _new_call(turn: Turn, channel: ChannelId, event: NodeSnapshot, stage: Stage) -> Call:
    call = Call(CallId(channel), event.node, channel, turn.desk.plan.default_queue, turn.now, stage)
    call.queued_at = turn.now
    turn.desk.calls[call.id] = call
    turn.desk.call_of_channel[channel] = call.id
    turn.touch_call(call)
    return call


def _adopt_talking(
    turn: Turn, channel: ChannelId, leg: ChannelId, members: frozenset[ChannelId], event: NodeSnapshot
) -> None:
    call = _new_call(turn, channel, event, Stage.TALKING)
    endpoint = event.channels[leg].endpoint if leg in event.channels else None
    call.leg = Leg(leg, None, endpoint or Endpoint(""), turn.now)
    call.members, call.talking_since = members, turn.now
    turn.desk.call_of_channel[leg] = call.id


def _close_strays(turn: Turn, event: NodeSnapshot) -> None:
    desk = turn.desk
    for channel in event.channels:
        if call_of_leg(channel) is not None and channel not in desk.call_of_channel:
            turn.do(HangUp(event.node, None, channel))
    for bridge in event.bridges:
        name = call_of_talk_bridge(bridge)
        if name is not None and name not in desk.calls:
            turn.do(RemoveBridge(event.node, None, bridge))

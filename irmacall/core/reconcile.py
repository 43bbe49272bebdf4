"""A node's snapshot against what the desk believes: what stands is taken over, what is gone is closed.

Told once after every (re)connect, before any later event of that node. Until then nobody sees a caller of that node.
"""

from __future__ import annotations

import dataclasses
from typing import Final

from irmacall.core import (
    callbacks,
    clock,
    consulting,
    disclosures,
    ending,
    handover,
    ivr,
    management,
    queue,
    sights,
    switchboard,
    talk,
)
from irmacall.core.call import BEFORE_THE_QUEUE, Call, Consult, Leg, Room, Stage
from irmacall.core.commands import Burn, DialLeg, HangUp, KeepFacts, NodeCommand, RemoveBridge
from irmacall.core.disclosure import Seal
from irmacall.core.events import CallerArrived, LeadershipBegan, NodeLost, NodeSnapshot, SeenPhone
from irmacall.core.ids import (
    DEFAULT_MUSIC,
    BridgeId,
    CallId,
    ChannelId,
    Endpoint,
    call_of_callout,
    call_of_consult_bridge,
    call_of_leg,
    call_of_talk_bridge,
    is_waiting_bridge,
    talk_bridge,
    waiting_bridge,
)
from irmacall.core.state import Turn
from irmacall.core.transfer import Asked, Failure
from irmacall.core.transfer_commands import Mute


def leadership_began(turn: Turn, event: LeadershipBegan) -> None:
    """The desk was loaded by a new leader: what is on a node that the site no longer has is closed.

    What was erased is burned again: whether the leader before us came to it, nobody knows.
    """
    _begin_callbacks_anew(turn)
    sights.end_all(turn)
    for call in list(turn.desk.calls.values()):
        if call.node not in event.nodes and call.stage is not Stage.ENDED:
            ending.lose(turn, call)
    for call in turn.desk.calls.values():
        _unbind(turn, call)
        if call.consult is not None and call.consult.node not in event.nodes:
            consulting.drop(turn, call, Failure.FAILED)
    for facts in turn.desk.facts.values():
        turn.do(KeepFacts(facts))  # Whether they were kept before, nobody knows: the store keeps them once.
    gone = [command for command in turn.decision.commands if isinstance(command, NodeCommand)]
    for command in gone:
        turn.decision.commands.remove(command)  # There is no node to send it to.
    for disclosure in list(turn.desk.disclosures.values()):
        if disclosure.seal is Seal.ERASED:
            turn.do(Burn(disclosure.sealed))
        elif disclosure.seal is Seal.BOUND and disclosure.call not in turn.desk.calls:
            disclosures.erase(turn, disclosure)
        elif turn.desk.sealed_of_page.get(disclosure.page) != disclosure.sealed:
            disclosures.erase(turn, disclosure)  # A page has one: of two, the earlier is an old record.


def _begin_callbacks_anew(turn: Turn) -> None:
    """What was under way of them is closed where it stands, as its node is heard of; the promises stand."""
    callbacks.forget_unnoted(turn)
    turn.touched_callbacks.update((name, None) for name in turn.desk.callbacks)
    for call in turn.desk.calls.values():
        if call.stage in _CALLING_BACK and call.called_back:
            ending.end(turn, call)


_CALLING_BACK: Final = (Stage.RINGING, Stage.DIALLING)
"""Where an agent, or then a caller, is being called for a callback: nobody talks yet, so it can be begun anew."""


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
    turn.touched_callbacks.update((name, None) for name in desk.callbacks)  # Another node can call them too.
    for call in desk.calls.values():
        if call.node == event.node:
            turn.look_again(call)
        if call.node == event.node and call.called_back and call.stage in _CALLING_BACK:
            ending.end(turn, call)
    for phone in desk.phones.values():
        if event.node in phone.online:
            phone.online.discard(event.node)
            turn.touch_phone(phone.endpoint)


def snapshot(turn: Turn, event: NodeSnapshot) -> None:
    """Take over what stands on this node, close what is gone, adopt what nobody knows."""
    turn.desk.confirmed.add(event.node)
    turn.desk.order.node_confirmed(event.node)
    turn.touched_callbacks.update((name, None) for name in turn.desk.callbacks)
    management.prepare_node(turn, event.node, _occupied(turn, event))
    _phones(turn, event)
    for call in [call for call in turn.desk.calls.values() if call.node == event.node]:
        seen = event.channels.get(call.channel)
        if call.called_back and call.stage in _CALLING_BACK:
            ending.end(turn, call)
        elif seen is None or not (seen.caller or call.callback is not None):
            ending.lose(turn, call)
        else:
            _take_over(turn, call, event)
    for channel, seen in event.channels.items():
        if seen.caller and channel not in turn.desk.call_of_channel:
            _adopt(turn, channel, event)
    _consult_on_elsewhere(turn, event)
    _close_strays(turn, event)


def _consult_on_elsewhere(turn: Turn, event: NodeSnapshot) -> None:
    """Whom the owner of a call at another node asks from this one, in a second call of her phone."""
    for call in turn.desk.calls.values():
        consult = call.consult
        if consult is not None and consult.node == event.node != call.node:
            _ask_on(turn, call, consult, event)


def _occupied(turn: Turn, event: NodeSnapshot) -> frozenset[str]:
    """The classes of music to which somebody listens."""
    desk = turn.desk.plan.desk
    rooms = {waiting_bridge(desk, rules.music): rules.music for rules in turn.desk.plan.queues.values()}
    rooms[waiting_bridge(desk)] = DEFAULT_MUSIC
    return frozenset(music for room, music in rooms.items() if event.bridges.get(room))


def _waits_in(turn: Turn, channel: ChannelId, event: NodeSnapshot) -> BridgeId | None:
    """The room with music that she is in."""
    desk = turn.desk.plan.desk
    held = (bridge for bridge, members in event.bridges.items() if channel in members)
    return next((bridge for bridge in held if is_waiting_bridge(bridge, desk)), None)


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
    # Where she was asked into a talk, that may still be on its way, and take her out of the music that was seen.
    into_talk = call.stage is Stage.CONNECTING or call.rooms.get(call.channel) is Room.TALK
    call.hears = None if into_talk else _waits_in(turn, call.channel, event)
    _believe_asterisk(call, event)
    talk.set_members(turn, call, event.bridges.get(talk_bridge(call.id), frozenset()))
    if call.stage in BEFORE_THE_QUEUE:
        ivr.ask_again(turn, call)
    elif call.stage is Stage.WAITING:
        handover.is_gone(turn, call)
        clock.go_on(turn, call)
        _wait_on(turn, call, event)
    elif call.stage is Stage.CALLBACK:
        _asks_again(turn, call, event)
    elif call.stage is Stage.LEAVING:
        ending.end(turn, call)  # She has heard some of it; how much, nobody knows.
    else:
        if call.stage is Stage.TALKING:
            _talk_on(turn, call, event)
        if call.stage in (Stage.RINGING, Stage.CONNECTING, Stage.DIALLING):
            _with_phones(turn, call, event)


def _asks_again(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    """Whether her number was noted, nobody knows: no promise was made, and she waits on and can ask again."""
    callbacks.not_noted(turn, call)
    _wait_on(turn, call, event)


def _believe_asterisk(call: Call, event: NodeSnapshot) -> None:
    """A leg is the agent's whose phone it is, whatever an older record says; its name is never given twice."""
    call.attempt = max(call.attempt, _attempts(call.id, event))
    call.legs = tuple(_believed(leg, event) for leg in call.legs)
    if call.consult is not None and call.consult.node == event.node:
        call.consult.leg = _believed(call.consult.leg, event)


def _believed(leg: Leg, event: NodeSnapshot) -> Leg:
    seen = event.channels.get(leg.channel)
    if seen is None or seen.endpoint == leg.endpoint or leg.number is not None:
        return leg
    return dataclasses.replace(leg, user=None, endpoint=seen.endpoint or Endpoint(""))


def _wait_on(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    if call.stage in (Stage.WAITING, Stage.RINGING) and call.hears is None:
        queue.hold(turn, call)


def _with_phones(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    """Phones ring for her, or one was answered: go on with what stands of that."""
    up = [leg.channel for leg in call.legs if leg.channel in event.channels and event.channels[leg.channel].up]
    if not up:
        (_ring_on if call.stage is Stage.RINGING else _without_phone)(turn, call, event)
    elif call.stage is Stage.RINGING:
        talk.leg_up(turn, call, up[0])
    elif call.stage is Stage.CONNECTING and not talk.expected(call) <= call.members:
        talk.connect(turn, call)
    if call.stage is Stage.CONNECTING and talk.expected(call) <= call.members:
        talk.joined(turn, call)


def _without_phone(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    queue.no_longer(turn, call, None)
    _wait_on(turn, call, event)


def _talk_on(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    """Somebody has her on the line, or had: with whom she was to be, and who is asked about her, is gone on with."""
    switchboard.take_over(call, event)
    consult = call.consult
    if consult is not None and consult.node == event.node:
        _ask_on(turn, call, consult, event)
    if consult is not None and call.consult is None:
        call.held = True  # Whether she heard music nobody knows: if her owner is gone too, she is not lost.
    if call.stage is not Stage.TALKING or call.leg is None:
        return
    if not _is_up(call.leg, event):
        consulting.owner_left(turn, call)
    elif consult is not None and call.consult is None:
        call.held = False
    _said_again(turn, call)


def _said_again(turn: Turn, call: Call) -> None:
    """What no snapshot shows, and may never have been asked for before the daemon before us was gone."""
    if call.stage is not Stage.TALKING or call.leg is None:
        return
    if call.muted:
        turn.do(Mute(call.node, call.id, call.leg.channel, on=True))
    if call.consult is not None and call.consult.state is not Asked.RINGING:
        consulting.ringback(turn, call, call.consult, on=False)


def _is_up(leg: Leg, event: NodeSnapshot) -> bool:
    return leg.channel in event.channels and event.channels[leg.channel].up


def _goes_on(consult: Consult, event: NodeSnapshot) -> bool:
    rings = consult.state is Asked.RINGING and consult.leg.channel in event.channels
    return (rings or _is_up(consult.leg, event)) and (consult.line is None or consult.line in event.channels)


def _ask_on(turn: Turn, call: Call, consult: Consult, event: NodeSnapshot) -> None:
    if not _goes_on(consult, event):
        consulting.drop(turn, call, Failure.FAILED)
    elif consult.state is Asked.RINGING and _is_up(consult.leg, event):
        consulting.answered(turn, call)
    elif consult.state is Asked.RINGING:
        if not event.channels[consult.leg.channel].ringing:
            turn.do(DialLeg(event.node, call.id, consult.leg.channel, queue.ring_limit(call)))
        turn.set_timer(("call", call.id), turn.now + call.plan.transfers.ring)


def _ring_on(turn: Turn, call: Call, event: NodeSnapshot) -> None:
    """What was never made before a crash, or is gone since while nobody listened, is nobody's fault."""
    for leg in call.legs:
        seen = event.channels.get(leg.channel)
        if seen is None:
            queue.not_taken(turn, call, leg.channel, None)
        elif not seen.ringing:
            turn.do(DialLeg(call.node, call.id, leg.channel, queue.ring_limit(call)))
    if call.legs:
        turn.set_timer(("call", call.id), turn.now + queue.ring_seconds(call))
    _wait_on(turn, call, event)


def _adopt(turn: Turn, channel: ChannelId, event: NodeSnapshot) -> None:
    """A caller whom the desk does not know: served on, anonymously, from where she is."""
    members = event.bridges.get(talk_bridge(CallId(channel)), frozenset())
    legs = [other for other in members if call_of_leg(other) == CallId(channel)]
    if channel in members and len(legs) == 1:
        _adopt_talking(turn, channel, legs[0], members, event)
    elif _waits_in(turn, channel, event):
        clock.begin(turn, _new_call(turn, channel, event, Stage.WAITING))
    else:
        ivr.arrived(turn, CallerArrived(event.node, channel))
    # What is left over from before must not meet a new leg of the same name, and is taken down at the call's end.
    call = turn.desk.calls[CallId(channel)]
    call.members = members
    call.attempt, call.hears = _attempts(CallId(channel), event), call.hears or _waits_in(turn, channel, event)


def _attempts(call: CallId, event: NodeSnapshot) -> int:
    """How many phones were rung for this call, as far as what is left of it tells."""
    legs = [int(found.rpartition(".leg")[2]) for found in event.channels if call_of_leg(found) == call]
    return max([*legs, int(talk_bridge(call) in event.bridges)])


def _new_call(turn: Turn, channel: ChannelId, event: NodeSnapshot, stage: Stage) -> Call:
    plan = turn.desk.plan
    call = Call(CallId(channel), event.node, channel, plan.default_queue, turn.now, plan, stage)
    call.language, call.queued_at, call.entered_at = plan.language, turn.now, turn.now
    call.queues = (call.queue,)
    turn.desk.calls[call.id] = call
    turn.desk.call_of_channel[channel] = call.id
    turn.touch_call(call)
    return call


def _adopt_talking(
    turn: Turn, channel: ChannelId, leg: ChannelId, members: frozenset[ChannelId], event: NodeSnapshot
) -> None:
    call = _new_call(turn, channel, event, Stage.TALKING)
    endpoint = event.channels[leg].endpoint if leg in event.channels else None
    call.legs = (Leg(leg, None, endpoint or Endpoint(""), turn.now),)
    call.members, call.talking_since, call.joined_at = members, turn.now, turn.now
    turn.desk.call_of_channel[leg] = call.id
    switchboard.take_over(call, event)


def _close_strays(turn: Turn, event: NodeSnapshot) -> None:
    desk = turn.desk
    for channel, seen in event.channels.items():
        ours = seen.line or call_of_leg(channel) is not None or call_of_callout(channel) is not None
        if ours and channel not in desk.call_of_channel:
            turn.do(HangUp(event.node, None, channel))
    for bridge in event.bridges:
        name = call_of_talk_bridge(bridge)
        if name is not None and name not in desk.calls:
            turn.do(RemoveBridge(event.node, None, bridge))
        consulted = call_of_consult_bridge(bridge)
        if consulted is not None and not _is_consulted_in(desk.calls.get(consulted)):
            turn.do(RemoveBridge(event.node, None, bridge))


def _is_consulted_in(call: Call | None) -> bool:
    return call is not None and call.consult is not None and call.consult.line is not None

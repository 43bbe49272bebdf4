"""What must hold of a world that has come to rest: the desk knows what is so, and afterwards nothing is left."""

from __future__ import annotations

from irmacall.core import switchboard
from irmacall.core.call import Call, Room, Stage
from irmacall.core.commands import Grant
from irmacall.core.ids import (
    call_of_consult_bridge,
    call_of_leg,
    call_of_talk_bridge,
    consult_bridge,
    is_waiting_bridge,
    talk_bridge,
)
from tests.core.world import World, numbers_of


def believe_the_truth(world: World) -> None:
    """Of a world at rest: the desk knows every caller and leg, and each is where the desk thinks."""
    desk = world.leader.desk
    theirs = {call.channel for call in desk.calls.values() if call.callback is None}
    assert {channel.id for _, channel in world.callers()} == theirs
    called = {call.channel for call in desk.calls.values() if call.callback is not None and _called_out(call)}
    assert {channel.id for _, channel in world.telephones()} == called
    assert world.store.numbers == numbers_of(desk)
    legs = {leg.channel for call in desk.calls.values() for leg in call.phones}
    assert {channel.id for _, channel in world.legs()} == legs
    for call in desk.calls.values():
        node = world.nodes[call.node]
        assert call.members == node.bridges.get(talk_bridge(call.id), set())
        everybody_is_in_her_room(world, call)
        if call.stage in (Stage.WAITING, Stage.RINGING, Stage.CALLBACK) and call.callback is None:
            rooms = (held for bridge, held in node.bridges.items() if is_waiting_bridge(bridge, desk.plan.desk))
            assert any(call.channel in held for held in rooms), "a caller waits without music"
    for node in world.nodes.values():
        talks = {call_of_talk_bridge(bridge) or call_of_consult_bridge(bridge) for bridge in node.bridges} - {None}
        assert talks <= set(desk.calls), "a bridge was left over"
        seen = {c.id: c.endpoint for c in node.channels.values() if c.endpoint is not None}
        known = {c: p.endpoint for p in desk.phones.values() for c, where in p.channels.items() if where == node.name}
        assert seen == known
        assert node.online == {phone.endpoint for phone in desk.phones.values() if node.name in phone.online}
    _every_owner_sees(world)


def everybody_is_in_her_room(world: World, call: Call) -> None:
    """Of a world at rest: who talks is where the switchboard says, and mute is what the screen says."""
    for channel, room in switchboard.rooms(call).items():
        node = world.nodes[call.node_of(channel)]
        where = [bridge for bridge, members in node.bridges.items() if channel in members]
        assert len(where) == 1, f"{channel} is nowhere, and belongs to {room.value}"
        talk, consult = talk_bridge(call.id), consult_bridge(call.id)
        found = {talk: Room.TALK, consult: Room.CONSULT}.get(where[0], Room.MUSIC)
        assert found is room, f"{channel} is in {found.value} and not in {room.value}"
    if call.stage is Stage.TALKING and call.leg is not None:
        assert world.nodes[call.node].channels[call.leg.channel].muted is call.muted


def _called_out(call: Call) -> bool:
    """Whether she who is called back has a channel: once an agent has answered, and whatever becomes of her then."""
    return call.stage in (Stage.DIALLING, Stage.CONNECTING, Stage.TALKING) or call.talking_since is not None


def _every_owner_sees(world: World) -> None:
    granted = [call for call in world.leader.desk.calls.values() if call.granted is not None]
    held: dict[str, Grant] = {grant.call: grant for grant in world.leader.grants.held()}
    assert set(held) == {call.id for call in granted}


def nothing_is_left(world: World) -> None:
    """Of a world in which everybody has hung up and an hour has passed: it is as it was in the beginning."""
    desk = world.leader.desk
    assert desk.calls == {}
    assert world.callers() == []
    assert [c.id for node in world.nodes.values() for c in node.channels.values() if call_of_leg(c.id)] == []
    assert world.telephones() == []
    bridges = [bridge for node in world.nodes.values() for bridge in node.bridges]
    assert [bridge for bridge in bridges if not is_waiting_bridge(bridge, desk.plan.desk)] == []
    assert (desk.callbacks, desk.facts, world.store.numbers) == ({}, {}, set())
    assert (desk.order.queues, desk.order.lines) == ({}, {})
    assert world.store.vault == set()
    assert not desk.disclosures
    assert not desk.timers
    assert not desk.phone_of_channel
    assert world.leader.grants.held() == []
    assert (world.leader.looks.held(), desk.looks) == ([], {})

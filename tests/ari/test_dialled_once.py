"""A leg is dialled once: what entered before our eyes nobody else has dialled; anything else is looked at first."""

from __future__ import annotations

from irmacall.ari.client import Node
from irmacall.core.commands import CreateLeg, DialLeg
from irmacall.core.events import LegEntered, NodeLost, NodeSnapshot
from irmacall.core.ids import CallId, ChannelId, Endpoint, leg_channel, talk_bridge
from tests.ari.conftest import running, settings
from tests.ari.fake import FakeAsterisk
from tests.ari.heard import Heard

CALL = CallId("north-1.0")
LEG = leg_channel(CALL, 1)
LOOKED = ("GET", f"channels/{LEG}/variable")
DIALLED = ("POST", f"channels/{LEG}/dial")


def _node(fake: FakeAsterisk) -> Node:
    host, port = fake.address
    return Node(settings(fake, f"http://{host}:{port}"))


async def _make(fake: FakeAsterisk, node: Node, heard: Heard) -> ChannelId:
    await heard.next(NodeSnapshot)
    await node.perform(CreateLeg(node.name, CALL, LEG, talk_bridge(CALL), Endpoint(fake.desk_phone)))
    return (await heard.next(LegEntered)).channel


async def test_a_leg_that_entered_before_our_eyes_is_dialled_without_a_look(fake: FakeAsterisk) -> None:
    """The order repeated is looked at first, and not done again."""
    node = _node(fake)
    async with running(node) as heard:
        leg = await _make(fake, node, heard)
        await node.perform(DialLeg(node.name, CALL, leg, 20))
        assert (LOOKED in fake.seen, fake.seen.count(DIALLED)) == (False, 1)
        await node.perform(DialLeg(node.name, CALL, leg, 20))
        assert (LOOKED in fake.seen, fake.seen.count(DIALLED)) == (True, 1)


async def test_a_leg_of_before_is_looked_at(fake: FakeAsterisk) -> None:
    """The leader before us made it, and may have dialled it."""
    before, node = _node(fake), _node(fake)
    async with running(before) as heard:
        leg = await _make(fake, before, heard)
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        await node.perform(DialLeg(node.name, CALL, leg, 20))
        assert LOOKED in fake.seen


async def test_what_was_known_before_the_socket_fell_is_forgotten(fake: FakeAsterisk) -> None:
    """Another leader may have been there meanwhile."""
    node = _node(fake)
    async with running(node) as heard:
        leg = await _make(fake, node, heard)
        await fake.drop()
        await heard.next(NodeLost)
        await heard.next(NodeSnapshot)
        await node.perform(DialLeg(node.name, CALL, leg, 20))
        assert LOOKED in fake.seen

"""Asterisk itself is killed, restarted or stopped in its tracks, and the client notices and mends."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from irmacall.ari.client import Node
from irmacall.core.commands import HangUp
from irmacall.core.events import CallerArrived, NodeLost, NodeSnapshot
from irmacall.core.ids import ChannelId, Endpoint
from irmacall.errors import PeerUnavailable
from tests.ari.conftest import running, settings
from tests.ari.real import RealAsterisk


@pytest.fixture
async def mortal() -> AsyncIterator[RealAsterisk]:
    """An Asterisk of this test's own."""
    async with RealAsterisk() as site:
        yield site


def node_of(site: RealAsterisk) -> Node:
    """A client without a relay; it gives up a command after two seconds."""
    return Node(settings(site, f"http://{site.address[0]}:{site.address[1]}", 2.0), (Endpoint("agent1"),))


async def test_asterisk_is_killed_and_started_again(mortal: RealAsterisk) -> None:
    """The node is lost at once; when it is back, the caller is not in its snapshot, and events come again."""
    node = node_of(mortal)
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        channel = await mortal.arrive()
        await heard.next(CallerArrived)
        await mortal.node.kill()
        await heard.next(NodeLost)
        with pytest.raises(PeerUnavailable):
            await node.perform(HangUp(node.name, None, channel))
        await mortal.node.start()
        snapshot = await heard.next(NodeSnapshot)
        assert channel not in snapshot.channels
        await mortal.reopen_far_end()
        again = await mortal.arrive()
        assert (await heard.next(CallerArrived)).channel == again


async def test_asterisk_is_frozen_and_wakes(mortal: RealAsterisk) -> None:
    """An Asterisk that answers nothing is lost; when it wakes, the caller who stayed is in the snapshot."""
    node = node_of(mortal)
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        channel = await mortal.arrive()
        await heard.next(CallerArrived)
        mortal.node.program.freeze()
        await heard.next(NodeLost)
        # Not the caller's own channel: Asterisk does what it was asked while it slept as soon as it wakes.
        with pytest.raises(PeerUnavailable):
            await node.perform(HangUp(node.name, None, ChannelId("somebody")))
        mortal.node.program.wake()
        snapshot = await heard.next(NodeSnapshot)
        assert snapshot.channels[channel].caller

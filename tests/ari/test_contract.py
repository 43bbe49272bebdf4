"""What the client promises, shown on a real Asterisk and on its double alike."""

from __future__ import annotations

import asyncio

import pytest

from irmacall.ari.client import Node
from irmacall.ari.opening import read_snapshot
from irmacall.core.commands import (
    Connect,
    CreateLeg,
    DialLeg,
    HangUp,
    HoldInQueue,
    LeaveToDialplan,
    PrepareNode,
    RemoveBridge,
    Say,
    StopSaying,
)
from irmacall.core.dialplan import application, busy_variable, leader_variable, most_variable
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    CallerArrived,
    HangUpBegan,
    KeysPressed,
    LegEntered,
    NodeLost,
    NodeSnapshot,
    PlaybackEnded,
)
from irmacall.core.ids import (
    CallId,
    ChannelId,
    DeskId,
    Endpoint,
    LanguageId,
    SoundName,
    leg_channel,
    playback,
    talk_bridge,
    waiting_bridge,
)
from irmacall.errors import LeaseLost, PeerError
from lab.relay import Relay
from tests.ari.conftest import Site, running
from tests.ari.heard import Heard

NL = LanguageId("nl")
WELCOME = (SoundName("welcome"), SoundName("please-hold"))


async def arrived(site: Site, heard: Heard) -> ChannelId:
    """A caller who has been heard of."""
    channel = await site.arrive()
    await heard.next(CallerArrived, lambda event: event.channel == channel)
    return channel


async def test_the_snapshot_is_told_first(site: Site, node: Node) -> None:
    """The first thing told is a snapshot, with the phones of the node."""
    async with running(node) as heard:
        snapshot = await heard.next(NodeSnapshot)
        assert heard.all[0] is snapshot
        assert {"agent1", site.desk_phone} <= set(snapshot.phones)


async def test_a_caller_arrives_presses_a_key_and_hangs_up(site: Site, node: Node) -> None:
    """Arrival, key and hang-up each become their event, for the channel that Asterisk named."""
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        channel = await arrived(site, heard)
        await site.press(channel, "7")
        key = await heard.next(KeysPressed)
        assert key.channel == channel
        assert key.keys.plain() == "7"
        await site.hang_up(channel)
        assert (await heard.next(HangUpBegan)).channel == channel


async def test_waiting_and_talking_bridges(site: Site, node: Node) -> None:
    """A caller waits, a leg is made, both meet in the talk bridge, and all of it is torn down; each command twice."""
    waiting = waiting_bridge(DeskId(site.desk))
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        channel = await arrived(site, heard)
        call = CallId(channel)
        leg, talk = leg_channel(call, 1), talk_bridge(call)
        for _ in range(2):
            await node.perform(PrepareNode(node.name, waiting))
        await node.perform(HoldInQueue(node.name, call, channel, waiting))
        seen = await read_snapshot(node._pool, node.name, application(DeskId(site.desk)))
        assert seen.bridges[waiting] == {channel}
        for _ in range(2):
            await node.perform(CreateLeg(node.name, call, leg, talk, Endpoint(site.desk_phone)))
        assert (await heard.next(LegEntered)).channel == leg
        for _ in range(2):
            await node.perform(DialLeg(node.name, call, leg, 20))
        await node.perform(Connect(node.name, call, talk, channel, leg))
        both = await heard.next(BridgeEntered, lambda event: len(event.members) == 2)
        assert both.channel == leg
        assert (both.bridge, both.members) == (talk, frozenset({channel, leg}))
        for _ in range(2):
            await node.perform(HangUp(node.name, call, leg))
        left = await heard.next(BridgeLeft, lambda event: event.channel == leg)
        assert left.members == {channel}
        for _ in range(2):
            await node.perform(RemoveBridge(node.name, call, talk))
        await node.perform(HangUp(node.name, call, channel))


async def test_a_prompt_is_played_and_cut_short(site: Site, node: Node) -> None:
    """Cutting a list of prompts ends the whole of it, and cutting it again is no failure."""
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        channel = await arrived(site, heard)
        said = playback(CallId(channel), 1)
        await node.perform(Say(node.name, CallId(channel), channel, said, WELCOME, NL))
        for _ in range(2):
            await node.perform(StopSaying(node.name, CallId(channel), said))
        assert (await heard.next(PlaybackEnded)).playback == said
        await node.perform(HangUp(node.name, None, channel))


async def test_a_caller_is_left_to_the_dialplan(site: Site, node: Node) -> None:
    """A caller who is given back leaves our application and lives on."""
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        channel = await arrived(site, heard)
        await node.perform(LeaveToDialplan(node.name, CallId(channel), channel))
        assert (await heard.next(HangUpBegan)).channel == channel
        await site.hang_up(channel)


async def test_what_cannot_be_done_is_refused(site: Site, node: Node) -> None:
    """A command to a channel or bridge that is not there fails, and says so without a query."""
    nobody, call = ChannelId("nobody"), CallId("nobody")
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        with pytest.raises(PeerError, match=r"^POST channels/nobody/play/nobody\.say1: 404$"):
            await node.perform(Say(node.name, call, nobody, playback(call, 1), WELCOME, NL))
        with pytest.raises(PeerError):
            await node.perform(HoldInQueue(node.name, call, nobody, waiting_bridge(DeskId(site.desk))))
        with pytest.raises(PeerError):
            await node.perform(DialLeg(node.name, call, nobody, 5))


async def test_a_cut_socket_is_told_and_mended(site: Site, node: Node, relay: Relay) -> None:
    """NodeLost, and then a snapshot in which the caller who stayed is found."""
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        channel = await arrived(site, heard)
        relay.cut()
        await heard.next(NodeLost)
        snapshot = await heard.next(NodeSnapshot)
        assert snapshot.channels[channel].caller
        assert snapshot.channels[channel].up
        await node.perform(HangUp(node.name, None, channel))
        assert (await heard.next(HangUpBegan)).channel == channel


async def test_a_silent_socket_is_given_up(site: Site, node: Node, relay: Relay) -> None:
    """A connection that stays up and says nothing any more is lost within three seconds and a bit."""
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        began = asyncio.get_running_loop().time()
        relay.freeze()
        await heard.next(NodeLost)
        assert asyncio.get_running_loop().time() - began < 3.6
        relay.thaw()
        await heard.next(NodeSnapshot)


async def test_a_quiet_socket_is_kept(site: Site, node: Node, relay: Relay) -> None:
    """While pings are answered, a node without a single event is not lost, nor told anew."""
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(4.5):
                await heard.next(NodeLost)


async def test_a_node_that_is_down_is_tried_again(site: Site, node: Node, relay: Relay) -> None:
    """While the node cannot be reached nothing is told; when it can be, its snapshot is."""
    relay.refuse()
    async with running(node) as heard:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await heard.next(NodeSnapshot)
        assert heard.all == []
        relay.refuse(False)
        await heard.next(NodeSnapshot)


async def test_another_socket_ends_all_acting(site: Site, node: Node) -> None:
    """When another socket has our application, the source raises and no command goes out any more."""
    heard = Heard()
    async with node:
        source = asyncio.create_task(node.run(heard))
        await heard.next(NodeSnapshot)
        await site.steal(application(DeskId(site.desk)))
        with pytest.raises(LeaseLost):
            async with asyncio.timeout(5):
                await source
        with pytest.raises(LeaseLost):
            await node.perform(HangUp(node.name, None, ChannelId("whoever")))
        assert NodeLost(node.name) not in heard.all


async def test_the_watchdog_can_see_who_leads(site: Site, node: Node) -> None:
    """The leader's beat is a global variable of the node."""
    async with node:
        await node.show_leader("3.14")
    assert await site.variable(leader_variable(DeskId(site.desk))) == "3.14"


async def test_the_dialplan_is_told_whom_to_let_in(site: Site, node: Node) -> None:
    """Both orders are global variables of the node, in the words that the dialplan reads."""
    async with node:
        await node.refuse(7, 1795357000)
        await node.limit(500, 1795357010)
    assert await site.variable(busy_variable(DeskId(site.desk))) == "007:1795357000"
    assert await site.variable(most_variable(DeskId(site.desk))) == "1795357010:500"


async def test_a_phone_that_the_node_does_not_know(site: Site, node: Node) -> None:
    """An unknown phone is told in the log and keeps nobody from hearing of the others."""
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        await node.follow((Endpoint("ghost"),))
        snapshot = await heard.next(NodeSnapshot) if NodeLost(node.name) in heard.all else heard.all[0]
        assert isinstance(snapshot, NodeSnapshot)
        assert Endpoint("ghost") not in snapshot.phones
        assert Endpoint("agent1") in snapshot.phones

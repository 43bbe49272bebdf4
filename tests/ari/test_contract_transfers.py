"""What transfers need of the client, shown on a real Asterisk and on its double alike."""

from __future__ import annotations

import asyncio

import pytest

from irmacall.ari.answers import Reply
from irmacall.ari.client import Node
from irmacall.ari.opening import read_snapshot
from irmacall.ari.requests import Request
from irmacall.core.commands import Connect, CreateLeg, HangUp, HoldInQueue, PrepareNode, RemoveBridge
from irmacall.core.dialplan import application
from irmacall.core.events import BridgeEntered, BridgeLeft, CallerArrived, LegEntered, NodeSnapshot
from irmacall.core.ids import (
    BridgeId,
    CallId,
    ChannelId,
    DeskId,
    Endpoint,
    consult_bridge,
    leg_channel,
    talk_bridge,
    waiting_bridge,
)
from irmacall.core.transfer_commands import JoinLine, Mute, Progress, Regroup, Ringback, TellPhone
from irmacall.errors import PeerError
from tests.ari.conftest import Site, running
from tests.ari.heard import Heard

NOBODY = ChannelId("nobody")


async def members(site: Site, node: Node, bridge: BridgeId) -> frozenset[ChannelId]:
    """Who is in a bridge now."""
    return (await read_snapshot(node._pool, node.name, application(DeskId(site.desk)))).bridges[bridge]


async def talking(site: Site, node: Node, heard: Heard, *, keys: bool = False) -> tuple[CallId, ChannelId]:
    """A caller in a talk bridge with a leg; her call and the leg."""
    await heard.next(NodeSnapshot)
    caller = await site.arrive()
    await heard.next(CallerArrived, lambda event: event.channel == caller)
    call = CallId(caller)
    leg, talk = leg_channel(call, 1), talk_bridge(call)
    await node.perform(PrepareNode(node.name, waiting_bridge(DeskId(site.desk))))
    for _ in range(2):
        await node.perform(CreateLeg(node.name, call, leg, talk, Endpoint(site.desk_phone), keys))
    await heard.next(LegEntered, lambda event: event.channel == leg)
    await node.perform(Connect(node.name, call, talk, caller, leg))
    await heard.next(BridgeEntered, lambda event: event.channel == leg)
    return call, leg


async def another(site: Site, heard: Heard) -> ChannelId:
    """One more channel in the desk's application."""
    channel = await site.arrive()
    await heard.next(CallerArrived, lambda event: event.channel == channel)
    return channel


async def end(node: Node, call: CallId, *channels: ChannelId) -> None:
    """Take down what a test made."""
    for channel in (ChannelId(call), *channels):
        await node.perform(HangUp(node.name, call, channel))
    await node.perform(RemoveBridge(node.name, call, talk_bridge(call)))


async def test_who_is_moved_out_and_who_in(site: Site, node: Node) -> None:
    """The caller goes to the music before another comes to the talk, and back; each command may be repeated."""
    waiting = waiting_bridge(DeskId(site.desk))
    async with running(node) as heard:
        call, leg = await talking(site, node, heard)
        caller, talk, other = ChannelId(call), talk_bridge(call), await another(site, heard)
        for _ in range(2):
            await node.perform(Regroup(node.name, call, waiting, "default", (caller,), talk, (other,)))
        left = await heard.next(BridgeLeft, lambda event: event.channel == caller)
        assert left.members == {leg}
        joined = await heard.next(BridgeEntered, lambda event: event.channel == other)
        assert joined.members == {leg, other}
        assert await members(site, node, waiting) == {caller}
        await node.perform(Regroup(node.name, call, waiting, "default", (other,), talk, (caller,)))
        assert await members(site, node, talk) == {leg, caller}
        await node.perform(Regroup(node.name, call, waiting, "default", (), talk, (other,)))
        assert await members(site, node, talk) == {leg, caller, other}
        await end(node, call, leg, other)


async def test_nobody_comes_in_where_nobody_could_be_moved_out(site: Site, node: Node) -> None:
    """Where the first part is refused the second is not done: who should not hear stays where she was."""
    waiting = waiting_bridge(DeskId(site.desk))
    async with running(node) as heard:
        call, leg = await talking(site, node, heard)
        other, talk = await another(site, heard), talk_bridge(call)
        await node.perform(HoldInQueue(node.name, call, other, waiting))
        with pytest.raises(PeerError, match=r"addChannel: 400$"):
            await node.perform(Regroup(node.name, call, waiting, "default", (NOBODY,), talk, (other,)))
        assert await members(site, node, talk) == {ChannelId(call), leg}
        assert await members(site, node, waiting) == {other}
        await end(node, call, leg, other)


async def test_a_phones_own_call_is_joined(site: Site, node: Node) -> None:
    """It is answered and meets the leg in a bridge of their own, which is torn down like any; each command twice."""
    async with running(node) as heard:
        call, leg = await talking(site, node, heard, keys=True)
        line, consult = await another(site, heard), consult_bridge(call)
        for _ in range(2):
            await node.perform(JoinLine(node.name, call, consult, line, leg))
        assert await members(site, node, consult) == {line, leg}
        assert await members(site, node, talk_bridge(call)) == {ChannelId(call)}
        for _ in range(2):
            await node.perform(RemoveBridge(node.name, call, consult))
        await end(node, call, leg, line)


async def test_what_is_switched_on_and_off(site: Site, node: Node) -> None:
    """Ringing and silence begin and end, however often that is said; to end it on a channel that is gone is done."""
    async with running(node) as heard:
        call, leg = await talking(site, node, heard)
        for on in (True, True, False, False):
            await node.perform(Ringback(node.name, call, ChannelId(call), on))
            await node.perform(Mute(node.name, call, ChannelId(call), on))
        await node.perform(Ringback(node.name, call, NOBODY, on=False))
        await node.perform(Mute(node.name, call, NOBODY, on=False))
        with pytest.raises(PeerError, match=r"mute: 404$"):
            await node.perform(Mute(node.name, call, NOBODY, on=True))
        with pytest.raises(PeerError, match=r"ring: 404$"):
            await node.perform(Ringback(node.name, call, NOBODY, on=True))
        with pytest.raises(PeerError, match=r"mute: 412$"):
            await node.perform(Mute(node.name, call, leg, on=True))  # nobody has answered it
        await end(node, call, leg)


async def test_a_phone_that_asked_for_nothing_is_told_nothing(site: Site, node: Node) -> None:
    """How a transfer goes can be told at any time, also to who is gone."""
    async with running(node) as heard:
        call, leg = await talking(site, node, heard)
        for channel in (leg, NOBODY):
            for progress in Progress:
                await node.perform(TellPhone(node.name, call, channel, progress))
        assert await members(site, node, talk_bridge(call)) == {ChannelId(call), leg}
        await end(node, call, leg)


async def test_no_music_plays_on_in_an_empty_room(site: Site, node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked for again when its last listener has already left, as one does who is asked about for a moment."""
    waiting, asked = waiting_bridge(DeskId(site.desk)), asyncio.Queue[tuple[str, bool]]()
    exchange = node._music._ask

    async def noted(request: Request) -> Reply:
        reply = await exchange(request)
        await asked.put((request.method, await site.plays(waiting)))
        return reply

    monkeypatch.setattr(node._music, "_ask", noted)
    async with running(node) as heard:
        call, leg = await talking(site, node, heard)
        assert not await site.plays(waiting)
        await node.perform(HoldInQueue(node.name, call, ChannelId(call), waiting))
        assert await site.plays(waiting)
        await end(node, call, leg)
        assert [await asked.get() for _ in range(2)] == [("POST", True), ("GET", True)]
        assert await asked.get() == ("DELETE", False)

"""What real SIP phones do, as the client tells it: registering, answering, rejecting, forwarding, not answering."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from irmacall.ari.client import Node, NodeSettings
from irmacall.core.commands import (
    Connect,
    CreateLeg,
    DialLeg,
    HangUp,
    HoldInQueue,
    PrepareNode,
    Say,
    StopSaying,
)
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    CallerArrived,
    ChannelGone,
    HangUpBegan,
    KeysPressed,
    LegAnswered,
    LegEntered,
    NodeSnapshot,
    PhoneCalled,
    PhoneRegistered,
    PlaybackEnded,
)
from irmacall.core.ids import (
    CallId,
    ChannelId,
    DeskId,
    Endpoint,
    LanguageId,
    NodeName,
    SoundName,
    leg_channel,
    playback,
    talk_bridge,
    waiting_bridge,
)
from irmacall.errors import PeerError
from lab.lab import Lab
from lab.phone import Phone, PhoneCall
from lab.sound import Heard
from tests.ari.conftest import running
from tests.ari.heard import Heard as Told

NODE = NodeName("node1")
AGENT = Endpoint("agent1")
NL = LanguageId("nl")
ONE = (SoundName("welcome"),)
LIST = tuple(map(SoundName, ("moment", "please-hold", "without-code")))


@dataclass
class Desk:
    """A lab with a client, and a caller who waits."""

    lab: Lab
    node: Node
    heard: Told
    agent: Phone
    caller: PhoneCall
    call: CallId

    async def ring(self, attempt: int, seconds: int = 20) -> ChannelId:
        """Create and dial a leg to the agent's phone."""
        leg = leg_channel(self.call, attempt)
        await self.node.perform(CreateLeg(NODE, self.call, leg, talk_bridge(self.call), AGENT))
        assert (await self.heard.next(PhoneCalled)).channel == leg
        assert (await self.heard.next(LegEntered)).channel == leg
        await self.node.perform(DialLeg(NODE, self.call, leg, seconds))
        return leg

    async def gone(self, leg: ChannelId) -> int:
        """Why the leg ended, as a Q.850 cause."""
        return (await self.heard.next(ChannelGone, lambda event: event.channel == leg)).cause


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """The agent's phone registers, a citizen calls and waits."""
    async with Lab(tmp_path_factory.mktemp("phones") / "lab") as lab:
        values = lab.nodes[0].values
        url, account = f"http://{values.ari.host}:{values.ari.port}", values.ari_account
        node = Node(NodeSettings(NODE, DeskId(lab.desk), url, account.user, account.password), (AGENT,))
        async with running(node) as heard:
            assert not (await heard.next(NodeSnapshot)).phones[AGENT].online
            agent = lab.phone(AGENT)
            await agent.register()
            await heard.next(PhoneRegistered, lambda event: event == PhoneRegistered(NODE, AGENT, online=True))
            caller = await lab.phone("citizen1").call(lab.number)
            channel = (await heard.next(CallerArrived)).channel
            waiting = waiting_bridge(DeskId(lab.desk))
            await node.perform(PrepareNode(NODE, waiting))
            await node.perform(HoldInQueue(NODE, CallId(channel), channel, waiting))
            yield Desk(lab, node, heard, agent, caller, CallId(channel))


async def test_a_phone_that_came_before_anybody_followed_it_is_there(desk: Desk) -> None:
    """An agent who was added today, at a phone that registered today: following it tells that it is there."""
    phone, known = desk.lab.phone("agent2"), Endpoint("agent2")
    await phone.register()
    await desk.node.follow((known,))
    await desk.heard.next(PhoneRegistered, lambda event: event == PhoneRegistered(NODE, known, online=True))
    await phone.unregister()
    await desk.heard.next(PhoneRegistered, lambda event: event == PhoneRegistered(NODE, known, online=False))


async def test_the_phone_rejects(desk: Desk) -> None:
    """486 becomes cause 17."""
    leg = await desk.ring(1)
    await (await desk.agent.rings(10)).reject(486)
    assert await desk.gone(leg) == 17


async def test_the_phone_forwards(desk: Desk) -> None:
    """A 3xx becomes cause 23, and places no other call."""
    leg = await desk.ring(2)
    await (await desk.agent.rings(10)).redirect(f"sip:{desk.lab.number}@127.0.0.1")
    assert await desk.gone(leg) == 23
    # The caller, and no second call: the announcer of the music is none.
    assert "1 call processed" in await desk.lab.nodes[0].cli("core show channels count")


async def test_the_phone_does_not_answer(desk: Desk) -> None:
    """The time to ring is Asterisk's to keep too: cause 19."""
    leg = await desk.ring(3, seconds=1)
    await desk.agent.rings(10)
    assert await desk.gone(leg) == 19


async def test_the_phone_answers(desk: Desk) -> None:
    """From the answer until the leg enters the bridge where the caller is already, and out of it again."""
    leg, caller, talk = await desk.ring(4), ChannelId(desk.call), talk_bridge(desk.call)
    ringing = await desk.agent.rings(10)
    await ringing.answer()
    assert (await desk.heard.next(LegAnswered)).channel == leg
    await desk.node.perform(Connect(NODE, desk.call, talk, caller, leg))
    entered = await desk.heard.next(BridgeEntered, lambda event: event.channel == leg)
    assert (entered.bridge, entered.members) == (talk, frozenset({caller, leg}))
    await ringing.hang_up()
    left = await desk.heard.next(BridgeLeft, lambda event: event.channel == leg)
    assert left.members == frozenset({caller})
    assert await desk.gone(leg) == 16
    await desk.node.perform(HoldInQueue(NODE, desk.call, caller, waiting_bridge(DeskId(desk.lab.desk))))


async def test_we_hang_up_while_it_rings(desk: Desk) -> None:
    """The phone stops ringing, and a second hang-up is no failure."""
    leg = await desk.ring(5)
    ringing = await desk.agent.rings(10)
    for _ in range(2):
        await desk.node.perform(HangUp(NODE, desk.call, leg))
    await ringing.disconnected.wait(5)
    await desk.gone(leg)


async def test_a_phone_that_is_not_registered(desk: Desk) -> None:
    """Its registration ends: that is told, and a leg to it cannot be made."""
    await desk.agent.unregister()
    await desk.heard.next(PhoneRegistered, lambda event: event == PhoneRegistered(NODE, AGENT, online=False))
    leg = leg_channel(desk.call, 6)
    with pytest.raises(PeerError, match=r"^POST channels/create: 500$"):
        await desk.node.perform(CreateLeg(NODE, desk.call, leg, talk_bridge(desk.call), AGENT))


@pytest.mark.parametrize(
    ("sounds", "late"),
    [(ONE, 0.0), (ONE, 0.12), (ONE, 0.3), (LIST, 0.12), (LIST, 2.3)],
    ids=["at once", "late", "later", "a list, late", "a list, in its second sound"],
)
async def test_every_key_is_told_once(desk: Desk, sounds: tuple[SoundName, ...], late: float) -> None:
    """However long it takes to cut the prompt that a code's first key cuts short, each key is told once."""
    line = await desk.lab.phone("citizen3").call(desk.lab.number)
    channel = (await desk.heard.next(CallerArrived)).channel
    call, pressed = CallId(channel), "5566778899"
    await desk.node.perform(Say(NODE, call, channel, playback(call, 1), sounds, NL))
    await line.hears(Heard.SPEECH, deadline=10)
    await line.key_in(pressed)
    told = (await desk.heard.next(KeysPressed)).keys.plain()
    await asyncio.sleep(late)  # how late the prompt is cut is what differs
    await desk.node.perform(StopSaying(NODE, call, playback(call, 1)))
    while len(told) < len(pressed):
        told += (await desk.heard.next(KeysPressed)).keys.plain()
    assert told == pressed
    await line.hang_up()
    await desk.heard.next(HangUpBegan, lambda event: event.channel == channel)
    keys = [event for event in desk.heard.all if isinstance(event, KeysPressed) and event.channel == channel]
    assert len(keys) == len(pressed)


async def test_a_list_is_said_whole_to_one_who_waits(desk: Desk) -> None:
    """Who waits with music hears one prompt after the other, is told of once, and then the music again."""
    call, said = desk.call, playback(desk.call, 1)
    await desk.caller.hears(Heard.MUSIC, deadline=10)
    await desk.node.perform(Say(NODE, call, ChannelId(call), said, LIST[1:], NL))
    for sound in LIST[1:]:
        await desk.caller.is_told(sound)
    assert (await desk.heard.next(PlaybackEnded)).playback == said
    await desk.caller.hears(Heard.MUSIC, deadline=10)
    assert [event for event in desk.heard.all if isinstance(event, PlaybackEnded) and event.playback == said][
        1:
    ] == []


async def test_music_is_heard_while_waiting(desk: Desk) -> None:
    """The waiting bridge plays, also for who comes after the last who waited has left."""
    await desk.caller.hears(Heard.MUSIC, deadline=10)
    await desk.caller.hang_up()
    await desk.heard.next(HangUpBegan, lambda event: event.channel == ChannelId(desk.call))
    following = await desk.lab.phone("citizen2").call(desk.lab.number)
    channel = (await desk.heard.next(CallerArrived)).channel
    await desk.node.perform(HoldInQueue(NODE, CallId(channel), channel, waiting_bridge(DeskId(desk.lab.desk))))
    await following.hears(Heard.MUSIC, deadline=10)
    await following.hang_up()

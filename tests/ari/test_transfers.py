"""Passing on with real telephones, where the site lets them: what each hears, what is told, and what it is told."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field

import pytest

from irmacall.ari.client import Node, NodeSettings
from irmacall.ari.opening import read_snapshot
from irmacall.core.commands import Connect, CreateLeg, DialLeg, HangUp, HoldInQueue, PrepareNode, RemoveBridge
from irmacall.core.dialplan import application
from irmacall.core.events import (
    CallerArrived,
    ChannelGone,
    HangUpBegan,
    KeysPressed,
    LegAnswered,
    LegEntered,
    NodeSnapshot,
)
from irmacall.core.ids import (
    BridgeId,
    CallId,
    ChannelId,
    DeskId,
    Endpoint,
    NodeName,
    consult_bridge,
    leg_channel,
    talk_bridge,
    waiting_bridge,
)
from irmacall.core.transfer_commands import JoinLine, Mute, Progress, Regroup, Ringback, TellPhone
from irmacall.core.transfer_events import PhoneDialled, PhoneHeld, PhoneReferred
from lab.lab import Lab
from lab.phone import PhoneCall
from lab.sound import Heard
from tests.ari.conftest import running
from tests.ari.heard import Heard as Told

NODE = NodeName("node1")
AGENT, COLLEAGUE = Endpoint("agent1"), Endpoint("agent2")
CALLER_HZ, AGENT_HZ, COLLEAGUE_HZ, RINGING_HZ = 440, 700, 900, 425
"""By which each of them is known on the line; and how it sounds in the Netherlands that a telephone rings."""


@dataclass
class Desk:
    """A lab with a client, and two phones that are registered."""

    lab: Lab
    node: Node
    heard: Told

    @property
    def room(self) -> BridgeId:
        """Where the music is."""
        return waiting_bridge(DeskId(self.lab.desk))

    def sip(self, user: str) -> str:
        """A URI at the node."""
        return f"sip:{user}@{self.lab.nodes[0].values.sip.host}"

    async def bridges(self) -> dict[BridgeId, frozenset[ChannelId]]:
        """Who is where now."""
        return dict((await read_snapshot(self.node._pool, NODE, application(DeskId(self.lab.desk)))).bridges)


@dataclass
class Talk:
    """A caller who talks with an agent; both say a tone."""

    desk: Desk
    call: CallId
    caller: PhoneCall
    leg: ChannelId = field(init=False)
    agent: PhoneCall = field(init=False)
    rung: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def ring(self, endpoint: Endpoint, *, keys: bool = False) -> tuple[ChannelId, PhoneCall]:
        """A phone that is rung for this call, and answered."""
        node, heard, leg = self.desk.node, self.desk.heard, leg_channel(self.call, next(self.rung))
        await node.perform(CreateLeg(NODE, self.call, leg, talk_bridge(self.call), endpoint, keys))
        await heard.next(LegEntered, lambda event: event.channel == leg)
        await node.perform(DialLeg(NODE, self.call, leg, 20))
        call = await self.desk.lab.phone(endpoint).rings()
        await call.answer()
        await heard.next(LegAnswered, lambda event: event.channel == leg)
        return leg, call

    async def move(self, *, out: tuple[ChannelId, ...] = (), back: tuple[ChannelId, ...] = ()) -> None:
        """Some to the music, others to the talk."""
        talk = talk_bridge(self.call)
        await self.desk.node.perform(Regroup(NODE, self.call, self.desk.room, "default", out, talk, back))

    async def tell(self, progress: Progress) -> None:
        """How the transfer goes that the agent's phone asked for."""
        await self.desk.node.perform(TellPhone(NODE, self.call, self.leg, progress))

    @property
    def channel(self) -> ChannelId:
        """The caller's."""
        return ChannelId(self.call)


async def talk_of(desk: Desk, *, keys: bool = False) -> Talk:
    """A citizen calls, and the agent answers."""
    caller = await desk.lab.phone("citizen1").call(desk.lab.number)
    channel = (await desk.heard.next(CallerArrived)).channel
    await desk.node.perform(HoldInQueue(NODE, CallId(channel), channel, desk.room))
    talk = Talk(desk, CallId(channel), caller)
    talk.leg, talk.agent = await talk.ring(AGENT, keys=keys)
    await desk.node.perform(Connect(NODE, talk.call, talk_bridge(talk.call), channel, talk.leg))
    await caller.speak(CALLER_HZ)
    await talk.agent.speak(AGENT_HZ)
    return talk


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """One real Asterisk for all of these."""
    async with Lab(tmp_path_factory.mktemp("transfers") / "lab", phone_transfers=(NODE,)) as lab:
        values = lab.nodes[0].values
        url, account = f"http://{values.ari.host}:{values.ari.port}", values.ari_account
        settings = NodeSettings(NODE, DeskId(lab.desk), url, account.user, account.password)
        for endpoint in (AGENT, COLLEAGUE):
            await lab.phone(endpoint).register()
        node = Node(settings, (AGENT, COLLEAGUE))
        async with running(node) as heard:
            await heard.next(NodeSnapshot)
            await node.perform(PrepareNode(NODE, waiting_bridge(DeskId(lab.desk))))
            yield Desk(lab, node, heard)


@pytest.fixture
async def talk(desk: Desk) -> AsyncIterator[Talk]:
    """One talk, and nothing left of it."""
    talk = await talk_of(desk)
    yield talk
    await end(talk)


async def end(talk: Talk) -> None:
    """Everybody is hung up."""
    for call in (talk.caller, talk.agent):
        await call.hang_up()
    await talk.desk.heard.next(ChannelGone, lambda event: event.channel == talk.leg)
    for bridge in (talk_bridge(talk.call), consult_bridge(talk.call)):
        await talk.desk.node.perform(RemoveBridge(NODE, talk.call, bridge))


async def held(talk: Talk, on: bool) -> None:
    """The agent holds by her phone's own key, or no longer; it is told."""
    await (talk.agent.hold if on else talk.agent.unhold)()
    assert (await talk.desk.heard.next(PhoneHeld)) == PhoneHeld(NODE, talk.leg, on)


async def test_a_phone_holds_by_its_own_key(desk: Desk, talk: Talk) -> None:
    """The caller hears music and then the agent again; each is told once."""
    await talk.caller.hears(AGENT_HZ)
    before = len(desk.heard.all)
    await held(talk, True)
    await talk.caller.hears(Heard.MUSIC)
    await held(talk, False)
    await talk.caller.hears(AGENT_HZ)
    told = [event for event in desk.heard.all[before:] if isinstance(event, PhoneHeld)]
    assert [event.on for event in told] == [True, False]


async def test_who_is_in_the_room_hears_its_music_whatever_a_phone_does(talk: Talk) -> None:
    """Held by the phone and moved there: neither its REFER nor its taking back ends her music, and none stays on."""
    await held(talk, True)
    await talk.move(out=(talk.channel,))
    await talk.caller.hears(Heard.MUSIC)
    await talk.agent.refer(talk.desk.sip("2101"))
    await talk.desk.heard.next(PhoneReferred)
    await talk.caller.hears(Heard.MUSIC)
    await talk.tell(Progress.DECLINED)
    await held(talk, False)
    await talk.caller.hears(Heard.MUSIC)
    await talk.move(back=(talk.channel,))
    await talk.caller.hears(AGENT_HZ)
    await talk.agent.hears(CALLER_HZ)


@pytest.mark.parametrize("then", ["she comes back", "the phone refers"])
async def test_a_phones_own_music_does_not_last(talk: Talk, then: str) -> None:
    """So who is held by a phone belongs in the room: silence follows where she comes back, or the phone refers."""
    await held(talk, True)
    await talk.caller.hears(Heard.MUSIC)
    if then == "she comes back":
        await talk.move(out=(talk.channel,))
        await talk.move(back=(talk.channel,))
    else:
        await talk.agent.refer(talk.desk.sip("2101"))
    await talk.caller.hears(Heard.SILENCE)
    await held(talk, False)
    await talk.caller.hears(AGENT_HZ)


async def test_who_is_mute_is_heard_by_nobody(desk: Desk, talk: Talk) -> None:
    """She hears on; it lasts while others come and go, and ends at the first word."""
    for _ in range(2):
        await desk.node.perform(Mute(NODE, talk.call, talk.leg, on=True))
    await talk.caller.hears(Heard.SILENCE)
    await talk.agent.hears(CALLER_HZ)
    await talk.move(out=(talk.channel,))
    await talk.caller.hears(Heard.MUSIC)
    await talk.move(back=(talk.channel,))
    await talk.caller.hears(Heard.SILENCE)
    await desk.node.perform(Mute(NODE, talk.call, talk.leg, on=False))
    await talk.caller.hears(AGENT_HZ)


async def test_who_asks_a_colleague_hears_that_her_phone_rings(desk: Desk, talk: Talk) -> None:
    """Alone in the talk; then the colleague, and neither hears the caller, nor she them. Then all three."""
    await talk.move(out=(talk.channel,))
    for _ in range(2):
        await desk.node.perform(Ringback(NODE, talk.call, talk.leg, on=True))
    await talk.agent.hears(RINGING_HZ)
    leg, colleague = await talk.ring(COLLEAGUE)
    await colleague.speak(COLLEAGUE_HZ)
    await desk.node.perform(Ringback(NODE, talk.call, talk.leg, on=False))
    await talk.move(back=(leg,))
    await talk.agent.hears(COLLEAGUE_HZ)
    await colleague.hears(AGENT_HZ)
    await talk.caller.hears(Heard.MUSIC)
    await talk.move(out=(leg,), back=(talk.channel,))
    await colleague.hears(Heard.MUSIC)
    await talk.caller.hears(AGENT_HZ)
    await talk.move(back=(leg,))
    await talk.agent.hush()
    await talk.caller.hears(COLLEAGUE_HZ)
    await colleague.hears(CALLER_HZ)
    await colleague.hang_up()


async def test_a_blind_refer_moves_nothing(desk: Desk, talk: Talk) -> None:
    """It is told, once each time that it is asked; the phone is told how it goes, and both talk on meanwhile."""
    before = len(desk.heard.all)
    for ending, code in ((Progress.DONE, 200), (Progress.DECLINED, 603), (Progress.UNAVAILABLE, 503)):
        await talk.agent.refer(desk.sip("2101"))
        asked = await desk.heard.next(PhoneReferred)
        assert asked == PhoneReferred(NODE, talk.leg, extension="2101")
        await talk.tell(Progress.RINGING)
        await talk.agent.transfer_told(100)
        await talk.tell(ending)
        assert (await talk.agent.transfer_told(code))["final"]
    await talk.caller.hears(AGENT_HZ)
    assert not talk.agent.disconnected
    assert sum(isinstance(event, PhoneReferred) for event in desk.heard.all[before:]) == 3


async def test_a_phone_that_asks_and_hangs_up(desk: Desk) -> None:
    """Many phones send BYE right behind their REFER: that it asked is told before, and once."""
    talk = await talk_of(desk)
    before = len(desk.heard.all)
    await talk.agent.refer(desk.sip("2101"))
    await talk.agent.hang_up()
    await desk.heard.next(ChannelGone, lambda event: event.channel == talk.leg)
    told = [event for event in desk.heard.all[before:] if isinstance(event, PhoneReferred | HangUpBegan)]
    assert told == [PhoneReferred(NODE, talk.leg, extension="2101"), HangUpBegan(NODE, talk.leg)]
    await talk.caller.hang_up()
    await desk.node.perform(RemoveBridge(NODE, talk.call, talk_bridge(talk.call)))


async def test_a_consultation_by_the_phones_own_keys(desk: Desk, talk: Talk) -> None:
    """Hold, a second call to an extension, a colleague, and an attended REFER by which the caller is hers."""
    await held(talk, True)
    await talk.move(out=(talk.channel,))
    second = await desk.lab.phone(AGENT).call("2101")
    dialled = await desk.heard.next(PhoneDialled)
    line = dialled.channel
    assert dialled == PhoneDialled(NODE, line, AGENT, "2101", dialled.dialog)
    assert dialled.dialog, "its Call-ID is told"
    await desk.node.perform(Ringback(NODE, talk.call, line, on=True))
    await second.ringing.wait()
    await talk.agent.refer_to_call(second)  # before anybody has answered it
    assert await desk.heard.next(PhoneReferred) == PhoneReferred(NODE, talk.leg, line=line)
    await talk.tell(Progress.DECLINED)
    await talk.agent.transfer_told(603)
    leg, colleague = await talk.ring(COLLEAGUE)
    await colleague.speak(COLLEAGUE_HZ)
    await desk.node.perform(JoinLine(NODE, talk.call, consult_bridge(talk.call), line, leg))
    await second.connected.wait()
    await second.speak(AGENT_HZ)
    await colleague.hears(AGENT_HZ)
    await second.hears(COLLEAGUE_HZ)
    assert (await desk.bridges())[consult_bridge(talk.call)] == {line, leg}
    await talk.agent.refer_to_call(second)
    assert await desk.heard.next(PhoneReferred) == PhoneReferred(NODE, talk.leg, line=line)
    await colleague.hears(AGENT_HZ)
    await talk.caller.hears(Heard.MUSIC)
    await talk.move(back=(talk.channel, leg))
    await talk.tell(Progress.DONE)
    await talk.agent.transfer_told(200)
    for channel in (talk.leg, line):
        await desk.node.perform(HangUp(NODE, talk.call, channel))
    await second.disconnected.wait()
    await talk.caller.hears(COLLEAGUE_HZ)
    await colleague.hears(CALLER_HZ)
    await colleague.hang_up()


async def test_an_attended_refer_by_the_second_call(desk: Desk, talk: Talk) -> None:
    """Some phones ask on the call to the colleague, and name the one with the caller."""
    second = await desk.lab.phone(AGENT).call("2101")
    line = (await desk.heard.next(PhoneDialled)).channel
    leg, colleague = await talk.ring(COLLEAGUE)
    await desk.node.perform(JoinLine(NODE, talk.call, consult_bridge(talk.call), line, leg))
    await second.connected.wait()
    await second.refer_to_call(talk.agent)
    assert await desk.heard.next(PhoneReferred) == PhoneReferred(NODE, line, line=talk.leg)
    for call in (second, colleague):
        await call.hang_up()


async def test_an_attended_refer_to_a_call_elsewhere(desk: Desk, talk: Talk) -> None:
    """A dialog that this node does not know is told by its SIP Call-ID; nothing is moved, and it can be refused."""
    await talk.agent.refer(f"<{desk.sip('2101')}?Replaces=somewhere%40else%3Bto-tag%3Da%3Bfrom-tag%3Db>")
    assert await desk.heard.next(PhoneReferred) == PhoneReferred(NODE, talk.leg, dialog="somewhere@else")
    await talk.tell(Progress.DECLINED)
    await talk.agent.transfer_told(603)
    await talk.caller.hears(AGENT_HZ)


async def test_what_a_phone_dials_is_seen_and_can_be_refused(desk: Desk) -> None:
    """A snapshot shows its call as one; it is told as it was dialled, of digits alone; to hang up refuses it."""
    second = await desk.lab.phone(COLLEAGUE).call("+31612345678")
    dialled = await desk.heard.next(PhoneDialled)
    assert (dialled.endpoint, dialled.extension) == (COLLEAGUE, "+31612345678")
    seen = await read_snapshot(desk.node._pool, NODE, application(DeskId(desk.lab.desk)))
    assert seen.channels[dialled.channel].line
    assert not seen.channels[dialled.channel].up
    await desk.node.perform(HangUp(NODE, None, dialled.channel))
    assert (await second.disconnected.wait())["code"] == 603
    await desk.heard.next(HangUpBegan, lambda event: event.channel == dialled.channel)


async def test_star_codes_are_heard_where_they_are_wanted(desk: Desk) -> None:
    """Both sides' keys are told, each once, in a bridge that was made for it."""
    talk = await talk_of(desk, keys=True)
    await talk.caller.hears(AGENT_HZ)
    await talk.agent.key_in("*21")
    pressed = [await desk.heard.next(KeysPressed) for _ in range(3)]
    assert "".join(event.keys.plain() for event in pressed) == "*21"
    await talk.caller.key_in("5")
    last = await desk.heard.next(KeysPressed)
    assert {event.channel for event in pressed} == {talk.leg}
    assert (last.channel, last.keys.plain()) == (talk.channel, "5")
    await end(talk)

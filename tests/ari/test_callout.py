"""Calling a citizen back on a real Asterisk: by the desk's line, to a telephone of the outside world."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from irmacall.ari.client import Node, NodeSettings
from irmacall.ari.opening import read_snapshot
from irmacall.ari.outgoing import Outgoing, OutgoingLine
from irmacall.ari.pool import Pool
from irmacall.core.commands import CallOut, CreateLeg, DialLeg, HangUp, RemoveBridge, Say
from irmacall.core.events import (
    CallerArrived,
    ChannelGone,
    KeysPressed,
    LegAnswered,
    LegEntered,
    NodeSnapshot,
)
from irmacall.core.ids import (
    CallId,
    ChannelId,
    DeskId,
    Endpoint,
    LanguageId,
    NodeName,
    NumberId,
    SoundName,
    callout_call,
    callout_channel,
    leg_channel,
    playback,
    talk_bridge,
)
from irmacall.errors import PeerError
from irmacall.settings.nodes import DUTCH
from lab.lab import OUTSIDE, Lab
from lab.phone import Phone
from tests.ari.conftest import running
from tests.ari.heard import Heard

NODE = NodeName("node1")
CALL = CallId("node1-1795334094.0")
NUMBER, KEPT = "+31612345678", NumberId("kept")


def number_of(number: NumberId) -> str | None:
    """As a citizen keyed it in."""
    return "0612345678" if number == KEPT else None


@dataclass
class Desk:
    """A lab with a client that may call out, and somebody outside who can be called."""

    lab: Lab
    node: Node
    heard: Heard
    outsider: Phone

    async def call(self, attempt: int, seconds: int = 20) -> ChannelId:
        """Make the channel, twice, and ring it, twice: a repeated command is ordinary."""
        channel = callout_channel(CALL, attempt)
        for _ in range(2):
            await self.node.perform(CallOut(NODE, CALL, channel, KEPT))
        await self.heard.next(LegEntered, lambda event: event.channel == channel)
        for _ in range(2):
            await self.node.perform(DialLeg(NODE, CALL, channel, seconds))
        return channel

    async def gone(self, channel: ChannelId) -> int:
        """Why it ended, as a Q.850 cause."""
        return (await self.heard.next(ChannelGone, lambda event: event.channel == channel)).cause


@pytest.fixture(scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """One real Asterisk for all of these."""
    async with Lab(tmp_path_factory.mktemp("callout") / "lab") as lab:
        values = lab.nodes[0].values
        url, account = f"http://{values.ari.host}:{values.ari.port}", values.ari_account
        outgoing = Outgoing((OutgoingLine(OUTSIDE, DUTCH),), number_of)
        settings = NodeSettings(NODE, DeskId(lab.desk), url, account.user, account.password)
        node = Node(settings, outgoing=outgoing)
        async with running(node) as heard:
            await heard.next(NodeSnapshot)
            yield Desk(lab, node, heard, await lab.outsider(NUMBER))


async def test_somebody_is_called_back(desk: Desk) -> None:
    """Her telephone rings once and shows the desk's number; she answers, hears us, presses a key and is hung up."""
    channel = await desk.call(1)
    ringing = await desk.outsider.rings()
    assert "+31241234567@" in ringing.remote
    assert NUMBER not in ringing.remote
    await ringing.answer()
    assert (await desk.heard.next(LegAnswered)).channel == channel
    await desk.node.perform(
        Say(NODE, CALL, channel, playback(CALL, 1), (SoundName("please-hold"),), LanguageId("nl"))
    )
    await ringing.is_told("please-hold")
    await ringing.key_in("1")
    assert (await desk.heard.next(KeysPressed)).channel == channel
    await desk.node.perform(HangUp(NODE, CALL, channel))
    await ringing.disconnected.wait()
    assert await desk.gone(channel) == 16
    assert desk.outsider.silent


@pytest.mark.parametrize(
    ("attempt", "code", "cause"),
    [(2, 486, 17), (3, 603, 21), (4, 404, 1)],
    ids=["busy", "declined", "unknown number"],
)
async def test_she_cannot_be_reached(desk: Desk, attempt: int, code: int, cause: int) -> None:
    """How the outside world refuses is told with its cause."""
    channel = await desk.call(attempt)
    await (await desk.outsider.rings()).reject(code)
    assert await desk.gone(channel) == cause


async def test_she_does_not_answer(desk: Desk) -> None:
    """It rings for as long as we say."""
    channel = await desk.call(5, seconds=1)
    await desk.outsider.rings()
    assert await desk.gone(channel) == 19


async def test_her_telephone_forwards(desk: Desk) -> None:
    """A 302 to a number that costs calls nobody: the call ends there."""
    channel = await desk.call(6)
    await (await desk.outsider.rings()).redirect("sip:+31900123456@127.0.0.1")
    assert await desk.gone(channel) == 23
    assert "0 active channels" in await desk.lab.nodes[0].cli("core show channels count")


async def test_a_number_that_is_kept_no_longer(desk: Desk) -> None:
    """Nothing is made, and the failure says no number."""
    with pytest.raises(PeerError, match=r"^the number is kept no longer$"):
        await desk.node.perform(CallOut(NODE, CALL, callout_channel(CALL, 7), NumberId("gone")))
    assert "0 active channels" in await desk.lab.nodes[0].cli("core show channels count")


async def test_a_snapshot_shows_it(desk: Desk) -> None:
    """It is found as one that rings, no caller who came by herself; another desk on the node sees nothing of it."""
    channel = await desk.call(8)
    ringing = await desk.outsider.rings()
    values = desk.lab.nodes[0].values
    url, account = f"http://{values.ari.host}:{values.ari.port}", values.ari_account
    async with Pool(url, account.user, account.password, 1, 5.0) as pool:
        ours = (await read_snapshot(pool, NODE, f"irmacall-{desk.lab.desk}")).channels[channel]
        assert channel not in (await read_snapshot(pool, NODE, "irmacall-ander")).channels
    assert (ours.caller, ours.up, ours.ringing) == (False, False, True)
    assert ours.endpoint == f"{OUTSIDE}-out"
    await desk.node.perform(HangUp(NODE, CALL, channel))
    await ringing.disconnected.wait()
    await desk.gone(channel)


async def test_nobody_comes_in_by_the_way_out(desk: Desk) -> None:
    """Who calls as the line's way out, from anywhere, is refused: it is no door."""
    for name in (f"{OUTSIDE}-out", OUTSIDE):
        stranger = Phone(desk.lab.rack, name, "guess", desk.lab.nodes[0].values.sip.host)
        call = await stranger.call(desk.lab.number)
        assert (await call.disconnected.wait())["code"] in (401, 403)
    assert not [event for event in desk.heard.all if isinstance(event, CallerArrived)]


async def test_she_is_called_while_the_agent_s_leg_stands(desk: Desk) -> None:
    """The names of both begin alike, and Asterisk makes no channel whose name is the beginning of one that stands."""
    phone = desk.lab.phone("agent1")
    await phone.register()
    call = callout_call(CALL, 8)
    leg = leg_channel(call, 1)
    await desk.node.perform(CreateLeg(NODE, call, leg, talk_bridge(call), Endpoint("agent1")))
    await desk.heard.next(LegEntered, lambda event: event.channel == leg)
    channel = await desk.call(8)
    await desk.outsider.rings()
    for made in (channel, leg):
        await desk.node.perform(HangUp(NODE, call, made))
        await desk.gone(made)
    await desk.node.perform(RemoveBridge(NODE, call, talk_bridge(call)))
    await phone.unregister()

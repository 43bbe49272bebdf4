"""Callers by the hundred on one real Asterisk: each is known, keys what she was told, and says what became of her."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from irmacall.ari.client import Node, NodeSettings
from irmacall.core.commands import HangUp
from irmacall.core.events import CallerArrived, HangUpBegan, KeysPressed, NodeEvent, NodeSnapshot
from irmacall.core.ids import ChannelId, DeskId, NodeName
from lab.asterisk import Asterisk
from lab.errors import LabError
from lab.lab import Lab
from lab.load.callers import Caller, Ending, begin
from tests.ari.conftest import running

NODE = NodeName("node1")


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """An Asterisk that is called."""
    async with Lab(tmp_path_factory.mktemp("load") / "lab") as lab:
        yield lab


def desk(lab: Lab) -> Node:
    """What answers: our own client, without a daemon."""
    values = lab.nodes[0].values
    url, account = f"http://{values.ari.host}:{values.ari.port}", values.ari_account
    return Node(NodeSettings(NODE, DeskId(lab.desk), url, account.user, account.password))


def keyed(told: list[NodeEvent]) -> Counter[str]:
    """What each caller keyed, and how many keyed that."""
    keys: dict[ChannelId, str] = {event.channel: "" for event in told if isinstance(event, CallerArrived)}
    for event in told:
        if isinstance(event, KeysPressed):
            keys[event.channel] += event.keys.plain()
    return Counter(keys.values())


async def test_callers_leave_when_their_patience_is_over(lab: Lab) -> None:
    """Each calls once, keys her own keys, and leaves when she said she would."""
    callers = [Caller(f"06{number:08}", 0.5 + number % 3, "12345"[: number % 6]) for number in range(30)]
    async with running(desk(lab)) as heard:
        await heard.next(NodeSnapshot)
        saw = await (await begin(lab, callers, rate=15)).over(30)
        for _ in callers:
            await heard.next(HangUpBegan)
    assert {each.ending for each in saw} == {Ending.LEFT}
    patience = {caller.number: caller.patience for caller in callers}
    assert all(abs(each.waited - patience[each.number]) <= 0.1 for each in saw)
    assert keyed(heard.all) == Counter(caller.keys for caller in callers)


async def test_keys_as_telephone_events(lab: Lab) -> None:
    """Keys that go as telephone events arrive as the keys that they are, in whatever order."""
    callers = [Caller(f"06{number:08}", 1.0, "9070#*1234") for number in range(5)]
    async with running(desk(lab)) as heard:
        await heard.next(NodeSnapshot)
        await (await begin(lab, callers, events=True)).over(30)
        for _ in callers:
            await heard.next(HangUpBegan)
    assert keyed(heard.all) == Counter({"9070#*1234": 5})


async def test_callers_whom_we_dismiss(lab: Lab) -> None:
    """Whoever we hang up says so, at whatever moment, and has not waited for as long as she would have."""
    callers = [Caller(f"06{number:08}", 60.0, "12"[: number % 3]) for number in range(100)]
    async with running(desk(lab)) as heard, desk(lab) as node, asyncio.TaskGroup() as group:
        await heard.next(NodeSnapshot)
        load = await begin(lab, callers, rate=50)
        for number in range(len(callers)):
            arrived = await heard.next(CallerArrived)
            group.create_task(_dismiss(node, arrived.channel, number / 50))
        saw = await load.over(30)
    assert Counter(each.ending for each in saw) == {Ending.DISMISSED: len(callers)}
    assert all(each.waited < 5 for each in saw)


async def _dismiss(node: Node, channel: ChannelId, after: float) -> None:
    await asyncio.sleep(after)  # each at another moment of what she does
    await node.perform(HangUp(NODE, None, channel))


class Crossing(asyncio.DatagramProtocol):
    """Whoever is called: ends the call at the moment she is asked something in it, then answers that, or never."""

    answers = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Told by asyncio."""
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Told by asyncio, for each SIP message."""
        method, _, rest = data.decode().partition(" ")
        named = dict(line.split(": ", 1) for line in rest.split("\r\n\r\n")[0].split("\r\n")[1:])
        kept = [f"{name}: {named[name]}" for name in ("Via", "From", "Call-ID", "CSeq")]
        to, here = named["To"] + ("" if "tag=" in named["To"] else ";tag=here"), "{}:{}".format(*self._here())
        if method in ("INFO", "BYE"):
            told = [
                f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{named['Call-ID']}",
                f"From: {to}",
                f"To: {named['From']}",
            ]
            self._send(addr, [f"BYE sip:{here} SIP/2.0", *told, f"Call-ID: {named['Call-ID']}", "CSeq: 7 BYE"])
        if method == "INVITE" or (method in ("INFO", "BYE") and self.answers):
            self._send(addr, ["SIP/2.0 200 OK", *kept, f"To: {to}", f"Contact: <sip:{here}>"])

    def _here(self) -> tuple[str, int]:
        host, port = self.transport.get_extra_info("sockname")
        return host, port

    def _send(self, addr: tuple[str | Any, int], lines: list[str]) -> None:
        self.transport.sendto("\r\n".join([*lines, "Content-Length: 0", "", ""]).encode(), addr)


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("keys", ["", "1"])
async def test_goodbyes_that_cross(lab: Lab, monkeypatch: pytest.MonkeyPatch, keys: str, answers: bool) -> None:
    """Who is hung up in the instant in which she keys or hangs up herself has been dismissed; that is no error."""
    monkeypatch.setattr(Crossing, "answers", answers)
    sip = lab.nodes[0].values.sip
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(Crossing, local_addr=(sip.host, 0))
    there = replace(sip, port=transport.get_extra_info("sockname")[1])
    monkeypatch.setattr(Asterisk, "values", replace(lab.nodes[0].values, sip=there))
    try:
        saw = await (await begin(lab, [Caller("0600000000", 0.2, keys)])).over(30)
    finally:
        transport.close()
    assert [each.ending for each in saw] == [Ending.DISMISSED]


async def test_callers_whom_nobody_knows(lab: Lab) -> None:
    """A number that does not exist: every call is refused."""
    callers = [Caller(f"06{number:08}", 1.0) for number in range(3)]
    lab.number, known = "99999", lab.number
    try:
        saw = await (await begin(lab, callers)).over(30)
    finally:
        lab.number = known
    assert Counter(each.ending for each in saw) == {Ending.REFUSED: 3}


async def test_a_caller_who_stays_too_long_is_told_of(lab: Lab, tmp_path: Path) -> None:
    """Where callers are not done in time, that is an error with their number."""
    async with running(desk(lab)) as heard:
        await heard.next(NodeSnapshot)
        load = await begin(lab, [Caller("0600000000", 60.0)])
        await heard.next(CallerArrived)
        with pytest.raises(LabError, match="1 callers are not done"):
            await load.over(0.2)
        await load.program.stop()

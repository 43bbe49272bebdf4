"""The measurement, and var/bench/screens.json."""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from pathlib import Path
from typing import Final

import aiohttp

from bench.citizen import disclosed, press
from bench.figures import HEADER, Figures, write
from bench.observer import Observer, entered
from bench.rung import bridged
from bench.screens import ground
from bench.screens.bare import APP as BARE
from lab.lab import Lab
from lab.paths import VAR
from lab.process import says
from lab.seats import Seat, seated
from lab.town import Town

STREAMS: Final = 1000
_SETTLED: Final = 1.0
"""Seconds in which everybody has been told."""


async def measure(rounds: int) -> None:
    """So many rounds of a call and a nudge each way."""
    async with (
        Lab(VAR / "bench-screens") as lab,
        Town(lab, log_level="info") as town,
        Observer.watching(lab.nodes[0].values) as observer,
        seated(town, town.agents[0]) as seat,
    ):
        ours, theirs = _Ours(town, observer, seat), _Bare(town, observer)
        memory = {"ours": await ours.prepare(), "control": await theirs.prepare()}
        for number in range(rounds + 1):
            await ours.round()
            await theirs.round()
            if number == 0:  # the first warms caches on both sides
                ours.forget()
                theirs.forget()
            if number % 5 == 0:
                print(f"  {number} of {rounds} rounds", flush=True)
    _report(ours, theirs, memory)


def _report(ours: _Side, theirs: _Side, memory: dict[str, float]) -> None:
    aim = "p99 ≤ 100 ms and ≤ 1.5 × control"
    figures = [
        Figures("nudge", ours.nudges, theirs.nudges, aim),
        Figures("card", ours.cards, theirs.cards, aim),
    ]
    print(HEADER)
    for each in figures:
        print(each.row())
    kilobytes = {name: round(each, 1) for name, each in memory.items()}
    print(f"memory: {kilobytes['ours']} kB a stream, control {kilobytes['control']} kB; aim ≤ 40 kB")
    told = {"streams": STREAMS, "memory_kB_a_stream": kilobytes, "memory_aim": "≤ 40 kB"}
    write("screens", {"name": "screens", **told, **{each.name: each.as_json() for each in figures}})


class _Side:
    """One of the two: its times, in ms."""

    def __init__(self, town: Town, observer: Observer) -> None:
        self._town, self._observer = town, observer
        self.nudges: list[float] = []
        self.cards: list[float] = []

    def forget(self) -> None:
        """What was measured so far counts for nothing."""
        self.nudges, self.cards = [], []


class _Ours(_Side):
    """The daemon."""

    def __init__(self, town: Town, observer: Observer, seat: Seat) -> None:
        super().__init__(town, observer)
        self._seat = seat

    async def prepare(self) -> float:
        """An agent at work, a citizen with a wallet, and all the others' screens; kB for each of these."""
        self._phone = self._town.lab.phone(self._town.agents[0].endpoint)
        await self._phone.register()
        await self._seat.available()
        self._wallet = await self._town.wallet()
        port = int(self._town.staff_url.rpartition(":")[2])
        logins = await ground.cookies(self._town, STREAMS)
        self._crowd = ground.Crowd(self._town.lab, "watchers", port, "/stream", logins)
        return await self._crowd.start(self._town.daemon.pid)

    async def round(self) -> None:
        """A call that is answered, whose card is fetched; and while it goes on, a reload."""
        code = await disclosed(self._town, self._wallet)
        call = await self._town.lab.phone("citizen1").call(self._town.lab.number)
        await call.connected.wait()
        await press(call, code)
        ringing = await self._phone.rings(20)
        leg, _ = await self._observer.leg()
        fetched = asyncio.create_task(self._fetched())
        await ringing.answer()
        at = await self._observer.when(entered(leg))
        self.cards.append(await fetched - at)
        await self._crowd.take()
        began = await ground.reloaded(self._town.daemon)
        await asyncio.sleep(_SETTLED)
        self.nudges += await self._crowd.told_since(began)
        await call.hang_up()
        await ringing.disconnected.wait()
        await self._seat.shows(lambda panel: panel["availability"] == "available", "available again")

    async def _fetched(self) -> float:
        """When (epoch, ms) the owner has her card."""
        while True:
            nudge = await self._seat.nudges.get()
            if nudge.kind == "card" and await self._seat.card(nudge.call, nudge.grant) is not None:
                return time.time() * 1000


class _Bare(_Side):
    """The control."""

    _made = 0

    async def prepare(self) -> float:
        """Its program, its phone, its owner's stream and all the others; kB for each of these."""
        lab = self._town.lab
        node, port, certificate = lab.nodes[0].values, lab.network.port("bare"), lab.ca.issue("bare")
        account = node.ari_account
        self._base, self._auth = (
            f"http://{node.ari.host}:{node.ari.port}",
            aiohttp.BasicAuth(account.user, account.password),
        )
        argv: list[str | Path] = [sys.executable, "-m", "bench.screens.bare", self._base, account.user]
        argv += [account.password, certificate.certificate, certificate.key, str(port)]
        self._program = lab.program("bare", argv, ready=says("ready"))
        await self._program.start()
        self._phone = lab.phone(self._town.agents[1].endpoint)
        await self._phone.register()
        self._url, self._trust = f"https://localhost:{port}", ssl.create_default_context(cafile=str(lab.ca.root))
        self._crowd = ground.Crowd(lab, "bare-watchers", port, "/stream", [""] * STREAMS)
        return await self._crowd.start(self._program.pid)

    async def round(self) -> None:
        """A phone that is put into a bridge, and the card fetched that says so; and while it is there, a nudge."""
        self._made += 1
        name, endpoint = f"bare{self._made}", self._town.agents[1].endpoint
        async with (
            aiohttp.ClientSession(self._base, auth=self._auth) as http,
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=self._trust)) as screen,
            screen.get(f"{self._url}/stream?owner=1") as stream,
        ):
            await _event(stream, b"beat")
            fetched = asyncio.create_task(self._fetched(screen, stream))
            async with bridged(http, self._observer, self._phone, endpoint, BARE, name) as (ringing, at):
                self.cards.append(await fetched - at)
                await self._crowd.take()
                began = await ground.told_bare(self._program)
                await asyncio.sleep(_SETTLED)
                self.nudges += await self._crowd.told_since(began)
                await ringing.hang_up()

    async def _fetched(self, screen: aiohttp.ClientSession, stream: aiohttp.ClientResponse) -> float:
        await _event(stream, b"card")
        async with screen.get(f"{self._url}/card") as answer:
            await answer.json()
        return time.time() * 1000


async def _event(stream: aiohttp.ClientResponse, kind: bytes) -> None:
    async for line in stream.content:
        if line.strip() == b"event: " + kind:
            return
    raise ConnectionError("the stream ended")

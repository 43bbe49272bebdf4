"""reveal: the agent's channel enters the caller's bridge → the name is painted. revoke: hang-up → the card is blank.
wipe: the citizen presses "wis mijn gegevens nu" during the call → the card is blank. Every second call is wiped.

Calls to the real daemon and calls to the control alternate, on one Asterisk, in one Chromium, in one run.
"""

from __future__ import annotations

import ssl
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from playwright.async_api import Page

from bench import painting
from bench.citizen import disclosing, press
from bench.control import APP as CONTROL
from bench.figures import Figures
from bench.observer import Observer, entered, hung_up
from bench.rung import bridged
from lab.lab import Lab
from lab.paths import VAR
from lab.people import AgentScreen
from lab.phone import Phone
from lab.process import says
from lab.town import Town

NAME = "#card [data-card=name]"


@dataclass(slots=True)
class Times:
    """Milliseconds from Asterisk's event to the frame."""

    shown: list[float] = field(default_factory=list)
    blank: list[float] = field(default_factory=list)
    wiped: list[float] = field(default_factory=list)
    """From the press: the moment at which its request leaves."""


async def measure(calls: int) -> Sequence[Figures]:
    """So many calls each way, and what they took."""
    async with (
        Lab(VAR / "bench-lab") as lab,
        Town(lab, log_level="info") as town,
        Observer.watching(lab.nodes[0].values) as observer,
    ):
        ours, theirs = _Ours(town, observer), _Control(town, observer)
        await ours.prepare()
        await theirs.prepare()
        await _alternate(ours, theirs, calls)
    return (
        Figures("reveal", ours.times.shown, theirs.times.shown, "p99 ≤ 100 ms and ≤ 1.5 × control"),
        Figures("revoke", ours.times.blank, theirs.times.blank, "p99 ≤ 100 ms"),
        Figures("wipe", ours.times.wiped, theirs.times.wiped, "p99 ≤ 100 ms"),
    )


async def _alternate(ours: _Ours, theirs: _Control, calls: int) -> None:
    began = time.monotonic()
    for number in range(calls + 1):
        await ours.call(wiped=number % 2 == 1)
        await theirs.call(wiped=number % 2 == 1)
        if number == 0:  # the first warms caches on both sides
            ours.times, theirs.times = Times(), Times()
        if number % 20 == 0:
            print(f"  {number} of {calls} calls, {time.monotonic() - began:.0f} s", flush=True)


class _Ours:
    """Calls to irmacall: disclosed, coded in, answered, seen, hung up."""

    def __init__(self, town: Town, observer: Observer) -> None:
        self._town, self._observer = town, observer
        self.times = Times()

    async def prepare(self) -> None:
        """An agent at work, and a citizen with a wallet."""
        agent = self._town.agents[0]
        self._phone: Phone = self._town.lab.phone(agent.endpoint)
        await self._phone.register()
        self._screen = await AgentScreen.open(self._town, agent)
        await self._screen.be_available()
        await painting.watch(self._screen.page, NAME)
        self._wallet = await self._town.wallet()

    async def call(self, *, wiped: bool) -> None:
        """One call, timed at both ends; where it is `wiped`, the end of what is seen is that."""
        page = self._screen.page
        async with disclosing(self._town, self._wallet) as citizen:
            call = await self._town.lab.phone("citizen1").call(self._town.lab.number)
            await call.connected.wait()
            await press(call, citizen.code)
            ringing = await self._phone.rings(20)
            leg, caller = await self._observer.leg()
            await ringing.answer()
            at = await self._observer.when(entered(leg))
            self.times.shown.append(await painting.painted(page, "shown") - at)
            if wiped:
                at = await citizen.wipes()
                self.times.wiped.append(await painting.painted(page, "blank") - at)
            await call.hang_up()
            at = await self._observer.when(hung_up(leg, caller))
            if not wiped:
                self.times.blank.append(await painting.painted(page, "blank") - at)
            await ringing.disconnected.wait()
            await self._screen.state("available")


class _Control:
    """Calls to the control: a phone is rung and put into a bridge, by the bare program's side."""

    def __init__(self, town: Town, observer: Observer) -> None:
        self._town, self._observer = town, observer
        self.times = Times()
        self._made = 0

    async def prepare(self) -> None:
        """The control's program, its page, and its phone."""
        lab = self._town.lab
        node, port, certificate = lab.nodes[0].values, lab.network.port("control"), lab.ca.issue("control")
        account = node.ari_account
        self._base = f"http://{node.ari.host}:{node.ari.port}"
        argv: list[str | Path] = [sys.executable, "-m", "bench.control", self._base, account.user, account.password]
        argv += [certificate.certificate, certificate.key, str(port)]
        await lab.program("control", argv, ready=says("ready")).start()
        self._auth = aiohttp.BasicAuth(account.user, account.password)
        self._phone = lab.phone(self._town.agents[1].endpoint)
        await self._phone.register()
        self._page: Page = await (await (await lab.browser()).person()).new_page()
        self._url = f"https://localhost:{port}"
        self._trust = ssl.create_default_context(cafile=str(lab.ca.root))
        await self._page.goto(f"{self._url}/")
        await painting.watch(self._page, "#name")

    async def call(self, *, wiped: bool) -> None:
        """One call, timed at both ends; where it is `wiped`, the end of what is seen is that."""
        self._made += 1
        name, endpoint = f"control{self._made}", self._town.agents[1].endpoint
        async with (
            aiohttp.ClientSession(self._base, auth=self._auth) as http,
            bridged(http, self._observer, self._phone, endpoint, CONTROL, name) as (ringing, at),
        ):
            self.times.shown.append(await painting.painted(self._page, "shown") - at)
            if wiped:
                self.times.wiped.append(await self._wiped())
            await ringing.hang_up()
            at = await self._observer.when(hung_up(name))
            if not wiped:
                self.times.blank.append(await painting.painted(self._page, "blank") - at)

    async def _wiped(self) -> float:
        connector = aiohttp.TCPConnector(ssl=self._trust)
        async with aiohttp.ClientSession(self._url, connector=connector) as http:
            async with http.get("/card") as answer:  # as a citizen's browser, which has its connection already
                answer.raise_for_status()
            at = time.time() * 1000
            async with http.post("/wipe") as answer:
                answer.raise_for_status()
        return await painting.painted(self._page, "blank") - at

"""reveal: the agent's channel enters the caller's bridge → the name is painted. revoke: hang-up → the card is blank.

Calls to the real daemon and calls to the control alternate, on one Asterisk, in one Chromium, in one run.
"""

from __future__ import annotations

import asyncio
import ssl
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from playwright.async_api import Page

from bench import painting
from bench.control import APP as CONTROL
from bench.figures import Figures
from bench.observer import Observer, entered, hung_up
from lab.lab import Lab
from lab.paths import VAR
from lab.people import AgentScreen
from lab.phone import Phone, PhoneCall
from lab.process import says
from lab.town import Town
from lab.wallet import Wallet

NAME = "#card [data-card=name]"


@dataclass(slots=True)
class Times:
    """Milliseconds from Asterisk's event to the frame."""

    shown: list[float] = field(default_factory=list)
    blank: list[float] = field(default_factory=list)


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
    )


async def _alternate(ours: _Ours, theirs: _Control, calls: int) -> None:
    began = time.monotonic()
    for number in range(calls + 1):
        await ours.call()
        await theirs.call()
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

    async def call(self) -> None:
        """One call, timed at both ends."""
        page = self._screen.page
        code = await disclosed(self._town, self._wallet)
        call = await self._town.lab.phone("citizen1").call(self._town.lab.number)
        await call.connected.wait()
        await press(call, code)
        ringing = await self._phone.rings(20)
        leg, caller = await self._observer.leg()
        await ringing.answer()
        at = await self._observer.when(entered(leg))
        self.times.shown.append(await painting.painted(page, "shown") - at)
        await call.hang_up()
        at = await self._observer.when(hung_up(leg, caller))
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
        await self._page.goto(f"https://localhost:{port}/")
        await painting.watch(self._page, "#name")

    async def call(self) -> None:
        """One call, timed at both ends."""
        self._made += 1
        channel, bridge = f"control{self._made}", f"control{self._made}.bridge"
        async with aiohttp.ClientSession(self._base, auth=self._auth) as http:
            await _post(http, f"ari/bridges/{bridge}", type="mixing")
            originate = {"endpoint": f"PJSIP/{self._town.agents[1].endpoint}", "app": CONTROL, "channelId": channel}
            await _post(http, "ari/channels", **originate)
            await self._observer.watch(bridge, channel)
            ringing = await self._phone.rings(20)
            await ringing.answer()
            await self._observer.when(lambda event: event["type"] == "StasisStart" or _up(event, channel))
            await _post_until_in(http, bridge, channel)
            at = await self._observer.when(entered(channel))
            self.times.shown.append(await painting.painted(self._page, "shown") - at)
            await ringing.hang_up()
            at = await self._observer.when(hung_up(channel))
            self.times.blank.append(await painting.painted(self._page, "blank") - at)
            async with http.delete(f"ari/bridges/{bridge}") as answer:
                answer.raise_for_status()


def _up(event: dict[str, object], channel: str) -> bool:
    seen = event.get("channel")
    return isinstance(seen, dict) and seen["id"] == channel and seen["state"] == "Up"


async def _post(http: aiohttp.ClientSession, path: str, **query: str) -> None:
    async with http.post(path, params=query) as answer:
        answer.raise_for_status()


async def _post_until_in(http: aiohttp.ClientSession, bridge: str, channel: str) -> None:
    """Put the channel into the bridge; 422 says that it is on its way into Stasis and cannot be moved yet."""
    while True:
        async with http.post(f"ari/bridges/{bridge}/addChannel", params={"channel": channel}) as answer:
            if answer.status != 422:
                answer.raise_for_status()
                return


async def press(call: PhoneCall, code: str) -> None:
    """By SIP INFO, one key after the other as a dialer does: in one burst two that are alike run into one."""
    for key in code:
        await call.key_in(key, info=True)
        await asyncio.sleep(0.08)


async def disclosed(town: Town, wallet: Wallet) -> str:
    """A citizen's code, by her page's own requests but without her browser, which is not what is measured."""
    trust = ssl.create_default_context(cafile=str(town.lab.ca.root))
    headers = {"Origin": town.public_url, "Sec-Fetch-Site": "same-origin", "Content-Type": "application/json"}
    connector, jar = aiohttp.TCPConnector(ssl=trust), aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(town.public_url, connector=connector, cookie_jar=jar) as http:
        async with http.post("/onderwerp/paspoort/begin", data="{}", headers=headers) as answer:
            answer.raise_for_status()
            pointer = (await answer.json())["sessionPtr"]
        outcome = await wallet.disclose(pointer)
        assert outcome.succeeded, f"the wallet says {outcome.status}"
        async with http.get("/bellen/stream") as stream:
            async for line in stream.content:  # a look for every beat and every change
                if line.startswith(b"event:") and (code := await _code(http)):
                    return code
    raise AssertionError("the page's stream ended before there was a code")


async def _code(http: aiohttp.ClientSession) -> str | None:
    async with http.get("/bellen/stand") as answer:
        code: str | None = (await answer.json()).get("code")
    return code

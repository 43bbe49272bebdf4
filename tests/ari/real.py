"""A real Asterisk with the handles that the contract tests want. Callers are Local channels that dial the desk."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Iterable
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

import aiohttp

from irmacall.core.ids import ChannelId
from irmacall.ops.render import Account, DeskValues, Listener, NodeValues, PhoneValues, ha1
from lab.asterisk import MUSIC, Asterisk
from lab.network import claim_network

NUMBERS = {"dorp": "14010", "dorp-noord": "14011"}
"""The desks of the node, and what is dialled for them."""

FAR = "far-end"
"""The test's own application: it holds the callers' far ends."""

PHONE = """
; A phone at a fixed address where nothing answers: it can be created and rung without registering.
[static1](irmacall-phone)
aors = static1
[static1]
type = aor
contact = sip:static1@{host}:5060
"""


class RealAsterisk:
    """One node of a lab, with the same handles as the double has."""

    desk_phone = "static1"

    desk = "dorp"
    user = "irmacall"

    def __init__(self) -> None:
        self._network = claim_network()
        self.password = secrets.token_hex(16)
        self.address = (self._network.address(10), 8088)
        phone = PHONE.format(host=self._network.address(200))
        self.node = Asterisk(f"ari{self._network.index}", "north", extra_pjsip=phone)
        self._exit = AsyncExitStack()
        self._number = itertools.count(1)

    async def __aenter__(self) -> Self:
        self._exit.callback(self._network.release)
        self._exit.callback(self.node.remove)
        self._exit.push_async_callback(self.node.kill)
        self.node.configure(self._values())
        await self._answer_nothing()
        await self.node.start()
        await self._open_far_end()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    async def arrive(self, desk: str = desk) -> ChannelId:
        """A caller dials a desk's number; her channel is named so that the test knows it."""
        number = next(self._number)
        endpoint = f"Local/{NUMBERS[desk]}@irmacall-from-outside"
        query = {"endpoint": endpoint, "app": FAR, "channelId": f"far-{number}", "otherChannelId": f"near-{number}"}
        await self._ask("POST", "channels", query)
        return ChannelId(f"near-{number}")

    async def press(self, channel: ChannelId, key: str) -> None:
        """The far end sends a key, once it is in its own application: until then Asterisk answers 409."""
        async with asyncio.timeout(10):
            while not await self._pressed(f"channels/{_far(channel)}/dtmf", key):  # noqa: ASYNC110  # it tells nobody
                await asyncio.sleep(0.02)

    async def _pressed(self, path: str, key: str) -> bool:
        async with self._session.post(path, params={"dtmf": key}) as response:
            assert response.ok or response.status == 409, f"POST {path}: {response.status}"
            return response.ok

    async def hang_up(self, channel: ChannelId) -> None:
        """The far end hangs up."""
        await self._ask("DELETE", f"channels/{_far(channel)}", {})

    async def variable(self, name: str) -> str:
        """A global variable."""
        answer = await self._ask("GET", "asterisk/variable", {"variable": name})
        return str(answer["value"])

    async def plays(self, bridge: str) -> bool:
        """Whether music plays in this bridge."""
        return "Announcer/" in await self.node.cli(f"bridge show {bridge}")

    async def steal(self, app: str) -> None:
        """Another socket takes the application over, and goes."""
        async with self._session.ws_connect(f"events?app={app}"):
            pass

    async def bridge(self, bridge: str, *channels: str) -> None:
        """Put channels into a mixing bridge of that id."""
        await self._ask("POST", f"bridges/{bridge}", {"type": "mixing"})
        await self._ask("POST", f"bridges/{bridge}/addChannel", {"channel": ",".join(channels)})

    async def all_in(self, channels: Iterable[ChannelId], context: str) -> bool:
        """Whether all of these are in that context of the dialplan now."""
        seen = {channel["id"]: channel["dialplan"] for channel in await self._ask("GET", "channels", {})}
        return all(seen[channel]["context"] == context for channel in channels)

    def _values(self) -> NodeValues:
        host = self.address[0]
        return NodeValues(
            name="north",
            sip=Listener(host, 5060),
            media_host=host,
            rtp_first=10000,
            rtp_last=10999,
            ari=Listener(*self.address),
            ari_account=Account(self.user, self.password),
            ami=Listener(host, 5038),
            ami_account=Account("watchdog", self.password),
            directories=self.node.directories(),
            desks=tuple(DeskValues(desk, (number,), ("agent1",)) for desk, number in NUMBERS.items()),
            phones=(PhoneValues("agent1", ha1("agent1", self.password)),),
            music=MUSIC,
        )

    async def _answer_nothing(self) -> None:
        here = (self._network.address(200), 5060)
        silent, _ = await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol, here)
        self._exit.callback(silent.close)

    async def _open_far_end(self) -> None:
        login = {"Authorization": aiohttp.encode_basic_auth(self.user, self.password)}
        base = f"http://{self.address[0]}:{self.address[1]}/ari/"
        self._session = await self._exit.enter_async_context(aiohttp.ClientSession(base, headers=login))
        self._far = await self._exit.enter_async_context(self._session.ws_connect(f"events?app={FAR}"))
        self._drained = asyncio.create_task(self._drain(), name="far end")
        self._exit.callback(lambda: self._drained.cancel())

    async def reopen_far_end(self) -> None:
        """After a restart of Asterisk: the test's own application again."""
        self._drained.cancel()
        await self._open_far_end()

    async def _ask(self, method: str, path: str, query: dict[str, str]) -> Any:
        async with self._session.request(method, path, params=query) as response:
            assert response.ok, f"{method} {path}: {response.status}"
            return await response.json() if response.content_type == "application/json" else None

    async def _drain(self) -> None:
        async for _ in self._far:
            pass


def _far(channel: ChannelId) -> str:
    return channel.replace("near-", "far-", 1)

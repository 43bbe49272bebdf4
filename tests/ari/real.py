"""A real Asterisk with the handles that the contract tests want. Callers are Local channels that dial the desk."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp

from irmacall.core.ids import ChannelId
from lab.lab import Lab

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

    def __init__(self, directory: Path) -> None:
        self._lab = Lab(directory)
        self._exit = AsyncExitStack()
        self._number = itertools.count(1)

    async def __aenter__(self) -> Self:
        await self._exit.enter_async_context(self._lab)
        self.node = self._lab.nodes[0]
        values = self.node.values
        self.desk, self.user, self.password = self._lab.desk, values.ari_account.user, values.ari_account.password
        self.address = (values.ari.host, values.ari.port)
        await self._add_phone()
        login = {"Authorization": aiohttp.encode_basic_auth(self.user, self.password)}
        base = f"http://{values.ari.host}:{values.ari.port}/ari/"
        self._session = await self._exit.enter_async_context(aiohttp.ClientSession(base, headers=login))
        self._far = await self._exit.enter_async_context(self._session.ws_connect(f"events?app={FAR}"))
        drain = asyncio.create_task(self._drain(), name="far end")
        self._exit.callback(drain.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    async def arrive(self) -> ChannelId:
        """A caller dials the desk's number; her channel is named so that the test knows it."""
        number = next(self._number)
        endpoint = f"Local/{self._lab.number}@irmacall-from-outside"
        query = {"endpoint": endpoint, "app": FAR, "channelId": f"far-{number}", "otherChannelId": f"near-{number}"}
        await self._ask("POST", "channels", query)
        return ChannelId(f"near-{number}")

    async def press(self, channel: ChannelId, key: str) -> None:
        """The far end sends a key."""
        await self._ask("POST", f"channels/{_far(channel)}/dtmf", {"dtmf": key})

    async def hang_up(self, channel: ChannelId) -> None:
        """The far end hangs up."""
        await self._ask("DELETE", f"channels/{_far(channel)}", {})

    async def variable(self, name: str) -> str:
        """A global variable."""
        answer = await self._ask("GET", "asterisk/variable", {"variable": name})
        return str(answer["value"])

    async def steal(self, app: str) -> None:
        """Another socket takes the application over, and goes."""
        async with self._session.ws_connect(f"events?app={app}"):
            pass

    async def _add_phone(self) -> None:
        host = self._lab.network.address(200)
        loop = asyncio.get_running_loop()
        silent, _ = await loop.create_datagram_endpoint(asyncio.DatagramProtocol, (host, 5060))
        self._exit.callback(silent.close)
        (self.node.directory / "etc/pjsip.d/static.conf").write_text(PHONE.format(host=host))
        await self.node.cli("module reload res_pjsip.so")

    async def _ask(self, method: str, path: str, query: dict[str, str]) -> Any:
        async with self._session.request(method, path, params=query) as response:
            assert response.ok, f"{method} {path}: {response.status}"
            return await response.json() if response.content_type == "application/json" else None

    async def _drain(self) -> None:
        async for _ in self._far:
            pass


def _far(channel: ChannelId) -> str:
    return channel.replace("near-", "far-", 1)

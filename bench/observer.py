"""When things happened, by Asterisk's own clock: an ARI application that watches single channels and does nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import aiohttp

from irmacall.ops.render import NodeValues

APP = "bench"
Event = dict[str, Any]


class Observer:
    """Hears the events of the channels that it is told to watch."""

    def __init__(self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._http, self._socket = http, socket
        self._heard: asyncio.Queue[Event] = asyncio.Queue()

    @classmethod
    @asynccontextmanager
    async def watching(cls, node: NodeValues) -> AsyncIterator[Observer]:
        """An observer of this node."""
        auth = aiohttp.BasicAuth(node.ari_account.user, node.ari_account.password)
        base = f"http://{node.ari.host}:{node.ari.port}/"
        async with (
            aiohttp.ClientSession(base, auth=auth) as http,
            http.ws_connect(f"ari/events?app={APP}") as socket,
            asyncio.TaskGroup() as group,
        ):
            observer = cls(http, socket)
            reading = group.create_task(observer._read(), name="observer")
            yield observer
            reading.cancel()

    async def _read(self) -> None:
        async for message in self._socket:
            self._heard.put_nowait(json.loads(message.data))

    async def leg(self) -> tuple[str, str]:
        """The one agent's leg that there is now, and its caller's channel; both are watched from now on."""
        async with self._http.get("ari/channels") as answer:
            channels = [channel["id"] for channel in await answer.json()]
        leg = next(channel for channel in channels if ".leg" in channel)
        caller = leg.rpartition(".leg")[0]
        await self.watch(f"{caller}.talk", leg, caller)
        return leg, caller

    async def watch(self, bridge: str, *channels: str) -> None:
        """Hear of this bridge (who enters and leaves is its news, not the channels') and of these channels."""
        sources = ",".join([f"bridge:{bridge}", *(f"channel:{channel}" for channel in channels)])
        path = f"ari/applications/{APP}/subscription"
        async with self._http.post(path, params={"eventSource": sources}) as answer:
            answer.raise_for_status()

    async def when(self, wanted: Callable[[Event], bool]) -> float:
        """The time (epoch, ms) of the next event that is wanted, by Asterisk's clock."""
        async with asyncio.timeout(15):
            while not wanted(event := await self._heard.get()):
                pass
        return datetime.fromisoformat(event["timestamp"]).timestamp() * 1000


def entered(channel: str) -> Callable[[Event], bool]:
    """This channel came into a bridge."""
    return lambda event: event["type"] == "ChannelEnteredBridge" and event["channel"]["id"] == channel


def hung_up(*channels: str) -> Callable[[Event], bool]:
    """The first that Asterisk says of the end of one of these channels."""
    kinds = ("ChannelHangupRequest", "ChannelLeftBridge", "ChannelDestroyed")
    return lambda event: event["type"] in kinds and event["channel"]["id"] in channels

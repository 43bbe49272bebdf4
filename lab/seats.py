"""An agent at work without a browser: her login, and what her page asks of the server, asked directly."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from irmacall.core.ids import UserId
from irmacall.store.passwords import Hashing
from irmacall.store.sessions import Sessions
from irmacall.store.users import Users, open_users
from irmacall.web.accounts import SessionKey
from irmacall.web.doors import token_for
from irmacall.web.sessions import COOKIE, new_key, seat_named
from lab.town import Agent, Town


class Seat:
    """One login of an agent. Her stream is followed, as her page does: who looks at nothing loses her seat."""

    def __init__(self, agent: Agent, user: UserId, http: aiohttp.ClientSession) -> None:
        self.agent, self.user, self._http = agent, user, http

    async def available(self) -> None:
        """She takes calls; what follows the last one is done, and what kept her from calls is over."""
        await self._press("/available")

    async def pause(self, reason: str = "Pauze") -> None:
        """She takes none for now."""
        await self._press("/pause", reason=reason)

    async def panel(self) -> dict[str, Any]:
        """What her panel shows."""
        async with self._http.get("/panel") as answer:
            answer.raise_for_status()
            found: dict[str, Any] = await answer.json()
            return found

    async def follow(self) -> None:
        """Read her stream, for as long as the daemon tells anything on it."""
        async with self._http.get("/stream", timeout=aiohttp.ClientTimeout(total=None)) as stream:
            stream.raise_for_status()
            async for _ in stream.content:
                pass

    async def _press(self, path: str, **fields: str) -> None:
        async with self._http.post(path, json=fields) as answer:
            answer.raise_for_status()


@asynccontextmanager
async def seated(town: Town, agent: Agent) -> AsyncIterator[Seat]:
    """This agent is logged in and looks at her screen. She is not available yet."""
    user, key = await _session(town, agent)
    headers = {
        "Cookie": f"{COOKIE}={key}",
        "Sec-Fetch-Site": "same-origin",
        "Origin": town.staff_url,
        "X-CSRF-Token": token_for(key),
    }
    trust = ssl.create_default_context(cafile=str(town.lab.ca.root))
    connector = aiohttp.TCPConnector(ssl=trust)
    async with aiohttp.ClientSession(
        town.staff_url, headers=headers, connector=connector, cookie_jar=aiohttp.DummyCookieJar()
    ) as http:
        seat = Seat(agent, user, http)
        stream = asyncio.create_task(seat.follow(), name=f"stream of {agent.login}")
        try:
            yield seat
            assert not stream.done(), f"the stream of {agent.login} ended"
        finally:
            stream.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await stream


async def _session(town: Town, agent: Agent) -> tuple[UserId, SessionKey]:
    """A session as a login begins one, without the seconds that a password costs."""
    database = await open_users(town.data / "users.sqlite")
    try:
        user = await Users(database, Hashing()).find(agent.login)
        assert user is not None, f"nobody is called {agent.login}"
        key = new_key()
        await Sessions(database).begin(key, user.id, seat_named(key), time.time())
        return user.id, key
    finally:
        await database.close()

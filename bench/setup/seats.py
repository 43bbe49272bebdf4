"""Agents at work without a browser: the staff's own routes, as their page asks them.

Passwords are left out, since hundreds of logins would take minutes of argon2: sessions are begun in the users' file,
as a login does, and every seat is claimed over HTTP. Each seat keeps its stream; the first `screens` of them also ask
for their panel whenever they are told to look, as the page does.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
from argon2 import PasswordHasher

from irmacall.core.ids import Endpoint, UserId
from irmacall.store.passwords import Hashing
from irmacall.store.sessions import Sessions
from irmacall.store.users import Role, Users, open_users
from irmacall.web.accounts import SessionKey
from irmacall.web.doors import token_for
from irmacall.web.sessions import COOKIE, new_key, seat_named
from lab.town import Town

SOON = 0.05
"""Seconds from a nudge to the panel's fetch, as in agent.js."""
AT_ONCE = 20


@dataclass(slots=True)
class Told:
    """What all streams together were told."""

    nudges: int = 0
    panels: int = 0

    async def nothing_more(self, seconds: float = 3.0) -> None:
        """Wait until nothing was told for so long: so many who come at once leave much to be told."""
        told = -1
        while told < self.nudges:
            told = self.nudges
            await asyncio.sleep(seconds)


@asynccontextmanager
async def seats(town: Town, endpoints: Sequence[str], screens: int) -> AsyncIterator[Told]:
    """An agent for each of these phones, available; all leave at the end."""
    keys = await _sessions(town, endpoints)
    told, trust = Told(), ssl.create_default_context(cafile=str(town.lab.ca.root))
    connector = aiohttp.TCPConnector(ssl=trust, limit=0)
    async with (
        aiohttp.ClientSession(town.staff_url, connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http,
        asyncio.TaskGroup() as group,
    ):
        room = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(_claim(http, town, key, room) for key in keys))
        streams = [group.create_task(_screen(http, key, told, at < screens)) for at, key in enumerate(keys)]
        try:
            yield told
        finally:
            for stream in streams:
                stream.cancel()


async def _sessions(town: Town, endpoints: Sequence[str]) -> list[SessionKey]:
    database = await open_users(town.data / "users.sqlite")
    quick = Hashing(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    try:
        users, sessions = Users(database, quick), Sessions(database)
        return [await _session(users, sessions, endpoint) for endpoint in endpoints]
    finally:
        quick.close()
        await database.close()


async def _session(users: Users, sessions: Sessions, endpoint: str) -> SessionKey:
    user = await users.add_user(endpoint, endpoint, Role.AGENT, new_key(), endpoint=Endpoint(endpoint))
    key = new_key()
    await sessions.begin(key, UserId(user.id), seat_named(key), time.time())
    return key


def _headers(key: SessionKey) -> dict[str, str]:
    return {"Cookie": f"{COOKIE}={key}", "Sec-Fetch-Site": "same-origin"}


async def _claim(http: aiohttp.ClientSession, town: Town, key: SessionKey, room: asyncio.Semaphore) -> None:
    headers = {**_headers(key), "Origin": town.staff_url, "X-CSRF-Token": token_for(key)}
    async with room, http.post("/available", json={}, headers=headers) as answer:
        answer.raise_for_status()


async def _screen(http: aiohttp.ClientSession, key: SessionKey, told: Told, whole: bool) -> None:
    look = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        if whole:
            group.create_task(_panels(http, key, told, look))
        patience = aiohttp.ClientTimeout(total=None)
        async with http.get("/stream", headers=_headers(key), timeout=patience) as stream:
            stream.raise_for_status()
            async for line in stream.content:
                if line.startswith(b"event:") and b"beat" not in line:
                    told.nudges += 1
                    look.set()
        raise ConnectionError("a stream ended")


async def _panels(http: aiohttp.ClientSession, key: SessionKey, told: Told, look: asyncio.Event) -> None:
    while True:
        await look.wait()
        await asyncio.sleep(SOON)
        look.clear()
        async with http.get("/panel", headers=_headers(key)) as answer:
            answer.raise_for_status()
            await answer.read()
        told.panels += 1

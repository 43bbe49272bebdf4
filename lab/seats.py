"""An agent at work without a browser: her login, and what her page asks of the server, asked directly."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from irmacall.core.ids import UserId
from irmacall.store.passwords import Hashing
from irmacall.store.sessions import Sessions
from irmacall.store.users import Users, open_users
from irmacall.web.accounts import SessionKey
from irmacall.web.doors import token_for
from irmacall.web.sessions import COOKIE, new_key, seat_named
from lab.errors import LabError
from lab.town import Agent, Town

Shows = dict[str, Any]
"""What the server answers: a panel, a card, rows to choose from."""


@dataclass(frozen=True, slots=True)
class Nudge:
    """What the stream told: that the panel changed, that there is a card (of this call, this grant), or none."""

    kind: str
    at: float
    """When it came (monotonic clock, seconds)."""
    call: str = ""
    grant: int = 0


class Seat:
    """One login of an agent or official. Her stream is followed: who looks at nothing loses her seat."""

    def __init__(self, agent: Agent, user: UserId, key: SessionKey, http: aiohttp.ClientSession) -> None:
        self.agent, self.user, self.key, self._http = agent, user, key, http
        self.nudges: asyncio.Queue[Nudge] = asyncio.Queue()
        """What the stream told, in order, for one who wants to react at once."""
        self._told = asyncio.Condition()
        self._changes = 0

    async def available(self) -> None:
        """She takes calls; what follows the last one is done, and what kept her from calls is over."""
        await self._press("/available")

    async def pause(self, reason: str = "Pauze") -> None:
        """She takes none for now."""
        await self._press("/pause", reason=reason)

    async def people(self, text: str) -> list[Shows]:
        """To whom she can pass a caller, by what she types: rows with a `name`, and what to `send`."""
        async with self._http.get("/people", params={"q": text}) as answer:
            answer.raise_for_status()
            rows: list[Shows] = (await answer.json())["rows"]
            return rows

    async def transfer(
        self,
        call: str,
        *,
        user: str | None = None,
        queue: str | None = None,
        number: str | None = None,
        consult: bool = False,
        note: str = "",
        standing: str = "hers",
    ) -> None:
        """Pass the caller on to one of the first three, or (`consult`) ask that one first. Refused: 403."""
        target = {"user": user, "queue": queue, "number": number}
        fields = {name: value for name, value in target.items() if value is not None}
        await self._press("/transfer", call=call, consult=consult, note=note, standing=standing, **fields)

    async def act(self, call: str, act: str) -> None:
        """Hold, resume, mute, unmute, swap, join, complete or cancel."""
        await self._press("/act", call=call, act=act)

    async def hang_up(self, call: str) -> None:
        """End the call."""
        await self._press("/hangup", call=call)

    async def log_out(self) -> None:
        """Her session is over, and with it her seat."""
        async with self._http.post("/logout", data={"token": token_for(self.key)}) as answer:
            answer.raise_for_status()

    async def panel(self) -> Shows:
        """What her panel shows."""
        async with self._http.get("/panel") as answer:
            answer.raise_for_status()
            found: Shows = await answer.json()
            return found

    async def card(self, call: str, grant: int) -> Shows | None:
        """Who is on the line, where the server tells this seat; None where it does not."""
        async with self._http.get("/card", params={"call": call, "grant": grant}) as answer:
            if answer.status in (403, 503):
                return None
            answer.raise_for_status()
            found: Shows = await answer.json()
            return found

    async def shows(self, wanted: Callable[[Shows], bool], what: str, deadline: float = 15.0) -> Shows:
        """Wait until her panel is as wanted, asked again whenever her stream tells of a change. Raises LabError."""
        panel: Shows = {}
        try:
            async with asyncio.timeout(deadline):
                while True:
                    seen = self._changes
                    if wanted(panel := await self.panel()):
                        return panel
                    await self._change_after(seen)
        except TimeoutError:
            raise LabError(f"{self.agent.name}: not within {deadline} s: {what}; her panel: {panel}") from None

    async def _change_after(self, seen: int) -> None:
        async with self._told:
            await self._told.wait_for(lambda: self._changes > seen)

    async def follow(self) -> None:
        """Read her stream, for as long as the daemon tells anything on it."""
        async with self._http.get("/stream", timeout=aiohttp.ClientTimeout(total=None)) as stream:
            stream.raise_for_status()
            kind = ""
            async for line in stream.content:
                name, _, value = line.decode().rstrip("\n").partition(":")
                if name == "event":
                    kind = value.strip()
                elif name == "data" and kind in ("panel", "card", "blank"):
                    await self._hear(kind, value.strip())

    async def _hear(self, kind: str, data: str) -> None:
        grant, _, call = data.partition(" ")
        self.nudges.put_nowait(Nudge(kind, time.monotonic(), call, int(grant or 0)))
        async with self._told:
            self._changes += 1
            self._told.notify_all()

    async def _press(self, path: str, **fields: object) -> None:
        async with self._http.post(path, json=fields) as answer:
            answer.raise_for_status()


@asynccontextmanager
async def seated(town: Town, agent: Agent) -> AsyncIterator[Seat]:
    """This agent or official is logged in and looks at her screen. She is not available yet."""
    async with logged_in(town, agent) as seat:
        stream = asyncio.create_task(seat.follow(), name=f"stream of {agent.login}")
        try:
            yield seat
            assert not stream.done(), f"the stream of {agent.login} ended"
        finally:
            stream.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await stream


@asynccontextmanager
async def logged_in(town: Town, agent: Agent) -> AsyncIterator[Seat]:
    """This agent or official is logged in, and nobody follows her stream: `Seat.follow` does, as long as it lasts."""
    user, key = await session(town, agent)
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
        yield Seat(agent, user, key, http)


async def session(town: Town, agent: Agent) -> tuple[UserId, SessionKey]:
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

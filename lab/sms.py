"""An SMS gateway for the lab: a real HTTP server that delivers to nobody, and shows what it was given."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Self

from aiohttp import web

from lab.listening import listening


@dataclass(frozen=True, slots=True)
class Text:
    """One text that it was given."""

    sender: str
    to: str
    text: str


@dataclass
class Gateway:
    """Stands at an address of this machine while the context lasts. `status`: what it answers."""

    token: str
    port: int = 0
    status: int = 202
    texts: list[Text] = field(default_factory=list)
    silent: asyncio.Event = field(default_factory=asyncio.Event)
    """Set: it takes what it is given, and never answers."""
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where texts are posted to."""
        return f"http://127.0.0.1:{self.port}/v1/messages"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/messages", self._take)
        self._runner = await listening(app, self.port)
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        await self._runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401)
        told = await request.json()
        if self.silent.is_set():
            await self._stop.wait()
        if self.status < 300:
            self.texts.append(Text(told["from"], told["to"], told["text"]))
            self._came.set()
        return web.Response(status=self.status)

    async def came(self, within: float = 10.0) -> Text:
        """The text that came last, as soon as there is one."""
        async with asyncio.timeout(within):
            await self._came.wait()
        return self.texts[-1]

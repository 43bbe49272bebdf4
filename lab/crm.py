"""A CRM for the lab: a real HTTP server that is told of calls, checks each signature, and shows what it heard."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from typing import Any, Final, Self

from aiohttp import web

from lab.listening import listening

FRESH_SECONDS: Final = 300
"""What was signed longer ago is somebody else's, who sends it again."""


@dataclass
class Crm:
    """Stands at an address of this machine while the context lasts. `status`: what it answers."""

    key: str
    port: int = 0
    status: int = 204
    heard: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    asked: int = 0
    """How often it was told anything, whatever it answered."""
    _came: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        """Where it is told."""
        return f"http://127.0.0.1:{self.port}/telephone"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/telephone", self._take)
        self._runner = await listening(app, self.port)
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def hears(self, number: int, deadline: float = 10.0) -> list[dict[str, Any]]:
        """What it was told, once there are so many."""
        async with asyncio.timeout(deadline):
            while len(self.heard) < number:
                self._came.clear()
                await self._came.wait()
        return self.heard

    async def is_asked(self, number: int, deadline: float = 10.0) -> None:
        """Wait until it was told so often."""
        async with asyncio.timeout(deadline):
            while self.asked < number:
                self._came.clear()
                await self._came.wait()

    async def _take(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.asked += 1
        if not self._is_signed(request.headers.get("X-Irmacall-Signature", ""), body):
            self._came.set()
            return web.Response(status=401)
        if self.status < 300:
            self.bodies.append(body)
            self.heard.append(await request.json())
        self._came.set()
        return web.Response(status=self.status)

    def _is_signed(self, sent: str, body: bytes) -> bool:
        parts = dict(part.split("=", 1) for part in sent.split(",") if "=" in part)
        at = parts.get("t", "0")
        right = hmac.new(self.key.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
        return abs(time.time() - int(at)) < FRESH_SECONDS and hmac.compare_digest(parts.get("v1", ""), right)

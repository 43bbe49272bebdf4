"""The control: a thousand event streams with nothing behind them.

A program of its own, as the daemon is: `python -m bench.screens.bare ARI USER PASSWORD CERT KEY PORT`. A channel that
enters a bridge makes it say "card" to the streams of `/stream?owner=1`; SIGHUP makes it say "panel" to all, and print
when it began to.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import AsyncIterator

import uvloop
from aiohttp import web

from bench.plain import card, events, opened, serve

APP = "bare"
_BEAT = b"event: beat\ndata:\n\n"


class Bare:
    """The streams, and what they are told."""

    def __init__(self) -> None:
        self._all: set[web.StreamResponse] = set()
        self._owners: set[web.StreamResponse] = set()

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """A beat each second, until the other side leaves."""
        response = await opened(request)
        sets = [self._all, self._owners] if "owner" in request.query else [self._all]
        for streams in sets:
            streams.add(response)
        try:
            while request.transport is not None:
                await response.write(_BEAT)
                await asyncio.sleep(1)
        finally:
            for streams in sets:
                streams.discard(response)
        return response

    async def tell_all(self) -> None:
        """Everybody is to look again."""
        print(f"told {time.time()}", flush=True)
        for response in list(self._all):
            await response.write(b"event: panel\ndata:\n\n")

    async def follow(self, kinds: AsyncIterator[str]) -> None:
        """Tell the owner what Asterisk tells us."""
        async for kind in kinds:
            if kind == "ChannelEnteredBridge":
                for response in list(self._owners):
                    await response.write(b"event: card\ndata: 1 call\n\n")


async def main(ari: str, user: str, password: str, certificate: str, key: str, port: str) -> None:
    """Serve until killed."""
    bare, app, telling = Bare(), web.Application(), set[asyncio.Task[None]]()
    app.router.add_get("/card", card)
    app.router.add_get("/stream", bare.stream)
    await serve(app, certificate, key, port)
    asyncio.get_running_loop().add_signal_handler(
        signal.SIGHUP, lambda: telling.add(asyncio.create_task(bare.tell_all()))
    )
    await bare.follow(events(ari, user, password, APP))


if __name__ == "__main__":
    uvloop.run(main(*sys.argv[1:]))

"""The control: what an ARI event, an event stream, a fetch and a paint cost with nothing in between.

A program of its own, as the daemon is: `python -m bench.control ARI USER PASSWORD CERT KEY PORT`. A channel that
enters a bridge makes it say "card" to every open stream, one that leaves makes it say "blank", and so does a POST of
/wipe; /card answers a name.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator

from aiohttp import web

from bench.plain import card, events, opened, serve

APP = "control"
BLANK = b"event: blank\ndata:\n\n"
PAGE = """<!doctype html><meta charset="utf-8"><title>control</title><p id="name"></p><script>
const name = document.getElementById("name"), stream = new EventSource("/stream");
stream.addEventListener("card", async () => { name.textContent = (await (await fetch("/card")).json()).name; });
stream.addEventListener("blank", () => name.replaceChildren());
</script>"""


class Control:
    """One event socket, and the streams that it is told to."""

    def __init__(self) -> None:
        self._streams: set[web.StreamResponse] = set()

    async def page(self, _: web.Request) -> web.Response:
        """The page."""
        return web.Response(text=PAGE, content_type="text/html")

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Until the browser leaves."""
        response = await opened(request)
        self._streams.add(response)
        try:
            await asyncio.Event().wait()
        finally:
            self._streams.discard(response)
        return response

    async def wipe(self, _: web.Request) -> web.Response:
        """Tell every stream that there is nothing to see."""
        for response in self._streams:
            await response.write(BLANK)
        return web.Response(status=204)

    async def follow(self, kinds: AsyncIterator[str]) -> None:
        """Tell every stream what Asterisk tells us."""
        told = {"ChannelEnteredBridge": b"event: card\ndata:\n\n", "ChannelLeftBridge": BLANK}
        async for kind in kinds:
            for response in self._streams if kind in told else ():
                await response.write(told[kind])


async def main(ari: str, user: str, password: str, certificate: str, key: str, port: str) -> None:
    """Serve until killed."""
    control, app = Control(), web.Application()
    app.router.add_get("/", control.page)
    app.router.add_get("/card", card)
    app.router.add_get("/stream", control.stream)
    app.router.add_post("/wipe", control.wipe)
    await serve(app, certificate, key, port)
    await control.follow(events(ari, user, password, APP))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

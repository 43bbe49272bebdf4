"""The control: what an ARI event, an event stream, a fetch and a paint cost with nothing in between.

A program of its own, as the daemon is: `python -m bench.control ARI USER PASSWORD CERT KEY PORT`. A channel that
enters a bridge makes it say "card" to every open stream, one that leaves makes it say "blank"; /card answers a name.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import sys

import aiohttp
from aiohttp import web

APP = "control"
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

    async def card(self, _: web.Request) -> web.Response:
        """A name that is nobody's."""
        return web.json_response({"name": "J. de Vries", "greeting": "Goedemorgen mevrouw De Vries"})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Until the browser leaves."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        self._streams.add(response)
        try:
            await asyncio.Event().wait()
        finally:
            self._streams.discard(response)
        return response

    async def follow(self, ari: str, user: str, password: str) -> None:
        """Tell every stream what Asterisk tells us."""
        kinds = {"ChannelEnteredBridge": b"event: card\ndata:\n\n", "ChannelLeftBridge": b"event: blank\ndata:\n\n"}
        async with (
            aiohttp.ClientSession(auth=aiohttp.BasicAuth(user, password)) as http,
            http.ws_connect(f"{ari}/ari/events?app={APP}") as socket,
        ):
            print("ready", flush=True)
            async for message in socket:
                told = kinds.get(json.loads(message.data)["type"])
                for response in self._streams if told else ():
                    await response.write(told or b"")


async def main(ari: str, user: str, password: str, certificate: str, key: str, port: str) -> None:
    """Serve until killed."""
    control, app = Control(), web.Application()
    app.router.add_get("/", control.page)
    app.router.add_get("/card", control.card)
    app.router.add_get("/stream", control.stream)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port), ssl_context=context).start()
    await control.follow(ari, user, password)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""What the controls stand on: a server, a card that is nobody's, and Asterisk's events; nothing of ours."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web


async def card(_: web.Request) -> web.Response:
    """A name that is nobody's."""
    return web.json_response({"name": "J. de Vries", "greeting": "Goedemorgen mevrouw De Vries"})


async def opened(request: web.Request) -> web.StreamResponse:
    """An event stream, begun."""
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await response.prepare(request)
    await response.write(b"retry: 1000\n\n")
    return response


async def serve(app: web.Application, certificate: str, key: str, port: str) -> None:
    """Begin to answer on this port of 127.0.0.1, over TLS."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port), ssl_context=context).start()


async def events(ari: str, user: str, password: str, app: str) -> AsyncIterator[str]:
    """The type of each event that Asterisk tells this application of ARI; prints "ready" once it listens."""
    async with (
        aiohttp.ClientSession(auth=aiohttp.BasicAuth(user, password)) as http,
        http.ws_connect(f"{ari}/ari/events?app={app}") as socket,
    ):
        print("ready", flush=True)
        async for message in socket:
            yield json.loads(message.data)["type"]

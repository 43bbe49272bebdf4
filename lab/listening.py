"""An aiohttp app of the lab's own, heard at a port of this machine."""

from __future__ import annotations

import ssl

from aiohttp import web

_PATIENCE_SECONDS = 0.1
"""How long who is still being answered is waited for at the end."""


async def listening(app: web.Application, port: int = 0, *, tls: ssl.SSLContext | None = None) -> web.AppRunner:
    """What runs it, from now until its `cleanup`; 0: a free port, the first of its `addresses`. Raises OSError."""
    runner = web.AppRunner(app, shutdown_timeout=_PATIENCE_SECONDS)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
    return runner
